//! What a server says went wrong, in one shape whatever shape it was said in (rules E8, E9).
//!
//! Seen in the wild: `error` as an object (Open Responses), `error` as a string, the members at the top level of the
//! event (`OpenAI`'s older form), and `response.error`; over WebSocket a `status` stands beside `error`.

use crate::json::{self, Shape};
use crate::object::{self, Object};
use crate::unescape::write_string;

/// The error of an event or body as one object with `type`, `code`, `message`, `param`, `status`, `headers` and
/// whatever else the server's own error object holds. None where the text holds no error.
pub fn normalise(text: &[u8]) -> Option<Vec<u8>> {
    let error = json::member(text, "error").filter(|value| value.shape != Shape::Null);
    match error {
        Some(value) if value.shape == Shape::Object => Some(from_object(value.of(text), text)),
        Some(value) => {
            let message = value.string_body(text).map(|body| json_string(&crate::unescape::whole(body).0));
            Some(with_message(&message.unwrap_or_else(|| value.of(text).to_vec()), text))
        }
        None => from_response(text).or_else(|| flat(text)),
    }
}

/// `response.error`, as a failed response carries it.
fn from_response(text: &[u8]) -> Option<Vec<u8>> {
    let response = json::member(text, "response").filter(|value| value.shape == Shape::Object)?.of(text);
    let error = json::member(response, "error").filter(|value| value.shape == Shape::Object)?;
    Some(from_object(error.of(response), text))
}

/// The nested object with all its members, and what stands beside it.
fn from_object(error: &[u8], event: &[u8]) -> Vec<u8> {
    object::build(|out| {
        for (key, value) in json::members(error) {
            out.member(key.of(error), value.of(error));
        }
        for name in ["status", "headers"] {
            if json::member(error, name).is_none() {
                copy(name, event, out);
            }
        }
    })
}

/// The members at the top level of the event. Its own `type` says only "error".
fn flat(text: &[u8]) -> Option<Vec<u8>> {
    json::member(text, "message").or_else(|| json::member(text, "code"))?;
    Some(object::build(|out| {
        for (key, value) in json::members(text) {
            if !json::name_is(text, key, "type") && !json::name_is(text, key, "sequence_number") {
                out.member(key.of(text), value.of(text));
            }
        }
    }))
}

fn with_message(message: &[u8], event: &[u8]) -> Vec<u8> {
    object::build(|out| {
        out.json("message", message);
        for name in ["code", "param", "status", "headers"] {
            copy(name, event, out);
        }
    })
}

fn copy(name: &str, from: &[u8], out: &mut Object<'_>) {
    if let Some(value) = json::member(from, name).filter(|value| value.shape != Shape::Null) {
        out.json(name, value.of(from));
    }
}

fn json_string(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    write_string(text, &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Option<serde_json::Value> {
        normalise(text.as_bytes()).map(|json| serde_json::from_slice(&json).unwrap())
    }

    #[test]
    fn four_shapes_are_one() {
        let wanted = serde_json::json!({"code": "c", "message": "m"});
        for text in [
            r#"{"type":"error","sequence_number":3,"error":{"code":"c","message":"m"}}"#,
            r#"{"type":"error","sequence_number":3,"code":"c","message":"m"}"#,
            r#"{"type":"error","code":"c","error":"m"}"#,
            r#"{"type":"response.failed","response":{"error":{"code":"c","message":"m"}}}"#,
        ] {
            assert_eq!(of(text), Some(wanted.clone()), "{text}");
        }
        assert_eq!(of(r#"{"type":"response.completed","response":{"error":null}}"#), None);
        let status = of(r#"{"type":"error","status":429,"error":{"code":"c","message":"m","x":1}}"#);
        assert_eq!(status, Some(serde_json::json!({"code": "c", "message": "m", "x": 1, "status": 429})));
    }
}
