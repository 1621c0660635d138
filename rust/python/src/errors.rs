//! The core's errors as the exceptions of `or_stream.errors`, each with what was received until then.

use or_stream_core::decoder::Decoder;
use or_stream_core::diagnostics::Rule;
use or_stream_core::error::Error;
use pyo3::exceptions::PyMemoryError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};

/// Where a reader stands when it fails.
pub(crate) struct Position {
    pub(crate) partial_json: Option<Vec<u8>>,
    pub(crate) events_seen: u64,
    pub(crate) bytes_seen: u64,
    pub(crate) last_sequence_number: Option<u64>,
    pub(crate) last_event_id: String,
}

impl Position {
    pub(crate) fn of(decoder: &Decoder, partial_json: Option<Vec<u8>>) -> Self {
        Self {
            partial_json,
            events_seen: decoder.events(),
            bytes_seen: decoder.bytes(),
            last_sequence_number: decoder.lifecycle().last_sequence_number(),
            last_event_id: String::from_utf8_lossy(decoder.framer().last_event_id()).into_owned(),
        }
    }
}

/// The exception of a core error.
#[cold]
pub(crate) fn raise(py: Python<'_>, error: &Error, position: Option<Position>) -> PyErr {
    let kept = position.as_ref().map_or(0, |position| position.events_seen);
    let message = format!("{error}; {kept} events were decoded before it");
    if let Error::Memory { .. } = error {
        return PyMemoryError::new_err(message);
    }
    build(py, class_of(error), &message, position, |details| details_of(py, error, details))
}

/// An exception that only says what happened.
#[cold]
pub(crate) fn plain(py: Python<'_>, class: &str, message: &str) -> PyErr {
    build(py, class, message, None, |_| Ok(()))
}

fn class_of(error: &Error) -> &'static str {
    match error {
        Error::Limit { .. } => "LimitExceeded",
        Error::NotAnEventStream { .. } => "TransportError",
        // Raised as Python's own.
        Error::Memory { .. } => "InternalError",
        Error::Finished => "StreamClosed",
        Error::Strict { finding, .. } => match finding.rule {
            Rule::NotJson | Rule::InvalidUtf8 => "EventDecodeError",
            Rule::Sequence => "SequenceError",
            Rule::MissingIndex | Rule::Route | Rule::PartIndex => "UnknownTargetError",
            Rule::Late | Rule::LateText => "LateEventError",
            Rule::Text | Rule::Item | Rule::Output => "MismatchError",
            _ => "ProtocolError",
        },
    }
}

fn details_of(py: Python<'_>, error: &Error, details: &Bound<'_, PyDict>) -> PyResult<()> {
    match error {
        Error::Limit { limit, value, offset } => {
            details.set_item("limit", limit.name())?;
            details.set_item("value", value)?;
            details.set_item("offset", offset)
        }
        Error::Strict { finding, excerpt } => {
            details.set_item("rule", finding.rule.id())?;
            details.set_item("event_index", finding.event_index)?;
            details.set_item("offset", finding.offset)?;
            if class_of(error) == "EventDecodeError" {
                details.set_item("raw", PyBytes::new(py, excerpt))?;
                details.set_item("reason", finding.message)?;
            }
            Ok(())
        }
        Error::NotAnEventStream { body } => details.set_item("body", PyBytes::new(py, body)),
        Error::Memory { .. } | Error::Finished => Ok(()),
    }
}

fn build(
    py: Python<'_>,
    class: &str,
    message: &str,
    position: Option<Position>,
    details: impl FnOnce(&Bound<'_, PyDict>) -> PyResult<()>,
) -> PyErr {
    let make = || {
        let keywords = PyDict::new(py);
        if let Some(position) = position {
            keywords.set_item("partial_json", position.partial_json.map(|json| PyBytes::new(py, &json)))?;
            keywords.set_item("events_seen", position.events_seen)?;
            keywords.set_item("bytes_seen", position.bytes_seen)?;
            keywords.set_item("last_sequence_number", position.last_sequence_number)?;
            keywords.set_item("last_event_id", position.last_event_id)?;
        }
        details(&keywords)?;
        py.import("or_stream.errors")?.getattr(class)?.call((message,), Some(&keywords))
    };
    make().map_or_else(|error| error, PyErr::from_value)
}
