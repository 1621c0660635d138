//! Walking JSON text that a cursor has already checked.

use super::{Shape, Value, skim};

/// The members of a checked object, in order; nothing for any other value.
pub fn members(object: &[u8]) -> Members<'_> {
    Members { walk: Walk::into(object, b'{') }
}

/// The value of a member of a checked object; the last one where the key is repeated.
pub fn member(object: &[u8], key: &str) -> Option<Value> {
    members(object).filter(|(name, _)| name_is(object, *name, key)).map(|(_, value)| value).last()
}

/// As [`member`], but the first one, and nothing behind it is looked at.
pub fn first_member(object: &[u8], key: &str) -> Option<Value> {
    members(object).find(|(name, _)| name_is(object, *name, key)).map(|(_, value)| value)
}

/// The text of a string member of a checked object.
pub fn string_member(object: &[u8], key: &str) -> Option<String> {
    let body = member(object, key)?.string_body(object)?;
    Some(crate::unescape::whole(body).0)
}

/// The elements of a checked array, in order; nothing for any other value.
pub fn elements(array: &[u8]) -> Elements<'_> {
    Elements { walk: Walk::into(array, b'[') }
}

/// Whether a key, escapes resolved, is this name.
#[inline]
pub fn name_is(text: &[u8], key: Value, name: &str) -> bool {
    let body = key.string_body(text).unwrap_or_default();
    match key.shape {
        Shape::Escaped => crate::unescape::whole(body).0 == name,
        _ => body == name.as_bytes(),
    }
}

/// Iterator over the members of a checked object.
#[derive(Debug)]
pub struct Members<'a> {
    walk: Walk<'a>,
}

impl Iterator for Members<'_> {
    type Item = (Value, Value);

    #[inline]
    fn next(&mut self) -> Option<(Value, Value)> {
        let (text, at) = self.walk.next()?;
        let key = skim::string(text, at);
        let colon = skim::space(text, key.end as usize);
        let value = skim::value(text, skim::space(text, colon + 1));
        self.walk.passed(value);
        Some((key, value))
    }
}

/// Iterator over the elements of a checked array.
#[derive(Debug)]
pub struct Elements<'a> {
    walk: Walk<'a>,
}

impl Iterator for Elements<'_> {
    type Item = Value;

    #[inline]
    fn next(&mut self) -> Option<Value> {
        let (text, at) = self.walk.next()?;
        let value = skim::value(text, at);
        self.walk.passed(value);
        Some(value)
    }
}

/// What members and elements share: a place inside a container that was checked before.
#[derive(Debug)]
struct Walk<'a> {
    text: &'a [u8],
    at: usize,
    inside: bool,
}

impl<'a> Walk<'a> {
    fn into(text: &'a [u8], bracket: u8) -> Self {
        let at = skim::space(text, 0);
        Self { text, at: at + 1, inside: text.get(at) == Some(&bracket) }
    }

    /// Where the next one begins.
    #[inline]
    fn next(&mut self) -> Option<(&'a [u8], usize)> {
        self.at = skim::space(self.text, self.at);
        self.inside = self.inside && !matches!(self.text.get(self.at), Some(b'}' | b']') | None);
        self.inside.then_some((self.text, self.at))
    }

    /// Steps over it and the comma behind it.
    #[inline]
    fn passed(&mut self, value: Value) {
        self.at = skim::space(self.text, value.end as usize);
        self.inside = self.text.get(self.at) == Some(&b',');
        self.at += 1;
    }
}
