use bumpalo::Bump;

use super::BumpArena;

impl<const MIN_ALIGN: usize> BumpArena for Bump<MIN_ALIGN> {
    type Handle<'a> = &'a Self;

    #[inline]
    fn new() -> Self {
        Self::with_min_align()
    }

    #[inline]
    fn with_capacity(bytes: usize) -> Self {
        Self::with_min_align_and_capacity(bytes)
    }

    #[inline]
    fn handle(&self) -> &Self {
        self
    }

    #[inline]
    fn place<T: Copy>(&self, value: T) -> &mut T {
        self.alloc(value)
    }

    #[inline]
    fn reset(&mut self) {
        self.reset();
    }
}
