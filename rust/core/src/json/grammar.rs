//! Where white space, strings, numbers and literals end, in text that nobody has checked yet.
//!
//! Positions go in and come out by value, so that the loops of [`super::Cursor`] keep them in registers: most of the
//! time of a general scan is spent between two tokens.

use super::special::{next_special, next_special_of_text};
use super::{Fault, Reason, Shape, is_space};

/// The byte at a position; 0, which JSON allows nowhere outside strings, stands for the end.
#[inline]
pub(super) fn peek(text: &[u8], at: usize) -> u8 {
    text.get(at).copied().unwrap_or_default()
}

/// What is wrong at a position. Where the text is over, that is what is wrong.
#[cold]
pub(super) fn fault(text: &[u8], at: usize, reason: Reason) -> Fault {
    let reason = if reason == Reason::Unexpected && at >= text.len() { Reason::End } else { reason };
    Fault { reason, at }
}

/// Where white space ends. Mostly there is none.
#[inline]
pub(super) fn space(text: &[u8], at: usize) -> usize {
    if peek(text, at) > b' ' { at } else { some_space(text, at) }
}

#[inline(never)]
fn some_space(text: &[u8], from: usize) -> usize {
    let rest = text.get(from..).unwrap_or_default();
    from + rest.iter().take_while(|byte| is_space(**byte)).count()
}

/// One past a byte that must stand there.
#[inline]
pub(super) fn expect(text: &[u8], at: usize, byte: u8) -> Result<usize, Fault> {
    if peek(text, at) == byte { Ok(at.wrapping_add(1)) } else { Err(fault(text, at, Reason::Unexpected)) }
}

/// One past the string whose opening quote stands at `start`.
#[inline]
pub(super) fn string(text: &[u8], start: usize) -> Result<(usize, Shape), Fault> {
    let at = next_special(text, start.wrapping_add(1));
    if peek(text, at) == b'"' {
        return Ok((at.wrapping_add(1), Shape::Plain));
    }
    escaped_string(text, at).map(|end| (end, Shape::Escaped))
}

/// One past the string of which the first byte that is not plain stands at `at`.
#[inline(never)]
fn escaped_string(text: &[u8], mut at: usize) -> Result<usize, Fault> {
    loop {
        match peek(text, at) {
            b'"' => return Ok(at.wrapping_add(1)),
            b'\\' => {
                at = escape(text, at)?;
                // Escapes stand in runs where a server writes whole scripts as `\u`.
                while peek(text, at) == b'\\' {
                    at = escape(text, at)?;
                }
            }
            _ if at >= text.len() => return Err(fault(text, at, Reason::End)),
            _ => return Err(fault(text, at, Reason::Control)),
        }
        at = next_special_of_text(text, at);
    }
}

/// One past the escape whose backslash stands at `at`.
#[inline]
fn escape(text: &[u8], at: usize) -> Result<usize, Fault> {
    let rest = text.get(at..).unwrap_or_default();
    if let Some([_, b'u', a, b, c, d]) = rest.first_chunk::<6>() {
        let is_hex = |byte: u8| HEX.get(usize::from(byte)).copied().unwrap_or_default();
        if is_hex(*a) & is_hex(*b) & is_hex(*c) & is_hex(*d) {
            return Ok(at.wrapping_add(6));
        }
    }
    match rest.get(1) {
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(at.wrapping_add(2)),
        _ => Err(fault(text, at.wrapping_add(1), Reason::Escape)),
    }
}

/// One past the number or literal at `at`, and which of them it is.
#[inline]
pub(super) fn scalar(text: &[u8], at: usize, max_digits: usize) -> Result<(usize, Shape), Fault> {
    match peek(text, at) {
        b'-' | b'0'..=b'9' => number(text, at, max_digits).map(|end| (end, Shape::Number)),
        b't' => literal(text, at, b"true", Shape::Bool),
        b'f' => literal(text, at, b"false", Shape::Bool),
        b'n' => literal(text, at, b"null", Shape::Null),
        _ => Err(fault(text, at, Reason::Unexpected)),
    }
}

#[inline]
fn literal(text: &[u8], at: usize, word: &'static [u8], shape: Shape) -> Result<(usize, Shape), Fault> {
    let rest = text.get(at..).unwrap_or_default();
    if rest.starts_with(word) {
        return Ok((at.wrapping_add(word.len()), shape));
    }
    let same = rest.iter().zip(word).take_while(|(byte, due)| byte == due).count();
    Err(fault(text, at + same, Reason::Unexpected))
}

#[inline]
fn number(text: &[u8], start: usize, max_digits: usize) -> Result<usize, Fault> {
    let whole = start.wrapping_add(usize::from(peek(text, start) == b'-'));
    let end = match peek(text, whole) {
        b'0' => whole.wrapping_add(1),
        _ => digits(text, whole)?,
    };
    let end = match peek(text, end) {
        b'.' | b'e' | b'E' => fraction(text, start, end)?,
        _ => end,
    };
    if end.wrapping_sub(start) > max_digits {
        return Err(fault(text, end, Reason::Digits));
    }
    Ok(end)
}

/// One past a number of which the whole part ends at `at`, with a fraction, an exponent or both.
#[inline(never)]
fn fraction(text: &[u8], start: usize, at: usize) -> Result<usize, Fault> {
    let mut end = at;
    if peek(text, end) == b'.' {
        end = digits(text, end.wrapping_add(1))?;
    }
    let exponent = matches!(peek(text, end), b'e' | b'E');
    if exponent {
        end = end.wrapping_add(1);
        end = end.wrapping_add(usize::from(matches!(peek(text, end), b'+' | b'-')));
        end = digits(text, end)?;
    }
    let float = text.get(start..end).unwrap_or_default();
    if (exponent || float.len() > LONGEST_FINITE) && is_infinite(float) {
        return Err(fault(text, end, Reason::Infinite));
    }
    Ok(end)
}

/// One past the digits at `from`, of which there must be one.
#[inline]
fn digits(text: &[u8], from: usize) -> Result<usize, Fault> {
    let mut at = from;
    while let Some(word) = text.get(at..).and_then(|rest| rest.first_chunk()) {
        let count = digits_in(u64::from_le_bytes(*word));
        at = at.wrapping_add(count);
        if count < 8 {
            return if at == from { Err(fault(text, at, Reason::Unexpected)) } else { Ok(at) };
        }
    }
    last_digits(text, from, at)
}

/// As [`digits`], where fewer than eight bytes are left.
#[inline(never)]
fn last_digits(text: &[u8], from: usize, at: usize) -> Result<usize, Fault> {
    let rest = text.get(at..).unwrap_or_default();
    let end = at + rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if end == from { Err(fault(text, end, Reason::Unexpected)) } else { Ok(end) }
}

/// How many digits a word begins with.
#[inline]
pub(super) fn digits_in(word: u64) -> usize {
    const ZEROS: u64 = 0x3030_3030_3030_3030;
    let values = word ^ ZEROS;
    // A byte of 0 to 9 stays below 16 also with 6 added. Only the first byte that does not is looked for, so that what
    // an addition carries into the next byte does not matter.
    let others = (values | values.wrapping_add(0x0606_0606_0606_0606)) & 0xf0f0_f0f0_f0f0_f0f0;
    (others.trailing_zeros() / 8) as usize
}

/// Digits with which no float without an exponent is infinite.
const LONGEST_FINITE: usize = 308;

/// Whether a number is a float that would read as infinity; integers are exact at any size.
#[cold]
fn is_infinite(number: &[u8]) -> bool {
    let float = number.iter().any(|byte| matches!(byte, b'.' | b'e' | b'E'));
    let value = std::str::from_utf8(number).ok().and_then(|number| number.parse::<f64>().ok());
    float && value.is_none_or(f64::is_infinite)
}

/// Which bytes are hexadecimal digits.
const HEX: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        #[allow(clippy::cast_possible_truncation, clippy::indexing_slicing)] // below 256, and not at run time
        {
            table[byte] = (byte as u8).is_ascii_hexdigit();
        }
        byte += 1;
    }
    table
};
