use std::alloc::Layout;
use std::mem;
use std::ptr::NonNull;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bumpalo::Bump;
use janus_alloc::Global;
use janus_alloc::api::{AllocError, Allocator};

use super::{Limits, Memory, Work};
use crate::Route;

/// An arena of bumpalo for each request. A mutex around it makes it `Sync`, which a task needs. It is reset and kept for the next request, as in
/// [`Limited`](crate::Limited).
#[derive(Debug, Default)]
pub struct Bumpalo {
    idle: Arc<Mutex<Vec<Bump>>>,
}

/// The arena of a request.
#[derive(Debug)]
pub struct LockedBump {
    bump: Mutex<Bump>,
    idle: Arc<Mutex<Vec<Bump>>>,
}

/// The number of arenas that are kept, for two routes, and of bytes in each.
const IDLE_ARENAS: usize = 2 * Limits::DEFAULT.idle_arenas;
const IDLE_BYTES: usize = Limits::DEFAULT.idle_arena;

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Drop for LockedBump {
    fn drop(&mut self) {
        let mut bump = mem::take(self.bump.get_mut().unwrap_or_else(PoisonError::into_inner));
        bump.reset();
        let mut idle = lock(&self.idle);
        if bump.allocated_bytes() <= IDLE_BYTES && idle.len() < IDLE_ARENAS {
            idle.push(bump);
        }
    }
}

// SAFETY: a block is one of the `Bump`, which no two calls use at the same time. The blocks of a `Bump` do not move with it. Its reset and
// its drop need `&mut` of this value.
unsafe impl Allocator for LockedBump {
    #[inline]
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        (&*lock(&self.bump)).allocate(layout)
    }

    #[inline]
    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        (&*lock(&self.bump)).allocate_zeroed(layout)
    }

    #[inline]
    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        // SAFETY: by `# Safety` of this fn.
        unsafe { (&*lock(&self.bump)).deallocate(block, layout) };
    }

    #[inline]
    unsafe fn grow(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: by `# Safety` of this fn.
        unsafe { (&*lock(&self.bump)).grow(block, old, new) }
    }

    #[inline]
    unsafe fn grow_zeroed(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: by `# Safety` of this fn.
        unsafe { (&*lock(&self.bump)).grow_zeroed(block, old, new) }
    }

    #[inline]
    unsafe fn shrink(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: by `# Safety` of this fn.
        unsafe { (&*lock(&self.bump)).shrink(block, old, new) }
    }
}

impl Memory for Bumpalo {
    const ENDS_AT_ONCE: bool = true;
    type Arena = LockedBump;
    type Responses = Global;

    fn arena(&self, _: Route) -> LockedBump {
        let bump = lock(&self.idle).pop().unwrap_or_default();
        LockedBump { bump: Mutex::new(bump), idle: Arc::clone(&self.idle) }
    }

    fn work<W: Work>(arena: &LockedBump, work: W) -> W::Output {
        // Locked once, not for each allocation.
        work.run(&*lock(&arena.bump))
    }

    fn responses(&self) -> Global {
        Global
    }
}
