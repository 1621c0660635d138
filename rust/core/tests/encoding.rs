//! What `encode` writes, read again by the framer and the decoder.
// A test that panics is a test that fails.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use or_stream_core::assemble::Assembler;
use or_stream_core::encode::{self, ErrorPayload};
use or_stream_core::json::Reason;
use or_stream_core::limits::Limits;
use or_stream_core::sse::Framer;
use proptest::prelude::*;

/// Names and data of the events of a body.
fn read(body: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let (mut framer, mut cursor, mut events) = (Framer::new(Limits::default()), 0, Vec::new());
    while let Some(frame) = framer.next(body, &mut cursor).unwrap() {
        events.push((frame.name.to_vec(), frame.data.to_vec()));
    }
    assert!(framer.pending().is_none(), "every event is ended");
    events
}

fn written(name: &str, data: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    encode::event(name, data, &mut out);
    out
}

#[test]
fn an_event_is_its_name_and_its_data() {
    assert_eq!(written("a.b", b"{}"), b"event: a.b\ndata: {}\n\n");
    assert_eq!(written("", b"{}"), b"data: {}\n\n");
    assert_eq!(written("a\nb", b"{\n}"), b"data: {\ndata: }\n\n");
    assert_eq!(written("a", b""), b"event: a\ndata: \n\n");
}

#[test]
fn a_json_event_is_named_by_its_type() {
    let name = |data: &str| {
        let mut out = Vec::new();
        encode::json_event(data.as_bytes(), &mut out).map_err(|fault| fault.reason)?;
        Ok::<_, Reason>(String::from_utf8(read(&out).remove(0).0).unwrap())
    };
    assert_eq!(name(r#"{"item":{"type":"no"},"type":"a\u002eb"}"#).as_deref(), Ok("a.b"));
    assert_eq!(name(r#"{"type":null}"#).as_deref(), Ok(""));
    assert_eq!(name(r#"{"type":"a\r\ndata: b"}"#).as_deref(), Ok(""));
    assert_eq!(name("[]"), Err(Reason::NotAnObject));
    assert_eq!(name("{} {}"), Err(Reason::Trailing));
    assert_eq!(name(&format!("{{\"a\":{}1{}}}", "[".repeat(500), "]".repeat(500))).as_deref(), Ok(""));
    let fault = encode::json_event(b"{\"a\":\"\xff\"}", &mut Vec::new()).unwrap_err();
    assert_eq!((fault.reason, fault.at), (Reason::Unexpected, 6));
}

#[test]
fn a_comment_is_no_event() {
    let mut out = Vec::new();
    encode::comment("keep-alive", &mut out);
    assert_eq!(out, b": keep-alive\n\n");
    encode::comment("two\r\ndata: lines", &mut out);
    assert_eq!(read(&out), []);
    encode::comment("", &mut out);
    out.extend_from_slice(encode::DONE);
    assert_eq!(read(&out), [(b"".to_vec(), b"[DONE]".to_vec())]);
}

#[test]
fn an_error_is_read_again() {
    let mut body = Vec::new();
    let payload = ErrorPayload { kind: "server_error", code: None, message: "no \"luck\"", param: Some("input") };
    encode::error(3, &payload, &mut body);
    let (name, data) = read(&body).remove(0);
    assert_eq!(name, b"error");
    let wanted = serde_json::json!({"type": "error", "sequence_number": 3, "error":
        {"type": "server_error", "code": null, "message": "no \"luck\"", "param": "input"}});
    assert_eq!(serde_json::from_slice::<serde_json::Value>(&data).unwrap(), wanted);

    let mut assembler = Assembler::new(Limits::default(), true);
    assembler.feed(&body).unwrap();
    let error: serde_json::Value = serde_json::from_slice(&assembler.fold().error().unwrap()).unwrap();
    assert_eq!(error, wanted["error"]);
}

/// The slow twin of the line rules: what a parser makes of data that has no CR.
fn without_carriage_returns(data: &[u8]) -> Vec<u8> {
    String::from_utf8(data.to_vec()).unwrap().replace("\r\n", "\n").replace('\r', "\n").into_bytes()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn a_parser_gives_back_the_data(data in "[a: \n\r{}\u{2028}\u{feff}]{0,24}", name in "[a: .]{0,6}") {
        let events = read(&[written(&name, data.as_bytes()), written("", b"next")].concat());
        prop_assert_eq!(&events[0], &(name.into_bytes(), without_carriage_returns(data.as_bytes())));
        prop_assert_eq!(&events[1].1, b"next");
    }

    #[test]
    fn data_without_line_ends_is_written_as_it_is(data in proptest::collection::vec(any::<u8>(), 0..40)) {
        prop_assume!(!data.contains(&b'\n') && !data.contains(&b'\r'));
        prop_assert_eq!(written("a", &data), [b"event: a\ndata: ", &*data, b"\n\n"].concat());
    }
}
