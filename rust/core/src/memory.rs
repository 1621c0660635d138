//! Memory that is asked for before it is needed (fault F28): where an allocation fails, Rust ends the whole process.
//!
//! What grows with the wire asks here first, and its stream ends with an error instead. What is small does not: where
//! a few hundred bytes cannot be had, nobody in the process goes on.

use crate::error::Error;

/// Content is counted in steps of this many bytes, and each step is asked for before it is taken.
pub const STEP: usize = 1 << 20;

/// Makes room for `more` bytes in a buffer that grows with the wire.
#[inline]
pub fn reserve(buffer: &mut Vec<u8>, more: usize) -> Result<(), Error> {
    buffer.try_reserve(more).map_err(|_| Error::Memory { bytes: more })
}

/// Asks for so many bytes and gives them back untouched, which costs address space for a moment and no memory.
#[cold]
pub fn ask(bytes: usize) -> Result<(), Error> {
    let mut room = Vec::new();
    let asked = reserve(&mut room, bytes);
    // The compiler may leave out an allocation that nobody looks at.
    std::hint::black_box(&room);
    asked
}
