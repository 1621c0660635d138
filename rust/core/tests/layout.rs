//! Layouts against the general scan: for any run of events, in any key order and spacing, nothing differs but the time.

// A test that panics is a test that fails.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use or_stream_core::decoder::{Decoder, Event, Sink};
use or_stream_core::diagnostics::Diagnostics;
use or_stream_core::envelope::Key;
use or_stream_core::error::Error;
use or_stream_core::limits::Limits;
use proptest::prelude::*;

/// Everything an event says, as text; and how many events came by a layout.
#[derive(Default)]
struct Seen {
    events: Vec<String>,
    by_layout: usize,
}

impl Sink for Seen {
    fn event(&mut self, event: &Event<'_>, _: &mut Diagnostics) -> Result<(), Error> {
        let shown = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let values: Vec<_> = event.fields.present().map(|(key, value)| (key, shown(value.of(event.text)))).collect();
        let delta = event.string(Key::Delta).map(shown);
        let (name, raw, text) = (shown(event.name), shown(event.raw), shown(event.text));
        let Event { kind, spelling, index, sequence_number, offset, fault, .. } = event;
        self.by_layout += usize::from(event.layout.is_some());
        self.events.push(format!(
            "{kind:?} {spelling} {name:?} {raw:?} {text:?} {index} {sequence_number:?} {offset} {fault:?} {delta:?} {values:?}"
        ));
        Ok(())
    }
}

fn decoded(texts: &[String], mut decoder: Decoder) -> (Seen, Vec<String>) {
    let mut seen = Seen::default();
    let limits = texts.iter().find_map(|text| decoder.feed_message(text.as_bytes(), &mut seen).err());
    let mut findings: Vec<String> = decoder.diagnostics().kept().iter().map(ToString::to_string).collect();
    findings.extend(limits.map(|error| error.to_string()));
    (seen, findings)
}

/// The first event in which two readings differ.
fn difference<'a>(fast: &'a [String], plain: &'a [String]) -> Option<(&'a str, &'a str)> {
    let length = fast.len().max(plain.len());
    let at = |events: &'a [String], index: usize| events.get(index).map_or("nothing", String::as_str);
    (0..length).map(|index| (at(fast, index), at(plain, index))).find(|(fast, plain)| fast != plain)
}

/// One delta event in some spelling of keys, values and space. Most of a run share theirs.
fn event() -> impl Strategy<Value = String> {
    let delta = prop_oneof![
        5 => Just("\" word\"".to_owned()), 3 => "\"[a-zé\u{1F600}]{0,6}\"", 1 => Just(r#""\"q\" \n\u00e9\ud83d""#.to_owned()),
        1 => Just("null".to_owned()), 1 => Just("\"bad \u{1}\"".to_owned()), 1 => Just(r#""bad \x""#.to_owned()), 1 => Just("{\"a\":1}".to_owned()),
    ];
    let number = prop_oneof![
        9 => (0_u64..20_000).prop_map(|number| number.to_string()), 1 => Just("null".to_owned()), 1 => Just("-1".to_owned()),
        1 => Just("1.0".to_owned()), 1 => Just("9007199254740992".to_owned()), 1 => Just("01".to_owned()),
        1 => Just("\"m\"".to_owned()),
    ];
    let logprobs = prop_oneof![
        4 => Just("[]".to_owned()), 1 => Just(r#"[{"token":"a","logprob":-0.5,"bytes":[97]}]"#.to_owned()),
        1 => Just("null".to_owned()), 1 => Just("[1,]".to_owned()),
    ];
    let padding = prop_oneof!["\"[a-z]{0,8}\"", Just("7".to_owned())];
    let frame = (0_usize..6, any::<bool>(), prop_oneof![9 => Just("0"), 1 => Just("1"), 1 => Just("-1")]);
    (frame, delta, number, logprobs, padding).prop_map(|((order, spaces, index), delta, number, logprobs, padding)| {
        let mut members = vec![
            ("type", "\"response.output_text.delta\"".to_owned()),
            ("sequence_number", number),
            ("item_id", "\"msg_é\"".to_owned()),
            ("output_index", index.to_owned()),
            ("delta", delta),
            ("logprobs", logprobs),
            ("obfuscation", padding),
        ];
        match order {
            0 => members.reverse(),
            1 => members.sort_by_key(|(key, _)| *key),
            2 => members.rotate_left(3),
            3 => members.push(("delta", "\"twice\"".to_owned())),
            _ => {}
        }
        let (colon, comma) = if spaces { (": ", ", ") } else { (":", ",") };
        let members: Vec<_> = members.iter().map(|(key, value)| format!("\"{key}\"{colon}{value}")).collect();
        format!("{{{}}}", members.join(comma))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn any_run_reads_the_same(
        events in proptest::collection::vec(event(), 1..12),
        repeats in proptest::collection::vec(0_usize..3, 12),
        broken in any::<prop::sample::Index>(),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut texts: Vec<String> = events.iter().zip(&repeats).flat_map(|(event, times)| vec![event.clone(); 1 + times]).collect();
        let at = broken.index(texts.len());
        let victim = texts[at].clone();
        let end = (cut.index(victim.len())..victim.len()).find(|end| victim.is_char_boundary(*end)).unwrap_or(0);
        texts.insert(at, victim[..end].to_owned());
        let (fast, fast_findings) = decoded(&texts, Decoder::new(Limits::default(), false));
        let (plain, plain_findings) = decoded(&texts, Decoder::new(Limits::default(), false).plain());
        prop_assert_eq!(difference(&fast.events, &plain.events), None);
        prop_assert_eq!(fast_findings, plain_findings);
        prop_assert_eq!(plain.by_layout, 0);
    }
}

/// The body of a stream: each event in the frame of a server, the frames changing now and then.
fn framed(texts: &[String], frames: &[usize]) -> Vec<u8> {
    let frame = |text: &String, frame: usize| match frame {
        0..=5 => format!("event: response.output_text.delta\ndata: {text}\n\n"),
        6 => format!("data: {text}\n\n"),
        7 => format!("event:x\ndata:{text}\n\n"),
        8 => format!("event: response.output_text.delta\r\ndata: {text}\r\n\r\n"),
        9 => format!(": c\nid: 7\nevent: response.output_text.delta\ndata: {text}\n\n"),
        10 => format!("event: response.output_text.delta\ndata: {text}\ndata: \n\n"),
        11 => format!("event: response.output_text.delta\ndata: {text}\n\n\n"),
        _ => format!("retry: 5\n\nevent: response.output_text.delta\n\ndata: {text}\r\n\r\n"),
    };
    texts.iter().zip(frames.iter().cycle()).flat_map(|(text, at)| frame(text, *at).into_bytes()).collect()
}

fn fed(body: &[u8], chunk: usize, mut decoder: Decoder) -> (Seen, Vec<String>) {
    let mut seen = Seen::default();
    let mut errors: Vec<_> = body.chunks(chunk).filter_map(|chunk| decoder.feed(chunk, &mut seen).err()).collect();
    errors.extend(decoder.finish(&mut seen).err());
    let mut findings: Vec<String> = decoder.diagnostics().kept().iter().map(ToString::to_string).collect();
    findings.extend(errors.first().map(ToString::to_string));
    let framer = decoder.framer();
    findings.push(format!("{:?} {:?} {}", framer.last_event_id(), framer.retry(), framer.comments()));
    (seen, findings)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn any_stream_reads_the_same(
        events in proptest::collection::vec(event(), 1..8),
        frames in proptest::collection::vec(0_usize..13, 1..20),
        chunk in prop_oneof![1_usize..400, Just(65536)],
        tight in any::<bool>(),
    ) {
        let texts: Vec<String> = events.iter().flat_map(|event| vec![event.clone(); 3]).collect();
        let body = framed(&texts, &frames);
        let limits = if tight { Limits { max_line_bytes: 150, max_event_bytes: 145, ..Limits::default() } } else { Limits::default() };
        let (fast, fast_findings) = fed(&body, chunk, Decoder::new(limits, false));
        let (plain, plain_findings) = fed(&body, chunk, Decoder::new(limits, false).plain());
        prop_assert_eq!(difference(&fast.events, &plain.events), None);
        prop_assert_eq!(fast_findings, plain_findings);
    }
}

#[test]
fn a_plain_run_is_read_by_layout_in_any_key_order() {
    for (first, second) in [("type", "zzz"), ("zzz", "type")] {
        let texts: Vec<String> = (0..100)
            .map(|number| {
                let kind = "\"response.output_text.delta\"";
                let (a, b) = if first == "type" { (kind, "1") } else { ("1", kind) };
                format!(r#"{{"{first}": {a}, "delta": "w{number}", "sequence_number": {number}, "{second}": {b}}}"#)
            })
            .collect();
        let (seen, findings) = decoded(&texts, Decoder::new(Limits::default(), true));
        assert_eq!((seen.by_layout, findings.len()), (99, 0));
    }
}
