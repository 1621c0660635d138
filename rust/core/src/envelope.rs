//! The known keys of one event, in any order and spacing, found in the same pass that checks its whole JSON.

use crate::diagnostics::{Diagnostics, Rule};
use crate::json::{self, Cursor, Echo, Shape, Value};
use crate::kind::Stream;
use crate::limits::Limits;

macro_rules! keys {
    ($($key:ident = $name:literal),+ $(,)?) => {
        /// A key of an event that decoding or folding looks at; all other keys are checked and passed over.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(u8)]
        pub enum Key { $(#[doc = concat!("`", $name, "`")] $key),+ }

        impl Key {
            /// Every key, in order of its discriminant.
            pub const ALL: &'static [Self] = &[$(Self::$key),+];
            const COUNT: usize = Self::ALL.len();

            /// The key as written on the wire.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$key => $name),+ }
            }

            #[inline]
            fn of(name: &[u8]) -> Option<Self> {
                $(if name == $name.as_bytes() { return Some(Self::$key); })+
                None
            }
        }
    };
}

keys! {
    Type = "type",
    SequenceNumber = "sequence_number",
    ItemId = "item_id",
    OutputIndex = "output_index",
    ContentIndex = "content_index",
    SummaryIndex = "summary_index",
    CommandIndex = "command_index",
    AnnotationIndex = "annotation_index",
    Delta = "delta",
    Text = "text",
    Refusal = "refusal",
    Arguments = "arguments",
    Input = "input",
    Code = "code",
    Command = "command",
    Diff = "diff",
    Output = "output",
    Item = "item",
    Part = "part",
    Annotation = "annotation",
    Logprobs = "logprobs",
    Obfuscation = "obfuscation",
    Response = "response",
    Error = "error",
    Object = "object",
}

impl Key {
    /// The key under which a `done` event tells its text in full.
    pub const fn telling(stream: Stream) -> Self {
        match stream {
            Stream::Refusal => Self::Refusal,
            Stream::Arguments | Stream::McpArguments => Self::Arguments,
            Stream::CustomInput => Self::Input,
            Stream::Code => Self::Code,
            Stream::Command => Self::Command,
            Stream::Diff => Self::Diff,
            _ => Self::Text,
        }
    }
}

/// Stretches between the values that a layout lets differ: one before each of four, and one behind the last.
const STRETCHES: usize = 5;

/// Where the known keys of one event stand. Reused from event to event.
///
/// In an event of a known shape most values only move, together with the stretch of text that they stand in: what is
/// kept of them is where they stood, and how far each stretch moved. An event that was scanned moved nowhere.
#[derive(Debug, Clone)]
pub struct Fields {
    values: [Value; Key::COUNT],
    seen: u32,
    stretches: [u8; Key::COUNT],
    shifts: [u32; STRETCHES],
}

impl Default for Fields {
    fn default() -> Self {
        let (values, stretches) = ([Value::default(); Key::COUNT], [0; Key::COUNT]);
        Self { values, seen: 0, stretches, shifts: [0; STRETCHES] }
    }
}

impl Fields {
    /// Reads one event. The whole text is checked; a repeated known key is counted and its last value kept.
    pub fn read(&mut self, text: &[u8], limits: &Limits, diagnostics: &mut Diagnostics) -> Result<(), json::Fault> {
        self.read_echoing(text, limits, diagnostics, &mut Echo::new(false))
    }

    /// As [`Self::read`], in a stream that repeats itself.
    #[inline]
    pub fn read_echoing(
        &mut self,
        text: &[u8],
        limits: &Limits,
        diagnostics: &mut Diagnostics,
        echo: &mut Echo,
    ) -> Result<(), json::Fault> {
        self.seen = 0;
        let Echo { responses, phrases, enabled } = echo;
        let mut cursor = Cursor::new(text, limits).knowing(phrases);
        let mut more = cursor.open_object()?;
        while more {
            let name = cursor.key()?;
            let key = Self::known(text, name);
            let response = *enabled && key == Some(Key::Response);
            let value = if response { responses.read(&mut cursor)? } else { cursor.value()? };
            if let Some(key) = key {
                if self.seen & 1 << key as u32 != 0 {
                    diagnostics.found(Rule::DuplicateKey, "a key stands twice in one event; the last one counts");
                }
                self.seen |= 1 << key as u32;
                if let Some(held) = self.values.get_mut(key as usize) {
                    *held = value;
                }
            }
            more = cursor.more_members()?;
        }
        cursor.end()
    }

    /// Puts a value in the place of a present key of the first stretch, which never moves.
    #[inline]
    pub(crate) fn set(&mut self, key: Key, value: Value) {
        if let Some(held) = self.values.get_mut(key as usize) {
            *held = value;
        }
    }

    /// Says how far a stretch moved.
    #[inline]
    pub(crate) fn shift(&mut self, stretch: usize, by: u32) {
        if let Some(shift) = self.shifts.get_mut(stretch) {
            *shift = by;
        }
    }

    /// Says in which stretch each present value stands.
    pub(crate) fn stand(&mut self, stretch_of: impl Fn(Key, Value) -> u8) {
        for (key, (stretch, value)) in Key::ALL.iter().zip(self.stretches.iter_mut().zip(self.values)) {
            *stretch = stretch_of(*key, value);
        }
    }

    /// The known keys that the event has, null or not.
    pub fn present(&self) -> impl Iterator<Item = (Key, Value)> + '_ {
        Key::ALL.iter().copied().filter(|key| self.has(*key)).map(|key| (key, self.get(key)))
    }

    #[inline]
    fn known(text: &[u8], name: Value) -> Option<Key> {
        let body = name.string_body(text)?;
        if name.shape == Shape::Escaped {
            return Key::of(crate::unescape::whole(body).0.as_bytes());
        }
        Key::of(body)
    }

    /// The value of a key; a value of shape null where it is missing, as null and absent mean the same.
    #[inline]
    pub fn get(&self, key: Key) -> Value {
        if self.seen & 1 << key as u32 == 0 {
            return Value::default();
        }
        let Value { start, end, shape } = self.values.get(key as usize).copied().unwrap_or_default();
        let stretch = self.stretches.get(key as usize).copied().unwrap_or_default();
        let shift = self.shifts.get(usize::from(stretch)).copied().unwrap_or_default();
        Value { start: start.wrapping_add(shift), end: end.wrapping_add(shift), shape }
    }

    /// Whether the key stands there at all, be it null.
    #[inline]
    pub fn has(&self, key: Key) -> bool {
        self.seen & 1 << key as u32 != 0
    }

    /// The body of a string value; None for null, missing and every other shape.
    #[inline]
    pub fn string<'a>(&self, text: &'a [u8], key: Key) -> Option<&'a [u8]> {
        self.get(key).string_body(text)
    }

    /// An index or counter. Anything but an integer from 0 to 2^53 counts as missing and is noted (rule E19).
    #[inline]
    pub fn index(&self, text: &[u8], key: Key, diagnostics: &mut Diagnostics) -> Option<u64> {
        let value = self.get(key);
        if value.shape == Shape::Null {
            return None;
        }
        let number = if value.shape == Shape::Number { json::small_integer(value.of(text)) } else { None };
        if number.is_none() {
            diagnostics.found(Rule::BadIndex, "an index or number is not an integer from 0 to 2^53");
        }
        number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Fields, Diagnostics) {
        let (mut fields, mut diagnostics) = (Fields::default(), Diagnostics::default());
        fields.read(text.as_bytes(), &Limits::default(), &mut diagnostics).unwrap();
        (fields, diagnostics)
    }

    #[test]
    fn only_top_level_keys_count_in_any_order() {
        let text = r#"{"item":{"type":"message","delta":"no"} , "\u0064elta" : "yes","sequence_number":7,"type":"t"}"#;
        let (fields, mut diagnostics) = read(text);
        assert_eq!(fields.string(text.as_bytes(), Key::Type), Some(&b"t"[..]));
        assert_eq!(fields.string(text.as_bytes(), Key::Delta), Some(&b"yes"[..]));
        assert_eq!(fields.index(text.as_bytes(), Key::SequenceNumber, &mut diagnostics), Some(7));
        assert_eq!(fields.get(Key::Part).shape, Shape::Null);
        assert_eq!(diagnostics.total(), 0);
    }

    #[test]
    fn the_last_of_a_repeated_key_counts() {
        let text = r#"{"delta":"a","delta":"b","output_index":-1}"#;
        let (fields, mut diagnostics) = read(text);
        assert_eq!(fields.string(text.as_bytes(), Key::Delta), Some(&b"b"[..]));
        assert_eq!(fields.index(text.as_bytes(), Key::OutputIndex, &mut diagnostics), None);
        assert_eq!(diagnostics.total(), 2);
    }
}
