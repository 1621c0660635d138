//! A long chunk in blocks, between which a Ctrl-C is heard.

/// A few milliseconds of work.
const BLOCK: usize = 4 << 20;

/// The chunk in blocks; an empty chunk is one empty block.
#[inline]
pub(crate) fn blocks(chunk: &[u8]) -> impl Iterator<Item = &[u8]> {
    let (first, rest) = chunk.split_at(chunk.len().min(BLOCK));
    std::iter::once(first).chain(rest.chunks(BLOCK))
}
