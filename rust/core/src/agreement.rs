//! Whether two tellings of one item say the same (rules R5, R7).
//!
//! Only what a reader would call content is compared, and only where both tellings have it: servers re-encrypt, re-time
//! and re-number freely, and a telling that leaves something out does not contradict one that has it.

use std::borrow::Cow;

use crate::json::{self, Shape, Value};
use crate::unescape;

/// Members that are content, on items and on parts.
const CONTENT: [&str; 9] = ["type", "call_id", "name", "arguments", "input", "code", "text", "refusal", "diff"];

/// Whether two item or part objects contradict each other.
pub fn differ(one: &[u8], other: &[u8]) -> bool {
    CONTENT.iter().any(|key| strings_differ(one, other, key))
        || lists_differ(one, other, "content")
        || lists_differ(one, other, "summary")
        || objects_differ(one, other, "operation")
        || objects_differ(one, other, "action")
        || commands_differ(one, other)
}

fn objects_differ(one: &[u8], other: &[u8], key: &str) -> bool {
    let object = |text| json::member(text, key).filter(|value| value.shape == Shape::Object);
    match (object(one), object(other)) {
        (Some(value), Some(twin)) => differ(value.of(one), twin.of(other)),
        _ => false,
    }
}

fn commands_differ(one: &[u8], other: &[u8]) -> bool {
    let (Some(one), Some(other)) = (list(one, "commands"), list(other, "commands")) else { return false };
    let mut pairs = json::elements(one).zip(json::elements(other));
    pairs.any(|(command, twin)| text_of(one, command) != text_of(other, twin))
}

fn strings_differ(one: &[u8], other: &[u8], key: &str) -> bool {
    match (told(one, key), told(other, key)) {
        (Some(one), Some(other)) => one != other,
        _ => false,
    }
}

fn lists_differ(one: &[u8], other: &[u8], key: &str) -> bool {
    let (Some(one), Some(other)) = (list(one, key), list(other, key)) else { return false };
    let (parts, others) = (json::elements(one), json::elements(other));
    json::elements(one).count() != json::elements(other).count()
        || parts.zip(others).any(|(part, twin)| differ(part.of(one), twin.of(other)))
}

fn told<'a>(object: &'a [u8], key: &str) -> Option<Cow<'a, str>> {
    let value = json::first_member(object, key)?;
    text_of(object, value).filter(|text| !text.is_empty())
}

fn text_of(object: &[u8], value: Value) -> Option<Cow<'_, str>> {
    let body = value.string_body(object)?;
    Some(match value.shape {
        Shape::Escaped => Cow::Owned(unescape::whole(body).0),
        _ => String::from_utf8_lossy(body),
    })
}

fn list<'a>(object: &'a [u8], key: &str) -> Option<&'a [u8]> {
    let value = json::first_member(object, key)?;
    (value.shape == Shape::Array && !value.is_empty(object)).then(|| value.of(object))
}

#[cfg(test)]
mod tests {
    use super::differ;

    #[test]
    fn content_counts_and_the_rest_does_not() {
        let item = br#"{"type":"message","id":"a","content":[{"type":"output_text","text":"x\u0041"}]}"#;
        let same =
            br#"{"id":"b","content":[{"text":"xA","type":"output_text","logprobs":[]}],"encrypted_content":"z"}"#;
        let other = br#"{"type":"message","content":[{"type":"output_text","text":"y"}]}"#;
        assert!(!differ(item, same));
        assert!(differ(item, other));
        assert!(!differ(item, br#"{"type":"message","content":[]}"#));
        assert!(differ(br#"{"arguments":"{}"}"#, br#"{"arguments":"{\"a\":1}"}"#));
    }
}
