//! What ends the reading of a stream: one error, with what, where, and by whose fault.

use crate::diagnostics::{Diagnostic, Rule};
use crate::limits::Limit;

/// Longest excerpt of wire data that an error carries.
pub const EXCERPT_BYTES: usize = 200;

/// Longest part of a body that is kept when it turns out to be no event stream.
pub const BODY_BYTES: usize = 2048;

/// Why reading stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// The peer crossed a limit at this byte of the stream.
    Limit {
        /// Which one.
        limit: Limit,
        /// Its setting.
        value: usize,
        /// Stream byte at which it was crossed.
        offset: u64,
    },
    /// A finding, in strict mode.
    Strict {
        /// What was found.
        finding: Diagnostic,
        /// The first bytes of the event's data.
        excerpt: Vec<u8>,
    },
    /// The body is something else: JSON, HTML, plain text. Holds its first bytes.
    NotAnEventStream {
        /// Up to [`BODY_BYTES`] of the body.
        body: Vec<u8>,
    },
    /// There is no memory for so many bytes more (fault F28).
    Memory {
        /// How many were asked for.
        bytes: usize,
    },
    /// Bytes came after the end of the body had been announced.
    Finished,
}

impl Error {
    /// The broken rule, where there is one.
    pub fn rule(&self) -> Option<Rule> {
        match self {
            Self::Strict { finding, .. } => Some(finding.rule),
            Self::NotAnEventStream { .. } => Some(Rule::NotAnEventStream),
            Self::Limit { .. } | Self::Memory { .. } | Self::Finished => None,
        }
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Limit { limit, value, offset } => {
                write!(f, "{} = {value} crossed at byte {offset} of the stream", limit.name())
            }
            Self::Strict { finding, .. } => write!(f, "{finding}"),
            Self::NotAnEventStream { body } => {
                let start = body.get(..EXCERPT_BYTES).unwrap_or(body);
                write!(f, "the body is not an event stream; it starts with \"{}\"{}", start.escape_ascii(), hint(body))
            }
            Self::Memory { bytes } => write!(f, "no memory for {bytes} bytes more"),
            Self::Finished => f.write_str("the stream was already finished; reset() makes the reader new"),
        }
    }
}

impl std::error::Error for Error {}

/// What to do with bodies that people give to the wrong reader.
fn hint(body: &[u8]) -> &'static str {
    let first = body.split(|byte| *byte == b'\n').next().unwrap_or_default();
    if body.starts_with(RECORDING) || first.starts_with(b"{\"orx\"") {
        "; it is a recording: or_stream.bench.captures.read_capture reads it"
    } else if first.len() < body.len() && first.starts_with(b"{") && first.trim_ascii_end().ends_with(b"}") {
        "; it looks like one JSON object a line: feed_message takes one at a time"
    } else {
        ""
    }
}

/// How our own recordings begin.
pub const RECORDING: &[u8] = b"\x8fORX";
