use multitude::{Alloc, Arena};

use super::BumpArena;

/// Chunks of this arena have at most 64 KiB.
impl BumpArena for Arena {
    type Handle<'a> = &'a Self;

    #[inline]
    fn new() -> Self {
        Self::new()
    }

    #[inline]
    fn with_capacity(bytes: usize) -> Self {
        Self::builder().with_capacity(bytes).build()
    }

    #[inline]
    fn handle(&self) -> &Self {
        self
    }

    #[inline]
    fn place<T: Copy>(&self, value: T) -> &mut T {
        Alloc::leak(self.alloc(value))
    }

    #[inline]
    fn reset(&mut self) {
        self.reset();
    }
}
