//! Events as the bytes of an event stream.
//!
//! A WHATWG parser gives back the very data that was written here, with one exception: an event stream cannot hold a
//! CR. JSON allows one only in the white space between its values, so there each CR and CRLF becomes a LF, and the
//! value stays the same.

use crate::diagnostics::Diagnostics;
use crate::envelope::{Fields, Key};
use crate::json::{Fault, Reason};
use crate::limits::Limits;
use crate::lines::next_end;
use crate::object;
use crate::unescape;

/// The sentinel that ends an Open Responses stream.
pub const DONE: &[u8] = b"data: [DONE]\n\n";

/// Writes one event. An empty name is left out, and so is one with a line end, which cannot be written.
pub fn event(name: &str, data: &[u8], out: &mut Vec<u8>) {
    if !name.is_empty() && next_end(name.as_bytes(), 0).is_none() {
        line(b"event: ", name.as_bytes(), out);
    }
    lines(b"data: ", data, out);
    out.push(b'\n');
}

/// Writes the event of one JSON object, named by its `type`.
pub fn json_event(data: &[u8], out: &mut Vec<u8>) -> Result<(), Fault> {
    let name = own_object(data)?.string(data, Key::Type).map(|body| unescape::whole(body).0);
    event(&name.unwrap_or_default(), data, out);
    Ok(())
}

/// Writes a comment: a sign of life that is no event.
pub fn comment(text: &str, out: &mut Vec<u8>) {
    lines(b": ", text.as_bytes(), out);
    out.push(b'\n');
}

/// What an `error` event says (`ErrorPayload` of the contract).
#[derive(Debug, Clone, Copy)]
pub struct ErrorPayload<'a> {
    /// Such as `server_error`.
    pub kind: &'a str,
    /// A code for machines.
    pub code: Option<&'a str>,
    /// What happened, for people.
    pub message: &'a str,
    /// The request's parameter at fault.
    pub param: Option<&'a str>,
}

/// Writes an `error` event in the contract's nested form.
pub fn error(sequence_number: u64, error: &ErrorPayload<'_>, out: &mut Vec<u8>) {
    let payload = object::build(|object| {
        object.string("type", error.kind);
        object.string_or_null("code", error.code);
        object.string("message", error.message);
        object.string_or_null("param", error.param);
    });
    let data = object::build(|object| {
        object.string("type", "error");
        object.number("sequence_number", sequence_number);
        object.json("error", &payload);
    });
    event("error", &data, out);
}

/// The known keys of an object that the caller made himself, so that no limit holds but that of 32-bit offsets.
pub(crate) fn own_object(text: &[u8]) -> Result<Fields, Fault> {
    if u32::try_from(text.len()).is_err() {
        return Err(Fault { reason: Reason::Length, at: u32::MAX as usize });
    }
    if let Err(error) = std::str::from_utf8(text) {
        return Err(Fault { reason: Reason::Unexpected, at: error.valid_up_to() });
    }
    let unlimited = Limits { max_json_depth: usize::MAX, max_number_digits: usize::MAX, ..Limits::default() };
    let mut fields = Fields::default();
    fields.read(text, &unlimited, &mut Diagnostics::default())?;
    Ok(fields)
}

/// Each line of a text behind the same prefix.
fn lines(prefix: &[u8], text: &[u8], out: &mut Vec<u8>) {
    let mut from = 0;
    while let Some(end) = next_end(text, from) {
        line(prefix, text.get(from..end).unwrap_or_default(), out);
        let is_crlf = text.get(end..end + 2) == Some(b"\r\n");
        from = end + 1 + usize::from(is_crlf);
    }
    line(prefix, text.get(from..).unwrap_or_default(), out);
}

fn line(prefix: &[u8], text: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(prefix);
    out.extend_from_slice(text);
    out.push(b'\n');
}
