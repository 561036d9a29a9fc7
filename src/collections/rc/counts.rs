//! The counts of an `Rc`, for one thread.

use core::cell::Cell;
use core::hint::assert_unchecked;

use crate::collections::counted::{self, Others};

pub(crate) struct Counts {
    strong: Cell<usize>,
    weak: Cell<usize>,
}

/// One more, or the end.
///
/// # Safety
///
/// There is one, so that the count is 0 only when it has just overflown. (The compiler then knows, for one, that a value is
/// shared after its pointer was cloned.)
#[inline]
unsafe fn increment(count: &Cell<usize>) {
    let before = count.get();
    // SAFETY: by `# Safety` of this fn.
    unsafe { assert_unchecked(before != 0) };
    let more = before.wrapping_add(1);
    count.set(more);
    if more == 0 {
        overflow();
    }
}

/// Ends the process: a function of C's does not unwind.
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
        // SAFETY: by `# Safety` of this fn.
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
    fn others(&self) -> Others {
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
        // SAFETY: by `# Safety` of this fn there is a strong reference, and with it the common weak one.
        unsafe { increment(&self.weak) };
    }

    #[inline]
    unsafe fn clone_weak(&self) {
        // SAFETY: by `# Safety` of this fn.
        unsafe { increment(&self.weak) };
    }

    #[inline]
    fn upgrade(&self) -> bool {
        if self.strong.get() == 0 {
            return false;
        }
        // SAFETY: not 0.
        unsafe { increment(&self.strong) };
        true
    }

    #[inline]
    fn release_weak(&self) -> bool {
        self.weak.set(self.weak.get() - 1);
        self.weak.get() == 0
    }
}

/// What nothing is: it makes the compiler say why an `Rc` is neither `Send` nor `Sync`.
#[diagnostic::on_unimplemented(
    message = "an `Rc` stays in one thread, with the collections it is the allocator of",
    label = "used in another thread here",
    note = "take an `Arc`; an allocator in it has to serve several threads, such as a `SyncArena` or a `SharedPool`",
    note = "threads that only read can share a `&Frozen<_>` of a collection in it; collections inside that have to be `Frozen`, too"
)]
pub trait UsedInThreads {}
