//! The incremental parser against `serde_json` and against a slow twin, for every cut of every text.
// A test that panics is a test that fails.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

#[path = "twin/tree.rs"]
mod tree;

use or_stream_core::json::Reason;
use or_stream_core::limits::Limits;
use or_stream_core::partial::{Partial, Sink};
use proptest::prelude::*;
use serde_json::{Map, Value};
use tree::Tree;

fn read(pieces: &[&str]) -> (Partial, Tree) {
    let (mut partial, mut tree) = (Partial::new(Limits::default()), Tree::default());
    for piece in pieces {
        partial.push(piece);
        partial.parse(&mut tree).unwrap();
    }
    (partial, tree)
}

fn value_of(pieces: &[&str]) -> Option<Value> {
    read(pieces).1.root
}

/// The slow twin: reads the beginning of a valid text from its start, and gives up where it ends.
struct Naive<'a> {
    rest: &'a str,
    over: bool,
}

impl Naive<'_> {
    fn value(&mut self) -> Option<Value> {
        match self.token() {
            Some('{') => Some(self.object()),
            Some('[') => Some(self.array()),
            Some('"') => Some(Value::String(self.string())),
            Some(first @ ('t' | 'f' | 'n')) => {
                let rest = if first == 'f' { 4 } else { 3 };
                self.over = self.rest.len() < rest;
                self.rest = self.rest.get(rest..).unwrap_or_default();
                let meaning = [('t', Value::Bool(true)), ('f', Value::Bool(false)), ('n', Value::Null)];
                let value = meaning.into_iter().find(|(letter, _)| *letter == first).unwrap().1;
                (!self.over).then_some(value)
            }
            Some(first) => {
                let end = self.rest.find(|letter: char| !letter.is_ascii_digit() && !"+-.eE".contains(letter));
                self.over = end.is_none();
                let (digits, rest) = self.rest.split_at(end?);
                self.rest = rest;
                serde_json::from_str(&format!("{first}{digits}")).ok()
            }
            None => None,
        }
    }

    fn object(&mut self) -> Value {
        let mut object = Map::new();
        while let Some('"') = self.token_but(',') {
            let key = self.string();
            if self.over || self.token() != Some(':') {
                break;
            }
            if let Some(value) = self.value() {
                object.insert(key, value);
            }
        }
        Value::Object(object)
    }

    fn array(&mut self) -> Value {
        let mut array = Vec::new();
        loop {
            let before = self.rest;
            match self.token_but(',') {
                Some(']') | None => return Value::Array(array),
                Some(_) => self.rest = before.trim_start().trim_start_matches(','),
            }
            array.extend(self.value());
        }
    }

    fn string(&mut self) -> String {
        let mut escaped = false;
        let end = self.rest.find(|letter| {
            let ends = letter == '"' && !escaped;
            escaped = letter == '\\' && !escaped;
            ends
        });
        self.over = end.is_none();
        let (body, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest.get(1..).unwrap_or_default();
        // Half an escape, or half a pair of two, is at most eleven bytes.
        let lengths = (body.len().saturating_sub(11)..=body.len()).rev().filter(|end| body.is_char_boundary(*end));
        let strings = lengths.map(|end| serde_json::from_str(&format!("\"{}\"", &body[..end])));
        strings.flatten().next().unwrap()
    }

    fn token(&mut self) -> Option<char> {
        self.token_but(' ')
    }

    /// The next byte that is neither white space nor the one to leave out.
    fn token_but(&mut self, left_out: char) -> Option<char> {
        if self.over {
            return None;
        }
        self.rest = self.rest.trim_start_matches(|letter| " \t\r\n".contains(letter) || letter == left_out);
        let token = self.rest.chars().next();
        self.over = token.is_none();
        self.rest = self.rest.get(token.map_or(0, char::len_utf8)..).unwrap_or_default();
        token
    }
}

fn json() -> impl Strategy<Value = Value> {
    let text = prop_oneof![4 => "[a-z \\\\\"/\n\t\u{1}é😀漢]{0,8}", 1 => any::<String>()];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::from),
        // Quarters: serde_json reads other fractions back with an error in the last place.
        any::<i32>().prop_map(|quarters| Value::from(f64::from(quarters) / 4.0)),
        text.clone().prop_map(Value::String),
    ];
    leaf.prop_recursive(5, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
            prop::collection::vec((text.clone(), inner), 0..6).prop_map(|members| members.into_iter().collect()),
        ]
    })
}

/// A value as text, in one of the ways in which servers write it.
fn text_of(value: &Value, style: u8) -> String {
    let text = if style & 1 == 0 { value.to_string() } else { serde_json::to_string_pretty(value).unwrap() };
    if style & 2 == 0 {
        return text;
    }
    let mut ascii = String::new();
    for letter in text.chars() {
        let mut units = [0; 2];
        if letter.is_ascii() {
            ascii.push(letter);
        } else {
            let units = letter.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}"));
            ascii.extend(units);
        }
    }
    ascii
}

fn is_beginning(part: &Value, whole: &Value) -> bool {
    match (part, whole) {
        (Value::String(part), Value::String(whole)) => whole.starts_with(part),
        (Value::Array(part), Value::Array(whole)) => {
            part.len() <= whole.len() && part.iter().zip(whole).all(|(part, whole)| is_beginning(part, whole))
        }
        (Value::Object(part), Value::Object(whole)) => {
            part.iter().all(|(key, part)| whole.get(key).is_some_and(|whole| is_beginning(part, whole)))
        }
        _ => part == whole,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn every_beginning_has_the_value_that_the_slow_twin_reads(value in json(), style in 0..4_u8) {
        let text = text_of(&value, style);
        let (mut partial, mut tree) = (Partial::new(Limits::default()), Tree::default());
        for (at, letter) in text.char_indices() {
            let end = at + letter.len_utf8();
            partial.push(&text[at..end]);
            partial.parse(&mut tree).unwrap();
            let slow = Naive { rest: &text[..end], over: false }.value();
            prop_assert_eq!(&tree.root, &slow, "{:?}", &text[..end]);
            prop_assert_eq!(&value_of(&[&text[..end]]), &slow, "in one piece: {:?}", &text[..end]);
            prop_assert!(tree.root.as_ref().is_none_or(|part| is_beginning(part, &value)), "{:?}", tree.root);
            prop_assert_eq!(partial.fault(), None);
        }
        partial.set_ended(true);
        partial.parse(&mut tree).unwrap();
        prop_assert!(partial.is_complete());
        prop_assert_eq!(tree.root, Some(value));
        prop_assert_eq!(partial.examined(), text.len() as u64);
    }

    #[test]
    fn cuts_do_not_matter(value in json(), style in 0..4_u8, cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..8)) {
        let text = text_of(&value, style);
        let mut ends: Vec<usize> = cuts.iter().map(|cut| text.floor_char_boundary(cut.index(text.len() + 1))).collect();
        ends.extend([0, text.len()]);
        ends.sort_unstable();
        let pieces: Vec<&str> = ends.windows(2).map(|ends| &text[ends[0]..ends[1]]).collect();
        let (mut partial, mut tree) = read(&pieces);
        partial.done(&text);
        partial.parse(&mut tree).unwrap();
        prop_assert_eq!(tree.root, Some(value));
        prop_assert_eq!((partial.examined(), tree.restarts), (text.len() as u64, 0));
    }

    #[test]
    fn accepts_what_serde_accepts(text in r#"[\[\]{}:," \\nu0-9a-f.eE+tru-]{0,24}"#) {
        let (mut partial, mut tree) = read(&text.split_inclusive(',').collect::<Vec<_>>());
        partial.set_ended(true);
        partial.parse(&mut tree).unwrap();
        let valid = serde_json::from_str::<&serde_json::value::RawValue>(&text).is_ok();
        prop_assert_eq!(partial.is_complete(), valid, "{:?}", &text);
        prop_assert_eq!(partial.fault().is_none(), valid, "{:?}", &text);
    }

    #[test]
    fn another_text_in_full_counts_as_if_it_had_been_the_only_one(streamed in json(), full in json(), cut in any::<prop::sample::Index>()) {
        let (streamed, full) = (streamed.to_string(), full.to_string());
        let streamed = &streamed[..streamed.floor_char_boundary(cut.index(streamed.len() + 1))];
        let (mut partial, mut tree) = read(&[streamed]);
        partial.done(&full);
        partial.parse(&mut tree).unwrap();
        // Rule R4: a beginning of what was streamed is no better telling.
        let counts = if streamed.starts_with(&full) { streamed } else { &full };
        prop_assert_eq!(partial.text(), counts);
        let (mut other, mut expected) = read(&[counts]);
        other.done(counts);
        other.parse(&mut expected).unwrap();
        prop_assert_eq!(tree.root, expected.root);
        prop_assert_eq!(partial.is_complete(), other.is_complete());
        prop_assert!(partial.examined() <= (streamed.len() + full.len()) as u64, "parsed anew once at most");
    }
}

#[test]
fn strings_are_told_as_far_as_they_are_whole() {
    let cases = [
        (r#"{"a":""#, r#"{"a":""}"#),
        (r#"{"a":"x\"#, r#"{"a":"x"}"#),
        (r#"{"a":"x\u00e"#, r#"{"a":"x"}"#),
        (r#"{"a":"x\u00e9"#, r#"{"a":"xé"}"#),
        (r#"{"a":"x\ud83d"#, r#"{"a":"x"}"#),
        (r#"{"a":"x\ud83d\u"#, r#"{"a":"x"}"#),
        (r#"{"a":"x\ud83d\ude00"#, r#"{"a":"x😀"}"#),
        (r#"{"a":"x\ud83dy"#, "{\"a\":\"x\u{fffd}y\"}"),
        (r#"{"a":"x\ud83d""#, "{\"a\":\"x\u{fffd}\"}"),
        (r#"{"a":"x\ude00"#, "{\"a\":\"x\u{fffd}\"}"),
        (r#"{"a":"x\ud83d\n"#, "{\"a\":\"x\u{fffd}\\n\"}"),
    ];
    for (text, value) in cases {
        let letters: Vec<String> = text.chars().map(String::from).collect();
        let letters: Vec<&str> = letters.iter().map(String::as_str).collect();
        let expected: Value = serde_json::from_str(value).unwrap();
        assert_eq!(value_of(&[text]), Some(expected.clone()), "{text}");
        assert_eq!(value_of(&letters), Some(expected), "{text}, letter by letter");
    }
}

#[test]
fn numbers_and_literals_wait_until_they_are_certain() {
    let shown = |text: &str| value_of(&[text]).map(|value| value.to_string());
    assert_eq!(shown(r#"{"a":1"#).as_deref(), Some("{}"));
    assert_eq!(shown(r#"{"a":12,"#).as_deref(), Some(r#"{"a":12}"#));
    assert_eq!(shown(r"[1.5e3 ").as_deref(), Some("[1500.0]"));
    assert_eq!(shown("[tru").as_deref(), Some("[]"));
    assert_eq!(shown("[true").as_deref(), Some("[true]"));
    assert_eq!(shown(r#"{"a":1,"a":{"b":"#).as_deref(), Some(r#"{"a":{}}"#), "the later value counts");
    assert_eq!((shown(""), shown("12"), shown(" -")), (None, None, None));
}

#[test]
fn a_number_that_is_the_whole_text_ends_with_it_and_may_go_on() {
    let (mut partial, mut tree) = read(&["1"]);
    partial.set_ended(true);
    partial.parse(&mut tree).unwrap();
    assert_eq!((tree.root.take(), partial.is_complete()), (Some(Value::from(1)), true));
    partial.push("2 ");
    partial.parse(&mut tree).unwrap();
    assert_eq!((tree.root, partial.is_complete(), partial.examined()), (Some(Value::from(12)), true, 3));
}

#[test]
fn what_is_no_json_leaves_the_value_before_it() {
    let cases = [
        (r#"{"a":"x","b" 1"#, r#"{"a":"x"}"#, Reason::Unexpected, 13),
        ("{\"a\":\"x\ny\"}", r#"{"a":"x"}"#, Reason::Control, 7),
        (r#"{"a":"x\qy"}"#, r#"{"a":"x"}"#, Reason::Escape, 8),
        (r#"{"a":"x\n\u00gg"}"#, r#"{"a":"x\n"}"#, Reason::Escape, 13),
        (r#"{"a":1}{"b":2}"#, r#"{"a":1}"#, Reason::Trailing, 7),
        ("[1,]", "[1]", Reason::Unexpected, 3),
        ("[01]", "[0]", Reason::Unexpected, 2),
        ("[1}", "[1]", Reason::Unexpected, 2),
        ("[1.]", "[]", Reason::Unexpected, 3),
        ("[trux]", "[]", Reason::Unexpected, 4),
        ("{,", "{}", Reason::Unexpected, 1),
    ];
    for (text, value, reason, at) in cases {
        for cut in 0..=text.len() {
            let (partial, tree) = read(&[&text[..cut], &text[cut..], "more"]);
            assert_eq!(tree.root.map(|value| value.to_string()).as_deref(), Some(value), "{text}");
            assert_eq!(partial.fault().map(|fault| (fault.reason, fault.at)), Some((reason, at)), "{text}");
            assert!(!partial.is_complete());
        }
    }
}

#[test]
fn a_full_telling_that_is_less_than_the_deltas_does_not_count() {
    for full in ["", "{", "[1", "[1]"] {
        let (mut partial, mut tree) = read(&["[1", "]"]);
        partial.done(full);
        partial.parse(&mut tree).unwrap();
        let counts = if full == "{" { "{" } else { "[1]" };
        assert_eq!((partial.text(), partial.is_complete()), (counts, full != "{"));
        assert_eq!((partial.replaced(), tree.restarts), (u32::from(full == "{"), usize::from(full == "{")));
    }
}

#[test]
fn a_text_that_ends_too_early_says_so_until_it_goes_on() {
    let (mut partial, mut tree) = read(&[r#"{"a":"#]);
    partial.set_ended(true);
    partial.parse(&mut tree).unwrap();
    assert_eq!(partial.fault().map(|fault| (fault.reason, fault.at)), Some((Reason::End, 5)));
    partial.push("nul");
    partial.parse(&mut tree).unwrap();
    assert_eq!((partial.fault(), partial.is_complete()), (None, false));
    partial.push("l}");
    partial.parse(&mut tree).unwrap();
    assert_eq!((partial.fault(), partial.is_complete()), (None, true));
}

#[test]
fn nesting_and_digits_are_limited_without_a_stack() {
    let limits = Limits { max_json_depth: 3, max_number_digits: 3, ..Limits::default() };
    for (text, reason) in [("[[[[", Reason::Depth), (r#"[{"a":[{"#, Reason::Depth), ("[1234", Reason::Digits)] {
        let (mut partial, mut tree) = (Partial::new(limits), Tree::default());
        partial.push(text);
        partial.parse(&mut tree).unwrap();
        assert_eq!(partial.fault().map(|fault| fault.reason), Some(reason), "{text}");
    }
    let mut partial = Partial::new(Limits { max_json_depth: usize::MAX, ..limits });
    partial.push(&"[".repeat(1_000_000));
    partial.parse(&mut Counter::default()).unwrap();
    assert_eq!((partial.fault(), partial.is_complete()), (None, false));
    partial.push(&"]".repeat(1_000_000));
    let mut counter = Counter::default();
    partial.parse(&mut counter).unwrap();
    assert_eq!((counter.closed, partial.is_complete()), (1_000_000, true));
}

#[test]
fn a_sink_that_fails_hears_the_text_again() {
    let mut partial = Partial::new(Limits::default());
    partial.push("[1,2]");
    let mut counter = Counter { failures: 1, ..Counter::default() };
    assert_eq!(partial.parse(&mut counter), Err("full"));
    assert_eq!(partial.parse(&mut counter), Ok(()));
    assert_eq!((counter.restarts, counter.numbers, partial.is_complete()), (1, 2, true));
}

/// Counts, and fails at its first numbers.
#[derive(Default)]
struct Counter {
    failures: usize,
    restarts: usize,
    numbers: usize,
    closed: usize,
}

impl Sink for Counter {
    type Error = &'static str;

    fn restart(&mut self) {
        self.restarts += 1;
        self.numbers = 0;
    }

    fn close(&mut self) -> Result<(), Self::Error> {
        self.closed += 1;
        Ok(())
    }

    fn number(&mut self, _: &str) -> Result<(), Self::Error> {
        if self.failures > 0 {
            self.failures -= 1;
            return Err("full");
        }
        self.numbers += 1;
        Ok(())
    }

    fn key(&mut self, _: &str) -> Result<(), Self::Error> {
        Ok(())
    }

    fn open_object(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }

    fn open_array(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }

    fn open_string(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }

    fn text(&mut self, _: &str) -> Result<(), Self::Error> {
        Ok(())
    }

    fn close_string(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }

    fn bool(&mut self, _: bool) -> Result<(), Self::Error> {
        Ok(())
    }

    fn null(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }
}
