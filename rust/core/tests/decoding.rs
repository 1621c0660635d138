//! Decoding against `serde_json`, and the fold against itself in every cutting.
// A test that panics is a test that fails.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use or_stream_core::assemble::Assembler;
use or_stream_core::decoder::{Decoder, Event, Sink};
use or_stream_core::diagnostics::Diagnostics;
use or_stream_core::envelope::Key;
use or_stream_core::error::Error;
use or_stream_core::kind::Kind;
use or_stream_core::limits::Limits;
use proptest::prelude::*;

/// What of an event can be compared: kind, delta, number, raw data.
#[derive(Default)]
struct Seen(Vec<Told>);

type Told = (Kind, Option<Vec<u8>>, Option<u64>, Vec<u8>);

impl Sink for Seen {
    fn event(&mut self, event: &Event<'_>, _: &mut Diagnostics) -> Result<(), Error> {
        let delta = event.string(Key::Delta).map(<[u8]>::to_vec);
        self.0.push((event.kind, delta, event.sequence_number, event.raw.to_vec()));
        Ok(())
    }
}

/// JSON values without floats, whose text form is a matter of taste.
fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        ".{0,8}".prop_map(serde_json::Value::String),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let keys =
            prop_oneof!["[a-z]{1,6}", Just("type".to_owned()), Just("delta".to_owned()), Just("é\"\\".to_owned())];
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(serde_json::Value::Array),
            proptest::collection::btree_map(keys, inner, 0..4)
                .prop_map(|members| serde_json::Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn envelopes_read_what_serde_reads(value in json(), delta in ".{0,8}", pretty in any::<bool>()) {
        let mut object = serde_json::json!({"zero": value, "delta": delta, "type": "t", "sequence_number": 5});
        object["one"] = value;
        let text = if pretty { serde_json::to_vec_pretty(&object).unwrap() } else { serde_json::to_vec(&object).unwrap() };
        let mut seen = Seen::default();
        Decoder::new(Limits::default(), true).feed_message(&text, &mut seen).unwrap();
        let (kind, body, number, raw) = seen.0.pop().unwrap();
        prop_assert_eq!((kind, number, &raw), (Kind::UnknownEvent, Some(5), &text));
        let quoted = [b"\"".to_vec(), body.unwrap(), b"\"".to_vec()].concat();
        prop_assert_eq!(serde_json::from_slice::<String>(&quoted).unwrap(), delta);
    }

    #[test]
    fn bytes_that_are_not_json_become_one_malformed_event(mut text in proptest::collection::vec(any::<u8>(), 1..40)) {
        text.retain(|byte| !matches!(byte, b'\n' | b'\r'));
        let lossy = String::from_utf8_lossy(&text).into_owned();
        prop_assume!(!lossy.trim_ascii().is_empty());
        let mut seen = Seen::default();
        Decoder::new(Limits::default(), false).feed_message(&text, &mut seen).unwrap();
        prop_assert_eq!(seen.0.len(), 1);
        let is_object = serde_json::from_str::<serde_json::Value>(&lossy).is_ok_and(|value| value.is_object());
        prop_assert_eq!(seen.0[0].0 == Kind::MalformedEvent, !is_object);
    }
}

/// A stream with one of everything that routing looks at.
fn stream() -> String {
    let events = [
        r#"{"type":"response.created","sequence_number":0,"response":{"id":"r","object":"response","status":"in_progress","output":[]}}"#,
        r#"{"type":"response.output_item.added","sequence_number":1,"output_index":0,"item":{"id":"m","type":"message","role":"assistant","status":"in_progress","content":[]}}"#,
        r#"{"type":"response.content_part.added","sequence_number":2,"item_id":"m","output_index":0,"content_index":0,"part":{"type":"output_text","text":"","annotations":[]}}"#,
        r#"{"type":"response.output_text.delta","sequence_number":3,"item_id":"m","output_index":0,"content_index":0,"delta":"H\u00e9 \ud83d"}"#,
        r#"{"type":"response.output_text.delta","sequence_number":4,"item_id":"m","output_index":0,"content_index":0,"delta":"\ude00 \"q\""}"#,
        r#"{"type":"response.output_item.added","sequence_number":5,"output_index":1,"item":{"id":"f","type":"function_call","call_id":"c","name":"go","arguments":""}}"#,
        r#"{"type":"response.function_call_arguments.delta","sequence_number":6,"item_id":"f","output_index":1,"delta":"{\"a\":"}"#,
    ];
    events.map(|event| format!("event: x\ndata: {event}\n\n")).concat()
}

fn snapshot(assembler: &Assembler) -> String {
    let mut out = Vec::new();
    assembler.fold().write_snapshot(None, &mut out);
    String::from_utf8(out).unwrap()
}

#[test]
fn the_fold_does_not_depend_on_cuts_and_is_right_at_every_byte() {
    let body = stream();
    let body = body.as_bytes();
    let mut bytewise = Assembler::new(Limits::default(), true);
    for end in 0..body.len() {
        let mut whole = Assembler::new(Limits::default(), true);
        whole.feed(&body[..end]).unwrap();
        assert_eq!(snapshot(&whole), snapshot(&bytewise), "at byte {end}");
        bytewise.feed(&body[end..=end]).unwrap();
    }
    let response: serde_json::Value = serde_json::from_str(&snapshot(&bytewise)).unwrap();
    assert_eq!(response["output"][0]["content"][0]["text"], "Hé 😀 \"q\"");
    assert_eq!(response["output"][1]["arguments"], "{\"a\":");
    assert_eq!(bytewise.output_text(), "Hé 😀 \"q\"");
    assert!(bytewise.finish().is_ok());
}

#[test]
fn hostile_numbers_cost_nothing() {
    let mut assembler = Assembler::new(Limits::default(), false);
    for (index, part) in [(2_147_483_648_u64, 9_007_199_254_740_991_u64), (9_007_199_254_740_991, 0)] {
        let event = format!(
            r#"{{"type":"response.output_text.delta","output_index":{index},"content_index":{part},"delta":"x"}}"#
        );
        assembler.feed_message(event.as_bytes()).unwrap();
    }
    assembler.feed_message(br#"{"type":"response.output_text.delta","output_index":-1,"delta":"y"}"#).unwrap();
    assert!(assembler.fold().heap_bytes() < 8192);
    assert_eq!(assembler.output_text().len(), 3);
}

#[test]
fn what_is_kept_of_a_foreign_body_does_not_depend_on_cuts() {
    let most = 40;
    let bodies =
        ["\n \u{feff}<html>no</html>".to_owned(), format!(" {{\"a\":\"{}\"}}", "x".repeat(80)), "\t[1]".to_owned()];
    for body in bodies.iter().map(String::as_bytes) {
        let kept = |chunk: usize| {
            let mut decoder = Decoder::new(Limits { max_event_bytes: most, ..Limits::default() }, false);
            let mut seen = Seen::default();
            let fed = body.chunks(chunk).find_map(|chunk| decoder.feed(chunk, &mut seen).err());
            match fed.or(decoder.finish(&mut seen).err()) {
                Some(Error::NotAnEventStream { body }) => body,
                other => panic!("{other:?}"),
            }
        };
        let whole = kept(body.len());
        assert!(!whole[0].is_ascii_whitespace() && whole.len() <= most);
        for chunk in 1..body.len() {
            assert_eq!(kept(chunk), whole, "in chunks of {chunk}");
        }
    }
}
