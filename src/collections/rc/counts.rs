//! The counts of an `Rc`, which stays in one thread.

use core::cell::Cell;
use core::hint::assert_unchecked;

use crate::collections::counted::{self, Others};

/// The counts of the block of an `Rc`.
pub(crate) struct Counts {
    strong: Cell<usize>,
    weak: Cell<usize>,
}

/// Increments a count. If it overflows, the process ends.
///
/// # Safety
///
/// The count is not 0. (This tells the compiler, for example, that a value is shared after its pointer was cloned.)
#[inline]
unsafe fn increment(count: &Cell<usize>) {
    let before = count.get();
    // SAFETY: the count is not 0 by `# Safety` of this fn.
    unsafe { assert_unchecked(before != 0) };
    let more = before.wrapping_add(1);
    count.set(more);
    if more == 0 {
        overflow();
    }
}

/// Ends the process: a panic aborts when it would leave an `extern "C"` function.
#[cold]
extern "C" fn overflow() -> ! {
    panic!("more references than `usize::MAX`");
}

impl counted::Counts for Counts {
    #[inline]
    fn new() -> Self {
        Self { strong: Cell::new(1), weak: Cell::new(1) }
    }

    #[inline]
    fn strong(&self) -> usize {
        self.strong.get()
    }

    #[inline]
    fn weak(&self) -> usize {
        if self.strong.get() == 0 { 0 } else { self.weak.get() - 1 }
    }

    #[inline]
    unsafe fn clone_strong(&self) {
        // SAFETY: the caller has a strong reference by `# Safety` of this fn.
        unsafe { increment(&self.strong) };
    }

    #[inline]
    fn release_strong(&self) -> bool {
        self.strong.set(self.strong.get() - 1);
        self.strong.get() == 0
    }

    #[inline]
    fn take_last(&self) -> bool {
        let last = self.strong.get() == 1;
        if last {
            self.strong.set(0);
        }
        last
    }

    #[inline]
    fn put_back(&self) {
        debug_assert_eq!(self.strong.get(), 0);
        self.strong.set(1);
    }

    #[inline]
    fn is_unique(&self) -> bool {
        self.strong.get() == 1 && self.weak.get() == 1
    }

    #[inline]
    fn claim(&self) -> Others {
        if self.strong.get() != 1 {
            return Others::Strong;
        }
        if self.weak.get() == 1 {
            return Others::None;
        }
        self.strong.set(0);
        Others::Weak
    }

    #[inline]
    unsafe fn downgrade(&self) {
        // SAFETY: by `# Safety` of this fn there is a strong reference, and with it the implicit weak one.
        unsafe { increment(&self.weak) };
    }

    #[inline]
    unsafe fn clone_weak(&self) {
        // SAFETY: the caller has a weak reference by `# Safety` of this fn.
        unsafe { increment(&self.weak) };
    }

    #[inline]
    fn upgrade(&self) -> bool {
        if self.strong.get() == 0 {
            return false;
        }
        // SAFETY: the count was just checked not to be 0.
        unsafe { increment(&self.strong) };
        true
    }

    #[inline]
    fn release_weak(&self) -> bool {
        self.weak.set(self.weak.get() - 1);
        self.weak.get() == 0
    }
}

/// Never implemented. Gives a readable error where an `Rc` would have to be `Send` or `Sync`.
#[diagnostic::on_unimplemented(
    message = "an `Rc` stays in one thread, and so does a collection whose allocator it is",
    label = "used in another thread here",
    note = "use an `Arc`; an allocator in it must serve several threads, such as a `TaskArena`, a `SharedPool` or a `Locked`",
    note = "threads that only read can share a `&Frozen<_>` of a collection in it; collections inside that have to be `Frozen`, too"
)]
pub trait UsedInThreads {}
