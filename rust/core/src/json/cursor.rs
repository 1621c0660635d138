//! Reading JSON text that nobody has checked yet: once, front to back, without recursion.

use super::echo::{NO_PHRASES, Phrases};
use super::grammar::{self, expect, peek, scalar, space, string};
use super::nesting::Nesting;
use super::{Fault, Reason, Shape, Value};
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
    phrases: &'a Phrases,
}

impl<'a> Cursor<'a> {
    /// Starts at the first byte.
    #[inline]
    pub fn new(text: &'a [u8], limits: &Limits) -> Self {
        let Limits { max_json_depth: max_depth, max_number_digits: max_digits, .. } = *limits;
        Self { text, at: 0, level: 1, max_depth, max_digits, phrases: &NO_PHRASES }
    }

    /// Lets it know long strings that were told before.
    #[inline]
    pub(crate) fn knowing(self, phrases: &'a Phrases) -> Self {
        Self { phrases, ..self }
    }

    /// Starts at a value inside the event's own object.
    #[inline]
    pub fn inside(text: &'a [u8], at: usize, limits: &Limits) -> Self {
        Self { at, ..Self::new(text, limits) }
    }

    /// The byte at the cursor, 0 at the end.
    #[inline]
    pub(super) fn peek(&self) -> u8 {
        peek(self.text, self.at)
    }

    #[cold]
    fn fault(&self, reason: Reason) -> Fault {
        grammar::fault(self.text, self.at, reason)
    }

    #[inline]
    pub(super) fn space(&mut self) {
        self.at = space(self.text, self.at);
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
        let start = space(self.text, self.at);
        let (end, shape, value) = key(self.text, start)?;
        self.at = value;
        Ok(Value::at(start, end, shape))
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
        let (end, shape) = match self.peek() {
            b'"' => self.string(start)?,
            b'{' => (self.container(start)?, Shape::Object),
            b'[' => (self.container(start)?, Shape::Array),
            _ => scalar(self.text, start, self.max_digits)?,
        };
        self.at = end;
        Ok(Value::at(start, end, shape))
    }

    /// One past a string that is a value: keys are never long.
    #[inline]
    fn string(&self, start: usize) -> Result<(usize, Shape), Fault> {
        match self.phrases.repeated(self.text, start) {
            Some(end) => Ok(end),
            None => string(self.text, start),
        }
    }

    /// One past an object or array, without recursion: 100,000 brackets must cost an error and no stack.
    fn container(&self, start: usize) -> Result<usize, Fault> {
        let (text, mut at) = (self.text, start);
        let deepest = self.max_depth.saturating_sub(self.level);
        let mut open = Nesting::default();
        loop {
            // Here a value is due.
            match peek(text, at) {
                b'"' => at = self.string(at)?.0,
                bracket @ (b'{' | b'[') => {
                    if open.depth >= deepest {
                        return Err(grammar::fault(text, at, Reason::Depth));
                    }
                    let object = bracket == b'{';
                    open.push(object);
                    at = space(text, at.wrapping_add(1));
                    match (peek(text, at), object) {
                        (b'}', true) | (b']', false) => {}
                        (_, true) => {
                            at = key(text, at)?.2;
                            continue;
                        }
                        (_, false) => continue,
                    }
                }
                _ => at = scalar(text, at, self.max_digits)?.0,
            }
            // Here a value has ended: close what closes with it.
            loop {
                at = space(text, at);
                match (peek(text, at), open.in_object()) {
                    (b',', true) => {
                        at = key(text, space(text, at.wrapping_add(1)))?.2;
                        break;
                    }
                    (b',', false) => {
                        at = space(text, at.wrapping_add(1));
                        break;
                    }
                    (b'}', true) | (b']', false) => {
                        at = at.wrapping_add(1);
                        open.pop();
                        if open.depth == 0 {
                            return Ok(at);
                        }
                    }
                    _ => return Err(grammar::fault(text, at, Reason::Unexpected)),
                }
            }
        }
    }
}

/// One past the key whose opening quote must stand at `start`, what it is, and where its value begins.
#[inline]
fn key(text: &[u8], start: usize) -> Result<(usize, Shape, usize), Fault> {
    if peek(text, start) != b'"' {
        return Err(grammar::fault(text, start, Reason::Unexpected));
    }
    let (end, shape) = string(text, start)?;
    let value = expect(text, space(text, end), b':')?;
    Ok((end, shape, space(text, value)))
}
