//! The arguments of running tool calls: found by id, read on from a bookmark, told anew when the server does so.
// A test that panics is a test that fails.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use or_stream_core::assemble::{Arguments, Assembler, Bookmark, Call};
use or_stream_core::limits::Limits;
use serde_json::{Value, json};

fn fed(events: &[Value]) -> Assembler {
    let mut assembler = Assembler::new(Limits::default(), false);
    for event in events {
        feed(&mut assembler, event);
    }
    assembler
}

fn feed(assembler: &mut Assembler, event: &Value) {
    assembler.feed_message(event.to_string().as_bytes()).unwrap();
}

fn item(arguments: &Value) -> Value {
    json!({"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "f", "arguments": arguments})
}

fn added(arguments: &str) -> Value {
    json!({"type": "response.output_item.added", "output_index": 0, "item": item(&json!(arguments))})
}

fn delta(delta: &str) -> Value {
    json!({"type": "response.function_call_arguments.delta", "item_id": "fc_1", "output_index": 0, "delta": delta})
}

fn done(arguments: &str) -> Value {
    json!({"type": "response.function_call_arguments.done", "item_id": "fc_1", "output_index": 0, "arguments": arguments})
}

fn item_done(arguments: &Value) -> Value {
    json!({"type": "response.output_item.done", "output_index": 0, "item": item(arguments)})
}

fn completed(output: &Value) -> Value {
    json!({"type": "response.completed", "response": {"id": "resp_1", "status": "completed", "output": output}})
}

fn more(text: &str) -> Arguments<'_> {
    Arguments::More(text.into())
}

fn full(text: &str) -> Arguments<'_> {
    Arguments::Full(text.into())
}

/// What a reader is told who asks after every event.
fn told(events: &[Value]) -> Vec<(bool, String)> {
    let (mut assembler, mut bookmark) = (fed(&events[..1]), Bookmark::default());
    let call = assembler.fold().call("call_1").unwrap();
    let mut told = Vec::new();
    for event in std::iter::once(None).chain(events[1..].iter().map(Some)) {
        if let Some(event) = event {
            feed(&mut assembler, event);
        }
        told.push(match assembler.fold().arguments(call, &mut bookmark) {
            Arguments::More(text) => (false, text.into_owned()),
            Arguments::Full(text) => (true, text.into_owned()),
        });
    }
    told
}

#[test]
fn a_call_is_found_by_both_its_ids_and_nothing_else_is() {
    let assembler = fed(&[
        added(""),
        json!({"type": "response.output_item.added", "output_index": 1, "item": {"type": "message", "id": "msg_1", "content": []}}),
        json!({"type": "response.mcp_call_arguments.delta", "item_id": "mcp_1", "output_index": 2, "delta": "{"}),
    ]);
    let fold = assembler.fold();
    assert_eq!(fold.call("call_1"), Some(Call::Streamed(0)));
    assert_eq!(fold.call("fc_1"), Some(Call::Streamed(0)));
    assert_eq!(fold.call("mcp_1"), Some(Call::Streamed(2)));
    assert_eq!((fold.call("msg_1"), fold.call("")), (None, None));
    assert_eq!(fold.call_ids(), ["call_1", "mcp_1"]);
}

#[test]
fn an_id_sent_with_escapes_is_the_same_id() {
    let event = r#"{"type":"response.output_item.added","output_index":0,"item":{"type":"function_call","id":"fc\u005f1","call_id":"call\u005f1"}}"#;
    let mut assembler = Assembler::new(Limits::default(), false);
    assembler.feed_message(event.as_bytes()).unwrap();
    assert_eq!(assembler.fold().call("call_1"), assembler.fold().call("fc_1"));
    assert_eq!(assembler.fold().call_ids(), ["call_1"]);
}

#[test]
fn deltas_are_handed_out_once() {
    let mut assembler = fed(&[added(""), delta("{\"a"), delta("\":")]);
    let call = assembler.fold().call("call_1").unwrap();
    let (mut early, mut late) = (Bookmark::default(), Bookmark::default());
    assert_eq!(assembler.fold().arguments(call, &mut early), full("{\"a\":"));
    assert_eq!(assembler.fold().arguments(call, &mut early), more(""));
    feed(&mut assembler, &delta("1}"));
    assert_eq!(assembler.fold().arguments(call, &mut early), more("1}"));
    assert_eq!(assembler.fold().arguments(call, &mut late), full("{\"a\":1}"));
    assert!(!assembler.fold().arguments_ended(call));
}

#[test]
fn another_text_is_told_in_full_and_the_same_only_once_more() {
    let object = "{\"a\":1}";
    let same = told(&[added(""), delta("{\"a\""), delta(":1}"), done(object), item_done(&json!(object))]);
    let expected = [(true, ""), (true, "{\"a\""), (false, ":1}"), (false, ""), (true, object)];
    assert_eq!(same, expected.map(|(full, text)| (full, text.to_owned())));

    let late = told(&[added(""), delta(object), item_done(&json!(object)), delta("late")]);
    assert_eq!(late.last(), Some(&(false, String::new())), "a finished item's own telling counts");

    let replaced = told(&[added(""), delta("{}"), delta(""), done(object), delta(" "), item_done(&json!(""))]);
    let expected = [(true, ""), (true, "{}"), (false, ""), (true, object), (false, " "), (true, "{\"a\":1} ")];
    assert_eq!(replaced, expected.map(|(full, text)| (full, text.to_owned())));
}

#[test]
fn arguments_that_no_delta_told_are_there_too() {
    let object = json!({"a": 1});
    assert_eq!(told(&[added("{\"a\":1}")]).last().unwrap().1, "{\"a\":1}");
    assert_eq!(told(&[added(""), item_done(&json!("{\"a\":1}"))]).last().unwrap().1, "{\"a\":1}");
    assert_eq!(told(&[added(""), item_done(&object)]).last().unwrap().1, "{\"a\":1}", "an object in place of its text");
    assert_eq!(told(&[added(""), done("{\"a\":1}")]).last().unwrap().1, "{\"a\":1}");

    let assembler = fed(&[completed(&json!([item(&json!("{\"a\":1}"))]))]);
    let call = assembler.fold().call("call_1").unwrap();
    assert_eq!(call, assembler.fold().call("fc_1").unwrap());
    assert_eq!(assembler.fold().arguments(call, &mut Bookmark::default()), full("{\"a\":1}"));
    assert!(assembler.fold().arguments_ended(call));
    assert_eq!(assembler.fold().call_ids(), ["call_1"]);
}

#[test]
fn the_terminal_response_has_the_last_word_unless_it_says_nothing() {
    let streamed = [added(""), delta("{\"a\":1}"), item_done(&json!("{\"a\":1}"))];
    let ending = |output: Value| {
        let events: Vec<Value> = streamed.iter().cloned().chain([completed(&output)]).collect();
        told(&events).pop().unwrap().1
    };
    assert_eq!(ending(json!([item(&json!("{\"a\":2}"))])), "{\"a\":2}");
    assert_eq!(ending(json!([item(&json!(""))])), "{\"a\":1}");
    assert_eq!(ending(json!([])), "{\"a\":1}");
    // The streamed id stays good where the terminal response has another.
    let renamed = json!({"type": "function_call", "id": "fc_9", "call_id": "call_9", "arguments": "{\"a\":3}"});
    assert_eq!(ending(json!([renamed])), "{\"a\":1}");
}

#[test]
fn what_is_read_is_what_the_snapshot_says() {
    let telling = ["", "{}", "{\"a\":1}", "{\"b\":\"é\"}"];
    for (first, last) in telling.iter().flat_map(|first| telling.iter().map(move |last| (first, last))) {
        for ending in [done(last), item_done(&json!(last)), completed(&json!([item(&json!(last))]))] {
            let mut assembler = fed(&[added(""), delta(first), ending]);
            let (call, mut bookmark) = (assembler.fold().call("fc_1").unwrap(), Bookmark::default());
            let Arguments::Full(read) = assembler.fold().arguments(call, &mut bookmark) else { panic!("a new reader") };
            let read = read.into_owned();
            let mut snapshot = Vec::new();
            let (_, fold) = assembler.parts();
            fold.write_snapshot(None, &mut snapshot);
            let snapshot: Value = serde_json::from_slice(&snapshot).unwrap();
            let shown = snapshot["output"][0]["arguments"].as_str().unwrap();
            // A terminal response that says nothing is the one thing a snapshot repeats and a reader does not.
            assert_eq!(read, if shown.is_empty() { *first } else { shown });
        }
    }
}
