//! Collections that own their arena, each alone or several together.

use std::cell::Cell;
use std::mem::{self, MaybeUninit};
use std::thread;

use janus_alloc::api::{Allocator, AllocatorClone, Owns, StaticAllocator};
use janus_alloc::collections::{Arc, BTreeMap, Box, CollectIn, DefaultHashBuilder, HashMap, Rc, Vec};
use janus_alloc::{Arena, FixedArena, Stats, SyncArena, System, TaskArena, vec_in};
use static_assertions::{assert_eq_size, assert_impl_all, assert_not_impl_any};

use crate::ledger::Ledger;

assert_impl_all!(Vec<u8, Arena>: Send, Default);
assert_impl_all!(HashMap<u8, u8, DefaultHashBuilder, Arena>: Send);
assert_impl_all!(BTreeMap<u8, u8, Arena>: Send);
assert_impl_all!(Vec<u8, FixedArena<'static>>: Send);
assert_impl_all!(Vec<u8, Arc<SyncArena>>: Send, Sync, Clone);
assert_impl_all!(Vec<u8, Arc<TaskArena>>: Send, Sync, Clone);
assert_impl_all!(Vec<u8, Rc<Arena>>: Clone);
assert_not_impl_any!(Vec<u8, Arena>: Sync, Clone);
assert_not_impl_any!(Vec<u8, FixedArena<'static>>: Sync, Clone);
assert_not_impl_any!(Vec<u8, Rc<Arena>>: Send, Sync);
assert_not_impl_any!(Vec<u8, Arc<Arena>>: Send, Sync);
assert_impl_all!(Rc<Arena>: Allocator, AllocatorClone, Owns);
assert_impl_all!(Arc<SyncArena>: Allocator, AllocatorClone, Owns);
assert_impl_all!(Box<Arena>: Allocator, Owns);
assert_not_impl_any!(Box<Arena>: Clone, StaticAllocator);
assert_not_impl_any!(Rc<Arena>: StaticAllocator);

// A collection that owns an arena contains it. The documentation gives this size.
#[cfg(target_pointer_width = "64")]
assert_eq_size!(Arena, [u64; 168 / 8]);

/// The blocks lie outside the arena, so they stay in place when it moves.
#[test]
fn an_owned_arena_moves_with_its_vector() {
    fn squares() -> Vec<u64, Arena> {
        let mut squares = Vec::new_in(Arena::new());
        squares.extend((0..1000).map(|n| n * n));
        squares
    }

    let mut numbers = squares();
    let first = numbers.as_ptr();
    let mut boxed = std::boxed::Box::new(mem::take(&mut numbers));
    assert_eq!((boxed.as_ptr(), numbers.len()), (first, 0));
    boxed.extend(0..1000);
    numbers.push(7);
    mem::swap(&mut numbers, &mut boxed);
    assert_eq!((numbers.len(), numbers[999], numbers[1999]), (2000, 999 * 999, 999));
    assert_eq!(*boxed, [7]);

    let sum = thread::spawn(move || {
        numbers.extend(0..10_000);
        numbers.into_iter().sum::<u64>()
    });
    assert_eq!(sum.join().unwrap(), (0..1000).map(|n| n * n).sum::<u64>() + 999 * 500 + 9999 * 5000);
}

/// The buffer of a vector alone in its arena is the last block, so it grows and shrinks in place.
#[test]
fn collections_refill_their_own_arena() {
    let mut numbers = Vec::<u32, _>::new_in(Arena::new());
    for round in 1..10_u32 {
        numbers.clear();
        numbers.shrink_to_fit();
        assert_eq!(numbers.allocator().allocated_bytes(), 0);
        numbers.extend((0..10_000).map(|n| n * round));
        assert_eq!((numbers.len(), numbers[9999]), (10_000, 9999 * round));
    }
    let high_water = numbers.allocator().high_water_bytes();
    assert!((40_000..200_000).contains(&high_water), "{high_water}");

    // The arena does not reuse the smaller tables of a map, and the map still works.
    let mut map = HashMap::new_in(Arena::new());
    for round in 0..10 {
        map.extend((0..1000_u64).map(|n| (n, n + round)));
        assert_eq!(map.values().sum::<u64>(), 999 * 500 + 1000 * round);
        map.clear();
        map.shrink_to_fit();
    }
    let mut map = BTreeMap::new_in(Arena::new());
    map.extend((0..1000_u64).map(|n| (n, n)));
    map.retain(|n, _| n % 3 == 0);
    assert!(map.into_values().eq((0..1000).step_by(3)));
}

#[test]
fn a_vector_owns_a_fixed_arena_over_a_borrowed_buffer() {
    fn digits(bytes: &mut [MaybeUninit<u8>]) -> Vec<u8, FixedArena<'_>> {
        let mut digits = Vec::new_in(FixedArena::new(bytes));
        digits.extend(b'0'..=b'9');
        digits
    }

    let mut bytes = [MaybeUninit::uninit(); 16];
    let mut digits = digits(&mut bytes);
    assert!(digits.try_reserve(7).is_err());
    assert!(digits.try_reserve_exact(6).is_ok());
    digits.extend_from_slice(b"abcdef");
    let leaked = digits.leak();
    leaked.reverse();
    assert_eq!(leaked, b"fedcba9876543210");
}

/// `leak` forgets the arena, or a pointer to it, so the elements stay valid. The chunks stay with the parent, which frees them when
/// it is dropped.
#[test]
fn leaked_elements_keep_their_arena() {
    let outer = Arena::new();
    let slice: &mut [u32] = vec_in![in Arena::new_in(&outer); 1, 2, 3].leak();
    let shared = Rc::new_in(Arena::new_in(&outer), &outer);
    let number: &mut u32 = Box::leak(Box::new_in(4, shared.clone()));
    drop(shared);
    // If a chunk had been freed, this would overwrite it.
    outer.alloc_slice_copy(&[u8::MAX; 100_000]);
    slice[0] += 1;
    *number += 1;
    assert_eq!((&*slice, *number), (&[2, 2, 3][..], 5));
}

/// A document whose parts, collections of several kinds, share an allocator.
struct Document<A: AllocatorClone> {
    lines: Vec<Box<str, A>, A>,
    numbers: HashMap<Rc<str, A>, usize, DefaultHashBuilder, A>,
    by_length: BTreeMap<usize, Vec<Rc<str, A>, A>, A>,
}

impl<A: AllocatorClone> Document<A> {
    fn new_in(text: &str, allocator: A) -> Self {
        let mut document = Self {
            lines: Vec::new_in(allocator.clone()),
            numbers: HashMap::new_in(allocator.clone()),
            by_length: BTreeMap::new_in(allocator.clone()),
        };
        for (number, line) in text.lines().enumerate() {
            document.lines.push(Box::clone_from_ref_in(line, allocator.clone()));
            let shared = Rc::<str, A>::clone_from_ref_in(line, allocator.clone());
            document.numbers.insert(shared.clone(), number);
            let same_length = document.by_length.entry(line.len()).or_insert_with(|| Vec::new_in(allocator.clone()));
            same_length.push(shared);
        }
        document
    }

    #[track_caller]
    fn check(&self, lines: usize) {
        assert_eq!((self.lines.len(), self.numbers.len()), (lines, lines));
        for (number, line) in self.lines.iter().enumerate() {
            assert_eq!(self.numbers[&**line], number);
            assert!(self.by_length[&line.len()].iter().any(|shared| **shared == **line));
        }
    }
}

/// Each of the collections is the last one in turn.
#[test]
fn the_last_collection_drops_a_shared_arena() {
    let text: String = (0..500).map(|n| format!("{}{n}\n", "line ".repeat(n % 7))).collect();
    let ledger = Ledger::new();
    for last in 0..3 {
        let document = Document::new_in(&text, Rc::new_in(Arena::new_in(&ledger), &ledger));
        document.check(500);
        let moved = std::boxed::Box::new(document);
        moved.check(500);
        let Document { lines, numbers, by_length } = *moved;
        match last {
            0 => {
                drop((numbers, by_length));
                assert_eq!(&*lines[499], "line line 499");
                drop(lines);
            }
            1 => {
                drop((lines, by_length));
                assert_eq!(numbers["line line 499"], 499);
                drop(numbers);
            }
            _ => {
                drop((lines, numbers));
                assert_eq!(by_length.values().map(Vec::len).sum::<usize>(), 500);
                drop(by_length);
            }
        }
        assert_eq!(ledger.live(), 0);
    }
}

/// Each thread has collections of its own in one arena, and the last of them drops the arena.
#[test]
fn collections_of_several_threads_share_an_arena() {
    let stats = Stats::new(System);
    thread::scope(|threads| {
        let arena = Arc::new(SyncArena::new_in(&stats));
        let parts = [1, 2, 3, 4].map(|part: u64| {
            let arena = arena.clone();
            threads.spawn(move || {
                let numbers = (0..1000).map(|n| n * part).collect_in::<Vec<_, _>>(arena.clone());
                let map: BTreeMap<_, _, _> = {
                    let mut map = BTreeMap::new_in(arena);
                    map.extend(numbers.iter().map(|&n| (n, Box::new_in(n, numbers.allocator().clone()))));
                    map
                };
                (numbers, map)
            })
        });
        drop(arena);
        for (part, thread) in (1..).zip(parts) {
            let (numbers, map) = thread.join().unwrap();
            assert_eq!((numbers.len(), numbers[999]), (1000, 999 * part));
            assert_eq!(map.values().map(|number| **number).sum::<u64>(), 999 * 500 * part);
            assert!(stats.snapshot().live_bytes > 0);
        }
    });
    assert_eq!(stats.snapshot().live_bytes, 0);
}

/// An arena that must be dropped after its elements.
struct DroppedLast<'a> {
    arena: Arena<&'a Ledger>,
    /// The number of live elements, or `usize::MAX` once the arena has been dropped.
    elements: &'a Cell<usize>,
}

impl Drop for DroppedLast<'_> {
    fn drop(&mut self) {
        assert_eq!(self.elements.get(), 0, "the allocator was dropped before its elements");
        self.elements.set(usize::MAX);
    }
}

// SAFETY: each block is one of the private arena, which keeps it valid until `deallocate` or its own drop.
unsafe impl Allocator for DroppedLast<'_> {
    fn allocate(&self, layout: std::alloc::Layout) -> Result<std::ptr::NonNull<[u8]>, janus_alloc::api::AllocError> {
        self.arena.allocate(layout)
    }

    unsafe fn deallocate(&self, block: std::ptr::NonNull<u8>, layout: std::alloc::Layout) {
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.arena.deallocate(block, layout) };
    }
}

/// An element that counts itself. The number shows whether its memory was overwritten before the drop.
struct Counted<'a>(&'a Cell<usize>, u64);

impl<'a> Counted<'a> {
    fn new(elements: &'a Cell<usize>) -> Self {
        elements.set(elements.get() + 1);
        Self(elements, 0xABCD)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        assert_eq!(self.1, 0xABCD, "the memory was freed before its element was dropped");
        self.0.set(self.0.get() - 1);
    }
}

/// A collection that owns an arena drops its elements, then frees its blocks, then drops the arena.
#[test]
fn elements_are_dropped_before_the_arena() {
    let ledger = Ledger::new();
    let elements = Cell::new(0);
    let arena = || {
        elements.set(0);
        DroppedLast { arena: Arena::new_in(&ledger), elements: &elements }
    };
    let check = || {
        assert_eq!(elements.get(), usize::MAX, "the allocator was not dropped");
        assert_eq!(ledger.live(), 0);
    };

    let vec = || {
        let mut vec = Vec::new_in(arena());
        vec.extend((0..100).map(|_| Counted::new(&elements)));
        vec
    };
    drop(vec());
    check();
    let mut rest = vec().into_iter();
    rest.nth(10);
    drop(rest);
    check();
    drop(vec().into_boxed_slice());
    check();
    // The arena is dropped with the vector, not with the drained elements.
    let mut drained = vec();
    drained.drain(10..20).for_each(drop);
    assert_eq!(elements.get(), 90);
    drop(drained);
    check();

    drop(Box::new_in(arena(), &ledger));
    check();
    let allocator = arena();
    drop(Box::new_in(Counted::new(&elements), allocator));
    check();
    let allocator = arena();
    drop(Rc::new_in(Counted::new(&elements), allocator));
    check();
    let allocator = arena();
    drop(Arc::new_in(Counted::new(&elements), allocator));
    check();
    let mut map = BTreeMap::new_in(arena());
    map.extend((0..100).map(|n| (n, Counted::new(&elements))));
    drop(map);
    check();
    let mut map = HashMap::new_in(arena());
    map.extend((0..100).map(|n| (n, Counted::new(&elements))));
    drop(map);
    check();
    let shared = Rc::new_in(arena(), &ledger);
    let mut outer = Vec::new_in(shared.clone());
    for _ in 0..10 {
        outer.push(Box::new_in(Counted::new(&elements), shared.clone()));
    }
    drop(shared);
    drop(outer);
    check();
}
