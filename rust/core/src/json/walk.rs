//! Walking JSON text that a cursor has already checked.

use super::cursor::Cursor;
use super::{Fault, Shape, Value};

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

    fn next(&mut self) -> Option<(Value, Value)> {
        let cursor = self.walk.next()?;
        let member = cursor.key().and_then(|key| cursor.value().map(|value| (key, value)));
        self.walk.passed(member)
    }
}

/// Iterator over the elements of a checked array.
#[derive(Debug)]
pub struct Elements<'a> {
    walk: Walk<'a>,
}

impl Iterator for Elements<'_> {
    type Item = Value;

    fn next(&mut self) -> Option<Value> {
        let element = self.walk.next()?.value();
        self.walk.passed(element)
    }
}

/// What members and elements share: a cursor inside a container that was checked before.
#[derive(Debug)]
struct Walk<'a> {
    cursor: Cursor<'a>,
    inside: bool,
}

impl<'a> Walk<'a> {
    fn into(text: &'a [u8], bracket: u8) -> Self {
        let mut cursor = Cursor { text, at: 0, max_depth: usize::MAX, max_digits: usize::MAX };
        cursor.space();
        let inside = cursor.peek() == bracket;
        cursor.at += 1;
        Self { cursor, inside }
    }

    fn next(&mut self) -> Option<&mut Cursor<'a>> {
        self.cursor.space();
        self.inside = self.inside && !matches!(self.cursor.peek(), b'}' | b']' | 0);
        self.inside.then_some(&mut self.cursor)
    }

    fn passed<T>(&mut self, item: Result<T, Fault>) -> Option<T> {
        self.cursor.space();
        match self.cursor.peek() {
            b',' => self.cursor.at += 1,
            _ => self.inside = false,
        }
        item.ok()
    }
}
