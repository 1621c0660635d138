//! Where passing bytes can be cut.

/// The last bytes that passed, which tell whether an event is open. Holds for streams that cannot be decoded, too.
#[derive(Debug, Default)]
pub(super) struct Tail {
    last: [u8; 3],
    seen: bool,
    /// How many bytes of the last chunk stand before its last blank line.
    pub(super) boundary: usize,
}

impl Tail {
    #[inline]
    pub(super) fn pass(&mut self, chunk: &[u8]) {
        let before = self.last;
        for byte in chunk.iter().skip(chunk.len().saturating_sub(before.len())) {
            self.last.rotate_left(1);
            self.last[2] = *byte;
        }
        self.seen |= !chunk.is_empty();
        self.boundary = if is_boundary(self.last) { chunk.len() } else { last_boundary(before, chunk) };
    }

    pub(super) fn at_boundary(&self) -> bool {
        !self.seen || is_boundary(self.last)
    }
}

/// Two line ends in a row. After a lone CR the LF of its pair may still come; then this says no for a moment.
fn is_boundary(last: [u8; 3]) -> bool {
    matches!(last, [_, b'\n', b'\n'] | [_, b'\r', b'\r'] | [b'\n' | b'\r', b'\r', b'\n'])
}

/// Bytes of a chunk up to its last blank line; 0 if it has none.
fn last_boundary(before: [u8; 3], chunk: &[u8]) -> usize {
    let byte = |end: usize, back: usize| match end.checked_sub(back) {
        Some(at) => chunk.get(at).copied(),
        None => before.get((before.len() + end).saturating_sub(back)).copied(),
    };
    let mut ends = memchr::memrchr2_iter(b'\n', b'\r', chunk).map(|at| at + 1);
    let closed = |end: &usize| matches!((byte(*end, 3), byte(*end, 2), byte(*end, 1)), (Some(a), Some(b), Some(c)) if is_boundary([a, b, c]));
    ends.find(closed).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_boundary_is_behind_a_blank_line() {
        let at = |text: &[u8]| {
            let (mut whole, mut bytewise) = (Tail::default(), Tail::default());
            whole.pass(text);
            for byte in text {
                bytewise.pass(&[*byte]);
            }
            assert_eq!(whole.at_boundary(), bytewise.at_boundary());
            whole.at_boundary()
        };
        for text in [&b""[..], b"a\n\n", b"a\r\n\r\n", b"a\r\r", b"a\r\r\n", b"a\n\r\n", b":\n\n"] {
            assert!(at(text), "{text:?}");
        }
        for text in [&b"a"[..], b"a\n", b"a\r\n", b"a\r", b"\n\na", b"a\r\n\r", b"\r\n"] {
            assert!(!at(text), "{text:?}");
        }
    }

    #[test]
    fn the_last_blank_line_of_a_chunk_is_found_with_what_stood_before() {
        let text = b"a\n\nbb\r\n\r\nccc\r\rd\n\r\nx\n:\n\ny";
        for start in 0..=text.len() {
            for end in start + 1..=text.len() {
                let mut tail = Tail::default();
                tail.pass(&text[..start]);
                tail.pass(&text[start..end]);
                let slow = (start + 1..=end).rev().find(|end| {
                    let mut tail = Tail::default();
                    tail.pass(&text[..*end]);
                    tail.at_boundary()
                });
                assert_eq!(tail.boundary, slow.map_or(0, |slow| slow - start), "{start}..{end}");
            }
        }
    }
}
