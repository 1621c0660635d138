//! One item: announced, told piece by piece, and given in full.

use super::logprobs::Logprobs;
use super::teller::{Place, Teller};
use crate::json::{self, Shape};
use crate::kind::{Kind, List};
use crate::object;
use crate::slots::{ItemKind, PartKind};
use crate::unescape;

/// How a text streams: its two events, and the member that holds it, on the wire as in the response.
struct Telling {
    delta: Kind,
    done: Kind,
    key: &'static str,
}

const OUTPUT_TEXT: Telling = Telling { delta: Kind::OutputTextDelta, done: Kind::OutputTextDone, key: "text" };
const REFUSAL: Telling = Telling { delta: Kind::RefusalDelta, done: Kind::RefusalDone, key: "refusal" };
const REASONING: Telling = Telling { delta: Kind::ReasoningDelta, done: Kind::ReasoningDone, key: "text" };
const SUMMARY: Telling =
    Telling { delta: Kind::ReasoningSummaryTextDelta, done: Kind::ReasoningSummaryTextDone, key: "text" };
const ARGUMENTS: Telling =
    Telling { delta: Kind::FunctionCallArgumentsDelta, done: Kind::FunctionCallArgumentsDone, key: "arguments" };
const MCP_ARGUMENTS: Telling =
    Telling { delta: Kind::McpCallArgumentsDelta, done: Kind::McpCallArgumentsDone, key: "arguments" };
const CUSTOM_INPUT: Telling =
    Telling { delta: Kind::CustomToolCallInputDelta, done: Kind::CustomToolCallInputDone, key: "input" };
const CODE: Telling =
    Telling { delta: Kind::CodeInterpreterCallCodeDelta, done: Kind::CodeInterpreterCallCodeDone, key: "code" };

/// Tells one item of the output.
pub(super) fn tell_item(item: &[u8], output_index: u64, teller: &mut Teller<'_>) {
    let kind = ItemKind::of(item);
    let id = json::member(item, "id").filter(|id| id.string_body(item).is_some());
    // Without an id of its own it has the empty one, which the contract allows and readers take for none.
    let item_id = id.map_or(&b"\"\""[..], |id| id.of(item));
    let place = Place { item_id, output_index, part: None };

    tell_whole(Kind::OutputItemAdded, output_index, &announced_item(item, kind), teller);
    match kind {
        ItemKind::Message => tell_parts(item, kind, List::Content, place, teller),
        ItemKind::Reasoning => {
            tell_parts(item, kind, List::Content, place, teller);
            tell_parts(item, kind, List::Summary, place, teller);
        }
        ItemKind::FunctionCall => tell_text(&ARGUMENTS, item, place, teller),
        ItemKind::McpCall => tell_text(&MCP_ARGUMENTS, item, place, teller),
        ItemKind::CustomToolCall => tell_text(&CUSTOM_INPUT, item, place, teller),
        ItemKind::CodeInterpreterCall => tell_text(&CODE, item, place, teller),
        _ => {}
    }
    tell_whole(Kind::OutputItemDone, output_index, item, teller);
}

fn tell_whole(kind: Kind, output_index: u64, item: &[u8], teller: &mut Teller<'_>) {
    teller.tell(kind, |event| {
        event.number("output_index", output_index);
        event.json("item", item);
    });
}

/// The item before anything of it was streamed: zero values where something will be.
fn announced_item(item: &[u8], kind: ItemKind) -> Vec<u8> {
    let zeros: &[_] = match kind {
        ItemKind::Message => &[("content", "[]")],
        ItemKind::Reasoning => &[("content", "[]"), ("summary", "[]")],
        ItemKind::FunctionCall => &[("arguments", "\"\"")],
        ItemKind::McpCall => &[("arguments", "\"\""), ("output", "null"), ("error", "null")],
        ItemKind::CustomToolCall => &[("input", "\"\"")],
        ItemKind::CodeInterpreterCall => &[("code", "\"\""), ("outputs", "null")],
        _ => &[],
    };
    object::with_values(item, &[&[("status", "\"in_progress\"")], zeros].concat())
}

fn tell_parts(item: &[u8], kind: ItemKind, list: List, place: Place<'_>, teller: &mut Teller<'_>) {
    let (key, added, done) = match list {
        List::Content => ("content", Kind::ContentPartAdded, Kind::ContentPartDone),
        List::Summary => ("summary", Kind::ReasoningSummaryPartAdded, Kind::ReasoningSummaryPartDone),
    };
    let parts = json::member(item, key).map(|parts| parts.of(item)).unwrap_or_default();
    for (index, part) in (0..).zip(json::elements(parts)) {
        if part.shape != Shape::Object {
            continue;
        }
        let part = part.of(parts);
        let place = Place { part: Some((list, index)), ..place };
        let telling = part_telling(kind, list, PartKind::of(part));
        let announced = telling.map(|_| object::with_values(part, &ANNOUNCED_PART));
        tell_part(added, announced.as_deref().unwrap_or(part), place, teller);
        if let Some(telling) = telling {
            tell_text(telling, part, place, teller);
        }
        tell_part(done, part, place, teller);
    }
}

/// A part before anything of it was streamed.
const ANNOUNCED_PART: [(&str, &str); 4] =
    [("text", "\"\""), ("refusal", "\"\""), ("annotations", "[]"), ("logprobs", "[]")];

fn tell_part(kind: Kind, part: &[u8], place: Place<'_>, teller: &mut Teller<'_>) {
    teller.tell(kind, |event| {
        place.write(event);
        event.json("part", part);
    });
}

/// How the text of a part streams; None where the contract has no event for it.
fn part_telling(item: ItemKind, list: List, part: PartKind) -> Option<&'static Telling> {
    match (list, part) {
        (List::Content, PartKind::Refusal) => Some(&REFUSAL),
        (List::Content, PartKind::ReasoningText) => Some(&REASONING),
        // The specification's own example puts reasoning into an `output_text` part.
        (List::Content, PartKind::OutputText) if item == ItemKind::Reasoning => Some(&REASONING),
        (List::Content, PartKind::OutputText) => Some(&OUTPUT_TEXT),
        (List::Summary, PartKind::SummaryText) => Some(&SUMMARY),
        _ => None,
    }
}

/// The text of an item or part: deltas, annotations, and all of it once more.
fn tell_text(telling: &Telling, holder: &[u8], place: Place<'_>, teller: &mut Teller<'_>) {
    let Some(value) = json::member(holder, telling.key) else { return };
    let Some(body) = value.string_body(holder) else { return };
    let logprobs = logprobs_of(telling, holder);
    tell_deltas(telling, &unescape::whole(body).0, logprobs, place, teller);
    if PartKind::of(holder) == PartKind::OutputText {
        tell_annotations(holder, place, teller);
    }
    let name = json::member(holder, "name").filter(|name| name.string_body(holder).is_some());
    let name = name.filter(|_| telling.done == Kind::FunctionCallArgumentsDone);
    teller.tell(telling.done, |event| {
        place.write(event);
        if let Some(name) = name {
            event.json("name", name.of(holder));
        }
        event.json(telling.key, value.of(holder));
        if let Some(logprobs) = logprobs {
            event.json("logprobs", logprobs);
        }
    });
}

/// The log probabilities that output text has: [] where it has none, because the contract of January and strict
/// clients require them.
fn logprobs_of<'a>(telling: &Telling, part: &'a [u8]) -> Option<&'a [u8]> {
    let logprobs = json::member(part, "logprobs").filter(|value| value.shape == Shape::Array);
    let logprobs = logprobs.map_or(&b"[]"[..], |value| value.of(part));
    (telling.delta == Kind::OutputTextDelta).then_some(logprobs)
}

fn tell_deltas(telling: &Telling, text: &str, logprobs: Option<&[u8]>, place: Place<'_>, teller: &mut Teller<'_>) {
    let mut logprobs = logprobs.map(|array| Logprobs::new(array, text));
    let mut end = 0;
    for chunk in teller.chunking.cut(text) {
        end += chunk.len();
        teller.tell(telling.delta, |event| {
            place.write(event);
            event.string("delta", chunk);
            if let Some(logprobs) = &mut logprobs {
                event.json("logprobs", &logprobs.until(end));
            }
        });
    }
}

fn tell_annotations(part: &[u8], place: Place<'_>, teller: &mut Teller<'_>) {
    let annotations = json::member(part, "annotations").map(|annotations| annotations.of(part)).unwrap_or_default();
    for (index, annotation) in (0..).zip(json::elements(annotations)) {
        teller.tell(Kind::OutputTextAnnotationAdded, |event| {
            place.write(event);
            event.number("annotation_index", index);
            event.json("annotation", annotation.of(annotations));
        });
    }
}
