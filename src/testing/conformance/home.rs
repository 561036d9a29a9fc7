//! Where the allocator value lives: in memory of the kit, so that it can be moved, and the place it leaves overwritten,
//! without undefined behaviour even if its blocks lie inside it.

use core::mem::{self, MaybeUninit};
use core::ops::Range;
use core::ptr::NonNull;

use super::calls::{Unwound, guarded};
use super::rules::Rule;
use crate::api::Allocator;

/// What the driver needs of it. A trait, so that the driver is compiled once and not once for each allocator.
pub(super) trait Home {
    /// The allocator; with clones, the one that `pick` names.
    fn allocator(&self, pick: usize) -> &dyn Allocator;

    /// Ends the value at the place it has: moves it to another, or drops one of two clones. The place is overwritten.
    fn leave(&mut self) -> Result<(), Unwound>;

    /// Fills the place that `leave` left, if it is to be filled: clones the clone that stayed.
    fn return_back(&mut self) -> Result<(), Unwound>;

    /// The rule broken if blocks change by that.
    fn rule(&self) -> Rule;

    /// The addresses of the two places.
    fn places(&self) -> [Range<usize>; 2];

    /// Drops the allocator. Without this call it is leaked, which is right when it has broken a rule.
    fn close(&mut self) -> Result<(), Unwound>;
}

/// Two places for an allocator.
pub(super) struct Places<A> {
    /// From `Box`, and freed by `close` only: a misbehaving allocator's blocks may lie in them.
    places: [NonNull<MaybeUninit<A>>; 2],
    /// Which places hold a value. At least one does until `close`.
    full: [bool; 2],
    /// The place to be left next.
    next: usize,
    /// How to clone, if clones are tested: then both places are full as a rule.
    clone: Option<fn(&A) -> A>,
}

impl<A> Places<A> {
    pub(super) fn new(allocator: A) -> Self {
        let place = || NonNull::from(Box::leak(Box::<A>::new_uninit()));
        let places = [place(), place()];
        // SAFETY: the place is the kit's, empty, and aligned for `A`.
        unsafe { places[0].cast::<A>().write(allocator) };
        Self { places, full: [true, false], next: 0, clone: None }
    }

    /// The same with a clone in the other place.
    pub(super) fn with_clone(allocator: A, clone: fn(&A) -> A) -> Result<Self, Unwound> {
        let mut places = Self { clone: Some(clone), next: 1, ..Self::new(allocator) };
        places.fill(clone)?;
        Ok(places)
    }

    fn value(&self, index: usize) -> &A {
        debug_assert!(self.full[index]);
        // SAFETY: the place holds a value, and only shared references to it exist until `leave` or `close`.
        unsafe { self.places[index].cast::<A>().as_ref() }
    }

    /// Clones the other value into the place left last, which is empty.
    fn fill(&mut self, clone: fn(&A) -> A) -> Result<(), Unwound> {
        let value = guarded(|| clone(self.value(1 - self.next)))?;
        // SAFETY: the place is the kit's, empty, and aligned for `A`.
        unsafe { self.places[self.next].cast::<A>().write(value) };
        self.full[self.next] = true;
        self.next = 1 - self.next;
        Ok(())
    }

    fn drop_value(&mut self, index: usize) -> Result<(), Unwound> {
        // Also when the drop unwinds: what is left of the value is not dropped again.
        self.full[index] = false;
        let place = self.places[index].cast::<A>();
        // SAFETY: the place held a value, which is not used again.
        guarded(|| unsafe { place.drop_in_place() })
    }

    /// So that whoever still looks at the value that was here sees nonsense.
    fn overwrite(&self, index: usize) {
        // SAFETY: the place is the kit's and empty.
        unsafe { self.places[index].cast::<u8>().write_bytes(0xA7, size_of::<A>()) };
    }
}

impl<A: Allocator> Home for Places<A> {
    fn allocator(&self, pick: usize) -> &dyn Allocator {
        let index = pick % 2;
        self.value(if self.full[index] { index } else { 1 - index })
    }

    fn leave(&mut self) -> Result<(), Unwound> {
        let from = self.next;
        if self.clone.is_some() {
            self.drop_value(from)?;
        } else {
            let to = 1 - from;
            // SAFETY: one place holds a value and the other is empty; the value is not used again where it was.
            unsafe { self.places[to].copy_from_nonoverlapping(self.places[from], 1) };
            self.full = [to == 0, to == 1];
            self.next = to;
        }
        self.overwrite(from);
        Ok(())
    }

    fn return_back(&mut self) -> Result<(), Unwound> {
        self.clone.map_or(Ok(()), |clone| self.fill(clone))
    }

    fn rule(&self) -> Rule {
        if self.clone.is_some() { Rule::Equivalence } else { Rule::Move }
    }

    fn places(&self) -> [Range<usize>; 2] {
        self.places.map(|place| {
            let address = place.addr().get();
            address..address + size_of::<A>()
        })
    }

    fn close(&mut self) -> Result<(), Unwound> {
        for index in 0..2 {
            if mem::take(&mut self.full[index]) {
                self.drop_value(index)?;
            }
        }
        for place in self.places {
            // SAFETY: the place came from `Box::leak`, and the driver calls `close` once, as the last thing.
            drop(unsafe { Box::from_raw(place.as_ptr()) });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::rc::Rc;

    use super::{Home, Places};
    use crate::api::{AllocError, Allocator, Layout};
    use crate::sources::Null;
    use core::ptr::NonNull;

    #[derive(Clone)]
    struct Counted(Rc<Cell<u32>>);

    impl Drop for Counted {
        fn drop(&mut self) {
            self.0.set(self.0.get() + 1);
        }
    }

    // SAFETY: it gives out nothing.
    unsafe impl Allocator for Counted {
        fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
            Null.allocate(layout)
        }
        unsafe fn deallocate(&self, _: NonNull<u8>, _: Layout) {}
    }

    #[test]
    fn a_moved_value_is_dropped_once() {
        let drops = Rc::new(Cell::new(0));
        let mut places = Places::new(Counted(drops.clone()));
        for _ in 0..5 {
            places.leave().unwrap();
            places.return_back().unwrap();
            assert!(places.allocator(0).allocate(Layout::new::<u8>()).is_err());
        }
        assert_eq!(drops.get(), 0);
        places.close().unwrap();
        assert_eq!(drops.get(), 1);
    }

    #[test]
    fn each_clone_is_dropped_once() {
        let drops = Rc::new(Cell::new(0));
        let mut places = Places::with_clone(Counted(drops.clone()), Counted::clone).unwrap();
        for round in 0..5 {
            assert_eq!(drops.get(), round);
            places.leave().unwrap();
            assert!(places.allocator(0).allocate(Layout::new::<u8>()).is_err());
            assert!(places.allocator(1).allocate(Layout::new::<u8>()).is_err());
            places.return_back().unwrap();
        }
        places.close().unwrap();
        assert_eq!((drops.get(), Rc::strong_count(&drops)), (7, 1));
    }
}
