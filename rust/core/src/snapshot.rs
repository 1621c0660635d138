//! The response as of now, as JSON: what the server sent, byte for byte, with the streamed content put in its place.
//!
//! Unknown members and items survive because they are never taken apart.

use std::borrow::Cow;

use crate::json::{self, Shape, Value};
use crate::kind::{List, Stream};
use crate::object::Object;
use crate::slots::{self, Field, ItemKind, Part, PartKind, ShellOutput, Slot};
use crate::unescape::write_string;

/// Members of a response that are not copied from the base but written anew.
pub type Overrides<'a> = [(&'static str, Option<&'a [u8]>)];

/// Writes a response: `base` with its output replaced by the slots, and further members by `overrides`. What `base`
/// leaves out or nulls is taken from `earlier`, an earlier telling of the same response: null is absent (rule E15).
pub fn write_response(
    base: &[u8],
    earlier: &[u8],
    slots: Option<&[Slot]>,
    overrides: &Overrides<'_>,
    out: &mut Vec<u8>,
) {
    let mut silent: Vec<(&[u8], &[u8])> = json::members(earlier)
        .filter(|(key, value)| value.shape != Shape::Null && !json::name_is(earlier, *key, "output"))
        .map(|(key, value)| (key.of(earlier), value.of(earlier)))
        .collect();
    let mut object = Object::open(out);
    for (key, value) in json::members(base) {
        let told = silent.iter().position(|(name, _)| *name == key.of(base)).map(|at| silent.swap_remove(at).1);
        let streamed = slots.filter(|_| json::name_is(base, key, "output"));
        let replaced = overrides.iter().find(|(name, new)| new.is_some() && json::name_is(base, key, name));
        match (streamed, replaced, told) {
            (Some(slots), _, _) => {
                object.key(key.of(base));
                write_output(slots, object.out);
            }
            (None, Some((_, Some(new))), _) => object.member(key.of(base), new),
            (_, _, Some(told)) if value.shape == Shape::Null => object.member(key.of(base), told),
            _ => object.member(key.of(base), value.of(base)),
        }
    }
    let missing = |name: &str| json::member(base, name).is_none();
    for (name, new) in overrides {
        if let Some(new) = new.filter(|_| missing(name)) {
            silent.retain(|(key, _)| {
                key.strip_prefix(b"\"").and_then(|key| key.strip_suffix(b"\"")) != Some(name.as_bytes())
            });
            object.json(name, new);
        }
    }
    for (key, value) in silent {
        object.member(key, value);
    }
    if let Some(slots) = slots.filter(|_| missing("output")) {
        object.key(b"\"output\"");
        write_output(slots, object.out);
    }
    object.close();
}

/// What a tool loop or a next request needs of an item; a done item that leaves it out does not take it back.
const IDENTITY: [&str; 3] = ["id", "call_id", "name"];

/// A finished item with the identity that only its announcement told.
pub fn with_identity(item: &[u8], slot: &Slot) -> Vec<u8> {
    // The last of a repeated key counts, as everywhere.
    let mut has = [false; IDENTITY.len()];
    for (key, value) in json::members(item) {
        if let Some(at) = IDENTITY.iter().position(|name| json::name_is(item, key, name)) {
            has.iter_mut().skip(at).take(1).for_each(|has| *has = !value.is_empty(item));
        }
    }
    let announced = |name: &str| {
        let value = json::member(&slot.json, name)?;
        (!value.is_empty(&slot.json)).then(|| value.of(&slot.json).to_vec())
    };
    let known_id = || Some([b"\"", &**slot.ids.first()?, b"\""].concat());
    let missing = |(name, has): (&'static str, bool)| {
        if has {
            return None;
        }
        let told = announced(name).or_else(|| if name == "id" { known_id() } else { None });
        told.map(|told| (name, told))
    };
    let kept: Vec<(&str, Vec<u8>)> = IDENTITY.into_iter().zip(has).filter_map(missing).collect();
    if kept.is_empty() {
        return item.to_vec();
    }
    let mut out = Vec::new();
    let mut object = Object::open(&mut out);
    for (key, value) in json::members(item) {
        if !kept.iter().any(|(name, _)| json::name_is(item, key, name)) {
            object.member(key.of(item), value.of(item));
        }
    }
    for (name, told) in &kept {
        object.json(name, told);
    }
    object.close();
    out
}

fn write_output(slots: &[Slot], out: &mut Vec<u8>) {
    write_list(out, slots::in_order(slots), write_item);
}

/// Writes an item: the server's object with what was streamed (rule R5).
///
/// While the item is open the stream's telling counts wherever there is one; a finished item's own members count
/// unless they are empty.
pub fn write_item(slot: &Slot, out: &mut Vec<u8>) {
    let mut object = Object::open(out);
    if slot.json.is_empty() {
        write_synthesized(slot, &mut object);
    }
    let mut written = Vec::new();
    for (key, value) in json::members(&slot.json) {
        object.key(key.of(&slot.json));
        let place = Place::of(slot, &slot.json, key);
        match place {
            Some(place) => {
                place.write(slot, value, &slot.json, object.out);
                written.push(place);
            }
            None => object.out.extend_from_slice(value.of(&slot.json)),
        }
    }
    for place in Place::ALL {
        if !written.contains(&place) && place.is_told(slot) {
            object.key(place.quoted_key());
            place.write(slot, Value::default(), b"", object.out);
        }
    }
    object.close();
}

/// The members that every item of its kind has.
fn write_synthesized(slot: &Slot, object: &mut Object<'_>) {
    object.string("type", slot.kind.name());
    if let Some(id) = slot.ids.first() {
        object.key(b"\"id\"");
        object.out.push(b'"');
        object.out.extend_from_slice(id);
        object.out.push(b'"');
    }
    if slot.kind == ItemKind::Message {
        object.string("role", "assistant");
        object.string("status", if slot.open { "in_progress" } else { "completed" });
    }
    if !slot.name.is_empty() {
        object.json("name", &slot.name);
    }
    if slot.kind == ItemKind::Reasoning && !Place::Parts(List::Summary).is_told(slot) {
        object.json("summary", b"[]");
    }
}

/// A member of an item into which content streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Parts(List),
    Text(Stream),
    /// `operation.diff`
    Diff,
    /// `action.commands`
    Commands,
    /// `output` of a shell call
    ShellOutput,
}

impl Place {
    const ALL: [Self; 9] = [
        Self::Parts(List::Content),
        Self::Parts(List::Summary),
        Self::Text(Stream::Arguments),
        Self::Text(Stream::McpArguments),
        Self::Text(Stream::CustomInput),
        Self::Text(Stream::Code),
        Self::Diff,
        Self::Commands,
        Self::ShellOutput,
    ];

    const fn quoted_key(self) -> &'static [u8] {
        match self {
            Self::Parts(List::Content) => b"\"content\"",
            Self::Parts(List::Summary) => b"\"summary\"",
            Self::Text(Stream::CustomInput) => b"\"input\"",
            Self::Text(Stream::Code) => b"\"code\"",
            Self::Text(_) => b"\"arguments\"",
            Self::Diff => b"\"operation\"",
            Self::Commands => b"\"action\"",
            Self::ShellOutput => b"\"output\"",
        }
    }

    /// The place of a key, where something was told for it.
    fn of(slot: &Slot, item: &[u8], key: Value) -> Option<Self> {
        let quoted = key.of(item);
        Self::ALL.into_iter().find(|place| place.quoted_key() == quoted && place.is_told(slot))
    }

    fn is_told(self, slot: &Slot) -> bool {
        match self {
            Self::Parts(list) => slot.parts.iter().any(|part| part.list == list),
            Self::Text(stream) => slot.fields.iter().any(|field| field.stream == stream),
            Self::Diff => slot.fields.iter().any(|field| field.stream == Stream::Diff),
            Self::Commands => slot.fields.iter().any(|field| field.stream == Stream::Command),
            Self::ShellOutput => !slot.shell.is_empty(),
        }
    }

    /// Writes the member's value: `own` is what the server's object `item` has there.
    fn write(self, slot: &Slot, own: Value, item: &[u8], out: &mut Vec<u8>) {
        match self {
            Self::Parts(list) => write_parts(slot, list, own.of(item), out),
            Self::Text(stream) => write_text(slot, field(slot, stream), own, item, out),
            Self::Diff => write_nested(own.of(item), "diff", out, |own, object, out| {
                write_text(slot, field(slot, Stream::Diff), own, object, out);
            }),
            Self::Commands => write_nested(own.of(item), "commands", out, |own, object, out| {
                write_commands(slot, own, object, out);
            }),
            Self::ShellOutput => write_shell_output(slot, own, item, out),
        }
    }
}

fn field(slot: &Slot, stream: Stream) -> Option<&Field> {
    slot.fields.iter().find(|field| field.stream == stream)
}

/// A text on the item itself.
fn write_text(slot: &Slot, field: Option<&Field>, own: Value, item: &[u8], out: &mut Vec<u8>) {
    let told = field.map(|field| field.text.value()).unwrap_or_default();
    if own_counts(slot, own, item) || told.is_empty() && own.shape != Shape::Null {
        out.extend_from_slice(own.of(item));
    } else {
        write_string(&told, out);
    }
}

/// Whether the server's own member counts against what was streamed.
fn own_counts(slot: &Slot, own: Value, item: &[u8]) -> bool {
    !slot.open && !slot.late && !own.is_empty(item)
}

/// An object whose one member is written by `write`.
fn write_nested(own: &[u8], name: &str, out: &mut Vec<u8>, write: impl Fn(Value, &[u8], &mut Vec<u8>)) {
    let mut object = Object::open(out);
    let mut found = false;
    for (key, value) in json::members(own) {
        object.key(key.of(own));
        if json::name_is(own, key, name) {
            found = true;
            write(value, own, object.out);
        } else {
            object.out.extend_from_slice(value.of(own));
        }
    }
    if !found {
        object.plain_key(name);
        write(Value::default(), b"", object.out);
    }
    object.close();
}

fn write_commands(slot: &Slot, own: Value, action: &[u8], out: &mut Vec<u8>) {
    if own_counts(slot, own, action) {
        out.extend_from_slice(own.of(action));
        return;
    }
    let mut commands: Vec<&Field> = slot.fields.iter().filter(|field| field.stream == Stream::Command).collect();
    commands.sort_by_key(|field| field.index);
    write_list(out, commands, |field, out| write_string(&field.text.value(), out));
}

fn write_shell_output(slot: &Slot, own: Value, item: &[u8], out: &mut Vec<u8>) {
    if own_counts(slot, own, item) {
        out.extend_from_slice(own.of(item));
        return;
    }
    let mut outputs: Vec<&ShellOutput> = slot.shell.iter().collect();
    outputs.sort_by_key(|output| output.index);
    outputs.retain(|output| output.done.as_ref().is_none_or(|done| !done.is_empty()));
    write_list(out, outputs, |output, out| {
        if let Some(entries) = &output.done {
            out.extend_from_slice(entries);
        } else {
            let mut object = Object::open(out);
            object.string("stdout", &output.stdout.value());
            object.string("stderr", &output.stderr.value());
            object.close();
        }
    });
}

/// A list of parts: the finished item's own, mended where it is empty, or the streamed ones.
fn write_parts(slot: &Slot, list: List, own: &[u8], out: &mut Vec<u8>) {
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
    let text = part.text.value();
    let mut object = Object::open(out);
    if json.is_empty() {
        object.string("type", part.kind.name());
    }
    let told = [
        (text_key, json.is_empty() || !text.is_empty()),
        ("annotations", !part.annotations.is_empty() || json.is_empty() && part.kind == PartKind::OutputText),
        ("logprobs", !part.logprobs.is_empty()),
    ];
    let write = |name: &str, out: &mut Vec<u8>| match name {
        "annotations" => write_list(out, &part.annotations, |(_, json), out| out.extend_from_slice(json)),
        "logprobs" => write_elements(&part.logprobs, out),
        _ => write_string(&text, out),
    };
    for (key, value) in json::members(json) {
        object.key(key.of(json));
        let name = told.iter().find(|(name, told)| *told && json::name_is(json, key, name));
        // Lists of a closed part are the server's last word, its text has been weighed against the deltas.
        let own = !value.is_empty(json) && name.is_some_and(|(name, _)| own_counts || part.closed && *name != text_key);
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

fn write_list<T>(out: &mut Vec<u8>, items: impl IntoIterator<Item = T>, mut write: impl FnMut(T, &mut Vec<u8>)) {
    out.push(b'[');
    for (at, item) in items.into_iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        write(item, out);
    }
    out.push(b']');
}

/// All text that the messages of an output say: the `output_text` parts of its `message` items, in order.
pub fn output_text(slots: &[Slot]) -> String {
    let mut text = String::new();
    for slot in slots::in_order(slots).into_iter().filter(|slot| slot.kind == ItemKind::Message) {
        if slot.open || slot.late {
            let parts = slot.parts_of(List::Content).into_iter().filter(|part| part.kind == PartKind::OutputText);
            parts.for_each(|part| text.push_str(&part.text.value()));
        } else {
            let mut item = Vec::new();
            write_item(slot, &mut item);
            text.push_str(&message_text(&item));
        }
    }
    text
}

/// The same of an output array as the server sent it.
pub fn text_of_output(output: &[u8]) -> String {
    let is_message = |item: &[u8]| ItemKind::of(item) == ItemKind::Message;
    json::elements(output).map(|item| item.of(output)).filter(|item| is_message(item)).map(message_text).collect()
}

fn message_text(item: &[u8]) -> Cow<'_, str> {
    let Some(content) = json::member(item, "content").map(|content| content.of(item)) else { return Cow::Borrowed("") };
    let parts = json::elements(content).map(|part| part.of(content));
    let texts = parts.filter(|part| PartKind::of(part) == PartKind::OutputText);
    Cow::Owned(texts.filter_map(|part| json::string_member(part, "text")).collect())
}
