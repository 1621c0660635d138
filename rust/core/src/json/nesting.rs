//! Which brackets are open.

/// A stack of bits, one per open bracket: set for objects. It takes memory only beyond 128 levels.
#[derive(Default)]
pub(super) struct Nesting {
    bits: u128,
    pub(super) depth: usize,
    deeper: Vec<u128>,
}

impl Nesting {
    #[inline]
    pub(super) fn push(&mut self, object: bool) {
        if self.depth > 0 && self.depth.is_multiple_of(128) {
            self.deeper.push(self.bits);
        }
        self.bits = (self.bits << 1) | u128::from(object);
        self.depth += 1;
    }

    #[inline]
    pub(super) fn pop(&mut self) {
        self.bits >>= 1;
        self.depth -= 1;
        if self.depth > 0 && self.depth.is_multiple_of(128) {
            self.bits = self.deeper.pop().unwrap_or_default();
        }
    }

    #[inline]
    pub(super) fn innermost(&self) -> Option<bool> {
        (self.depth > 0).then_some(self.bits & 1 == 1)
    }
}
