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

/// A value that may differ, and the piece of text before it.
#[derive(Debug, Clone, Copy)]
struct Hole {
    key: Key,
    /// Where the piece begins, behind the hole before it.
    from: usize,
    start: usize,
    end: u32,
}

/// The shape of the last delta event that was read in full.
#[derive(Debug)]
pub struct Layout {
    text: Vec<u8>,
    /// The values that may differ, in the order of the text.
    holes: Vec<Hole>,
    /// Where the piece behind the last hole begins.
    tail: usize,
    /// Bytes outside the holes: no event of this shape is shorter.
    least: usize,
    /// Where the body of `type` stands.
    name: (usize, usize),
    /// The fields of the last event read.
    fields: Fields,
    known: Option<Known>,
    learned: u64,
    enabled: bool,
}

impl Layout {
    /// Nothing learned yet. A disabled one never learns, for those who want to compare.
    pub fn new(enabled: bool) -> Self {
        let (text, holes, fields) = (Vec::new(), Vec::new(), Fields::default());
        Self { text, holes, tail: 0, least: 0, name: (0, 0), fields, known: None, learned: 0, enabled }
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
        self.learned += 1;
        self.text.clear();
        self.text.reserve_exact(text.len());
        self.text.extend_from_slice(text);
        let mut holes: Vec<_> = fields.present().filter(|(key, value)| varies(*key, *value, text)).collect();
        holes.sort_unstable_by_key(|(_, value)| value.start);
        self.holes.clear();
        self.tail = 0;
        for (key, value) in holes.into_iter().take(MOST_HOLES) {
            self.holes.push(Hole { key, from: self.tail, start: value.start as usize, end: value.end });
            self.tail = value.end as usize;
        }
        let gaps: usize = self.holes.iter().map(|hole| (hole.end as usize).saturating_sub(hole.start)).sum();
        self.least = text.len().saturating_sub(gaps);
        let name = fields.get(Key::Type);
        self.name = (name.start as usize + 1, (name.end as usize).saturating_sub(1));
        self.fields.clone_from(fields);
        let holes = &self.holes;
        self.fields.stand(|key, value| {
            let before = holes.iter().filter(|hole| hole.start < value.start as usize).count();
            // Of the value in a hole itself it is known where it stands.
            if holes.iter().any(|hole| hole.key == key) { 0 } else { u8::try_from(before).unwrap_or_default() }
        });
        self.known = Some(Known { kind, spelling, sequence_number: None, layout: self.learned });
    }

    /// Reads an event of the learned shape at the start of `text`, and says where it ends. None where there is none.
    #[inline]
    pub fn read(&mut self, text: &[u8], limits: &Limits) -> Option<usize> {
        let known = self.known.as_mut()?;
        if text.len() < self.least {
            return None;
        }
        let mut at = 0;
        for (before, hole) in self.holes.iter().enumerate() {
            at = same(text, at, self.text.get(hole.from..hole.start)?)?;
            let value = if hole.key == Key::SequenceNumber {
                let (number, digits) = read_number(text.get(at..)?)?;
                known.sequence_number = Some(number);
                Value::at(at, at.wrapping_add(digits), Shape::Number)
            } else {
                read_value(text, at, limits)?
            };
            self.fields.set(hole.key, value);
            self.fields.shift(before.wrapping_add(1), value.end.wrapping_sub(hole.end));
            at = value.end as usize;
        }
        same(text, at, self.text.get(self.tail..)?)
    }

    /// What the event is that [`Self::read`] has just found.
    #[inline]
    pub fn known(&self) -> Option<&Known> {
        self.known.as_ref()
    }

    /// The `type` of events of this shape, as sent.
    #[inline]
    pub fn name(&self) -> &[u8] {
        self.text.get(self.name.0..self.name.1).unwrap_or_default()
    }

    /// Bytes held on the heap.
    pub fn heap_bytes(&self) -> usize {
        self.text.capacity() + self.holes.capacity() * size_of::<Hole>()
    }
}

/// Whether `text` goes on at `at` with a piece, and where it goes on from there.
#[inline]
fn same(text: &[u8], at: usize, piece: &[u8]) -> Option<usize> {
    let end = at.wrapping_add(piece.len());
    (text.get(at..end)? == piece).then_some(end)
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

/// A small integer, as the general scan would take it, and its length; None for most other numbers.
///
/// One that goes on with a fraction or an exponent is left to the piece that must follow, which begins with neither.
#[inline]
fn read_number(rest: &[u8]) -> Option<(u64, usize)> {
    let short = rest.first_chunk::<8>().and_then(|word| short_number(u64::from_le_bytes(*word)));
    let (number, digits) = match short {
        Some(short) => short,
        None => long_number(rest)?,
    };
    let leading_zero = digits > 1 && rest.first() == Some(&b'0');
    (!leading_zero).then_some((number, digits))
}

/// A number of one to seven digits and how many they are, read as one word; None for others.
#[inline]
fn short_number(word: u64) -> Option<(u64, usize)> {
    const ZEROS: u64 = 0x3030_3030_3030_3030;
    let values = word ^ ZEROS;
    // A byte of 0 to 9 stays below 16 also with 6 added. Only the first byte that does not is looked for, so that what
    // an addition carries into the next byte does not matter.
    let others = (values | values.wrapping_add(0x0606_0606_0606_0606)) & 0xf0f0_f0f0_f0f0_f0f0;
    let digits = others.trailing_zeros() / 8;
    if digits == 0 || digits == 8 {
        return None;
    }
    // The digits move to the end, zeros before them; then tens and ones, pairs of pairs and the halves are joined.
    let values = values << (64_u32.wrapping_sub(digits << 3) & 63);
    let pairs = (values.wrapping_mul(10).wrapping_add(values >> 8)) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs.wrapping_mul(100).wrapping_add(pairs >> 16)) & 0x0000_ffff_0000_ffff;
    let number = (fours.wrapping_mul(10_000).wrapping_add(fours >> 32)) & 0xffff_ffff;
    Some((number, digits as usize))
}

#[cold]
fn long_number(rest: &[u8]) -> Option<(u64, usize)> {
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    json::small_integer(rest.get(..digits)?).map(|number| (number, digits))
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
