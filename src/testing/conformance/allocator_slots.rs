//! The memory that holds the tested allocator. It belongs to the kit, so the kit can move the value and overwrite its
//! old place without undefined behaviour, even if the allocator's blocks lie inside the value.

use core::mem::{self, MaybeUninit};
use core::ops::Range;
use core::ptr::NonNull;

use super::call::{Unwound, catch_panic};
use super::rule::Rule;
use crate::api::Allocator;

/// The driver's interface to the slots. It is a trait so that the driver is compiled once, and not for each allocator.
pub(super) trait AllocatorSlots {
    /// Returns the allocator in slot `pick`, or the only one.
    fn allocator(&self, pick: usize) -> &dyn Allocator;

    /// Moves the value to the other slot, or drops one of two clones. Overwrites the slot that becomes empty.
    fn vacate(&mut self) -> Result<(), Unwound>;

    /// With clones: fills the slot that [`vacate`](Self::vacate) emptied by a clone of the other.
    fn refill(&mut self) -> Result<(), Unwound>;

    /// Returns the rule that is broken if blocks change by [`vacate`](Self::vacate) or [`refill`](Self::refill).
    fn rule(&self) -> Rule;

    /// Returns the addresses of the two slots.
    fn addresses(&self) -> [Range<usize>; 2];

    /// Drops the allocator. It is the last call. Without it the allocator is leaked, as it must be after a violation.
    fn close(&mut self) -> Result<(), Unwound>;
}

/// Two slots for an allocator of type `A`.
///
/// # Invariants
///
/// 1. Until [`close`](AllocatorSlots::close), each slot is memory of the kit with the size and align of `A`. It is
///    freed by `close` only, since blocks of a misbehaving allocator may lie in it.
/// 2. `occupied` says which slots hold a value. At least one does until `close`.
/// 3. Only shared references to a value exist, and none while it is moved or dropped, since that takes `&mut self`.
pub(super) struct SlotPair<A> {
    slots: [NonNull<MaybeUninit<A>>; 2],
    occupied: [bool; 2],
    /// The slot to be vacated or refilled next.
    next: usize,
    /// The function that clones, if clones are tested. Then both slots are occupied, except between `vacate` and
    /// `refill`.
    clone: Option<fn(&A) -> A>,
}

impl<A> SlotPair<A> {
    pub(super) fn new(allocator: A) -> Self {
        let slot = || NonNull::from(Box::leak(Box::<A>::new_uninit()));
        let slots = [slot(), slot()];
        // SAFETY: by invariant 1; the slot is empty.
        unsafe { slots[0].cast::<A>().write(allocator) };
        Self { slots, occupied: [true, false], next: 0, clone: None }
    }

    /// Puts a clone into the other slot as well.
    pub(super) fn with_clone(allocator: A, clone: fn(&A) -> A) -> Result<Self, Unwound> {
        let mut slots = Self { clone: Some(clone), next: 1, ..Self::new(allocator) };
        slots.fill(clone)?;
        Ok(slots)
    }

    fn value(&self, index: usize) -> &A {
        debug_assert!(self.occupied[index]);
        // SAFETY: the callers choose an occupied slot; the rest by invariants 2 and 3.
        unsafe { self.slots[index].cast::<A>().as_ref() }
    }

    /// Clones the other value into the next slot, which is empty.
    fn fill(&mut self, clone: fn(&A) -> A) -> Result<(), Unwound> {
        let value = catch_panic(|| clone(self.value(1 - self.next)))?;
        // SAFETY: by invariant 1; the slot is empty.
        unsafe { self.slots[self.next].cast::<A>().write(value) };
        self.occupied[self.next] = true;
        self.next = 1 - self.next;
        Ok(())
    }

    fn drop_value(&mut self, index: usize) -> Result<(), Unwound> {
        // Even if the drop unwinds, the rest of the value is not dropped again.
        self.occupied[index] = false;
        let slot = self.slots[index].cast::<A>();
        // SAFETY: the slot held a value by invariant 2, and counts as empty now.
        catch_panic(|| unsafe { slot.drop_in_place() })
    }

    /// Overwrites an empty slot, so that a use of the value that was there is likely to be noticed.
    fn overwrite(&self, index: usize) {
        // SAFETY: by invariant 1; the slot is empty.
        unsafe { self.slots[index].cast::<u8>().write_bytes(0xA7, size_of::<A>()) };
    }
}

impl<A: Allocator> AllocatorSlots for SlotPair<A> {
    fn allocator(&self, pick: usize) -> &dyn Allocator {
        let index = pick % 2;
        self.value(if self.occupied[index] { index } else { 1 - index })
    }

    fn vacate(&mut self) -> Result<(), Unwound> {
        let from = self.next;
        if self.clone.is_some() {
            self.drop_value(from)?;
        } else {
            let to = 1 - from;
            // SAFETY: without clones one slot holds a value and the other is empty. The value is not used again where
            // it was.
            unsafe { self.slots[to].copy_from_nonoverlapping(self.slots[from], 1) };
            self.occupied = [to == 0, to == 1];
            self.next = to;
        }
        self.overwrite(from);
        Ok(())
    }

    fn refill(&mut self) -> Result<(), Unwound> {
        self.clone.map_or(Ok(()), |clone| self.fill(clone))
    }

    fn rule(&self) -> Rule {
        if self.clone.is_some() { Rule::Equivalence } else { Rule::Move }
    }

    fn addresses(&self) -> [Range<usize>; 2] {
        self.slots.map(|slot| {
            let address = slot.addr().get();
            address..address + size_of::<A>()
        })
    }

    fn close(&mut self) -> Result<(), Unwound> {
        for index in 0..2 {
            if mem::take(&mut self.occupied[index]) {
                self.drop_value(index)?;
            }
        }
        for slot in self.slots {
            // SAFETY: the slot came from `Box::leak`, and `close` is the last call.
            drop(unsafe { Box::from_raw(slot.as_ptr()) });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::rc::Rc;

    use super::{AllocatorSlots, SlotPair};
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

    // SAFETY: it returns no block.
    unsafe impl Allocator for Counted {
        fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
            Null.allocate(layout)
        }
        unsafe fn deallocate(&self, _: NonNull<u8>, _: Layout) {}
    }

    #[test]
    fn a_moved_value_is_dropped_once() {
        let drops = Rc::new(Cell::new(0));
        let mut slots = SlotPair::new(Counted(drops.clone()));
        for _ in 0..5 {
            slots.vacate().unwrap();
            slots.refill().unwrap();
            assert!(slots.allocator(0).allocate(Layout::new::<u8>()).is_err());
        }
        assert_eq!(drops.get(), 0);
        slots.close().unwrap();
        assert_eq!(drops.get(), 1);
    }

    #[test]
    fn each_clone_is_dropped_once() {
        let drops = Rc::new(Cell::new(0));
        let mut slots = SlotPair::with_clone(Counted(drops.clone()), Counted::clone).unwrap();
        for round in 0..5 {
            assert_eq!(drops.get(), round);
            slots.vacate().unwrap();
            assert!(slots.allocator(0).allocate(Layout::new::<u8>()).is_err());
            assert!(slots.allocator(1).allocate(Layout::new::<u8>()).is_err());
            slots.refill().unwrap();
        }
        slots.close().unwrap();
        assert_eq!((drops.get(), Rc::strong_count(&drops)), (7, 1));
    }
}
