//! Bodies of JSON strings, whose grammar [`crate::json`] has checked, as text.
//!
//! Surrogate halves are the one thing that grammar allows and Unicode does not. Halves that stand side by side are
//! joined, also over the border of two deltas of one part; a half that stays alone becomes U+FFFD.

use memchr::memchr;

use crate::json::next_special;

/// What a text ended in: the high half that waits for its low half.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Half(Option<u16>);

impl Half {
    /// Whether a half is waiting.
    #[inline]
    pub fn is_waiting(self) -> bool {
        self.0.is_some()
    }
}

/// Appends the body of a JSON string to `out`. Returns how many lone halves became U+FFFD.
///
/// A high half at the very end is left in `half`; one that waits there is joined with a low half at the start.
#[inline]
pub fn append(body: &[u8], out: &mut String, half: &mut Half) -> u32 {
    if half.0.is_none() && memchr(b'\\', body).is_none() {
        append_plain(body, out);
        return 0;
    }
    append_escaped(body, out, half)
}

/// Ends a text: a half that still waits becomes U+FFFD. Returns how many did.
pub fn finish(out: &mut String, half: &mut Half) -> u32 {
    match half.0.take() {
        Some(_) => {
            out.push(char::REPLACEMENT_CHARACTER);
            1
        }
        None => 0,
    }
}

/// The body of one whole JSON string as text, lone halves replaced, and how many there were.
pub fn whole(body: &[u8]) -> (String, u32) {
    let mut out = String::with_capacity(body.len());
    let mut half = Half::default();
    let lone = append(body, &mut out, &mut half);
    let lone = lone + finish(&mut out, &mut half);
    (out, lone)
}

/// Bytes and characters (Unicode code points) of the body of one JSON string, as text.
#[inline]
pub fn measure(body: &[u8]) -> (usize, usize) {
    if memchr(b'\\', body).is_some() {
        let text = whole(body).0;
        return (text.len(), text.chars().count());
    }
    // Every character but its continuation bytes.
    (body.len(), body.iter().filter(|byte| **byte & 0xc0 != 0x80).count())
}

/// Writes `text` as a JSON string with its quotes.
pub fn write_string(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    let mut rest = text.as_bytes();
    loop {
        let (plain, special) = rest.split_at(next_special(rest, 0));
        out.extend_from_slice(plain);
        let Some(byte) = special.first().copied() else { break };
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            _ => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
        }
        rest = special.get(1..).unwrap_or_default();
    }
    out.push(b'"');
}

/// Appends a body without escapes, or a piece of one.
#[inline]
pub fn append_plain(bytes: &[u8], out: &mut String) {
    match std::str::from_utf8(bytes) {
        Ok(text) => out.push_str(text),
        Err(_) => out.push_str(&String::from_utf8_lossy(bytes)),
    }
}

#[inline(never)]
fn append_escaped(body: &[u8], out: &mut String, half: &mut Half) -> u32 {
    let mut lone = 0;
    let mut rest = body;
    while let Some(at) = memchr(b'\\', rest) {
        let (plain, escape) = rest.split_at(at);
        if !plain.is_empty() {
            lone += finish(out, half);
            append_plain(plain, out);
        }
        let (unit, used) = read_escape(escape);
        lone += push_unit(unit, out, half);
        rest = escape.get(used..).unwrap_or_default();
    }
    if !rest.is_empty() {
        lone += finish(out, half);
        append_plain(rest, out);
    }
    lone
}

/// One escape as a UTF-16 unit, and its length.
fn read_escape(escape: &[u8]) -> (u16, usize) {
    let unit = match escape.get(1).copied().unwrap_or(b'\\') {
        b'n' => b'\n',
        b't' => b'\t',
        b'r' => b'\r',
        b'b' => 0x08,
        b'f' => 0x0c,
        b'u' => {
            let hex = escape.get(2..6).unwrap_or_default();
            let value = hex.iter().fold(0, |value, byte| value << 4 | u16::from(hex_digit(*byte)));
            return (value, 6);
        }
        same => same,
    };
    (u16::from(unit), 2)
}

fn hex_digit(byte: u8) -> u8 {
    match byte {
        b'0'..=b'9' => byte - b'0',
        b'a'..=b'f' => byte - b'a' + 10,
        b'A'..=b'F' => byte - b'A' + 10,
        _ => 0,
    }
}

fn push_unit(unit: u16, out: &mut String, half: &mut Half) -> u32 {
    match unit {
        0xd800..=0xdbff => {
            let lone = finish(out, half);
            half.0 = Some(unit);
            lone
        }
        0xdc00..=0xdfff => {
            let Some(high) = half.0.take() else {
                out.push(char::REPLACEMENT_CHARACTER);
                return 1;
            };
            let joined = char::decode_utf16([high, unit]).next().and_then(Result::ok);
            out.push(joined.unwrap_or(char::REPLACEMENT_CHARACTER));
            0
        }
        _ => {
            let lone = finish(out, half);
            out.push(char::from_u32(u32::from(unit)).unwrap_or(char::REPLACEMENT_CHARACTER));
            lone
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(deltas: &[&str]) -> (String, u32) {
        let (mut out, mut half, mut lone) = (String::new(), Half::default(), 0);
        for delta in deltas {
            lone += append(delta.as_bytes(), &mut out, &mut half);
        }
        lone += finish(&mut out, &mut half);
        (out, lone)
    }

    #[test]
    fn halves_join_over_deltas_and_lone_ones_are_replaced() {
        assert_eq!(joined(&[r"a\ud83d", r"\ude00b"]), ("a😀b".into(), 0));
        assert_eq!(joined(&[r"\ud83d", "x"]), ("\u{fffd}x".into(), 1));
        assert_eq!(joined(&[r"\ude00"]), ("\u{fffd}".into(), 1));
        assert_eq!(joined(&[r"\ud83d\ud83d\ude00"]), ("\u{fffd}😀".into(), 1));
        assert_eq!(joined(&[r"\ud83d", "", r"\ude00"]), ("😀".into(), 0));
        assert_eq!(joined(&[r"\ud83d"]), ("\u{fffd}".into(), 1));
    }

    #[test]
    fn writing_and_reading_a_string_agree() {
        let text = "q\" b\\ n\n r\r t\t nul\0 é 😀 \u{1f}";
        let mut json = Vec::new();
        write_string(text, &mut json);
        let body = json.get(1..json.len() - 1).unwrap_or_default();
        assert_eq!(whole(body), (text.into(), 0));
        assert_eq!(serde_json::from_slice::<String>(&json).ok().as_deref(), Some(text));
    }
}
