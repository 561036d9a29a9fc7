//! A parent that calls back.

use std::cell::{Cell, RefCell};
use std::ptr::NonNull;

use janus_alloc::System;
use janus_alloc::api::{AllocError, Allocator, Layout};

thread_local! {
    static HOOK: RefCell<Option<Box<dyn Fn()>>> = const { RefCell::new(None) };
    static CALLS: Cell<usize> = const { Cell::new(0) };
}

/// `System`, with the calling thread's hook before and after each call, but not within the hook.
pub(crate) struct Hooked;

/// From now on the calling thread's hook is `work`.
pub(crate) fn hook(work: impl Fn() + 'static) {
    HOOK.set(Some(Box::new(work)));
}

/// The calling thread has no hook any more; returns how many calls had it.
pub(crate) fn unhook() -> usize {
    HOOK.set(None);
    CALLS.take()
}

/// A pool for `work`, whose hooks may use it.
pub(crate) fn with_pool<P: 'static>(pool: P, work: impl FnOnce(&'static P)) {
    let pool: &'static P = Box::leak(Box::new(pool));
    work(pool);
    HOOK.set(None);
    // SAFETY: it was leaked above; nobody uses it again, now that there is no hook.
    drop(unsafe { Box::from_raw(std::ptr::from_ref(pool).cast_mut()) });
}

fn around<T>(call: impl FnOnce() -> T) -> T {
    // A pool may outlive the hooks of its thread.
    let hook = HOOK.try_with(RefCell::take).ok().flatten();
    let run = || {
        if let Some(hook) = &hook {
            hook();
        }
    };
    run();
    let result = call();
    run();
    if hook.is_some() {
        CALLS.set(CALLS.get() + 1);
        HOOK.set(hook);
    }
    result
}

// SAFETY: forwards to `System`.
unsafe impl Allocator for Hooked {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        around(|| System.allocate(layout))
    }

    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        around(|| System.allocate_zeroed(layout))
    }

    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        // SAFETY: by `# Safety` of this fn.
        around(|| unsafe { System.deallocate(block, layout) });
    }

    unsafe fn grow(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: by `# Safety` of this fn.
        around(|| unsafe { System.grow(block, old, new) })
    }

    unsafe fn grow_zeroed(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: by `# Safety` of this fn.
        around(|| unsafe { System.grow_zeroed(block, old, new) })
    }

    unsafe fn shrink(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: by `# Safety` of this fn.
        around(|| unsafe { System.shrink(block, old, new) })
    }
}
