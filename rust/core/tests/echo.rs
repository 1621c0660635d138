//! Responses that repeat each other, and long texts that are told again, against the general scan: whatever the next
//! telling keeps, changes, drops or breaks, nothing differs but the time.

// A test that panics is a test that fails.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use or_stream_core::assemble::{Fold, OutputSource};
use or_stream_core::decoder::{Decoder, Event, Sink};
use or_stream_core::diagnostics::Diagnostics;
use or_stream_core::error::Error;
use or_stream_core::json;
use or_stream_core::limits::Limits;
use proptest::prelude::*;

const NAMES: [&str; 7] = ["id", "status", "instructions", "tools", "metadata", "output", "max"];

/// What every event says of its response.
#[derive(Default)]
struct Seen(Vec<String>);

impl Sink for Seen {
    fn event(&mut self, event: &Event<'_>, _: &mut Diagnostics) -> Result<(), Error> {
        let shown = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let told = event.response().map(|told| {
            let member = |name: &&str| told.first(name).map(|value| (shown(value.of(told.text)), value.shape));
            let walked = |name: &&str| {
                json::first_member(told.text, name).map(|value| (shown(value.of(told.text)), value.shape))
            };
            let members: Vec<_> = NAMES.iter().map(member).collect();
            assert_eq!(members, NAMES.iter().map(walked).collect::<Vec<_>>());
            (shown(told.text), members)
        });
        let Event { kind, terminal, fault, .. } = event;
        self.0.push(format!("{kind:?} {terminal:?} {fault:?} {told:?} {}", shown(event.text)));
        Ok(())
    }
}

fn decoded(texts: &[String], limits: Limits, plain: bool) -> (Vec<String>, Vec<String>) {
    let decoder = Decoder::new(limits, false);
    let mut decoder = if plain { decoder.plain() } else { decoder };
    let mut seen = Seen::default();
    let error = texts.iter().find_map(|text| decoder.feed_message(text.as_bytes(), &mut seen).err());
    let mut findings: Vec<String> = decoder.diagnostics().kept().iter().map(ToString::to_string).collect();
    findings.extend(error.map(|error| error.to_string()));
    findings.push(format!("{:?} {:?}", decoder.lifecycle().response_id(), decoder.lifecycle().outcome()));
    (seen.0, findings)
}

/// A value as a server may write it; some are no JSON.
fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        60 => "\"[a-z]{0,9}\"", 20 => (0_u32..2_000).prop_map(|number| number.to_string()), 10 => Just("null".to_owned()),
        20 => Just(r#"{"type": "function","parameters":{"a":[1,[2,{}]]}}"#.to_owned()), 20 => Just("[ ]".to_owned()),
        10 => Just("\"completed\"".to_owned()), 10 => Just(r#""\u00e9\n""#.to_owned()), 10 => Just("[[[[[[1]]]]]]".to_owned()),
        1 => Just("1.".to_owned()), 1 => Just("\"open".to_owned()), 10 => Just("12 ".to_owned()), 10 => Just("-0.5e3".to_owned()),
    ]
}

type Member = (usize, String);

/// One telling of the response: the members of the last one with some changed, dropped, doubled or put elsewhere.
#[derive(Debug, Clone)]
enum Change {
    Set(usize, String),
    Drop(usize),
    Double(usize),
    Swap(usize, usize),
    Insert(usize, Member),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        (0_usize..9, value()).prop_map(|(at, value)| Change::Set(at, value)),
        (0_usize..9).prop_map(Change::Drop),
        (0_usize..9).prop_map(Change::Double),
        (0_usize..9, 0_usize..9).prop_map(|(one, other)| Change::Swap(one, other)),
        (0_usize..9, (0_usize..NAMES.len(), value())).prop_map(|(at, member)| Change::Insert(at, member)),
    ]
}

fn apply(members: &mut Vec<Member>, change: Change) {
    if members.is_empty() {
        return;
    }
    let count = members.len();
    match change {
        Change::Set(at, value) => members[at % count].1 = value,
        Change::Drop(at) => drop(members.remove(at % count)),
        Change::Double(at) => members.insert(at % count, members[at % count].clone()),
        Change::Swap(one, other) => members.swap(one % count, other % count),
        Change::Insert(at, member) => members.insert(at % count, member),
    }
}

fn event(kind: &str, members: &[Member], spaces: bool) -> String {
    let (colon, comma) = if spaces { (": ", " , ") } else { (":", ",") };
    let members: Vec<_> = members.iter().map(|(name, value)| format!("\"{}\"{colon}{value}", NAMES[*name])).collect();
    format!("{{\"type\":\"response.{kind}\",\"response\":{{{}}}}}", members.join(comma))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn any_run_of_tellings_reads_the_same(
        members in proptest::collection::vec((0_usize..NAMES.len(), value()), 1..9),
        changes in proptest::collection::vec(proptest::collection::vec(change(), 0..3), 1..5),
        spaces in proptest::collection::vec(prop_oneof![6 => Just(false), 1 => Just(true)], 6),
        last in prop_oneof![Just("completed"), Just("in_progress")],
        depth in prop_oneof![4 => Just(64_usize), 1 => 1_usize..9],
        cut in proptest::option::weighted(0.2, any::<prop::sample::Index>()),
    ) {
        // Long enough to be worth remembering, and well formed, whatever the other members are.
        let mut members = members;
        members.push((2, format!("\"{}\"", "word ".repeat(300))));
        let mut texts = vec![event("created", &members, spaces[0])];
        let count = changes.len();
        for (at, changes) in changes.into_iter().enumerate() {
            for change in changes {
                apply(&mut members, change);
            }
            texts.push(event(if at + 1 == count { last } else { "in_progress" }, &members, spaces[at + 1]));
        }
        if let (Some(cut), Some(text)) = (cut, texts.last_mut()) {
            text.truncate(cut.index(text.len()));
        }
        let limits = Limits { max_json_depth: depth, ..Limits::default() };
        prop_assert_eq!(decoded(&texts, limits, false), decoded(&texts, limits, true));
    }
}

/// Everything a stream makes: its events, its findings, its response.
fn folded(texts: &[String], plain: bool) -> (Vec<String>, Vec<String>) {
    let decoder = Decoder::new(Limits::default(), false);
    let mut decoder = if plain { decoder.plain() } else { decoder };
    let mut fold = Fold::new(Limits::default(), OutputSource::Stream);
    let mut snapshots = Vec::new();
    for text in texts {
        decoder.feed_message(text.as_bytes(), &mut fold).unwrap();
        let mut json = Vec::new();
        fold.write_snapshot(None, &mut json);
        serde_json::from_slice::<serde_json::Value>(&json).unwrap();
        snapshots.push(String::from_utf8(json).unwrap());
    }
    let findings: Vec<String> = decoder.diagnostics().kept().iter().map(ToString::to_string).collect();
    (snapshots, findings)
}

/// A long text in some spelling of its escapes; none is right where a half of a pair stands alone.
fn long_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        9 => Just("word ".to_owned()), 2 => Just("\\n".to_owned()), 2 => Just("\\u00e9".to_owned()), 2 => Just("é".to_owned()),
        1 => Just("\\ud83d\\ude00".to_owned()), 1 => Just("\\ud83d".to_owned()), 1 => Just("\\\"".to_owned()),
    ];
    proptest::collection::vec(piece, 30..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn long_texts_that_are_told_again_read_the_same(
        texts in proptest::collection::vec(long_text(), 1..3),
        tellings in proptest::collection::vec((0_usize..3, 0_usize..2, 0_usize..4), 2..14),
        cut in prop_oneof![3 => Just(0_usize), 1 => 1_usize..40],
    ) {
        let place = r#""item_id":"m","output_index":0,"content_index":0"#;
        let events: Vec<String> = tellings.into_iter().map(|(kind, text, change)| {
            let text = &texts[text % texts.len()];
            let text = match change {
                0 => format!("{text}."),
                // A string that goes on where one that was told ended, and one that ends sooner.
                1 => text.get(..text.len() - cut).filter(|short| !short.ends_with('\\')).unwrap_or(text).to_owned(),
                _ => text.clone(),
            };
            let part = format!(r#"{{"type":"output_text","text":"{text}","annotations":[]}}"#);
            match kind {
                0 => format!(r#"{{"type":"response.output_text.delta",{place},"delta":"{text}"}}"#),
                1 => format!(r#"{{"type":"response.output_text.done",{place},"text":"{text}"}}"#),
                _ => format!(r#"{{"type":"response.content_part.done",{place},"part":{part}}}"#),
            }
        }).collect();
        prop_assert_eq!(decoded(&events, Limits::default(), false), decoded(&events, Limits::default(), true));
        prop_assert_eq!(folded(&events, false), folded(&events, true));
    }
}

#[test]
fn only_what_is_equal_to_the_byte_is_taken_over() {
    let long = "word ".repeat(300);
    let telling = |number: &str| {
        format!(r#"{{"type":"response.in_progress","response":{{"instructions":"{long}","max":{number},"id":"r"}}}}"#)
    };
    let texts = [telling("1"), telling("12"), telling("1 "), telling("1"), telling("1x")];
    let (seen, findings) = decoded(&texts, Limits::default(), false);
    let max = |at: usize, number: &str| seen[at].contains(&format!("Some((\"{number}\", Number))"));
    assert!(max(0, "1") && max(1, "12") && max(2, "1") && max(3, "1"));
    assert!(seen[4].contains("MalformedEvent"), "{}", seen[4]);
    assert_eq!(findings.len(), 2);
}
