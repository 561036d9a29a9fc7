//! Elements without a size, vectors without elements: no memory, no value out of nothing, aligned addresses.

use janus_alloc::Arena;
use janus_alloc::api::{AllocError, Allocator, Layout};
use janus_alloc::collections::{Box as BoxIn, Vec as VecIn};
use janus_alloc::vec_in;
use std::ptr::NonNull;

use crate::elements::{Element, Unit, WideUnit, live};
use crate::ledger::{Ledger, panics};

#[test]
fn reversed() {
    let arena = Arena::new();
    let mut units = vec_in![in &arena; Unit::new(0), Unit::new(0), Unit::new(0)].into_iter();
    assert_eq!(units.len(), 3);
    let last = units.next_back();
    assert_eq!(units.len(), 2);
    drop(last);
    let taken: Vec<Unit> = units.by_ref().rev().take(10).collect();
    assert_eq!(taken.len(), 2);
    std::mem::forget(units);
    drop(taken);
    assert_eq!(live(), 0);
    assert_eq!(vec_in![in &arena; (), (), ()].into_iter().rev().take(10).count(), 3);
    assert_eq!(vec_in![in &arena; (), (), ()].into_iter().rfold(0, |count, ()| count + 1), 3);
}

#[test]
fn aligned() {
    let arena = Arena::new();
    let mut units = vec_in![in &arena; WideUnit::new(0), WideUnit::new(0), WideUnit::new(0)];
    assert_eq!(units.as_ptr().addr() % 64, 0);
    assert_eq!(units.drain(1..).as_slice().as_ptr().addr() % 64, 0);
    units.extend((0..2).map(WideUnit::new));
    let mut units = units.into_iter();
    units.next();
    assert_eq!(units.as_slice().as_ptr().addr() % 64, 0);
    units.next_back();
    assert_eq!((units.as_mut_slice().as_ptr().addr() % 64, units.len()), (0, 1));
}

/// As many as can be counted.
#[test]
fn as_many_as_can_be() {
    let ledger = Ledger::new();
    let mut units: VecIn<(), _> = VecIn::with_capacity_in(usize::MAX, &ledger);
    assert_eq!(units.capacity(), usize::MAX);
    // SAFETY: there is room, and nothing to initialise.
    unsafe { units.set_len(usize::MAX) };
    assert!(panics(|| units.push(())));
    assert!(panics(|| units.reserve(1)));
    assert!(units.try_push(()).is_err() && units.try_insert(0, ()).is_err() && units.try_extend([()]).is_err());
    assert!(panics(|| units.extend_from_slice(&[()])));
    assert_eq!(units.len(), usize::MAX);
    let mut twin = VecIn::new_in(&ledger);
    twin.append(&mut units);
    // SAFETY: as above.
    unsafe { units.set_len(usize::MAX) };
    let mut iter = twin.into_iter();
    assert_eq!(
        (iter.len(), iter.nth(usize::MAX - 2), iter.next_back(), iter.next()),
        (usize::MAX, Some(()), Some(()), None)
    );
    assert_eq!(units.drain(1..).len(), usize::MAX - 1);
    assert_eq!(units.len(), 1);
    assert!(panics(|| vec_in![in &ledger; [(); usize::MAX], [(); usize::MAX]].into_flattened()));
    assert_eq!(ledger.requests(), 0);
}

#[test]
fn flattened() {
    let ledger = Ledger::new();
    let mut pairs = VecIn::with_capacity_in(3, &ledger);
    pairs.extend([[1_u16, 2], [3, 4]]);
    let flat = pairs.into_flattened();
    assert_eq!((flat.capacity(), &flat[..]), (6, &[1, 2, 3, 4][..]));
    assert_eq!(vec_in![in &ledger; [Unit::new(0), Unit::new(0)]].into_flattened().len(), 2);
    let mut none = vec_in![in &ledger; [0_u64; 0]; 7].into_flattened();
    assert_eq!((none.len(), none.capacity()), (0, 0));
    none.push(1);
    assert_eq!(none, [1]);
    assert_eq!(live(), 0);
}

/// An allocator that keeps the contract: it serves size 0 with a real block, which it wants back.
#[derive(Clone, Copy)]
struct AtLeastOne<'l>(&'l Ledger);

fn real(layout: Layout) -> Layout {
    Layout::from_size_align(layout.size().max(1), layout.align()).unwrap()
}

// SAFETY: each block is a block of the ledger; the one of size 0 is one byte long.
unsafe impl Allocator for AtLeastOne<'_> {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.0.allocate(real(layout)).map(|block| NonNull::slice_from_raw_parts(block.cast(), layout.size()))
    }

    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.0.deallocate(block, real(layout)) };
    }
}

/// What was never allocated is not freed, and what was is. (A box without elements is not this crate's to drop yet.)
#[test]
fn nothing_is_freed_that_was_not_allocated() {
    let ledger = Ledger::new();
    let allocator = AtLeastOne(&ledger);
    let forget = |boxed: BoxIn<[u64], AtLeastOne<'_>>| {
        let (elements, _) = BoxIn::into_raw_with_allocator(boxed);
        assert_eq!(elements.len(), 0);
    };
    forget(VecIn::new_in(allocator).into_boxed_slice());
    let mut numbers = vec_in![in allocator; 1];
    numbers.clear();
    forget(numbers.into_boxed_slice());
    let mut numbers = vec_in![in allocator; 1_u64];
    numbers.clear();
    numbers.shrink_to_fit();
    drop(numbers);
    drop(VecIn::<u64, _>::with_capacity_in(0, allocator).into_iter());
    drop(vec_in![in allocator; 7_u64; 0].clone());
    assert_eq!(vec_in![in allocator; (); 9].leak().len(), 9);
}
