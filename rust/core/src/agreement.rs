//! Whether two tellings of one item say the same (rules R5, R7).
//!
//! Only what a reader would call content is compared, and only where both tellings have it: servers re-encrypt, re-time
//! and re-number freely, and a telling that leaves something out does not contradict one that has it.

use std::borrow::Cow;

use crate::json::{self, Shape, Value};
use crate::unescape;

/// Members that are content, on items and on parts.
const CONTENT: [&str; 9] = ["type", "call_id", "name", "arguments", "input", "code", "text", "refusal", "diff"];

/// Whether two item or part objects contradict each other. One pass over each, however long its texts are.
pub fn differ(one: &[u8], other: &[u8]) -> bool {
    let twins: Vec<(Value, Value)> = json::members(other).collect();
    json::members(one).any(|(key, value)| {
        let Some(name) = key.string_body(one).and_then(|name| std::str::from_utf8(name).ok()) else { return false };
        let compare = match name {
            // A text in the place of the list is no list, and says nothing here.
            "content" | "summary" if value.shape != Shape::Array => return false,
            "content" | "summary" => lists_differ,
            "commands" => commands_differ,
            "operation" | "action" => objects_differ,
            name if CONTENT.contains(&name) => strings_differ,
            _ => return false,
        };
        let twin = twins.iter().find(|(key, _)| json::name_is(other, *key, name)).map(|(_, twin)| *twin);
        !value.is_empty(one)
            && twin.is_some_and(|twin| {
                // Servers mostly repeat themselves to the byte, and equal bytes say the same.
                value.of(one) != twin.of(other) && !twin.is_empty(other) && compare(one, value, other, twin)
            })
    })
}

/// Whether an item says nothing where another telling of it has content.
pub fn leaves_out(told: &[u8], other: &[u8]) -> bool {
    json::members(told).any(|(key, value)| {
        let Some(name) = key.string_body(told).and_then(|name| std::str::from_utf8(name).ok()) else { return false };
        let twin = json::first_member(other, name).unwrap_or_default();
        match name {
            "content" | "summary" => {
                let (told, other) = (value.of(told), twin.of(other));
                let mut others = json::elements(other);
                json::elements(told)
                    .any(|part| leaves_out(part.of(told), others.next().map(|twin| twin.of(other)).unwrap_or_default()))
            }
            "operation" | "action" => value.shape == Shape::Object && leaves_out(value.of(told), twin.of(other)),
            "type" | "commands" => false,
            name => CONTENT.contains(&name) && !value.is_empty(told) && twin.is_empty(other),
        }
    })
}

fn strings_differ(one: &[u8], value: Value, other: &[u8], twin: Value) -> bool {
    match (text_of(one, value), text_of(other, twin)) {
        (Some(value), Some(twin)) => value != twin,
        _ => false,
    }
}

fn objects_differ(one: &[u8], value: Value, other: &[u8], twin: Value) -> bool {
    value.shape == Shape::Object && twin.shape == Shape::Object && differ(value.of(one), twin.of(other))
}

fn lists_differ(one: &[u8], value: Value, other: &[u8], twin: Value) -> bool {
    if twin.shape != Shape::Array {
        return false;
    }
    let (one, other) = (value.of(one), twin.of(other));
    let mut others = json::elements(other);
    let differing = json::elements(one).any(|part| match others.next() {
        Some(twin) => differ(part.of(one), twin.of(other)),
        None => true,
    });
    differing || others.next().is_some()
}

fn commands_differ(one: &[u8], value: Value, other: &[u8], twin: Value) -> bool {
    let (one, other) = (value.of(one), twin.of(other));
    let mut pairs = json::elements(one).zip(json::elements(other));
    pairs.any(|(command, twin)| text_of(one, command) != text_of(other, twin))
}

fn text_of(object: &[u8], value: Value) -> Option<Cow<'_, str>> {
    let body = value.string_body(object)?;
    Some(match value.shape {
        Shape::Escaped => Cow::Owned(unescape::whole(body).0),
        _ => unescape::checked(body),
    })
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
