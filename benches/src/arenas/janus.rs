use janus_alloc::{Arena, Global, SyncArena};

use super::{BumpArena, SharedArena};

impl<const MIN_ALIGN: usize> BumpArena for Arena<Global, MIN_ALIGN> {
    type Handle<'a> = &'a Self;

    #[inline]
    fn new() -> Self {
        Self::with_min_align_in(Global)
    }

    #[inline]
    fn with_capacity(bytes: usize) -> Self {
        Self::with_min_align_and_capacity_in(bytes, Global)
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

impl SharedArena for SyncArena {
    type Handle<'a> = &'a Self;

    fn new() -> Self {
        Self::new()
    }

    #[inline]
    fn handle(&self) -> &Self {
        self
    }

    fn reset(self) -> Self {
        self.reset()
    }
}

impl SharedArena for SyncArena<Global> {
    type Handle<'a> = &'a Self;

    fn new() -> Self {
        Self::new_in(Global)
    }

    #[inline]
    fn handle(&self) -> &Self {
        self
    }

    fn reset(self) -> Self {
        self.reset()
    }
}
