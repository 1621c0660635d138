//! `repr` of an event: its class and its short fields.

use std::fmt::Write;

use or_stream_core::json::{self, Shape};
use pyo3::prelude::*;

use super::{data, head};

/// Longest text that a `repr` shows.
const SHOWN: usize = 60;

/// The event as its users see it in a terminal: long texts shortened, nested values left out.
pub(super) fn shown(event: &Bound<'_, PyAny>) -> PyResult<String> {
    let head = head(event);
    let mut fields = Vec::new();
    if head.kind.names().len() != 1 {
        fields.push("type");
    }
    if head.sequence_number >= 0 {
        fields.push("sequence_number");
    }
    fields.extend(head.kind.fields().iter().filter(|name| **name != "obfuscation"));
    let mut out = format!("{}(", head.kind.class());
    for (at, name) in fields.into_iter().enumerate() {
        let value = if is_nested(event, name) { "...".to_owned() } else { shortened(&event.getattr(name)?)? };
        let comma = if at > 0 { ", " } else { "" };
        // Writing to a String cannot fail.
        let _ = write!(out, "{comma}{name}={value}");
    }
    out.push(')');
    Ok(out)
}

fn is_nested(event: &Bound<'_, PyAny>, name: &str) -> bool {
    let text = String::from_utf8_lossy(data(event));
    head(event).reason.is_none()
        && json::member(text.as_bytes(), name).is_some_and(|value| matches!(value.shape, Shape::Object | Shape::Array))
}

fn shortened(value: &Bound<'_, PyAny>) -> PyResult<String> {
    let shown = value.repr()?.to_string();
    if shown.chars().count() <= SHOWN {
        return Ok(shown);
    }
    Ok(shown.chars().take(SHOWN).chain("...".chars()).collect())
}
