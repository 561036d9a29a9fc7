//! Which type has which trait, auto trait and size. What compiles here is promised to users.
#![cfg(feature = "std")]

use std::mem::size_of;
use std::panic::{RefUnwindSafe, UnwindSafe};

use janus_alloc::api::{
    AllocError, Allocator, AllocatorClone, GlobalAlloc, GlobalAllocator, Owns, StaticAllocator, UsableSize,
};
use janus_alloc::collections::{Box, HashMap, HashSet, HashTable, Vec};
use janus_alloc::{AsAllocator, AsAllocatorRef, AsGlobal, Global, Malloc, Null, Pages, Stats, System};
use static_assertions::{
    assert_eq_align, assert_eq_size, assert_impl_all, assert_not_impl_any, assert_obj_safe, assert_type_eq_all,
};

type Arena<'a> = &'a bumpalo::Bump;

// One trait: what the collections ask for is what this crate re-exports.
assert_type_eq_all!(AllocError, allocator_api2::alloc::AllocError);
assert_impl_all!(Arena<'static>: Allocator);
assert_obj_safe!(Allocator, Owns, UsableSize);
assert_impl_all!(&'static dyn Allocator: Allocator, AllocatorClone);

// The default must not be built on the default.
assert_not_impl_any!(Global: GlobalAllocator, GlobalAlloc);
assert_not_impl_any!(&'static Global: GlobalAllocator);
assert_not_impl_any!(Stats<Global>: GlobalAllocator);
assert_not_impl_any!(Stats<Stats<&'static Global>>: GlobalAllocator);
assert_not_impl_any!(AsGlobal<Global>: GlobalAlloc);
assert_not_impl_any!(AsGlobal<Stats<Global>>: GlobalAlloc);
assert_not_impl_any!(&'static AsGlobal<Global>: StaticAllocator, GlobalAllocator);
// Behind `dyn` a static could refer to itself.
assert_not_impl_any!(AsAllocatorRef<'static, dyn GlobalAlloc + Sync>: GlobalAllocator);
assert_not_impl_any!(&'static (dyn Allocator + Sync): GlobalAllocator);

// What may stand behind `#[global_allocator]`.
assert_impl_all!(System: Allocator, GlobalAlloc, StaticAllocator, AllocatorClone, GlobalAllocator);
assert_impl_all!(Malloc: Allocator, GlobalAlloc, StaticAllocator, AllocatorClone, GlobalAllocator);
assert_impl_all!(Pages: Allocator, StaticAllocator, AllocatorClone, GlobalAllocator);
assert_impl_all!(Null: Allocator, StaticAllocator, AllocatorClone, GlobalAllocator, Owns);
assert_impl_all!(Stats<System>: Allocator, StaticAllocator, GlobalAllocator);
assert_impl_all!(&'static Stats<System>: GlobalAllocator, StaticAllocator, AllocatorClone);
assert_impl_all!(AsAllocator<System>: GlobalAllocator, StaticAllocator, AllocatorClone);
assert_impl_all!(AsAllocatorRef<'static, System>: GlobalAllocator, AllocatorClone);
assert_impl_all!(AsGlobal<System>: GlobalAlloc, Sync, Send);
assert_impl_all!(AsGlobal<AsAllocator<System>>: GlobalAlloc, Sync);
assert_impl_all!(AsGlobal<Stats<Pages>>: GlobalAlloc, Sync);
assert_impl_all!(&'static AsGlobal<Stats<System>>: Allocator, StaticAllocator, AllocatorClone, GlobalAllocator);
// By reference only: the value itself is no allocator.
assert_not_impl_any!(AsGlobal<System>: Allocator, Clone, Copy);

// Memory that outlives its allocator.
assert_impl_all!(Global: Allocator, StaticAllocator, AllocatorClone);
assert_impl_all!(&'static Global: StaticAllocator, AllocatorClone);
assert_not_impl_any!(Arena<'static>: StaticAllocator, GlobalAllocator);
// Foreign allocators carry no marker of ours, but a reference to one does.
assert_not_impl_any!(Arena<'static>: AllocatorClone);
assert_impl_all!(&'static Arena<'static>: AllocatorClone);
assert_not_impl_any!(Stats<Arena<'static>>: StaticAllocator, GlobalAllocator, Sync);
// Covariant in its lifetime, so not for `'static` either.
assert_not_impl_any!(AsAllocatorRef<'static, System>: StaticAllocator);

// Capabilities are there or not there; none always fails.
assert_not_impl_any!(System: Owns, UsableSize);
assert_not_impl_any!(Pages: Owns, UsableSize);
assert_not_impl_any!(Null: UsableSize);
assert_impl_all!(Stats<Null>: Owns);
assert_impl_all!(&'static AsGlobal<Null>: Owns);
#[cfg(any(target_os = "linux", target_vendor = "apple"))]
assert_impl_all!(&'static AsGlobal<Malloc>: UsableSize);

// Counters are one value's: clones would not be interchangeable.
assert_not_impl_any!(Stats<System>: Clone);

// Threads.
assert_impl_all!(Stats<System>: Send, Sync);
assert_impl_all!(Stats<Arena<'static>>: Allocator);
// One for a single thread may keep its memory in that thread.
assert_not_impl_any!(AsAllocator<NotSync>: Send, Sync, GlobalAllocator, StaticAllocator);
assert_not_impl_any!(AsAllocatorRef<'static, NotSync>: Send, Sync, GlobalAllocator);
assert_impl_all!(AsAllocator<System>: Send, Sync, Copy, UnwindSafe, RefUnwindSafe);
assert_impl_all!(Vec<u8, &'static AsGlobal<Stats<System>>>: Send, Sync);

// Sizes: an adapter adds none.
assert_eq_size!(AsGlobal<System>, ());
assert_eq_size!(AsGlobal<AsAllocator<System>>, ());
assert_eq_size!(AsGlobal<Pages>, Pages);
assert_eq_align!(AsGlobal<Stats<System>>, Stats<System>);
assert_eq_size!(AsAllocator<System>, ());
assert_eq_size!(AsAllocatorRef<'static, System>, usize);
assert_eq_size!(Vec<u8, AsAllocator<System>>, [usize; 3]);
assert_eq_size!(Vec<u8, Malloc>, [usize; 3]);
assert_eq_size!(Vec<u8, &'static AsGlobal<System>>, [usize; 4]);
assert_eq_size!(Box<u64, AsAllocator<System>>, usize);
assert_eq_size!(Pages, [u8; 3]);

// Bridges add no size, and carry no marker of this crate's.
#[cfg(feature = "allocator-api2-03")]
mod bridges_03 {
    use super::*;
    use janus_alloc::generations::{From03, To03};

    assert_impl_all!(To03<System>: allocator_api2_03::alloc::Allocator, Copy, Send, Sync);
    assert_impl_all!(From03<To03<System>>: Allocator, Copy);
    assert_not_impl_any!(From03<To03<System>>: GlobalAllocator, StaticAllocator);
    assert_eq_size!(From03<To03<&'static System>>, &'static System);
}
#[cfg(feature = "allocator-api2-04")]
mod bridges_04 {
    use super::*;
    use janus_alloc::generations::{From04, To04};

    assert_impl_all!(To04<System>: allocator_api2_04::alloc::Allocator, Copy, Send, Sync);
    assert_impl_all!(From04<To04<System>>: Allocator, Copy);
    assert_not_impl_any!(From04<To04<System>>: GlobalAllocator, StaticAllocator);
    assert_eq_size!(From04<To04<&'static System>>, &'static System);
}

/// A `GlobalAlloc` for one thread.
struct NotSync(#[allow(dead_code, reason = "what makes it so")] std::marker::PhantomData<*const ()>);

// SAFETY: forwards to `System`.
unsafe impl GlobalAlloc for NotSync {
    unsafe fn alloc(&self, layout: std::alloc::Layout) -> *mut u8 {
        // SAFETY: by `# Safety` of this fn.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, block: *mut u8, layout: std::alloc::Layout) {
        // SAFETY: by `# Safety` of this fn.
        unsafe { System.dealloc(block, layout) }
    }
}

#[test]
fn a_collection_takes_an_erased_allocator() {
    let arena = bumpalo::Bump::new();
    let allocators: [&dyn Allocator; 3] = [&System, &Global, &&arena];
    for allocator in allocators {
        let mut numbers = Vec::new_in(allocator);
        numbers.extend(0..100);
        let mut squares = HashMap::new_in(allocator);
        squares.extend(numbers.iter().map(|&n| (n, n * n)));
        let mut seen = HashSet::new_in(allocator);
        assert!(squares.values().all(|&square: &i32| seen.insert(square)));
        let mut table = HashTable::new_in(allocator);
        table.insert_unique(7, 7_u64, |&n| n);
        assert_eq!((squares[&9], table.len()), (81, 1));
    }
}

#[test]
fn a_type_without_size_has_none_here_either() {
    assert_eq!(size_of::<AsGlobal<AsAllocator<Malloc>>>(), 0);
    assert_eq!(size_of_val(&AsAllocator::new(System)), size_of::<System>());
}
