//! Walking JSON text: the whole grammar is checked, nothing is built.
//!
//! [`Cursor`] reads text that nobody has checked yet, in one pass and without recursion. [`members`] and [`elements`]
//! read text that a cursor has already passed; they look only for where values end. [`Echo`] knows what was read before.

mod cursor;
mod echo;
mod grammar;
mod nesting;
mod skim;
mod special;
mod walk;

pub use cursor::Cursor;
pub use echo::{Echo, Member, Told};
pub(crate) use special::next_special;
pub use special::plain_ascii_end;
pub use walk::{Elements, Members, elements, first_member, member, members, name_is, string_member};

/// What a value is, as far as its first bytes tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Shape {
    /// `null`, or no value at all: the wire format treats both alike.
    #[default]
    Null,
    /// `true` or `false`.
    Bool,
    /// A number.
    Number,
    /// A string without escapes.
    Plain,
    /// A string with at least one escape.
    Escaped,
    /// An object.
    Object,
    /// An array.
    Array,
}

/// Where a value stands in its text, quotes and brackets included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Value {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// What it is.
    pub shape: Shape,
}

impl Value {
    /// A value between two positions of an event, which is capped below 4 GiB by the framer.
    #[inline]
    #[allow(clippy::cast_possible_truncation)]
    pub fn at(start: usize, end: usize, shape: Shape) -> Self {
        Self { start: start as u32, end: end as u32, shape }
    }

    /// The bytes of the value.
    #[inline]
    pub fn of(self, text: &[u8]) -> &[u8] {
        text.get(self.start as usize..self.end as usize).unwrap_or_default()
    }

    /// The bytes between the quotes, for strings.
    #[inline]
    pub fn string_body(self, text: &[u8]) -> Option<&[u8]> {
        match self.shape {
            Shape::Plain | Shape::Escaped => {
                text.get((self.start as usize).wrapping_add(1)..(self.end as usize).wrapping_sub(1))
            }
            _ => None,
        }
    }

    /// Whether the value carries nothing: null, "", [] or {}.
    #[inline]
    pub fn is_empty(self, text: &[u8]) -> bool {
        match self.shape {
            Shape::Null => true,
            Shape::Bool | Shape::Number => false,
            Shape::Plain | Shape::Escaped => self.end - self.start <= 2,
            Shape::Object | Shape::Array if self.end - self.start == 2 => true,
            Shape::Object | Shape::Array => {
                let body = self.of(text).get(1..).unwrap_or_default();
                matches!(body.iter().find(|byte| !is_space(**byte)), Some(b'}' | b']') | None)
            }
        }
    }
}

/// Why a text is not JSON, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong.
    pub reason: Reason,
    /// Byte within the text.
    pub at: usize,
}

/// What can be wrong with a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The text stops too early.
    End,
    /// A byte that cannot stand there.
    Unexpected,
    /// A control byte in a string.
    Control,
    /// A backslash before something that cannot be escaped.
    Escape,
    /// Something after the value.
    Trailing,
    /// The top level is no object.
    NotAnObject,
    /// A float beyond what a float can hold.
    Infinite,
    /// Nesting beyond `max_json_depth`.
    Depth,
    /// A number with more digits than `max_number_digits`.
    Digits,
    /// 4 GiB or more.
    Length,
}

impl Reason {
    /// The reason in words.
    pub const fn text(self) -> &'static str {
        match self {
            Self::End => "the JSON text stops too early",
            Self::Unexpected => "a byte that cannot stand there",
            Self::Control => "a control byte in a string",
            Self::Escape => "a bad escape in a string",
            Self::Trailing => "something follows the JSON value",
            Self::NotAnObject => "the JSON value is not an object",
            Self::Infinite => "a number beyond what a float can hold",
            Self::Depth => "nested deeper than max_json_depth",
            Self::Digits => "a number with more digits than max_number_digits",
            Self::Length => "a JSON text of 4 GiB or more",
        }
    }
}

/// JSON's white space.
#[inline]
pub fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// A non-negative integer below 2^53, the range in which every JSON reader agrees.
#[inline]
pub fn small_integer(number: &[u8]) -> Option<u64> {
    if number.len() > 16 || number.is_empty() {
        return None;
    }
    let mut value = 0_u64;
    for byte in number {
        value = value * 10 + u64::from(byte.checked_sub(b'0').filter(|digit| *digit < 10)?);
    }
    (value < 1 << 53).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;
    use proptest::prelude::*;

    fn check(text: &[u8]) -> Result<Value, Fault> {
        let mut cursor = Cursor::new(text, &Limits::default());
        cursor.space();
        let value = cursor.value()?;
        cursor.end()?;
        Ok(value)
    }

    // serde_json joins surrogates and refuses lone halves, which this grammar allows.
    fn oracle(text: &[u8]) -> bool {
        serde_json::from_slice::<&serde_json::value::RawValue>(text).is_ok()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]
        #[test]
        fn accepts_what_serde_accepts(text in r#"[\[\]{}:," \\nu0-9a-f.eE+tru-]{0,24}"#) {
            let text = text.as_bytes();
            prop_assert_eq!(check(text).is_ok(), oracle(text), "{:?}", String::from_utf8_lossy(text));
        }

        #[test]
        fn finds_the_same_special_byte_as_a_plain_search(text in proptest::collection::vec(any::<u8>(), 0..40), from in 0_usize..8) {
            let from = from.min(text.len());
            let plain = (from..text.len()).find(|at| matches!(text[*at], b'"' | b'\\' | 0..=0x1f)).unwrap_or(text.len());
            prop_assert_eq!(special::next_special(&text, from), plain);
        }
    }

    #[test]
    fn nesting_is_limited_without_a_stack() {
        let deep = "[".repeat(100_000);
        assert_eq!(check(deep.as_bytes()).map_err(|fault| fault.reason), Err(Reason::Depth));
        let unlimited = Limits { max_json_depth: usize::MAX, ..Limits::default() };
        let whole = format!("{}{}", "[{\"a\":".repeat(1000), "1".to_owned() + &"}]".repeat(1000));
        let mut cursor = Cursor::new(whole.as_bytes(), &unlimited);
        assert!(cursor.value().is_ok() && cursor.end().is_ok());
    }

    #[test]
    fn members_and_elements_walk_checked_text() {
        let text = br#" {"a" : [1, {"b":2} ,"x"], "\u0061":null ,"c":{} } "#;
        let keys: Vec<_> = members(text).map(|(key, _)| key.of(text).to_vec()).collect();
        assert_eq!(keys, [br#""a""#.to_vec(), br#""\u0061""#.to_vec(), br#""c""#.to_vec()]);
        assert_eq!(member(text, "a").map(|value| value.shape), Some(Shape::Null));
        let array = first_member(text, "a").map(|value| value.of(text)).unwrap_or_default();
        assert_eq!(elements(array).count(), 3);
        assert_eq!(elements(b"[]").count() + elements(b"{}").count() + members(b"3").count(), 0);
    }

    #[test]
    fn small_integers_only() {
        assert_eq!(small_integer(b"9007199254740991"), Some(9_007_199_254_740_991));
        for bad in [&b"9007199254740992"[..], b"-1", b"1.0", b"1e3", b"", b"99999999999999999999"] {
            assert_eq!(small_integer(bad), None);
        }
    }
}
