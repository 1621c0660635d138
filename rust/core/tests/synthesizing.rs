//! Responses told as events: the sequence is that of the contract, and it folds back to the response.
// A test that panics is a test that fails.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::num::NonZeroUsize;

use or_stream_core::assemble::Assembler;
use or_stream_core::encode;
use or_stream_core::json::Reason;
use or_stream_core::lifecycle::Outcome;
use or_stream_core::limits::Limits;
use or_stream_core::synthesize::{Chunking, Unfit, synthesize};
use proptest::prelude::*;
use serde_json::{Value, json};

/// The events of a response, and each as a frame of the body.
fn told(response: &[u8], chunking: Chunking) -> Result<(Vec<Value>, Vec<Vec<u8>>), Unfit> {
    let (mut events, mut frames) = (Vec::new(), Vec::new());
    synthesize(response, chunking, &mut |name, data| {
        let event: Value = serde_json::from_slice(data).unwrap();
        assert_eq!(event["type"], name);
        events.push(event);
        let mut frame = Vec::new();
        encode::event(name, data, &mut frame);
        frames.push(frame);
    })?;
    Ok((events, frames))
}

/// What folding a body gives; a finding is an error.
fn folded(body: &[u8]) -> (Value, Option<Outcome>) {
    let mut assembler = Assembler::new(Limits::default(), true);
    assembler.feed(body).unwrap();
    assembler.finish().unwrap();
    let mut snapshot = Vec::new();
    assembler.fold().write_snapshot(None, &mut snapshot);
    (serde_json::from_slice(&snapshot).unwrap(), assembler.decoder().lifecycle().outcome())
}

fn types(response: &Value, chunking: Chunking) -> Vec<String> {
    let (events, _) = told(response.to_string().as_bytes(), chunking).unwrap();
    let short = |event: &Value| event["type"].as_str().unwrap().trim_start_matches("response.").to_owned();
    events.iter().map(short).collect()
}

fn finished(output: impl Into<Value>) -> Value {
    json!({"id": "resp_1", "object": "response", "status": "completed", "completed_at": 7, "error": null,
        "incomplete_details": null, "model": "m", "usage": {"total_tokens": 3}, "output": output.into()})
}

#[test]
fn a_message_is_told_part_by_part() {
    let annotation = json!({"type": "url_citation", "url": "u"});
    let response = finished(
        json!([{"type": "message", "id": "msg_1", "status": "completed", "role": "assistant", "content": [
            {"type": "output_text", "text": "Hi you", "annotations": [annotation], "logprobs": [{"token": "Hi"}, {"token": " you"}]},
            {"type": "refusal", "refusal": "no"},
            {"type": "text", "text": "plain"},
        ]}]),
    );
    let (events, _) = told(response.to_string().as_bytes(), Chunking::Words).unwrap();
    let place = |index: u64| json!({"item_id": "msg_1", "output_index": 0, "content_index": index});
    let part = |kind: &str, index: u64, more: Value| {
        let mut event = json!({"type": format!("response.{kind}")});
        for fields in [place(index), more] {
            event.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        }
        event
    };
    let content = response["output"][0]["content"].clone();
    let mut running = response.clone();
    for (key, value) in
        [("status", json!("in_progress")), ("output", json!([])), ("completed_at", json!(null)), ("usage", json!(null))]
    {
        running[key] = value;
    }
    let mut item = response["output"][0].clone();
    item["status"] = "in_progress".into();
    item["content"] = json!([]);
    let mut wanted = vec![
        json!({"type": "response.created", "response": running}),
        json!({"type": "response.in_progress", "response": running}),
        json!({"type": "response.output_item.added", "output_index": 0, "item": item}),
        part(
            "content_part.added",
            0,
            json!({"part": {"type": "output_text", "text": "", "annotations": [], "logprobs": []}}),
        ),
        part("output_text.delta", 0, json!({"delta": "Hi", "logprobs": [{"token": "Hi"}]})),
        part("output_text.delta", 0, json!({"delta": " you", "logprobs": [{"token": " you"}]})),
        part("output_text.annotation.added", 0, json!({"annotation_index": 0, "annotation": annotation})),
        part("output_text.done", 0, json!({"text": "Hi you", "logprobs": [{"token": "Hi"}, {"token": " you"}]})),
        part("content_part.done", 0, json!({"part": content[0]})),
        part("content_part.added", 1, json!({"part": {"type": "refusal", "refusal": ""}})),
        part("refusal.delta", 1, json!({"delta": "no"})),
        part("refusal.done", 1, json!({"refusal": "no"})),
        part("content_part.done", 1, json!({"part": content[1]})),
        part("content_part.added", 2, json!({"part": content[2]})),
        part("content_part.done", 2, json!({"part": content[2]})),
        json!({"type": "response.output_item.done", "output_index": 0, "item": response["output"][0]}),
        json!({"type": "response.completed", "response": response}),
    ];
    for (number, event) in wanted.iter_mut().enumerate() {
        event["sequence_number"] = number.into();
    }
    assert_eq!(events, wanted);
}

#[test]
fn reasoning_is_told_by_content_and_summary() {
    let response = finished(json!([{"type": "reasoning", "id": "rs_1", "encrypted_content": "x",
        "content": [{"type": "reasoning_text", "text": "a b"}, {"type": "output_text", "text": "c", "annotations": []}],
        "summary": [{"type": "summary_text", "text": "s"}]}]));
    let wanted = [
        "created",
        "in_progress",
        "output_item.added",
        "content_part.added",
        "reasoning.delta",
        "reasoning.delta",
        "reasoning.done",
        "content_part.done",
        "content_part.added",
        "reasoning.delta",
        "reasoning.done",
        "content_part.done",
        "reasoning_summary_part.added",
        "reasoning_summary_text.delta",
        "reasoning_summary_text.done",
        "reasoning_summary_part.done",
        "output_item.done",
        "completed",
    ];
    assert_eq!(types(&response, Chunking::Words), wanted);
}

#[test]
fn calls_are_told_on_the_item() {
    let response = finished(json!([
        {"type": "function_call", "id": "a", "call_id": "c", "name": "f", "arguments": "{\"a\": 1}", "status": "completed"},
        {"type": "mcp_call", "id": "b", "name": "m", "arguments": "{}", "output": "o", "error": null},
        {"type": "custom_tool_call", "id": "c", "call_id": "c", "name": "x", "input": "i"},
        {"type": "code_interpreter_call", "id": "d", "code": "1", "outputs": [], "status": "completed"},
        {"type": "code_interpreter_call", "id": "e", "code": null, "outputs": null, "status": "completed"},
        {"type": "function_call", "id": "f", "call_id": "c", "name": "f", "arguments": "", "status": "incomplete"},
        {"type": "acme:thing", "id": "g", "arguments": "own", "content": [{"type": "output_text", "text": "own"}]},
    ]));
    let (events, _) = told(response.to_string().as_bytes(), Chunking::Words).unwrap();
    let told: Vec<Value> = events[2..events.len() - 1].to_vec();
    let short: Vec<(&str, u64)> = told
        .iter()
        .map(|event| (&event["type"].as_str().unwrap()["response.".len()..], event["output_index"].as_u64().unwrap()))
        .collect();
    let wanted = [
        ("output_item.added", 0),
        ("function_call_arguments.delta", 0),
        ("function_call_arguments.delta", 0),
        ("function_call_arguments.done", 0),
        ("output_item.done", 0),
        ("output_item.added", 1),
        ("mcp_call_arguments.delta", 1),
        ("mcp_call_arguments.done", 1),
        ("output_item.done", 1),
        ("output_item.added", 2),
        ("custom_tool_call_input.delta", 2),
        ("custom_tool_call_input.done", 2),
        ("output_item.done", 2),
        ("output_item.added", 3),
        ("code_interpreter_call_code.delta", 3),
        ("code_interpreter_call_code.done", 3),
        ("output_item.done", 3),
        ("output_item.added", 4),
        ("output_item.done", 4),
        ("output_item.added", 5),
        ("function_call_arguments.done", 5),
        ("output_item.done", 5),
        ("output_item.added", 6),
        ("output_item.done", 6),
    ];
    assert_eq!(short, wanted);
    let done = json!({"type": "response.function_call_arguments.done", "sequence_number": 5, "item_id": "a",
        "output_index": 0, "name": "f", "arguments": "{\"a\": 1}"});
    assert_eq!(told[3], done);
    assert_eq!(
        told[5]["item"],
        json!({"type": "mcp_call", "id": "b", "name": "m", "arguments": "", "output": null, "error": null})
    );
    assert_eq!(
        told[13]["item"],
        json!({"type": "code_interpreter_call", "id": "d", "code": "", "outputs": null, "status": "in_progress"})
    );
    assert_eq!(told[22]["item"], response["output"][6]);
}

#[test]
fn the_status_decides_on_the_last_event() {
    let last = |status: &str| {
        let mut response = finished(json!([]));
        response["status"] = status.into();
        let (_, frames) = told(response.to_string().as_bytes(), Chunking::Words).unwrap();
        let (snapshot, outcome) = folded(&frames.concat());
        assert_eq!(snapshot, response);
        (types(&response, Chunking::Words).pop().unwrap(), outcome)
    };
    assert_eq!(last("completed"), ("completed".into(), Some(Outcome::Completed)));
    assert_eq!(last("incomplete"), ("incomplete".into(), Some(Outcome::Incomplete)));
    assert_eq!(last("failed"), ("failed".into(), Some(Outcome::Failed)));
    assert_eq!(last("cancelled"), ("incomplete".into(), Some(Outcome::Cancelled)));
}

#[test]
fn what_is_no_finished_response_is_refused() {
    let refused = |text: &str| told(text.as_bytes(), Chunking::Words).unwrap_err();
    for status in ["\"in_progress\"", "\"queued\"", "\"acme:odd\"", "null", "7"] {
        assert_eq!(refused(&format!("{{\"status\":{status}}}")), Unfit::NotFinished);
    }
    assert_eq!(refused("{}"), Unfit::NotFinished);
    assert!(matches!(refused("{"), Unfit::NotJson(fault) if fault.reason == Reason::End));
    assert!(matches!(refused("[]"), Unfit::NotJson(fault) if fault.reason == Reason::NotAnObject));
    assert_eq!(refused("{\"a\":01}").to_string(), "a byte that cannot stand there (byte 6)");
}

#[test]
fn odd_output_is_told_as_far_as_it_can_be() {
    for output in [json!(null), json!("text"), json!([]), json!([null])] {
        assert_eq!(types(&finished(output), Chunking::Words), ["created", "in_progress", "completed"]);
    }
    let odd = finished(json!([
        null,
        {"type": "message", "id": "m", "content": [null, {"type": "output_text", "text": 7}]},
        {"type": "function_call", "arguments": {"a": 1}},
    ]));
    let (events, frames) = told(odd.to_string().as_bytes(), Chunking::Words).unwrap();
    let parts: Vec<&Value> = events.iter().filter(|event| event["content_index"].is_u64()).collect();
    assert_eq!(parts.len(), 2);
    assert!(parts.iter().all(|event| event["content_index"] == 1 && event["output_index"] == 1));
    let mut assembler = Assembler::new(Limits::default(), false);
    assembler.feed(&frames.concat()).unwrap();
    assert_eq!(assembler.fold().terminal().unwrap(), odd.to_string().as_bytes());
}

/// JSON values of any shape.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf =
        prop_oneof![Just(Value::Null), any::<bool>().prop_map(Into::into), any::<i64>().prop_map(Into::into), text()];
    leaf.prop_recursive(3, 12, 3, |inner| {
        let keys = "[a-z]{1,4}|type|text|status|content|arguments";
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..3).prop_map(Value::Array),
            proptest::collection::btree_map(keys, inner, 0..3)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn text() -> impl Strategy<Value = Value> {
    "[a \n\"\\\\é😀{}:,]{0,12}".prop_map(Value::String)
}

/// Log probabilities that make up the text, or do not.
fn logprobs(text: &str, like: bool) -> Value {
    let tokens = text.chars().map(|token| json!({"token": token, "logprob": -1, "bytes": [], "top_logprobs": []}));
    tokens.skip(usize::from(!like)).collect()
}

fn part() -> impl Strategy<Value = Value> {
    let annotations =
        proptest::collection::vec(any_json().prop_map(|url| json!({"type": "url_citation", "url": url})), 0..3);
    prop_oneof![
        (text(), annotations, any::<bool>()).prop_map(|(text, annotations, like)| {
            let logprobs = logprobs(text.as_str().unwrap(), like);
            json!({"type": "output_text", "text": text, "annotations": annotations, "logprobs": logprobs})
        }),
        text().prop_map(|text| json!({"type": "output_text", "text": text, "annotations": []})),
        text().prop_map(|text| json!({"type": "refusal", "refusal": text})),
        text().prop_map(|text| json!({"type": "reasoning_text", "text": text})),
        (text(), any_json()).prop_map(|(text, more)| json!({"type": "acme:part", "text": text, "more": more})),
    ]
}

fn item() -> impl Strategy<Value = Value> {
    let parts = || proptest::collection::vec(part(), 0..4);
    let summary =
        || proptest::collection::vec(text().prop_map(|text| json!({"type": "summary_text", "text": text})), 0..3);
    prop_oneof![
        (parts(), any_json()).prop_map(|(content, more)| json!({"type": "message", "role": "assistant", "status": "completed", "content": content, "more": more})),
        (parts(), summary()).prop_map(|(content, summary)| json!({"type": "reasoning", "content": content, "summary": summary})),
        summary().prop_map(|summary| json!({"type": "reasoning", "summary": summary, "encrypted_content": "x"})),
        (text(), text()).prop_map(|(name, text)| json!({"type": "function_call", "call_id": "c", "name": name, "arguments": text, "status": "incomplete"})),
        (text(), any_json()).prop_map(|(text, output)| json!({"type": "mcp_call", "arguments": text, "output": output, "error": null})),
        text().prop_map(|text| json!({"type": "custom_tool_call", "input": text})),
        (text(), any_json()).prop_map(|(text, outputs)| json!({"type": "code_interpreter_call", "code": text, "outputs": outputs})),
        any_json().prop_map(|action| json!({"type": "shell_call", "action": {"commands": ["ls"], "more": action}, "status": "completed"})),
        any_json().prop_map(|more| json!({"type": "acme:item", "status": "odd", "more": more})),
    ]
}

fn response() -> impl Strategy<Value = Value> {
    let statuses = prop_oneof![Just("completed"), Just("incomplete"), Just("failed"), Just("cancelled")];
    (proptest::collection::vec(item(), 0..5), statuses, any_json()).prop_map(|(mut output, status, more)| {
        for (index, item) in output.iter_mut().enumerate() {
            item["id"] = format!("item_{index}").into();
        }
        let mut response = finished(output);
        response["status"] = status.into();
        response["more"] = more;
        response
    })
}

fn chunking() -> impl Strategy<Value = Chunking> {
    let pieces = (1_usize..9).prop_map(|pieces| Chunking::Pieces(NonZeroUsize::new(pieces).unwrap()));
    prop_oneof![Just(Chunking::Words), Just(Chunking::Characters), pieces]
}

/// The slow twin of the fold, for well-made streams only: announcements, deltas and annotations make the items.
fn naive_fold(events: &[Value]) -> Vec<Value> {
    let mut items: Vec<Value> = Vec::new();
    for event in events {
        let kind = event["type"].as_str().unwrap().trim_start_matches("response.");
        let (what, verb) = kind.rsplit_once('.').unwrap_or((kind, ""));
        if what == "output_item" && verb == "added" {
            assert_eq!(items.len() as u64, event["output_index"], "items come in order");
            items.push(event["item"].clone());
        }
        let Some(item) = event["output_index"].as_u64().map(|at| &mut items[usize::try_from(at).unwrap()]) else {
            continue;
        };
        let list = if event["summary_index"].is_u64() { "summary" } else { "content" };
        let index = event[format!("{list}_index")].as_u64().map(|index| usize::try_from(index).unwrap());
        if what.ends_with("_part") && verb == "added" {
            assert_eq!(item[list].as_array().map(Vec::len), index, "parts come in order");
            item[list].as_array_mut().unwrap().push(event["part"].clone());
        }
        let target = if let Some(index) = index { &mut item[list][index] } else { item };
        if what.ends_with("annotation") {
            target["annotations"].as_array_mut().unwrap().push(event["annotation"].clone());
        }
        let key = ["refusal", "arguments", "input", "code", "text"].into_iter().find(|key| target[*key].is_string());
        match (verb, key) {
            ("delta", Some(key)) => {
                target[key] = (target[key].as_str().unwrap().to_owned() + event["delta"].as_str().unwrap()).into();
            }
            ("done", Some(key)) if event.get(key).is_some() => {
                assert_eq!(target[key], event[key], "deltas make the text");
            }
            _ => {}
        }
    }
    items
}

/// An item without what is told only when it is done.
fn as_streamed(item: &Value) -> Value {
    let mut item = item.clone();
    let parts = item.get_mut("content").and_then(Value::as_array_mut).into_iter().flatten();
    parts.filter(|part| part.get("logprobs").is_some()).for_each(|part| part["logprobs"] = json!([]));
    for (kind, key) in [("mcp_call", "output"), ("code_interpreter_call", "outputs")] {
        if item["type"] == kind {
            item[key] = Value::Null;
        }
    }
    if item.get("status").is_some() {
        item["status"] = "in_progress".into();
    }
    item
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn responses_fold_back(response in response(), chunking in chunking(), pretty in any::<bool>()) {
        let text = if pretty { serde_json::to_vec_pretty(&response) } else { serde_json::to_vec(&response) };
        let (events, frames) = told(&text.unwrap(), chunking).unwrap();
        for (number, event) in events.iter().enumerate() {
            prop_assert_eq!(&event["sequence_number"], number);
        }

        let (whole, outcome) = folded(&frames.concat());
        prop_assert_eq!(&whole, &response);
        prop_assert_eq!(outcome.unwrap().name(), response["status"].as_str().unwrap());

        let (cut, outcome) = folded(&frames[..frames.len() - 1].concat());
        prop_assert_eq!(&cut["output"], &response["output"]);
        prop_assert_eq!(outcome, Some(Outcome::Truncated));

        let streamed: Vec<Value> = response["output"].as_array().unwrap().iter().map(as_streamed).collect();
        prop_assert_eq!(naive_fold(&events), streamed);
    }

    #[test]
    fn log_probabilities_are_dealt_out_whole(text in "[ab é😀]{1,12}", chunking in chunking()) {
        let all = logprobs(&text, true);
        let part = json!({"type": "output_text", "text": text, "annotations": [], "logprobs": all});
        let response = finished(json!([{"type": "message", "id": "m", "role": "assistant", "status": "completed", "content": [part]}]));
        let (events, _) = told(response.to_string().as_bytes(), chunking).unwrap();
        let mut dealt = Vec::new();
        for event in events.iter().filter(|event| event["type"] == "response.output_text.delta") {
            let tokens = event["logprobs"].as_array().unwrap();
            let joined: String = tokens.iter().map(|token| token["token"].as_str().unwrap()).collect();
            prop_assert_eq!(&joined, event["delta"].as_str().unwrap());
            dealt.extend(tokens.clone());
        }
        prop_assert_eq!(Value::Array(dealt), all);
    }
}
