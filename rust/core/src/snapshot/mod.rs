//! The response as of now, as JSON: what the server sent, byte for byte, with the streamed content put in its place.
//!
//! Unknown members and items survive because they are never taken apart. The files: `members` merges what several events
//! told of the response, `item` and `part` write the output, `text` is only its text.

mod item;
mod members;
mod part;
mod text;

pub use item::write_item;
pub use members::{Telling, Tellings};
pub use text::{output_text, text_of_output};

use self::members::merged;
use crate::object::Object;
use crate::slots::{self, Slot};

/// Members of a response that are not copied from what was told but written anew.
pub type Overrides<'a> = [(&'static str, Option<&'a [u8]>)];

/// Writes a response: what was told of it, the `earlier` tellings latest first, with its output replaced by the slots, and
/// further members by `overrides`. What a telling leaves out or nulls is taken from those before: null is absent (rule E15).
pub fn write_response<'a>(
    latest: Telling<'a>,
    earlier: impl IntoIterator<Item = &'a [u8]>,
    slots: Option<&[Slot]>,
    overrides: &Overrides<'_>,
    out: &mut Vec<u8>,
) {
    let mut object = Object::open(out);
    let mut written = [false; MOST_OVERRIDES];
    let mut has_output = false;
    for member in merged(latest, earlier) {
        object.key(member.key);
        let replaced = overrides.iter().position(|(name, new)| new.is_some() && member.is(name));
        if let Some(slots) = slots.filter(|_| member.is("output")) {
            has_output = true;
            write_output(slots, object.out);
        } else if let Some((at, new)) = replaced.and_then(|at| Some((at, overrides.get(at)?.1?))) {
            if let Some(written) = written.get_mut(at) {
                *written = true;
            }
            object.out.extend_from_slice(new);
        } else {
            object.out.extend_from_slice(member.value);
        }
    }
    for ((name, new), written) in overrides.iter().zip(written) {
        if let Some(new) = new.filter(|_| !written) {
            object.json(name, new);
        }
    }
    if let Some(slots) = slots.filter(|_| !has_output) {
        object.key(b"\"output\"");
        write_output(slots, object.out);
    }
    object.close();
}

const MOST_OVERRIDES: usize = 8;

fn write_output(slots: &[Slot], out: &mut Vec<u8>) {
    write_list(out, slots::in_order(slots), write_item);
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
