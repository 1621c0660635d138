//! The JSON walker against serde_json: the same texts are JSON, and they say the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use or_stream_core::json::{self, Cursor, Fault, Reason, Shape, Value};
use or_stream_core::unescape;
use or_stream_fuzz::Input;
use serde_json::Value as Tree;
use serde_json::value::RawValue;

fn walked(text: &[u8], input: Input<'_>) -> Result<Value, Fault> {
    let mut cursor = Cursor::new(text, &input.limits());
    // A value begins behind white space; the cursor's own caller skips it the same way.
    let start = text.iter().position(|byte| !json::is_space(*byte)).unwrap_or(text.len());
    cursor = if start > 0 { Cursor::inside(text, start, &input.limits()) } else { cursor };
    let value = cursor.value()?;
    cursor.end()?;
    Ok(value)
}

/// What walking a checked value gives, as serde's tree.
fn tree(text: &[u8], value: Value) -> Tree {
    let body = value.of(text);
    match value.shape {
        Shape::Null => Tree::Null,
        Shape::Bool => Tree::Bool(body == b"true"),
        Shape::Number => serde_json::from_slice(body).unwrap(),
        Shape::Plain => Tree::String(String::from_utf8(value.string_body(text).unwrap().to_vec()).unwrap()),
        Shape::Escaped => Tree::String(unescape::whole(value.string_body(text).unwrap()).0),
        Shape::Array => json::elements(body).map(|element| tree(body, element)).collect(),
        Shape::Object => Tree::Object(
            json::members(body)
                .map(|(key, member)| (unescape::whole(key.string_body(body).unwrap()).0, tree(body, member)))
                .collect(),
        ),
    }
}

fuzz_target!(|data: &[u8]| {
    let Some(input) = Input::of(data) else { return };
    let Ok(text) = std::str::from_utf8(input.body) else { return };
    let value = match walked(text.as_bytes(), input) {
        Ok(value) => value,
        Err(Fault { reason: Reason::Depth | Reason::Digits, .. }) => return,
        Err(Fault { reason: Reason::Infinite, .. }) => {
            assert!(serde_json::from_str::<Tree>(text).is_err());
            return;
        }
        Err(fault) => {
            assert!(serde_json::from_str::<&RawValue>(text).is_err(), "{fault:?}");
            assert!(fault.at <= text.len());
            return;
        }
    };
    assert!(serde_json::from_str::<&RawValue>(text).is_ok());
    // serde_json refuses lone halves of surrogate pairs and deep nesting when it builds a tree.
    if let Ok(wanted) = serde_json::from_str::<Tree>(text) {
        assert_eq!(tree(text.as_bytes(), value), wanted);
        for key in ["a", "type", "delta"] {
            let found =
                json::member(value.of(text.as_bytes()), key).map(|member| tree(value.of(text.as_bytes()), member));
            assert_eq!(found.as_ref(), wanted.get(key).filter(|_| wanted.is_object()));
        }
    }
});
