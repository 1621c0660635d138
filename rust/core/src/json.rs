//! Walking JSON text: the whole grammar is checked, nothing is built.
//!
//! [`Cursor`] reads text that nobody has checked yet, in one pass and without recursion. [`members`] and [`elements`]
//! read text that a cursor has already passed; they look only for what they are asked for.

use crate::limits::Limits;

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
    pub fn is_empty(self, text: &[u8]) -> bool {
        match self.shape {
            Shape::Null => true,
            Shape::Bool | Shape::Number => false,
            Shape::Plain | Shape::Escaped => self.end - self.start <= 2,
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
    /// Nesting beyond `max_json_depth`.
    Depth,
    /// A number with more digits than `max_number_digits`.
    Digits,
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
            Self::Depth => "nested deeper than max_json_depth",
            Self::Digits => "a number with more digits than max_number_digits",
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

/// Reads unchecked text once, front to back.
#[derive(Debug)]
pub struct Cursor<'a> {
    text: &'a [u8],
    at: usize,
    max_depth: usize,
    max_digits: usize,
}

impl<'a> Cursor<'a> {
    /// Starts at the first byte.
    #[inline]
    pub fn new(text: &'a [u8], limits: &Limits) -> Self {
        Self { text, at: 0, max_depth: limits.max_json_depth, max_digits: limits.max_number_digits }
    }

    /// The byte at the cursor; 0, which JSON allows nowhere outside strings, stands for the end.
    #[inline]
    fn peek(&self) -> u8 {
        self.text.get(self.at).copied().unwrap_or_default()
    }

    #[cold]
    fn fault(&self, reason: Reason) -> Fault {
        let reason = if reason == Reason::Unexpected && self.at >= self.text.len() { Reason::End } else { reason };
        Fault { reason, at: self.at }
    }

    #[inline]
    fn space(&mut self) {
        while is_space(self.peek()) {
            self.at += 1;
        }
    }

    #[inline]
    fn expect(&mut self, byte: u8) -> Result<(), Fault> {
        if self.peek() != byte {
            return Err(self.fault(Reason::Unexpected));
        }
        self.at += 1;
        Ok(())
    }

    /// Enters the object that must be the whole text. Returns whether it has members.
    #[inline]
    pub fn open_object(&mut self) -> Result<bool, Fault> {
        self.space();
        if self.peek() != b'{' {
            // `123` is JSON but no event; garbage is not JSON. Both are told apart for the reader of the report.
            let start = self.at;
            self.value()?;
            self.end()?;
            self.at = start;
            return Err(self.fault(Reason::NotAnObject));
        }
        self.at += 1;
        self.space();
        if self.peek() == b'}' {
            self.at += 1;
            return Ok(false);
        }
        Ok(true)
    }

    /// A key and its colon.
    #[inline]
    pub fn key(&mut self) -> Result<Value, Fault> {
        self.space();
        if self.peek() != b'"' {
            return Err(self.fault(Reason::Unexpected));
        }
        let key = self.string()?;
        self.space();
        self.expect(b':')?;
        self.space();
        Ok(key)
    }

    /// After a member: whether another follows.
    #[inline]
    pub fn more_members(&mut self) -> Result<bool, Fault> {
        self.space();
        match self.peek() {
            b',' => {
                self.at += 1;
                Ok(true)
            }
            b'}' => {
                self.at += 1;
                Ok(false)
            }
            _ => Err(self.fault(Reason::Unexpected)),
        }
    }

    /// Only white space may follow.
    #[inline]
    pub fn end(&mut self) -> Result<(), Fault> {
        self.space();
        if self.at < self.text.len() {
            return Err(self.fault(Reason::Trailing));
        }
        Ok(())
    }

    /// One value of any shape.
    #[inline]
    pub fn value(&mut self) -> Result<Value, Fault> {
        let start = self.at;
        let shape = match self.peek() {
            b'"' => return self.string(),
            b'{' | b'[' => self.container()?,
            _ => self.scalar()?,
        };
        Ok(self.span(start, shape))
    }

    #[inline]
    fn span(&self, start: usize, shape: Shape) -> Value {
        // Events are capped below 4 GiB by the framer, so that offsets fit.
        #[allow(clippy::cast_possible_truncation)]
        Value { start: start as u32, end: self.at as u32, shape }
    }

    fn scalar(&mut self) -> Result<Shape, Fault> {
        match self.peek() {
            b'-' | b'0'..=b'9' => self.number(),
            b't' => self.literal(b"true", Shape::Bool),
            b'f' => self.literal(b"false", Shape::Bool),
            b'n' => self.literal(b"null", Shape::Null),
            _ => Err(self.fault(Reason::Unexpected)),
        }
    }

    fn literal(&mut self, word: &'static [u8], shape: Shape) -> Result<Shape, Fault> {
        for byte in word {
            self.expect(*byte)?;
        }
        Ok(shape)
    }

    #[inline]
    fn number(&mut self) -> Result<Shape, Fault> {
        let start = self.at;
        if self.peek() == b'-' {
            self.at += 1;
        }
        match self.peek() {
            b'0' => self.at += 1,
            _ => self.digits()?,
        }
        if self.peek() == b'.' {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), b'e' | b'E') {
            self.at += 1;
            if matches!(self.peek(), b'+' | b'-') {
                self.at += 1;
            }
            self.digits()?;
        }
        if self.at - start > self.max_digits {
            return Err(self.fault(Reason::Digits));
        }
        Ok(Shape::Number)
    }

    #[inline]
    fn digits(&mut self) -> Result<(), Fault> {
        let start = self.at;
        while self.peek().is_ascii_digit() {
            self.at += 1;
        }
        if self.at == start { Err(self.fault(Reason::Unexpected)) } else { Ok(()) }
    }

    /// A string with its quotes.
    #[inline]
    fn string(&mut self) -> Result<Value, Fault> {
        let start = self.at;
        self.at = next_special(self.text, self.at + 1);
        if self.peek() == b'"' {
            self.at += 1;
            return Ok(self.span(start, Shape::Plain));
        }
        self.escaped_string(start)
    }

    #[inline(never)]
    fn escaped_string(&mut self, start: usize) -> Result<Value, Fault> {
        loop {
            match self.peek() {
                b'"' => {
                    self.at += 1;
                    return Ok(self.span(start, Shape::Escaped));
                }
                b'\\' => self.escape()?,
                _ if self.at >= self.text.len() => return Err(self.fault(Reason::End)),
                _ => return Err(self.fault(Reason::Control)),
            }
            self.at = next_special(self.text, self.at);
        }
    }

    #[inline]
    fn escape(&mut self) -> Result<(), Fault> {
        self.at += 1;
        match self.peek() {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => self.at += 1,
            b'u' => {
                let hex = self.text.get(self.at + 1..self.at + 5);
                if !hex.is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit)) {
                    return Err(self.fault(Reason::Escape));
                }
                self.at += 5;
            }
            _ => return Err(self.fault(Reason::Escape)),
        }
        Ok(())
    }

    /// An object or array, without recursion: 100,000 brackets must cost an error and no stack.
    fn container(&mut self) -> Result<Shape, Fault> {
        let shape = if self.peek() == b'{' { Shape::Object } else { Shape::Array };
        let mut open = Nesting::default();
        loop {
            // Here a value is due.
            match self.peek() {
                b'{' => {
                    self.enter(&mut open, true)?;
                    if self.peek() != b'}' {
                        self.key()?;
                        continue;
                    }
                }
                b'[' => {
                    self.enter(&mut open, false)?;
                    if self.peek() != b']' {
                        continue;
                    }
                }
                b'"' => {
                    self.string()?;
                }
                _ => {
                    self.scalar()?;
                }
            }
            // Here a value has ended: close what closes with it.
            loop {
                self.space();
                let Some(in_object) = open.innermost() else { return Ok(shape) };
                match (self.peek(), in_object) {
                    (b'}', true) | (b']', false) => {
                        self.at += 1;
                        open.pop();
                        if open.innermost().is_none() {
                            return Ok(shape);
                        }
                    }
                    (b',', true) => {
                        self.at += 1;
                        self.key()?;
                        break;
                    }
                    (b',', false) => {
                        self.at += 1;
                        self.space();
                        break;
                    }
                    _ => return Err(self.fault(Reason::Unexpected)),
                }
            }
        }
    }

    #[inline]
    fn enter(&mut self, open: &mut Nesting, object: bool) -> Result<(), Fault> {
        // The event's own object is the first level.
        if open.depth + 1 >= self.max_depth {
            return Err(self.fault(Reason::Depth));
        }
        open.push(object);
        self.at += 1;
        self.space();
        Ok(())
    }
}

/// A stack of bits, one per open bracket: set for objects. It takes memory only beyond 128 levels.
#[derive(Default)]
struct Nesting {
    bits: u128,
    depth: usize,
    deeper: Vec<u128>,
}

impl Nesting {
    #[inline]
    fn push(&mut self, object: bool) {
        if self.depth > 0 && self.depth % 128 == 0 {
            self.deeper.push(self.bits);
        }
        self.bits = self.bits << 1 | u128::from(object);
        self.depth += 1;
    }

    #[inline]
    fn pop(&mut self) {
        self.bits >>= 1;
        self.depth -= 1;
        if self.depth > 0 && self.depth % 128 == 0 {
            self.bits = self.deeper.pop().unwrap_or_default();
        }
    }

    #[inline]
    fn innermost(&self) -> Option<bool> {
        (self.depth > 0).then_some(self.bits & 1 == 1)
    }
}

/// Position of the next quote, backslash or control byte at or after `from`, or the end.
///
/// Eight bytes at a time: most strings of a stream are ids and words of 5 to 60 bytes.
#[inline]
fn next_special(text: &[u8], from: usize) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHS: u64 = 0x8080_8080_8080_8080;
    let mut at = from;
    while let Some(word) = text.get(at..at + 8).and_then(|word| <[u8; 8]>::try_from(word).ok()) {
        let word = u64::from_le_bytes(word);
        // A byte is found exactly: the borrow of a subtraction can only disturb bytes above a true hit.
        let quote = word ^ (ONES * u64::from(b'"'));
        let slash = word ^ (ONES * u64::from(b'\\'));
        let hits = (quote.wrapping_sub(ONES) & !quote)
            | (slash.wrapping_sub(ONES) & !slash)
            | (word.wrapping_sub(ONES * 0x20) & !word);
        let hits = hits & HIGHS;
        if hits != 0 {
            return at + (hits.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    while text.get(at).is_some_and(|byte| !matches!(byte, b'"' | b'\\' | 0..=0x1f)) {
        at += 1;
    }
    at.min(text.len())
}

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

#[cfg(test)]
mod tests {
    use super::*;
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
            prop_assert_eq!(next_special(&text, from), plain);
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
