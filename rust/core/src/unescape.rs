//! Bodies of JSON strings, whose grammar [`crate::json`] has checked, as text.
//!
//! Surrogate halves are the one thing that grammar allows and Unicode does not. Halves that stand side by side are
//! joined, also over the border of two deltas of one part; a half that stays alone becomes U+FFFD.

use std::borrow::Cow;

use memchr::{memchr, memmem};

use crate::json::next_special;

/// Where text is put together.
pub(crate) trait Growing {
    /// Puts bytes of checked UTF-8 behind what is there.
    fn push_checked(&mut self, bytes: &[u8]);
    /// Puts a character behind what is there.
    fn push_char(&mut self, character: char);
    /// Puts a character of three bytes behind what is there.
    #[inline]
    fn push_wide(&mut self, bytes: [u8; 3]) {
        self.push_checked(&bytes);
    }
}

impl Growing for String {
    #[inline]
    fn push_checked(&mut self, bytes: &[u8]) {
        self.push_str(&checked(bytes));
    }

    #[inline]
    fn push_char(&mut self, character: char) {
        self.push(character);
    }
}

/// Bytes are as good as text where they are read seldom and grow often: nobody checks each piece once more.
impl Growing for Vec<u8> {
    #[inline]
    fn push_checked(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }

    #[inline]
    fn push_char(&mut self, character: char) {
        let (bytes, length) = utf8(character);
        self.extend_from_slice(bytes.get(..length).unwrap_or_default());
    }

    #[inline]
    fn push_wide(&mut self, bytes: [u8; 3]) {
        self.extend_from_slice(&bytes);
    }
}

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
pub(crate) fn append(body: &[u8], out: &mut impl Growing, half: &mut Half) -> u32 {
    if half.0.is_none() && memchr(b'\\', body).is_none() {
        out.push_checked(body);
        return 0;
    }
    append_escaped(body, out, half)
}

/// Ends a text: a half that still waits becomes U+FFFD. Returns how many did.
pub(crate) fn finish(out: &mut impl Growing, half: &mut Half) -> u32 {
    match half.0.take() {
        Some(_) => {
            out.push_char(char::REPLACEMENT_CHARACTER);
            1
        }
        None => 0,
    }
}

/// The body of one whole JSON string as text, lone halves replaced, and how many there were.
pub fn whole(body: &[u8]) -> (String, u32) {
    let mut out = Vec::with_capacity(body.len());
    let mut half = Half::default();
    let lone = append(body, &mut out, &mut half);
    let lone = lone + finish(&mut out, &mut half);
    let text = String::from_utf8(out).unwrap_or_else(|bad| String::from_utf8_lossy(bad.as_bytes()).into_owned());
    (text, lone)
}

/// Bytes of checked UTF-8 as text.
pub(crate) fn checked(bytes: &[u8]) -> Cow<'_, str> {
    // The replacing reader is several times slower, also where there is nothing to replace.
    std::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed)
}

/// Whether bytes are UTF-8. Most of what servers send is ASCII for long, which is seen at several times the speed.
#[inline]
pub(crate) fn is_utf8(bytes: &[u8]) -> bool {
    let plain: usize = bytes.chunks(BLOCK).take_while(|block| block.is_ascii()).map(<[u8]>::len).sum();
    std::str::from_utf8(bytes.get(plain..).unwrap_or_default()).is_ok()
}

/// Bytes that are looked at together.
const BLOCK: usize = 512;

/// Whether the body of one whole JSON string has a lone half of a surrogate pair.
pub(crate) fn has_lone_half(body: &[u8]) -> bool {
    // Halves are written `\ud8…` to `\udf…`; most texts have none, and are not taken apart to see it.
    let halves = [&b"\\ud"[..], b"\\uD"].iter().any(|start| memmem::find(body, start).is_some());
    halves && whole(body).1 > 0
}

/// Whether the body of one whole JSON string says this text, without lone halves.
pub(crate) fn says(body: &[u8], text: &[u8]) -> bool {
    let (mut body, mut text) = (body, text);
    while let Some(at) = next_escape(body) {
        let (plain, escapes) = body.split_at(at);
        let Some(rest) = text.strip_prefix(plain) else { return false };
        let wide = escapes.as_chunks().0.iter().zip(rest.as_chunks().0);
        let same = wide.take_while(|(escape, bytes)| wide_character(**escape).as_ref() == Some(bytes)).count();
        if same > 0 {
            (body, text) = (escapes.get(6 * same..).unwrap_or_default(), rest.get(3 * same..).unwrap_or_default());
            continue;
        }
        let Some((character, used)) = read_character(escapes) else { return false };
        let (bytes, length) = utf8(character);
        let Some(rest) = bytes.get(..length).and_then(|bytes| rest.strip_prefix(bytes)) else { return false };
        (body, text) = (escapes.get(used..).unwrap_or_default(), rest);
    }
    body == text
}

/// The character of one `\u` escape, if it is one of those of three bytes, which whole scripts are written in.
#[inline]
fn wide_character(escape: [u8; 6]) -> Option<[u8; 3]> {
    let [b'\\', b'u', a, b, c, d] = escape else { return None };
    let unit = hex(a, b, c, d);
    let wide = unit >= 0x800 && !(0xd800..0xe000).contains(&unit);
    wide.then(|| {
        let [high, low] = unit.to_be_bytes();
        [0xe0 | high >> 4, 0x80 | (high & 0xf) << 2 | low >> 6, 0x80 | low & 0x3f]
    })
}

#[inline]
fn hex(a: u8, b: u8, c: u8, d: u8) -> u16 {
    let digit = |byte: u8| HEX.get(usize::from(byte)).copied().unwrap_or_default();
    u16::from_be_bytes([digit(a) << 4 | digit(b), digit(c) << 4 | digit(d)])
}

/// A character as UTF-8, and how many of the bytes it takes.
#[inline]
fn utf8(character: char) -> ([u8; 4], usize) {
    let mut bytes = [0; 4];
    let length = character.encode_utf8(&mut bytes).len();
    (bytes, length)
}

/// Where the next escape stands. They stand in runs where a server writes whole scripts as `\u`.
#[inline]
fn next_escape(body: &[u8]) -> Option<usize> {
    if body.first() == Some(&b'\\') { Some(0) } else { memchr(b'\\', body) }
}

/// The character of the escapes at the start of a text, and their length; None for a lone half.
#[inline]
fn read_character(escapes: &[u8]) -> Option<(char, usize)> {
    let (unit, used) = read_escape(escapes);
    if let Some(character) = char::from_u32(u32::from(unit)) {
        return Some((character, used));
    }
    let low = escapes.get(used..).filter(|rest| rest.first() == Some(&b'\\'))?;
    let (low, more) = read_escape(low);
    let joined = char::decode_utf16([unit, low]).next()?.ok()?;
    Some((joined, used + more))
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

#[inline(never)]
fn append_escaped(body: &[u8], out: &mut impl Growing, half: &mut Half) -> u32 {
    let mut lone = 0;
    let mut rest = body;
    while let Some(at) = next_escape(rest) {
        let (plain, escape) = rest.split_at(at);
        if !plain.is_empty() {
            lone += finish(out, half);
            out.push_checked(plain);
        }
        let mut used = 0;
        if !half.is_waiting() {
            for bytes in escape.as_chunks().0.iter().copied().map_while(wide_character) {
                out.push_wide(bytes);
                used += 6;
            }
        }
        if used == 0 {
            let (unit, length) = read_escape(escape);
            lone += push_unit(unit, out, half);
            used = length;
        }
        rest = escape.get(used..).unwrap_or_default();
    }
    if !rest.is_empty() {
        lone += finish(out, half);
        out.push_checked(rest);
    }
    lone
}

/// One escape as a UTF-16 unit, and its length.
#[inline]
fn read_escape(escape: &[u8]) -> (u16, usize) {
    if let Some([b'\\', b'u', a, b, c, d]) = escape.first_chunk::<6>() {
        return (hex(*a, *b, *c, *d), 6);
    }
    let unit = match escape.get(1).copied().unwrap_or(b'\\') {
        b'n' => b'\n',
        b't' => b'\t',
        b'r' => b'\r',
        b'b' => 0x08,
        b'f' => 0x0c,
        same => same,
    };
    (u16::from(unit), 2)
}

/// The values of hexadecimal digits, which a cursor has checked.
const HEX: [u8; 256] = {
    let mut table = [0; 256];
    let mut digit = 0;
    while digit < 16 {
        #[allow(clippy::indexing_slicing)] // below 256, and not at run time
        {
            table[b"0123456789abcdef"[digit as usize] as usize] = digit;
            table[b"0123456789ABCDEF"[digit as usize] as usize] = digit;
        }
        digit += 1;
    }
    table
};

#[inline]
fn push_unit(unit: u16, out: &mut impl Growing, half: &mut Half) -> u32 {
    match unit {
        0xd800..=0xdbff => {
            let lone = finish(out, half);
            half.0 = Some(unit);
            lone
        }
        0xdc00..=0xdfff => {
            let Some(high) = half.0.take() else {
                out.push_char(char::REPLACEMENT_CHARACTER);
                return 1;
            };
            let joined = char::decode_utf16([high, unit]).next().and_then(Result::ok);
            out.push_char(joined.unwrap_or(char::REPLACEMENT_CHARACTER));
            0
        }
        _ => {
            let lone = finish(out, half);
            out.push_char(char::from_u32(u32::from(unit)).unwrap_or(char::REPLACEMENT_CHARACTER));
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
    fn a_body_says_its_own_text_and_no_other() {
        for body in ["", "a", r"a\nb", r"\u00e9\ud83d\ude00 x", r"\\x", "é😀"] {
            let text = whole(body.as_bytes()).0;
            assert!(says(body.as_bytes(), text.as_bytes()), "{body}");
            assert!(!says(body.as_bytes(), format!("{text}x").as_bytes()), "{body}");
            assert!(text.is_empty() || !says(body.as_bytes(), b""), "{body}");
        }
        for lone in [r"\ud83d", r"\ud83dx", r"\ud83d\n", r"\ude00", r"\ud83d\ud83d"] {
            assert!(!says(lone.as_bytes(), whole(lone.as_bytes()).0.as_bytes()), "{lone}");
        }
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
