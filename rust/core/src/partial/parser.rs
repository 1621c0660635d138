//! The parser: a state, the open brackets, and the piece of a token that a cut left over.

use super::Sink;
use super::number::Number;
use crate::json::{Fault, Reason, is_space, next_special};
use crate::limits::Limits;
use crate::unescape::{self, Half};

/// What may come next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// A value.
    Value,
    /// A value or `]`.
    FirstElement,
    /// A key or `}`.
    FirstKey,
    /// A key.
    Key,
    /// The colon behind a key.
    Colon,
    /// A comma or bracket; white space at the top level.
    After,
    /// More of a string.
    String(Role),
    /// More of an escape within a string.
    Escape(Role),
    /// More of a number.
    Number(Number),
    /// The rest of `true`, `false` or `null`, and what it means.
    Literal(Option<bool>, &'static [u8]),
}

/// What a string is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Key,
    Value,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bracket {
    Object,
    Array,
}

/// Why a push stops before its end.
enum Stop<E> {
    Fault(Reason),
    Sink(E),
}

impl<E> From<E> for Stop<E> {
    fn from(error: E) -> Self {
        Self::Sink(error)
    }
}

/// Reads JSON text piece by piece. Never recurses; each byte is read once.
#[derive(Debug)]
pub struct Parser {
    max_depth: usize,
    max_digits: usize,
    state: State,
    open: Vec<Bracket>,
    /// Of a key or number: what was read of it. Of a string: what the sink was not yet told.
    piece: String,
    /// An escape that is not yet whole.
    escape: Vec<u8>,
    half: Half,
    /// Bytes of the pushes before this one.
    base: usize,
    fault: Option<Fault>,
}

impl Parser {
    /// A parser at the start of a text.
    pub fn new(limits: &Limits) -> Self {
        Self {
            max_depth: limits.max_json_depth,
            max_digits: limits.max_number_digits,
            state: State::Value,
            open: Vec::new(),
            piece: String::new(),
            escape: Vec::new(),
            half: Half::default(),
            base: 0,
            fault: None,
        }
    }

    /// Reads the next piece of the text. Once the text has turned out to be no JSON, nothing more is read.
    #[inline]
    pub fn push<S: Sink>(&mut self, more: &str, sink: &mut S) -> Result<(), S::Error> {
        if self.fault.is_some() {
            return Ok(());
        }
        let mut at = 0;
        let read = self.read(more, &mut at, sink).and_then(|()| Ok(self.tell_text(sink)?));
        match read {
            Ok(()) => {}
            Err(Stop::Sink(error)) => return Err(error),
            Err(Stop::Fault(reason)) => {
                self.fault = Some(Fault { reason, at: self.base + at });
                // What stands before the bad byte is good.
                self.tell_text(sink)?;
            }
        }
        self.base += more.len();
        Ok(())
    }

    /// Tells a number that is the whole text, which only the text's end can finish.
    pub fn end<S: Sink>(&mut self, sink: &mut S) -> Result<(), S::Error> {
        match self.state {
            State::Number(number) if self.open.is_empty() && number.is_whole() && self.fault.is_none() => {
                sink.number(&self.piece)
            }
            _ => Ok(()),
        }
    }

    /// Whether what was read is one whole value.
    pub fn is_complete(&self, ended: bool) -> bool {
        let whole = match self.state {
            State::After => true,
            State::Number(number) => ended && number.is_whole(),
            _ => false,
        };
        whole && self.open.is_empty() && self.fault.is_none()
    }

    /// Where and why the text is no JSON.
    pub fn fault(&self) -> Option<Fault> {
        self.fault
    }

    /// Bytes held on the heap.
    pub fn heap_bytes(&self) -> usize {
        self.open.capacity() + self.piece.capacity() + self.escape.capacity()
    }

    #[inline]
    fn read<S: Sink>(&mut self, text: &str, at: &mut usize, sink: &mut S) -> Result<(), Stop<S::Error>> {
        while let Some(byte) = text.as_bytes().get(*at).copied() {
            match self.state {
                State::String(role) => self.string(role, text, at, sink)?,
                State::Escape(role) => {
                    self.escape(role, byte)?;
                    *at += 1;
                }
                State::Number(number) => match number.and(byte) {
                    Some(next) => {
                        self.number(next, byte)?;
                        *at += 1;
                    }
                    None => self.number_ends(number, sink)?,
                },
                State::Literal(meaning, rest) => {
                    self.literal(meaning, rest, byte, sink)?;
                    *at += 1;
                }
                _ if is_space(byte) => *at += 1,
                _ => {
                    self.token(byte, sink)?;
                    *at += 1;
                }
            }
        }
        Ok(())
    }

    /// A byte that stands alone or begins something.
    fn token<S: Sink>(&mut self, byte: u8, sink: &mut S) -> Result<(), Stop<S::Error>> {
        match (self.state, byte) {
            (State::FirstElement, b']') | (State::FirstKey, b'}') => self.close(sink)?,
            (State::Value | State::FirstElement, _) => self.value(byte, sink)?,
            (State::Key | State::FirstKey, b'"') => self.state = State::String(Role::Key),
            (State::Colon, b':') => self.state = State::Value,
            (State::After, _) => match (self.open.last(), byte) {
                (Some(Bracket::Object), b'}') | (Some(Bracket::Array), b']') => self.close(sink)?,
                (Some(Bracket::Object), b',') => self.state = State::Key,
                (Some(Bracket::Array), b',') => self.state = State::Value,
                (None, _) => return Err(Stop::Fault(Reason::Trailing)),
                _ => return Err(Stop::Fault(Reason::Unexpected)),
            },
            _ => return Err(Stop::Fault(Reason::Unexpected)),
        }
        Ok(())
    }

    /// The first byte of a value.
    fn value<S: Sink>(&mut self, byte: u8, sink: &mut S) -> Result<(), Stop<S::Error>> {
        match byte {
            b'{' => {
                self.open(Bracket::Object, State::FirstKey)?;
                sink.open_object()?;
            }
            b'[' => {
                self.open(Bracket::Array, State::FirstElement)?;
                sink.open_array()?;
            }
            b'"' => {
                self.state = State::String(Role::Value);
                sink.open_string()?;
            }
            b't' => self.state = State::Literal(Some(true), b"rue"),
            b'f' => self.state = State::Literal(Some(false), b"alse"),
            b'n' => self.state = State::Literal(None, b"ull"),
            _ => {
                let number = Number::begin(byte).ok_or(Stop::Fault(Reason::Unexpected))?;
                self.number(number, byte)?;
            }
        }
        Ok(())
    }

    fn open<E>(&mut self, bracket: Bracket, state: State) -> Result<(), Stop<E>> {
        if self.open.len() >= self.max_depth {
            return Err(Stop::Fault(Reason::Depth));
        }
        self.open.push(bracket);
        self.state = state;
        Ok(())
    }

    fn close<S: Sink>(&mut self, sink: &mut S) -> Result<(), S::Error> {
        self.open.pop();
        self.state = State::After;
        sink.close()
    }

    /// The bytes of a string up to its end, an escape, or the end of the piece.
    #[inline]
    fn string<S: Sink>(&mut self, role: Role, text: &str, at: &mut usize, sink: &mut S) -> Result<(), Stop<S::Error>> {
        let end = next_special(text.as_bytes(), *at);
        let plain = text.get(*at..end).unwrap_or_default();
        if !plain.is_empty() {
            unescape::finish(&mut self.piece, &mut self.half);
            // Plain text of a value, which is nearly all there is, is not copied.
            if role == Role::Value && self.piece.is_empty() {
                sink.text(plain)?;
            } else {
                self.piece.push_str(plain);
            }
        }
        *at = end;
        match text.as_bytes().get(end) {
            None => return Ok(()),
            Some(b'"') => self.string_ends(role, sink)?,
            Some(b'\\') => self.state = State::Escape(role),
            Some(_) => return Err(Stop::Fault(Reason::Control)),
        }
        *at += 1;
        Ok(())
    }

    fn string_ends<S: Sink>(&mut self, role: Role, sink: &mut S) -> Result<(), S::Error> {
        unescape::finish(&mut self.piece, &mut self.half);
        match role {
            Role::Key => {
                self.state = State::Colon;
                let told = sink.key(&self.piece);
                self.piece.clear();
                told
            }
            Role::Value => {
                self.tell_text(sink)?;
                self.state = State::After;
                sink.close_string()
            }
        }
    }

    /// Tells the sink what is known of an open string.
    #[inline]
    fn tell_text<S: Sink>(&mut self, sink: &mut S) -> Result<(), S::Error> {
        if self.piece.is_empty() || !matches!(self.state, State::String(Role::Value) | State::Escape(Role::Value)) {
            return Ok(());
        }
        let told = sink.text(&self.piece);
        self.piece.clear();
        told
    }

    /// One byte behind a backslash.
    fn escape<E>(&mut self, role: Role, byte: u8) -> Result<(), Stop<E>> {
        if self.escape.is_empty() {
            self.escape.push(b'\\');
        }
        let (fits, whole) = match (self.escape.len(), byte) {
            (1, b'u') => (true, false),
            (1, _) => (matches!(byte, b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't'), true),
            (length, _) => (byte.is_ascii_hexdigit(), length == 5),
        };
        if !fits {
            return Err(Stop::Fault(Reason::Escape));
        }
        self.escape.push(byte);
        if whole {
            unescape::append(&self.escape, &mut self.piece, &mut self.half);
            self.escape.clear();
            self.state = State::String(role);
        }
        Ok(())
    }

    fn number<E>(&mut self, number: Number, byte: u8) -> Result<(), Stop<E>> {
        if self.piece.len() >= self.max_digits {
            return Err(Stop::Fault(Reason::Digits));
        }
        self.piece.push(char::from(byte));
        self.state = State::Number(number);
        Ok(())
    }

    /// The byte behind a number has come.
    fn number_ends<S: Sink>(&mut self, number: Number, sink: &mut S) -> Result<(), Stop<S::Error>> {
        if !number.is_whole() {
            return Err(Stop::Fault(Reason::Unexpected));
        }
        self.state = State::After;
        let told = sink.number(&self.piece);
        self.piece.clear();
        Ok(told?)
    }

    /// One more letter of a literal.
    fn literal<S: Sink>(
        &mut self,
        meaning: Option<bool>,
        rest: &'static [u8],
        byte: u8,
        sink: &mut S,
    ) -> Result<(), Stop<S::Error>> {
        let Some(rest) = rest.strip_prefix(&[byte]) else {
            return Err(Stop::Fault(Reason::Unexpected));
        };
        if !rest.is_empty() {
            self.state = State::Literal(meaning, rest);
            return Ok(());
        }
        self.state = State::After;
        match meaning {
            Some(truth) => sink.bool(truth)?,
            None => sink.null()?,
        }
        Ok(())
    }
}
