//! A parent that calls back.

use std::cell::{Cell, RefCell};
use std::ptr::NonNull;
use std::rc::Rc;

use janus_alloc::System;
use janus_alloc::api::{AllocError, Allocator, Layout};

thread_local! {
    static HOOK: RefCell<Option<Rc<dyn Fn()>>> = const { RefCell::new(None) };
    static CALLS: Cell<usize> = const { Cell::new(0) };
    static DEPTH: Cell<usize> = const { Cell::new(0) };
    static DEEPEST: Cell<usize> = const { Cell::new(1) };
}

/// `System`, with the calling thread's hook before and after each call: but not within the hook, unless it is
/// [deep](hook_deep).
pub(crate) struct Hooked;

/// From now on the calling thread's hook is `work`.
pub(crate) fn hook(work: impl Fn() + 'static) {
    hook_deep(1, work);
}

/// As [`hook`], also for calls within the hook, `deepest` of these at a time.
pub(crate) fn hook_deep(deepest: usize, work: impl Fn() + 'static) {
    HOOK.set(Some(Rc::new(work)));
    DEEPEST.set(deepest);
}

/// The calling thread has no hook any more; returns how many calls had it, but for those within it.
pub(crate) fn unhook() -> usize {
    HOOK.set(None);
    CALLS.take()
}

/// How many calls of the calling thread have their hook just now.
pub(crate) fn depth() -> usize {
    DEPTH.get()
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
    let hook = HOOK.try_with(|hook| hook.borrow().clone()).ok().flatten();
    let Some(hook) = hook.filter(|_| DEPTH.get() < DEEPEST.get()) else { return call() };
    DEPTH.set(DEPTH.get() + 1);
    CALLS.set(CALLS.get() + usize::from(DEPTH.get() == 1));
    hook();
    let result = call();
    hook();
    DEPTH.set(DEPTH.get() - 1);
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
