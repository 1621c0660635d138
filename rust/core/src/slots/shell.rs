//! Shell output: deltas are objects of two streams, the end is a list of entries.

use crate::diagnostics::{Diagnostics, Rule};
use crate::json;
use crate::text::Text;

/// What a shell command printed, by `command_index`.
#[derive(Debug, Clone, Default)]
pub struct ShellOutput {
    /// The command.
    pub index: u64,
    /// Standard output as streamed.
    pub stdout: Text,
    /// Standard error as streamed.
    pub stderr: Text,
    /// The finished entries: array elements, separated by commas. They replace what was streamed.
    pub done: Option<Vec<u8>>,
    /// Deltas follow the finished entries: they go on in the last one.
    pub late: bool,
}

impl ShellOutput {
    /// Takes the finished entries; none are less than what was streamed, which then stays (rule R4).
    pub fn tell(&mut self, entries: Vec<u8>, diagnostics: &mut Diagnostics) {
        if entries.is_empty() && !(self.stdout.is_empty() && self.stderr.is_empty()) {
            diagnostics.found(Rule::Text, "the done output is empty and the deltas are not");
            return;
        }
        self.done = Some(entries);
        self.late = false;
    }

    /// A delta comes: one behind the finished entries goes on where the last of them ends.
    pub fn go_on(&mut self) {
        let Some(done) = self.done.as_ref().filter(|_| !self.late) else { return };
        let array = [b"[", &**done, b"]"].concat();
        let last = json::elements(&array).last().map(|entry| entry.of(&array)).unwrap_or_default();
        let told = |key| Text::told(json::string_member(last, key).unwrap_or_default());
        (self.stdout, self.stderr, self.late) = (told("stdout"), told("stderr"), true);
    }

    /// The finished output of a command.
    pub(super) fn told(index: u64, done: Vec<u8>) -> Self {
        Self { index, done: Some(done), ..Self::default() }
    }
}
