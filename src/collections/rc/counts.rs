//! The counts of an `Rc`, for one thread.

use core::cell::Cell;

use crate::collections::counted;

pub(crate) struct Counts {
    strong: Cell<usize>,
    weak: Cell<usize>,
}

/// One more, or the end.
#[inline]
fn increment(count: &Cell<usize>) {
    // Who calls has a reference, so the count is 0 only if it has just overflown.
    let more = count.get().wrapping_add(1);
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
    fn clone_strong(&self) {
        increment(&self.strong);
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
    fn no_weak(&self) -> bool {
        self.weak.get() == 1
    }

    #[inline]
    fn is_unique(&self) -> bool {
        self.strong.get() == 1 && self.weak.get() == 1
    }

    #[inline]
    fn downgrade(&self) {
        increment(&self.weak);
    }

    #[inline]
    fn clone_weak(&self) {
        increment(&self.weak);
    }

    #[inline]
    fn upgrade(&self) -> bool {
        if self.strong.get() == 0 {
            return false;
        }
        increment(&self.strong);
        true
    }

    #[inline]
    fn release_weak(&self) -> bool {
        self.weak.set(self.weak.get() - 1);
        self.weak.get() == 0
    }
}
