use blink_alloc::{Blink, BlinkAlloc};
use janus_alloc::generations::From04;

use super::BumpArena;

impl BumpArena for Blink {
    type Handle<'a> = From04<&'a BlinkAlloc>;

    #[inline]
    fn new() -> Self {
        Self::new()
    }

    #[inline]
    fn with_capacity(bytes: usize) -> Self {
        Self::new_in(BlinkAlloc::with_chunk_size(bytes))
    }

    #[inline]
    fn handle(&self) -> From04<&BlinkAlloc> {
        From04(self.allocator())
    }

    #[inline]
    fn place<T: Copy>(&self, value: T) -> &mut T {
        self.put_no_drop(value)
    }

    #[inline]
    fn reset(&mut self) {
        self.reset();
    }
}
