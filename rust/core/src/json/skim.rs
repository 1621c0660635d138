//! Passing over JSON text that a cursor has already checked: only where values end is looked for.
//!
//! Of text that nobody has checked it makes nonsense, but nothing worse.

use super::special::{next_bracket, next_special};
use super::{Shape, Value, is_space};

/// The value that begins at `at`.
#[inline]
pub(super) fn value(text: &[u8], at: usize) -> Value {
    match text.get(at) {
        Some(b'"') => string(text, at),
        Some(b'{') => Value::at(at, container(text, at), Shape::Object),
        Some(b'[') => Value::at(at, container(text, at), Shape::Array),
        first => Value::at(at, scalar(text, at), shape_of(first)),
    }
}

/// The string whose opening quote stands at `at`.
#[inline]
pub(super) fn string(text: &[u8], at: usize) -> Value {
    let special = next_special(text, at + 1);
    match text.get(special) {
        Some(b'"') => Value::at(at, special + 1, Shape::Plain),
        _ => Value::at(at, escaped_end(text, special), Shape::Escaped),
    }
}

/// Where white space ends.
#[inline]
pub(super) fn space(text: &[u8], mut at: usize) -> usize {
    while text.get(at).is_some_and(|byte| is_space(*byte)) {
        at += 1;
    }
    at
}

fn shape_of(first: Option<&u8>) -> Shape {
    match first {
        Some(b't' | b'f') => Shape::Bool,
        Some(b'-' | b'0'..=b'9') => Shape::Number,
        _ => Shape::Null,
    }
}

/// One past the quote that ends a string, looked for from one of its backslashes on: the first quote that an even
/// number of backslashes precedes.
#[inline(never)]
fn escaped_end(text: &[u8], backslash: usize) -> usize {
    let mut from = backslash;
    while let Some(found) = text.get(from..).and_then(|rest| memchr::memchr(b'"', rest)) {
        let quote = from + found;
        let before = text.get(backslash..quote).unwrap_or_default();
        let backslashes = before.iter().rev().take_while(|byte| **byte == b'\\').count();
        if backslashes % 2 == 0 {
            return quote + 1;
        }
        from = quote + 1;
    }
    text.len()
}

/// One past the bracket that closes the one at `at`.
fn container(text: &[u8], mut at: usize) -> usize {
    let mut depth = 0_usize;
    while let Some(byte) = text.get(at) {
        match byte {
            b'"' => at = string(text, at).end as usize,
            b'{' | b'[' => {
                depth += 1;
                at += 1;
            }
            b'}' | b']' => {
                at += 1;
                if depth <= 1 {
                    return at;
                }
                depth -= 1;
            }
            b',' | b':' => at += 1,
            _ => at = next_bracket(text, at + 1),
        }
    }
    text.len()
}

fn scalar(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    let ends = |byte: &u8| matches!(byte, b',' | b'}' | b']') || is_space(*byte);
    at + rest.iter().position(ends).unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use super::value;
    use crate::json::Cursor;
    use crate::limits::Limits;
    use proptest::prelude::*;

    /// Any JSON value as text, with white space wherever it may stand.
    fn json() -> impl Strategy<Value = String> {
        let space = || r"[ \n\t\r]{0,2}";
        let string = r#""([ a-zA-Z_,:\[\]{}é漢]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4}){0,24}""#;
        let scalar = prop_oneof![string, r"-?(0|[1-9][0-9]{0,9})(\.[0-9]{1,3})?", "true|false|null"];
        scalar.prop_recursive(5, 40, 6, move |inner| {
            let element = (space(), inner, space()).prop_map(|(before, value, after)| before + &value + &after);
            let key = (space(), string, space()).prop_map(|(before, key, after)| before + &key + &after);
            prop_oneof![
                proptest::collection::vec(element.clone(), 0..6).prop_map(|list| format!("[{}]", list.join(","))),
                proptest::collection::vec((key, element), 0..6).prop_map(|members| {
                    let members: Vec<_> = members.into_iter().map(|(key, value)| key + ":" + &value).collect();
                    format!("{{{}}}", members.join(","))
                }),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        #[test]
        fn a_checked_value_ends_where_the_cursor_says(text in json(), rest in r"[ \n]?[,}\]]?") {
            let text = text + &rest;
            let mut cursor = Cursor::new(text.as_bytes(), &Limits::default());
            prop_assert_eq!(value(text.as_bytes(), 0), cursor.value().unwrap());
        }

        #[test]
        fn nonsense_is_passed_over(text in r#"[\[\]{}:," \\nu0-9a-z]{0,40}"#, at in 0_usize..50) {
            let end = value(text.as_bytes(), at).end as usize;
            prop_assert!(end <= text.len().max(at));
        }
    }
}
