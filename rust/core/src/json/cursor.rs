//! Reading JSON text that nobody has checked yet: once, front to back, without recursion.

use super::nesting::Nesting;
use super::special::{next_special, next_special_of_text};
use super::{Fault, Reason, Shape, Value, is_space};
use crate::limits::Limits;

/// Reads unchecked text once, front to back.
#[derive(Debug)]
pub struct Cursor<'a> {
    pub(super) text: &'a [u8],
    pub(super) at: usize,
    /// Brackets that are open around the value read next: at least that of the event's own object.
    level: usize,
    max_depth: usize,
    max_digits: usize,
}

impl<'a> Cursor<'a> {
    /// Starts at the first byte.
    #[inline]
    pub fn new(text: &'a [u8], limits: &Limits) -> Self {
        Self { text, at: 0, level: 1, max_depth: limits.max_json_depth, max_digits: limits.max_number_digits }
    }

    /// Starts at a value inside the event's own object.
    #[inline]
    pub fn inside(text: &'a [u8], at: usize, limits: &Limits) -> Self {
        Self { at, ..Self::new(text, limits) }
    }

    /// The byte at the cursor; 0, which JSON allows nowhere outside strings, stands for the end.
    #[inline]
    pub(super) fn peek(&self) -> u8 {
        self.text.get(self.at).copied().unwrap_or_default()
    }

    #[cold]
    fn fault(&self, reason: Reason) -> Fault {
        let reason = if reason == Reason::Unexpected && self.at >= self.text.len() { Reason::End } else { reason };
        Fault { reason, at: self.at }
    }

    #[inline]
    pub(super) fn space(&mut self) {
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

    /// Enters an object member by member, which is a value and not the whole text. Returns whether it has members.
    pub(super) fn enter_object(&mut self) -> Result<bool, Fault> {
        if self.level >= self.max_depth {
            return Err(self.fault(Reason::Depth));
        }
        self.at += 1;
        self.level += 1;
        self.space();
        if self.peek() == b'}' {
            self.at += 1;
            return Ok(false);
        }
        Ok(true)
    }

    /// Leaves an object that was entered member by member, behind its last bracket.
    pub(super) fn leave_object(&mut self) {
        self.level -= 1;
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
        Value::at(start, self.at, shape)
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
        let exponent = matches!(self.peek(), b'e' | b'E');
        if exponent {
            self.at += 1;
            if matches!(self.peek(), b'+' | b'-') {
                self.at += 1;
            }
            self.digits()?;
        }
        let float = self.text.get(start..self.at).unwrap_or_default();
        if (exponent || float.len() > LONGEST_FINITE) && is_infinite(float) {
            return Err(self.fault(Reason::Infinite));
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
                b'\\' => {
                    self.escape()?;
                    // Escapes stand in runs where a server writes whole scripts as `\u`.
                    while self.peek() == b'\\' {
                        self.escape()?;
                    }
                }
                _ if self.at >= self.text.len() => return Err(self.fault(Reason::End)),
                _ => return Err(self.fault(Reason::Control)),
            }
            self.at = next_special_of_text(self.text, self.at);
        }
    }

    #[inline]
    fn escape(&mut self) -> Result<(), Fault> {
        self.at += 1;
        match self.peek() {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => self.at += 1,
            b'u' => {
                let hex = self.text.get(self.at + 1..).and_then(|rest| rest.first_chunk::<4>());
                let is_hex = |byte: u8| HEX.get(usize::from(byte)).copied().unwrap_or_default();
                if !hex.is_some_and(|[a, b, c, d]| is_hex(*a) & is_hex(*b) & is_hex(*c) & is_hex(*d)) {
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
        if open.depth + self.level >= self.max_depth {
            return Err(self.fault(Reason::Depth));
        }
        open.push(object);
        self.at += 1;
        self.space();
        Ok(())
    }
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

/// Digits with which no float without an exponent is infinite.
const LONGEST_FINITE: usize = 308;

/// Whether a number is a float that would read as infinity; integers are exact at any size.
#[cold]
fn is_infinite(number: &[u8]) -> bool {
    let float = number.iter().any(|byte| matches!(byte, b'.' | b'e' | b'E'));
    let value = std::str::from_utf8(number).ok().and_then(|number| number.parse::<f64>().ok());
    float && value.is_none_or(f64::is_infinite)
}
