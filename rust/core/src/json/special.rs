//! Where a JSON string stops being plain.
//!
//! Eight bytes at a time: most strings of a stream are ids and words of 5 to 60 bytes.

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// Position of the next quote, backslash or control byte at or after `from`, or the end.
#[inline]
pub(crate) fn next_special(text: &[u8], from: usize) -> usize {
    scan(text, from, 0, |byte| matches!(byte, b'"' | b'\\' | 0..=0x1f))
}

/// As the search for the end of a string, but it stops at bytes beyond ASCII too.
#[inline]
pub fn plain_ascii_end(text: &[u8], from: usize) -> usize {
    scan(text, from, HIGHS, |byte| matches!(byte, b'"' | b'\\' | 0..=0x1f | 0x80..))
}

/// `beyond` has the high bits set where bytes beyond ASCII count as special; `is_special` says the same of one byte.
#[inline]
fn scan(text: &[u8], from: usize, beyond: u64, is_special: impl Fn(u8) -> bool) -> usize {
    let rest = text.get(from..).unwrap_or_default();
    let (words, tail) = rest.as_chunks::<8>();
    for (at, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        // A byte is found exactly: the borrow of a subtraction can only disturb bytes above a true hit.
        let quote = word ^ (ONES * 0x22);
        let slash = word ^ (ONES * 0x5c);
        let hits = (quote.wrapping_sub(ONES) & !quote)
            | (slash.wrapping_sub(ONES) & !slash)
            | (word.wrapping_sub(ONES * 0x20) & !word);
        let hits = (hits & HIGHS) | (word & beyond);
        if hits != 0 {
            return from + at * 8 + (hits.trailing_zeros() / 8) as usize;
        }
    }
    let start = from + words.len() * 8;
    start + tail.iter().position(|byte| is_special(*byte)).unwrap_or(tail.len())
}
