//! A finished response as the events that a server would have sent (contract 2026-04-24).
//!
//! The files: this one holds the sequence and its first and last events, `items` tells an item with its parts and
//! texts, `chunks` cuts a text into deltas, `logprobs` deals log probabilities out to them, `teller` numbers and writes.
//!
//! Promises: the events fold back to the very items, also when the terminal event is cut off, and a strict decoder finds
//! nothing wrong with them that is not wrong with the response; every object but a skeleton is copied byte for byte;
//! cost is linear in the response and in the number of deltas.
//!
//! | stands in the response | is told by |
//! |---|---|
//! | the response | `created` and `in_progress` without its results, and the terminal event of its status |
//! | any item | `output_item.added` in progress, `output_item.done` as it is |
//! | `content` of a message or reasoning item | `content_part.added`, what its type streams, `content_part.done` |
//! | `output_text` part | `output_text.delta`, `.annotation.added`, `.done`; within reasoning `reasoning.delta`, `.done` |
//! | `reasoning_text` and `refusal` part | `reasoning.delta`, `.done` and `refusal.delta`, `.done` |
//! | any other part | nothing between added and done |
//! | `summary` of a reasoning item | `reasoning_summary_part.*`, `reasoning_summary_text.*` |
//! | `function_call`, `mcp_call` | `*_call_arguments.delta`, `.done` |
//! | `custom_tool_call`, `code_interpreter_call` | `custom_tool_call_input.*`, `code_interpreter_call_code.*` |
//! | any other item | nothing between added and done |
//!
//! The contract has no event for a response that was cancelled. It is told by `response.incomplete`, whose response
//! says `cancelled`: work stopped before its end, and nothing failed. Readers that look at the status, as ours does,
//! get the outcome right.
//!
//! ```
//! use or_stream_core::{encode, synthesize::{Chunking, synthesize}};
//!
//! let mut body = Vec::new();
//! let response = br#"{"object":"response","status":"completed","output":[]}"#;
//! synthesize(response, Chunking::Words, &mut |name, data| encode::event(name, data, &mut body)).unwrap();
//! body.extend_from_slice(encode::DONE);
//! ```

mod chunks;
mod items;
mod logprobs;
mod teller;

pub use chunks::{Chunking, Chunks};

use self::items::tell_item;
use self::teller::Teller;
use crate::encode::own_object;
use crate::json::{self, Fault, Shape, Told};
use crate::kind::Kind;
use crate::lifecycle::{self, Outcome};
use crate::object;

/// Why a response cannot be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfit {
    /// It is not one JSON object.
    NotJson(Fault),
    /// Its `status` is not one in which a response ends.
    NotFinished,
}

impl std::fmt::Display for Unfit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotJson(fault) => write!(f, "{} (byte {})", fault.reason.text(), fault.at),
            Self::NotFinished => {
                f.write_str("the response has not ended: its status must be completed, incomplete, failed or cancelled")
            }
        }
    }
}

impl std::error::Error for Unfit {}

/// What a response has not got while it runs. Members that it never has stay absent.
const RUNNING: [(&str, &str); 6] = [
    ("status", "\"in_progress\""),
    ("output", "[]"),
    ("completed_at", "null"),
    ("error", "null"),
    ("incomplete_details", "null"),
    ("usage", "null"),
];

/// Hands out the type and the JSON of each event, in order. Nothing is handed out for a response that is unfit.
pub fn synthesize(response: &[u8], chunking: Chunking, take: &mut dyn FnMut(&str, &[u8])) -> Result<(), Unfit> {
    own_object(response).map_err(Unfit::NotJson)?;
    let end = terminal_kind(response).ok_or(Unfit::NotFinished)?;
    let running = object::with_values(response, &RUNNING);
    let mut teller = Teller::new(chunking, take);
    for kind in [Kind::Created, Kind::InProgress] {
        teller.tell(kind, |event| event.json("response", &running));
    }
    let output = json::member(response, "output").map(|output| output.of(response)).unwrap_or_default();
    for (index, item) in (0..).zip(json::elements(output)) {
        // An item may be null: nothing is told of it, but its index is taken.
        if item.shape == Shape::Object {
            tell_item(item.of(output), index, &mut teller);
        }
    }
    teller.tell(end, |event| event.json("response", response));
    Ok(())
}

/// The event with which a response of this status ends.
fn terminal_kind(response: &[u8]) -> Option<Kind> {
    match lifecycle::status(Told::plain(response))? {
        Outcome::Completed => Some(Kind::Completed),
        Outcome::Incomplete | Outcome::Cancelled => Some(Kind::Incomplete),
        Outcome::Failed => Some(Kind::Failed),
        Outcome::Error | Outcome::Truncated => None,
    }
}
