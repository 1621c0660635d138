//! Which brackets are open.

/// A stack of bits, one per open bracket: set for objects. It takes memory only beyond 64 levels.
#[derive(Default)]
pub(super) struct Nesting {
    bits: u64,
    pub(super) depth: usize,
    deeper: Vec<u64>,
}

impl Nesting {
    #[inline]
    pub(super) fn push(&mut self, object: bool) {
        if self.depth > 0 && self.depth.is_multiple_of(u64::BITS as usize) {
            self.deeper.push(self.bits);
        }
        self.bits = (self.bits << 1) | u64::from(object);
        self.depth += 1;
    }

    #[inline]
    pub(super) fn pop(&mut self) {
        self.bits >>= 1;
        self.depth -= 1;
        if self.depth > 0 && self.depth.is_multiple_of(u64::BITS as usize) {
            self.bits = self.deeper.pop().unwrap_or_default();
        }
    }

    /// Whether the innermost open bracket is that of an object.
    #[inline]
    pub(super) fn in_object(&self) -> bool {
        self.bits & 1 == 1
    }
}
