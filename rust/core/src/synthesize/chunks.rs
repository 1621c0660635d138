//! How a text is cut into deltas.

use std::num::NonZeroUsize;

/// The size of deltas.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Chunking {
    /// A word each, with the white space before it, as most tokenisers cut.
    #[default]
    Words,
    /// A character (Unicode scalar value) each.
    Characters,
    /// So many per text, equally long to within a character; fewer where the text has not so many characters.
    Pieces(NonZeroUsize),
}

impl Chunking {
    /// The chunks of a text: none is empty, and joined they are the text.
    pub fn cut(self, text: &str) -> Chunks<'_> {
        let pieces = match self {
            Self::Words => None,
            Self::Characters => Some(usize::MAX),
            Self::Pieces(pieces) => Some(pieces.get()),
        };
        Chunks { rest: text, left: pieces.map(|pieces| (text.chars().count(), pieces)) }
    }
}

/// Iterator over the chunks of a text.
#[derive(Debug, Clone)]
pub struct Chunks<'a> {
    rest: &'a str,
    /// Characters and pieces to come; None where words decide.
    left: Option<(usize, usize)>,
}

impl<'a> Iterator for Chunks<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let end = match &mut self.left {
            None => word_end(self.rest),
            Some((characters, pieces)) => {
                let count = characters.div_ceil(*pieces);
                *characters -= count;
                *pieces = (*pieces - 1).max(1);
                self.rest.char_indices().nth(count).map_or(self.rest.len(), |(at, _)| at)
            }
        };
        let (chunk, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest;
        (!chunk.is_empty()).then_some(chunk)
    }
}

/// Where the first word ends.
fn word_end(text: &str) -> usize {
    let word = text.trim_start();
    text.len() - word.len() + word.find(char::is_whitespace).unwrap_or(word.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cut(chunking: Chunking, text: &str) -> Vec<&str> {
        chunking.cut(text).collect()
    }

    fn pieces(number: usize) -> Chunking {
        Chunking::Pieces(NonZeroUsize::new(number).unwrap())
    }

    #[test]
    fn words_keep_the_space_before_them() {
        assert_eq!(cut(Chunking::Words, " a bc\n\n d  "), [" a", " bc", "\n\n d", "  "]);
        assert_eq!(cut(Chunking::Words, "  "), ["  "]);
        assert_eq!(cut(Chunking::Words, ""), [""; 0]);
    }

    #[test]
    fn characters_are_never_cut() {
        assert_eq!(cut(Chunking::Characters, "aé😀"), ["a", "é", "😀"]);
        assert_eq!(cut(pieces(2), "aé😀"), ["aé", "😀"]);
        assert_eq!(cut(pieces(9), "aé😀"), ["a", "é", "😀"]);
    }

    proptest! {
        #[test]
        fn joined_chunks_are_the_text(text in ".{0,40}|[ab \n]{0,40}", number in 1_usize..50) {
            for chunking in [Chunking::Words, Chunking::Characters, pieces(number)] {
                let chunks = cut(chunking, &text);
                prop_assert_eq!(chunks.concat(), &*text);
                prop_assert!(!chunks.contains(&""));
            }
            let lengths: Vec<usize> = cut(pieces(number), &text).iter().map(|piece| piece.chars().count()).collect();
            prop_assert_eq!(lengths.len(), number.min(text.chars().count()));
            prop_assert!(lengths.iter().max() <= lengths.iter().min().map(|least| least + 1).as_ref());
        }
    }
}
