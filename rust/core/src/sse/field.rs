//! Fields of the standard, and splitting a line into field and value.

/// A field of the standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Data,
    Event,
    Id,
    Retry,
    /// A field that the standard does not know.
    Other,
    /// A line that nobody meant as a field.
    Stray,
    Comment,
}

/// What a line is whose name is none of the standard's (rule S8): servers have fields of their own and lines of white
/// space, but a piece of JSON or of a page, `Data:` and llama.cpp's `error:` are what somebody wanted to be read.
pub(super) fn foreign_field(name: &[u8]) -> Field {
    let plain = name.iter().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_'));
    let harmless = plain && name != b"error" || name.iter().all(|byte| is_blank(*byte));
    if harmless { Field::Other } else { Field::Stray }
}

/// White space and the bytes of a byte order mark: what may stand before a body whose kind is not known yet.
pub fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | 0xef | 0xbb | 0xbf)
}

/// The field of a name, compared byte for byte (rule S5).
pub(super) fn field_of(name: &[u8]) -> Field {
    match name {
        b"data" => Field::Data,
        b"event" => Field::Event,
        b"id" => Field::Id,
        b"retry" => Field::Retry,
        _ => Field::Other,
    }
}

/// Field and value of a line: split at the first colon, one space dropped.
#[inline]
pub(super) fn split_field(line: &[u8]) -> (Field, &[u8]) {
    let (field, rest) = match line {
        [b'd', b'a', b't', b'a', rest @ ..] => (Field::Data, rest),
        [b'e', b'v', b'e', b'n', b't', rest @ ..] => (Field::Event, rest),
        [b'i', b'd', rest @ ..] => (Field::Id, rest),
        [b'r', b'e', b't', b'r', b'y', rest @ ..] => (Field::Retry, rest),
        [b':', ..] => return (Field::Comment, &[]),
        _ => return (foreign_field(name_of(line)), &[]),
    };
    match rest {
        [] => (field, rest),
        [b':', b' ', value @ ..] | [b':', value @ ..] => (field, value),
        _ => (foreign_field(name_of(line)), &[]),
    }
}

fn name_of(line: &[u8]) -> &[u8] {
    line.split(|byte| *byte == b':').next().unwrap_or_default()
}
