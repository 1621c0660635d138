//! What is known of passing bytes before anybody reads them, and those that nobody has read.

use super::tail::Tail;

/// Most bytes that wait, with their times.
const MOST: usize = 4096;

/// A chunk longer than this is worth its own reading.
const LONGEST: usize = 1024;

/// Bytes that pass, be they an event stream or not.
///
/// Small chunks can be put off, with their times, until somebody looks or until there are enough of them. Of a thousand
/// streams each is out of every cache when its next event comes, and to read one event is then mostly to wait for
/// memory; a few at once wait once. So what happens with every chunk stays together here.
#[derive(Debug, Default)]
pub struct Arrivals {
    bytes: u64,
    tail: Tail,
    /// For each chunk that waits its time, its length and its bytes, one after the other: one place in memory.
    unread: Vec<u8>,
}

impl Arrivals {
    /// Takes note of the bytes that come next.
    #[inline]
    pub fn pass(&mut self, chunk: &[u8]) {
        self.bytes += chunk.len() as u64;
        self.tail.pass(chunk);
    }

    /// As [`Self::pass`], for a message that needs no framing.
    pub fn pass_message(&mut self, message: &[u8]) {
        self.bytes += message.len() as u64;
    }

    /// All bytes that passed, also those that could not be read.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Whether the bytes so far end at a blank line, where a proxy may put bytes of its own.
    #[inline]
    pub fn at_boundary(&self) -> bool {
        self.tail.at_boundary()
    }

    /// How many bytes of the last chunk stand before its last blank line: what a proxy may pass on without cutting an
    /// event in two.
    pub fn boundary(&self) -> usize {
        self.tail.boundary
    }

    /// Keeps a chunk for later. Returns false, and keeps nothing, where it must be read now: after all that waits.
    #[inline]
    pub fn put_off(&mut self, chunk: &[u8], time: u64) -> bool {
        let size = size_of::<u64>() + size_of::<u32>() + chunk.len();
        let Ok(length) = u32::try_from(chunk.len()) else { return false };
        if chunk.len() > LONGEST || self.unread.len() + size > MOST {
            return false;
        }
        if self.unread.capacity() == 0 {
            self.unread.reserve_exact(MOST);
        }
        self.unread.extend_from_slice(&time.to_ne_bytes());
        self.unread.extend_from_slice(&length.to_ne_bytes());
        self.unread.extend_from_slice(chunk);
        true
    }

    /// Gives each chunk that waits and its time to `read`, in order, and keeps them no longer; those behind an error
    /// neither.
    pub fn read<E>(&mut self, mut read: impl FnMut(&[u8], u64) -> Result<(), E>) -> Result<(), E> {
        let mut rest = self.unread.as_slice();
        let mut result = Ok(());
        while let Some((chunk, time, behind)) = first(rest)
            && result.is_ok()
        {
            result = read(chunk, time);
            rest = behind;
        }
        self.unread.clear();
        result
    }

    /// Gives the memory back of chunks that waited.
    pub fn forget(&mut self) {
        self.unread = Vec::new();
    }

    /// Bytes held on the heap.
    pub fn heap_bytes(&self) -> usize {
        self.unread.capacity()
    }
}

/// The first chunk of what is kept, its time, and what stands behind it.
fn first(kept: &[u8]) -> Option<(&[u8], u64, &[u8])> {
    let (time, kept) = kept.split_first_chunk()?;
    let (length, kept) = kept.split_first_chunk()?;
    let (chunk, rest) = kept.split_at_checked(u32::from_ne_bytes(*length) as usize)?;
    Some((chunk, u64::from_ne_bytes(*time), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_come_back_in_order_with_their_times() {
        let mut arrivals = Arrivals::default();
        assert!(arrivals.put_off(b"one", 1) && arrivals.put_off(b"", 2) && arrivals.put_off(b"three", u64::MAX));
        let mut seen = Vec::new();
        let result: Result<(), ()> = arrivals.read(|chunk, time| {
            seen.push((chunk.to_vec(), time));
            Ok(())
        });
        assert_eq!(result, Ok(()));
        assert_eq!(seen, [(b"one".to_vec(), 1), (Vec::new(), 2), (b"three".to_vec(), u64::MAX)]);
        assert!(arrivals.unread.is_empty());
    }

    #[test]
    fn it_does_not_grow_beyond_its_first_memory() {
        let mut arrivals = Arrivals::default();
        assert!(!arrivals.put_off(&[0; LONGEST + 1], 1));
        assert_eq!(arrivals.heap_bytes(), 0);
        while arrivals.put_off(&[0; 100], 1) {}
        assert!(!arrivals.unread.is_empty());
        assert_eq!(arrivals.heap_bytes(), MOST);
        arrivals.forget();
        assert_eq!(arrivals.heap_bytes(), 0);
    }

    #[test]
    fn an_error_ends_the_reading_of_all() {
        let mut arrivals = Arrivals::default();
        arrivals.put_off(b"one", 1);
        arrivals.put_off(b"two", 2);
        let mut calls = 0;
        let result = arrivals.read(|_, _| {
            calls += 1;
            Err("no more")
        });
        assert_eq!((result, calls), (Err("no more"), 1));
        assert!(arrivals.unread.is_empty());
    }
}
