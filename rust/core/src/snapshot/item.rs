//! One item as of now.

use super::part::write_parts;
use super::write_list;
use crate::json::{self, Shape, Value};
use crate::kind::{List, Stream};
use crate::object::Object;
use crate::slots::{Field, ItemKind, ShellOutput, Slot};

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
    let told = field.map(|field| &field.text).filter(|text| !text.is_empty());
    match told {
        Some(text) if !own_counts(slot, own, item) => text.write(out),
        None if own.shape == Shape::Null => out.extend_from_slice(b"\"\""),
        _ => out.extend_from_slice(own.of(item)),
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
    write_list(out, commands, |field, out| field.text.write(out));
}

fn write_shell_output(slot: &Slot, own: Value, item: &[u8], out: &mut Vec<u8>) {
    if own_counts(slot, own, item) {
        out.extend_from_slice(own.of(item));
        return;
    }
    let mut outputs: Vec<&ShellOutput> = slot.shell.iter().collect();
    outputs.sort_by_key(|output| output.index);
    outputs.retain(|output| output.late || output.done.as_ref().is_none_or(|done| !done.is_empty()));
    write_list(out, outputs, |output, out| match &output.done {
        Some(entries) if output.late => write_late_output(output, entries, out),
        Some(entries) => out.extend_from_slice(entries),
        None => write_streams(b"", output, out),
    });
}

/// Finished entries of which the last was streamed into again.
fn write_late_output(output: &ShellOutput, entries: &[u8], out: &mut Vec<u8>) {
    let array = [b"[", entries, b"]"].concat();
    let count = json::elements(&array).count();
    for (at, entry) in json::elements(&array).enumerate() {
        if at + 1 < count {
            out.extend_from_slice(entry.of(&array));
            out.push(b',');
        } else {
            write_streams(entry.of(&array), output, out);
        }
    }
    if count == 0 {
        write_streams(b"", output, out);
    }
}

/// One entry of a command's output: what the server's own holds, and the two streams.
fn write_streams(own: &[u8], output: &ShellOutput, out: &mut Vec<u8>) {
    let streams = [("stdout", output.stdout.value()), ("stderr", output.stderr.value())];
    let mut object = Object::open(out);
    for (key, value) in json::members(own) {
        if !streams.iter().any(|(name, _)| json::name_is(own, key, name)) {
            object.member(key.of(own), value.of(own));
        }
    }
    for (name, text) in &streams {
        object.string(name, text);
    }
    object.close();
}
