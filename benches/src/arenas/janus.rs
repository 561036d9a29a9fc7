use janus_alloc::api::Allocator;
use janus_alloc::{Arena, Global, SyncArena, TaskArena};

use super::{BumpArena, SharedArena, place_in};

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

impl SharedArena for TaskArena {
    type Handle<'a> = &'a Self;

    fn new() -> Self {
        Self::new()
    }

    #[inline]
    fn handle(&self) -> &Self {
        self
    }

    fn reset(mut self) -> Self {
        Self::reset(&mut self);
        self
    }
}

impl BumpArena for TaskArena {
    type Handle<'a> = &'a Self;

    fn new() -> Self {
        Self::new()
    }

    fn with_capacity(bytes: usize) -> Self {
        let mut arena = Self::new();
        let layout = std::alloc::Layout::array::<u8>(bytes).expect("a size that fits a layout");
        arena.allocate(layout).expect("enough memory");
        // The reset keeps this chunk.
        Self::reset(&mut arena);
        arena
    }

    #[inline]
    fn handle(&self) -> &Self {
        self
    }

    #[inline]
    fn place<T: Copy>(&self, value: T) -> &mut T {
        place_in(self, value)
    }

    fn reset(&mut self) {
        self.reset();
    }
}
