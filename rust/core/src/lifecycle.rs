//! The life of one stream as its events tell it: sequence numbers, the response's id, and the one named end.

use crate::diagnostics::{Diagnostics, Rule};
use crate::json::Told;
use crate::kind::{Kind, Role};
use crate::unescape;

/// How a stream ended (rule R10). Only the first is success.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// `response.completed`.
    Completed,
    /// `response.incomplete`.
    Incomplete,
    /// `response.failed`.
    Failed,
    /// The terminal response has status `cancelled`.
    Cancelled,
    /// An `error` event and no terminal event after it.
    Error,
    /// The body ended without a terminal event.
    Truncated,
}

impl Outcome {
    /// The name as users read it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Incomplete => "incomplete",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Error => "error",
            Self::Truncated => "truncated",
        }
    }

    fn is_worse(self, other: Self) -> bool {
        let badness = |outcome| match outcome {
            Self::Completed => 0,
            Self::Incomplete => 1,
            _ => 2,
        };
        badness(self) > badness(other)
    }

    fn of_status(status: &[u8]) -> Option<Self> {
        match status {
            b"completed" => Some(Self::Completed),
            b"incomplete" => Some(Self::Incomplete),
            b"failed" => Some(Self::Failed),
            b"cancelled" | b"canceled" => Some(Self::Cancelled),
            _ => None,
        }
    }
}

/// How an event ends the response, if it does.
///
/// Beside the three of the contract, servers send `response.done` and `response.cancelled` (or `canceled`). Where the
/// event's name and the response's status tell different ends, the worse one counts: only what both call completed is
/// (rule R10; vLLM sends responses that are incomplete in `response.completed`).
pub fn terminal_outcome(kind: Kind, name: &[u8], response: Told<'_>) -> Option<Outcome> {
    let by_name = match (kind.role(), kind) {
        (Role::Terminal, Kind::Completed) => Some(Outcome::Completed),
        (Role::Terminal, Kind::Incomplete) => Some(Outcome::Incomplete),
        (Role::Terminal, _) => Some(Outcome::Failed),
        _ => match name {
            b"response.cancelled" | b"response.canceled" => Some(Outcome::Cancelled),
            b"response.done" => None,
            _ => return None,
        },
    };
    let by_status = status(response);
    match (by_name, by_status) {
        // A cancelled response has no event of its own in the contract.
        (Some(_), Some(Outcome::Cancelled)) => by_status,
        (Some(name), Some(status)) => Some(if status.is_worse(name) { status } else { name }),
        (Some(_), None) => by_name,
        (None, _) => by_status.or(Some(Outcome::Completed)),
    }
}

/// Whether the status in a terminal event's response does not fit its name (rule R10). Cancelled fits any.
pub fn contradicts_status(kind: Kind, response: Told<'_>) -> bool {
    let fitting: &[u8] = match kind {
        Kind::Completed => b"completed",
        Kind::Incomplete => b"incomplete",
        Kind::Failed => b"failed",
        _ => return false,
    };
    let told = response.first("status").and_then(|status| status.string_body(response.text));
    let ends =
        told.is_some_and(|told| Outcome::of_status(told).is_some() || matches!(told, b"in_progress" | b"queued"));
    ends && told != Some(fitting) && !matches!(told, Some(b"cancelled" | b"canceled"))
}

/// The end that a response's own `status` tells.
pub fn status(response: Told<'_>) -> Option<Outcome> {
    Outcome::of_status(response.first("status")?.string_body(response.text)?)
}

/// What is known of a stream's life so far.
#[derive(Debug, Clone, Default)]
pub struct Lifecycle {
    sequence_number: Option<u64>,
    response_id: Option<String>,
    outcome: Option<Outcome>,
    error_seen: bool,
    /// The sentinel `[DONE]` was seen.
    pub done_seen: bool,
}

impl Lifecycle {
    /// Takes note of a sequence number (rule E5). Events without one are fine.
    #[inline]
    pub fn number(&mut self, number: Option<u64>, diagnostics: &mut Diagnostics) {
        let Some(number) = number else { return };
        if self.sequence_number.is_some_and(|last| number != last + 1) {
            diagnostics.found(Rule::Sequence, "sequence_number does not follow the one before");
        }
        self.sequence_number = Some(number);
    }

    /// Takes note of a response object (rule R12).
    pub fn response(&mut self, response: Told<'_>, diagnostics: &mut Diagnostics) {
        let id = response.first("id").and_then(|id| id.string_body(response.text));
        let Some(id) = id.filter(|id| !id.is_empty()) else { return };
        let id = unescape::whole(id).0;
        match &self.response_id {
            None => self.response_id = Some(id),
            Some(known) if *known != id => diagnostics.found(Rule::ResponseId, "the response id changes"),
            Some(_) => {}
        }
    }

    /// Takes note of a terminal event: the first one counts (rule R11).
    pub fn terminal(&mut self, outcome: Outcome) {
        self.outcome.get_or_insert(outcome);
    }

    /// Takes note of an `error` event, which a terminal event may still follow (rule E10).
    pub fn error(&mut self) {
        self.error_seen = true;
    }

    /// Notes what follows the terminal event (rule R11).
    pub fn after_end(&self, diagnostics: &mut Diagnostics) {
        if self.outcome.is_some() {
            diagnostics.found(Rule::Late, "an event follows the terminal event");
        }
    }

    /// The body has ended.
    pub fn finish(&mut self) {
        let end = if self.error_seen { Outcome::Error } else { Outcome::Truncated };
        self.outcome.get_or_insert(end);
    }

    /// How the stream ended; None while it runs.
    pub fn outcome(&self) -> Option<Outcome> {
        self.outcome
    }

    /// Whether the server reported an error, behind which the response may still fail with a terminal event.
    pub fn error_seen(&self) -> bool {
        self.error_seen
    }

    /// Number of the last event that had one.
    pub fn last_sequence_number(&self) -> Option<u64> {
        self.sequence_number
    }

    /// Id of the response.
    pub fn response_id(&self) -> Option<&str> {
        self.response_id.as_deref()
    }
}
