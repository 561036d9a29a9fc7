//! A parent that calls a hook, which may call the pool over it.

use std::cell::{Cell, RefCell};
use std::ptr::NonNull;
use std::rc::Rc;

use janus_alloc::System;
use janus_alloc::api::{AllocError, Allocator, Layout};

thread_local! {
    static HOOK: RefCell<Option<Rc<dyn Fn()>>> = const { RefCell::new(None) };
    static CALLS: Cell<usize> = const { Cell::new(0) };
    static DEPTH: Cell<usize> = const { Cell::new(0) };
    static MAX_DEPTH: Cell<usize> = const { Cell::new(1) };
}

/// `System`, with the hook of the calling thread before and after each call. Calls made by a hook run no hook, unless it is
/// [nested](hook_nested).
pub(crate) struct Hooked;

/// Makes `work` the hook of the calling thread.
pub(crate) fn hook(work: impl Fn() + 'static) {
    hook_nested(1, work);
}

/// Like [`hook`], but calls made by the hook run it too, up to `max_depth` levels.
pub(crate) fn hook_nested(max_depth: usize, work: impl Fn() + 'static) {
    HOOK.set(Some(Rc::new(work)));
    MAX_DEPTH.set(max_depth);
}

/// Removes the hook of the calling thread, and returns the number of calls that ran it, without those made by the hook itself.
pub(crate) fn unhook() -> usize {
    HOOK.set(None);
    CALLS.take()
}

/// Returns how many hooks of the calling thread are running, one within another.
pub(crate) fn depth() -> usize {
    DEPTH.get()
}

/// Runs `work` with a pool that its hooks may use.
pub(crate) fn with_pool<P: 'static>(pool: P, work: impl FnOnce(&'static P)) {
    let pool: &'static P = Box::leak(Box::new(pool));
    work(pool);
    HOOK.set(None);
    // SAFETY: the box was leaked above, and neither `work` nor a hook uses it any more.
    drop(unsafe { Box::from_raw(std::ptr::from_ref(pool).cast_mut()) });
}

/// Runs `call` with the hook before and after it.
fn around<T>(call: impl FnOnce() -> T) -> T {
    // A pool may call its parent after the thread-locals of its thread are gone.
    let hook = HOOK.try_with(|hook| hook.borrow().clone()).ok().flatten();
    let Some(hook) = hook.filter(|_| DEPTH.get() < MAX_DEPTH.get()) else { return call() };
    DEPTH.set(DEPTH.get() + 1);
    CALLS.set(CALLS.get() + usize::from(DEPTH.get() == 1));
    hook();
    let result = call();
    hook();
    DEPTH.set(DEPTH.get() - 1);
    result
}

// SAFETY: each call is forwarded to `System`.
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
