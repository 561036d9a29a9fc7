use std::alloc::Layout;
use std::ptr::NonNull;
use std::sync::{Mutex, MutexGuard, PoisonError};

use janus_alloc::api::{AllocError, Allocator};

use super::{BumpArena, SharedArena, place_in};

/// An arena for one thread behind a mutex.
#[derive(Debug)]
pub struct Locked<A>(Mutex<A>);

impl<A> Locked<A> {
    #[inline]
    fn lock(&self) -> MutexGuard<'_, A> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<A: BumpArena + Send> SharedArena for Locked<A> {
    type Handle<'a>
        = &'a Self
    where
        A: 'a;

    fn new() -> Self {
        Self(Mutex::new(A::new()))
    }

    #[inline]
    fn handle(&self) -> &Self {
        self
    }

    fn reset(self) -> Self {
        self.lock().reset();
        self
    }
}

impl<A: BumpArena> BumpArena for Locked<A> {
    type Handle<'a>
        = &'a Self
    where
        A: 'a;

    fn new() -> Self {
        Self(Mutex::new(A::new()))
    }

    fn with_capacity(bytes: usize) -> Self {
        Self(Mutex::new(A::with_capacity(bytes)))
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
        self.lock().reset();
    }
}

// SAFETY: each block is one of the arena, which no two calls use at the same time. A reset or a drop of the arena takes the `Locked`, so
// no handle exists then.
unsafe impl<A: BumpArena> Allocator for &Locked<A> {
    #[inline]
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.lock().handle().allocate(layout)
    }

    #[inline]
    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.lock().handle().deallocate(block, layout) };
    }

    #[inline]
    unsafe fn grow(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.lock().handle().grow(block, old, new) }
    }

    #[inline]
    unsafe fn shrink(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.lock().handle().shrink(block, old, new) }
    }
}
