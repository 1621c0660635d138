//! The parts of an item as of now.

use super::write_list;
use crate::json;
use crate::kind::List;
use crate::object::Object;
use crate::slots::{Part, PartKind, Slot};

/// A list of parts: the finished item's own, mended where it is empty, or the streamed ones.
pub(super) fn write_parts(slot: &Slot, list: List, own: &[u8], out: &mut Vec<u8>) {
    let streamed = slot.parts_of(list);
    if !slot.open && !slot.late && json::elements(own).next().is_some() {
        let mut streamed = streamed.into_iter();
        write_list(out, json::elements(own), |part, out| {
            let (json, twin) = (part.of(own), streamed.next());
            match twin.filter(|twin| PartKind::of(json) == twin.kind) {
                Some(twin) => write_part(json, twin, true, out),
                None => out.extend_from_slice(json),
            }
        });
    } else {
        write_list(out, streamed, |part, out| write_part(&part.json, part, false, out));
    }
}

/// A part: the server's object with text, annotations and log probabilities as streamed.
fn write_part(json: &[u8], part: &Part, own_counts: bool, out: &mut Vec<u8>) {
    let text_key = part.kind.text_key();
    let mut object = Object::open(out);
    if json.is_empty() {
        object.string("type", part.kind.name());
    }
    let told = [
        (text_key, json.is_empty() || !part.text.is_empty()),
        ("annotations", !part.annotations.is_empty() || json.is_empty() && part.kind == PartKind::OutputText),
        ("logprobs", !part.logprobs.is_empty()),
    ];
    let write = |name: &str, out: &mut Vec<u8>| match name {
        "annotations" => write_list(out, part.annotations.iter(), |json, out| out.extend_from_slice(json)),
        "logprobs" => write_elements(&part.logprobs, out),
        _ => part.text.write(out),
    };
    for (key, value) in json::members(json) {
        object.key(key.of(json));
        let name = told.iter().find(|(name, told)| *told && json::name_is(json, key, name));
        let own = own_counts && !value.is_empty(json);
        match name {
            Some((name, _)) if !own => write(name, object.out),
            _ => object.out.extend_from_slice(value.of(json)),
        }
    }
    for (name, told) in told {
        if told && json::member(json, name).is_none() {
            object.plain_key(name);
            write(name, object.out);
        }
    }
    object.close();
}

fn write_elements(elements: &[u8], out: &mut Vec<u8>) {
    out.push(b'[');
    out.extend_from_slice(elements);
    out.push(b']');
}
