//! Where a JSON string stops being plain.
//!
//! Most strings of a stream are ids and words of 5 to 60 bytes: the first bytes are looked at eight at a time, by
//! arithmetic. What is longer is a text, and is searched with vector instructions.

use memchr::memchr2;

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// Bytes after which a string is long.
const SHORT: usize = 48;

/// Position of the next quote, backslash or control byte at or after `from`, or the end.
#[inline]
pub(crate) fn next_special(text: &[u8], from: usize) -> usize {
    scan::<false>(text, from)
}

/// As [`next_special`], inside a text that has gone on for long.
#[inline]
pub(crate) fn next_special_of_text(text: &[u8], from: usize) -> usize {
    scan_long::<false>(text, from)
}

/// As the search for the end of a string, but it stops at bytes beyond ASCII too.
#[inline]
pub fn plain_ascii_end(text: &[u8], from: usize) -> usize {
    scan::<true>(text, from)
}

/// Position of the next quote or bracket at or after `from`, or the end, in checked text outside of strings: there no
/// other byte has the same bits.
#[inline]
pub(super) fn next_bracket(text: &[u8], from: usize) -> usize {
    let rest = text.get(from..).unwrap_or_default();
    let (words, tail) = rest.as_chunks::<8>();
    for (at, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let quote = word ^ (ONES * 0x22);
        // `[`, `]`, `{` and `}` differ in these bits only.
        let bracket = (word | (ONES * 0x26)) ^ (ONES * 0x7f);
        let hits = (quote.wrapping_sub(ONES) & !quote) | (bracket.wrapping_sub(ONES) & !bracket);
        if hits & HIGHS != 0 {
            return from + at * 8 + ((hits & HIGHS).trailing_zeros() / 8) as usize;
        }
    }
    let start = from + words.len() * 8;
    start + tail.iter().position(|byte| *byte == b'"' || byte | 0x26 == 0x7f).unwrap_or(tail.len())
}

/// `ASCII` says that bytes beyond ASCII are special too.
#[inline]
fn scan<const ASCII: bool>(text: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(word) = text.get(at..).and_then(|rest| rest.first_chunk()) {
        if let Some(place) = in_word::<ASCII>(*word) {
            return at.wrapping_add(place);
        }
        at = at.wrapping_add(8);
        if at.wrapping_sub(from) == SHORT {
            return scan_long::<ASCII>(text, at);
        }
    }
    in_bytes::<ASCII>(text, at)
}

#[inline(never)]
fn scan_long<const ASCII: bool>(text: &[u8], from: usize) -> usize {
    let rest = text.get(from..).unwrap_or_default();
    let end = from + memchr2(b'"', b'\\', rest).unwrap_or(rest.len());
    let span = text.get(from..end).unwrap_or_default();
    if is_plain::<ASCII>(span) {
        return end;
    }
    from + span.iter().position(|byte| is_special::<ASCII>(*byte)).unwrap_or(span.len())
}

/// Whether no byte of a span without quotes and backslashes is special: a loop without a way out, which the compiler
/// turns into vector instructions.
#[inline]
fn is_plain<const ASCII: bool>(span: &[u8]) -> bool {
    let (low, high) = span.iter().fold((u8::MAX, 0), |(low, high): (u8, u8), byte| (low.min(*byte), high.max(*byte)));
    low >= b' ' && (!ASCII || high < 0x80)
}

#[inline]
fn is_special<const ASCII: bool>(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\' | 0..=0x1f) || ASCII && byte >= 0x80
}

#[inline]
fn in_word<const ASCII: bool>(word: [u8; 8]) -> Option<usize> {
    let word = u64::from_le_bytes(word);
    // The highest bit of a byte below 0x80 is set by the subtraction exactly if it is special: the borrow can only
    // disturb bytes above a true hit. Bytes beyond ASCII have it anyway.
    let hits = (word ^ (ONES * 0x22)).wrapping_sub(ONES)
        | (word ^ (ONES * 0x5c)).wrapping_sub(ONES)
        | word.wrapping_sub(ONES * 0x20);
    let hits = (if ASCII { hits | word } else { hits & !word }) & HIGHS;
    (hits != 0).then(|| (hits.trailing_zeros() / 8) as usize)
}

/// The last bytes of a text, which fill no word.
#[inline(never)]
fn in_bytes<const ASCII: bool>(text: &[u8], from: usize) -> usize {
    let tail = text.get(from..).unwrap_or_default();
    from + tail.iter().position(|byte| is_special::<ASCII>(*byte)).unwrap_or(tail.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_special_byte_is_found_and_no_other(
            text in proptest::collection::vec(prop_oneof![40 => b'a'..=b'z', 1 => any::<u8>()], 0..300),
            from in 0_usize..310,
        ) {
            let slow = |stops: fn(u8) -> bool| {
                (from..text.len()).find(|at| text.get(*at).is_some_and(|byte| stops(*byte))).unwrap_or(text.len().max(from))
            };
            prop_assert_eq!(next_special(&text, from), slow(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f)));
            prop_assert_eq!(plain_ascii_end(&text, from), slow(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f | 0x80..)));
        }
    }
}
