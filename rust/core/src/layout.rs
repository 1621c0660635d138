//! Learning the shape of delta events: consecutive ones differ only in a few values.
//!
//! A layout is the text of one delta event with holes where its sequence number, delta, padding and log probabilities
//! stand. Where a next event's text equals it outside the holes, those bytes are known to be valid JSON and UTF-8, all
//! keys are known to stand where they stood, and only the holes are read and checked. Everything else is a miss: it costs
//! a compare or two, and the event is read as if there were no layouts. Nothing else can be observed: the general scan is
//! the oracle of this one (`tests/layout.rs`).

use crate::envelope::{Fields, Key};
use crate::json::{self, Cursor, Shape, Value, plain_ascii_end};
use crate::kind::{Kind, Role};
use crate::limits::Limits;

/// Texts longer than this are rare, and not worth a copy.
const LONGEST: usize = 1024;

/// Sequence number, delta, padding and log probabilities: the keys whose values may differ within one shape.
const MOST_HOLES: usize = 4;

type Shifts = [u32; MOST_HOLES + 1];

/// What a matching event is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// Its kind.
    pub kind: Kind,
    /// Which of the kind's spellings its `type` has.
    pub spelling: usize,
    /// Its `sequence_number`.
    pub sequence_number: Option<u64>,
    /// Which layout matched: equal numbers mean equal item, indexes and part.
    pub layout: u64,
}

/// The shape of the last delta event that was read in full.
#[derive(Debug)]
pub struct Layout {
    text: Vec<u8>,
    /// The values that may differ, in the order of the text.
    holes: Vec<(Key, Value)>,
    /// The other known values, each with the number of holes before it.
    fixed: Vec<(Key, Value, usize)>,
    /// How far each stretch between holes was shifted in the last event read.
    shifts: Shifts,
    /// The fields of the last event read.
    fields: Fields,
    known: Option<Known>,
    learned: u64,
    enabled: bool,
}

impl Layout {
    /// Nothing learned yet. A disabled one never learns, for those who want to compare.
    pub fn new(enabled: bool) -> Self {
        let (text, holes, fixed) = (Vec::new(), Vec::new(), Vec::new());
        let (shifts, fields) = (Shifts::default(), Fields::default());
        Self { text, holes, fixed, shifts, fields, known: None, learned: 0, enabled }
    }

    /// The fields of the event that [`Self::read`] has just found.
    #[inline]
    pub fn fields(&self) -> &Fields {
        &self.fields
    }

    /// Learns from an event that was read in full and had nothing wrong with it.
    pub fn learn(&mut self, text: &[u8], fields: &Fields, kind: Kind, spelling: usize) {
        // A line end inside the JSON would make the layout match beyond its line.
        let one_line = memchr::memchr2(b'\n', b'\r', text).is_none();
        if !self.enabled || text.len() > LONGEST || !one_line || !matches!(kind.role(), Role::Delta(_)) {
            return;
        }
        self.known = None;
        let number = fields.get(Key::SequenceNumber);
        if number.shape == Shape::Number && json::small_integer(number.of(text)).is_none() {
            return;
        }
        self.learned += 1;
        self.fields.clone_from(fields);
        self.shifts = Shifts::default();
        self.text.clear();
        self.text.reserve_exact(text.len());
        self.text.extend_from_slice(text);
        self.holes.clear();
        self.fixed.clear();
        self.holes.extend(fields.present().filter(|(key, value)| varies(*key, *value, text)));
        self.holes.sort_unstable_by_key(|(_, value)| value.start);
        for (key, value) in fields.present().filter(|(key, value)| !varies(*key, *value, text)) {
            let before = self.holes.iter().filter(|(_, hole)| hole.start < value.start).count();
            self.fixed.push((key, value, before));
        }
        self.known = Some(Known { kind, spelling, sequence_number: None, layout: self.learned });
    }

    /// Reads an event of the learned shape at the start of `text`, and says where it ends. None where there is none.
    #[inline]
    pub fn read(&mut self, text: &[u8], limits: &Limits) -> Option<(Known, usize)> {
        let mut known = self.known?;
        let mut shifts = Shifts::default();
        let (mut at, mut from) = (0, 0);
        for ((key, hole), shift) in self.holes.iter().zip(shifts.iter_mut().skip(1)) {
            at = self.same(text, at, from, hole.start as usize)?;
            let value = match key {
                Key::SequenceNumber => {
                    let (value, number) = read_number(text, at)?;
                    known.sequence_number = Some(number);
                    value
                }
                _ => read_value(text, at, limits)?,
            };
            self.fields.set(*key, value);
            from = hole.end as usize;
            at = value.end as usize;
            *shift = value.end.wrapping_sub(hole.end);
        }
        let end = self.same(text, at, from, self.text.len())?;
        if shifts != self.shifts {
            self.shift(shifts);
        }
        Some((known, end))
    }

    /// Puts the values between the holes where they stand now; mostly they stand where they stood.
    fn shift(&mut self, shifts: Shifts) {
        self.shifts = shifts;
        for (key, value, before) in &self.fixed {
            let shift = shifts.get(*before).copied().unwrap_or_default();
            let (start, end) = (value.start.wrapping_add(shift), value.end.wrapping_add(shift));
            self.fields.set(*key, Value { start, end, shape: value.shape });
        }
    }

    /// Whether `text` goes on at `at` as the layout does from `from` to `to`; where it goes on from there.
    #[inline]
    fn same(&self, text: &[u8], at: usize, from: usize, to: usize) -> Option<usize> {
        let piece = self.text.get(from..to)?;
        let end = at + piece.len();
        (text.get(at..end)? == piece).then_some(end)
    }

    /// Bytes held on the heap.
    pub fn heap_bytes(&self) -> usize {
        self.text.capacity()
            + self.holes.capacity() * size_of::<(Key, Value)>()
            + self.fixed.capacity() * size_of::<(Key, Value, usize)>()
    }
}

/// Whether a value is a hole: numbers, texts and lists that are not empty differ from event to event.
fn varies(key: Key, value: Value, text: &[u8]) -> bool {
    match key {
        Key::SequenceNumber => value.shape == Shape::Number,
        Key::Logprobs => value.shape == Shape::Array && !value.is_empty(text),
        Key::Delta | Key::Obfuscation => matches!(value.shape, Shape::Plain | Shape::Escaped),
        _ => false,
    }
}

/// A small integer, as the general scan would take it; None for every other number.
#[inline]
fn read_number(text: &[u8], at: usize) -> Option<(Value, u64)> {
    let (mut number, mut digits) = (0_u64, 0);
    let rest = text.get(at..)?;
    let next = loop {
        let byte = rest.get(digits).copied().unwrap_or_default();
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            break byte;
        }
        // Sixteen digits are the most that the general scan takes for a small integer.
        if digits == 16 {
            return None;
        }
        number = number * 10 + u64::from(digit);
        digits += 1;
    };
    let leading_zero = digits > 1 && rest.first() == Some(&b'0');
    let whole = digits > 0 && number < 1 << 53 && !leading_zero && !matches!(next, b'.' | b'e' | b'E');
    whole.then(|| (Value::at(at, at + digits, Shape::Number), number))
}

/// A value in the place of a hole, checked as the general scan would check it.
#[inline]
fn read_value(text: &[u8], at: usize, limits: &Limits) -> Option<Value> {
    if text.get(at) == Some(&b'"')
        && let end = plain_ascii_end(text, at + 1)
        && text.get(end) == Some(&b'"')
    {
        return Some(Value::at(at, end + 1, Shape::Plain));
    }
    let value = Cursor::inside(text, at, limits).value().ok()?;
    std::str::from_utf8(value.of(text)).is_ok().then_some(value)
}
