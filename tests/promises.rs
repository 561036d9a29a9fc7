//! Traits, auto traits and sizes of the public types, which are promised to users. Most of it is checked at compile time.
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

// There is one trait: the one that the collections require is the one that this crate re-exports.
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

// Allocators that may be used behind `#[global_allocator]`.
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
// `AsGlobal` is an allocator by reference only.
assert_not_impl_any!(AsGlobal<System>: Allocator, Clone, Copy);

// Allocators whose memory outlives them.
assert_impl_all!(Global: Allocator, StaticAllocator, AllocatorClone);
assert_impl_all!(&'static Global: StaticAllocator, AllocatorClone);
assert_not_impl_any!(Arena<'static>: StaticAllocator, GlobalAllocator);
// Allocators of other crates lack the marker traits of this crate, but a reference to one has `AllocatorClone`.
assert_not_impl_any!(Arena<'static>: AllocatorClone);
assert_impl_all!(&'static Arena<'static>: AllocatorClone);
assert_not_impl_any!(Stats<Arena<'static>>: StaticAllocator, GlobalAllocator, Sync);
// The sources that need something of the system. Shared memory of a file is not to be discarded, nor are parts of a huge page.
#[cfg(any(unix, windows))]
mod page_sources {
    use super::*;
    use janus_alloc::api::WholePages;
    use janus_alloc::sources::{Lacking, Unsupported};
    use janus_alloc::{FilePages, HugeTlbPages, NumaPages, SecretPages, SharedPool};

    assert_impl_all!(Pages: WholePages, Copy, Default, Eq, Send, Sync);
    assert_impl_all!(SecretPages: Allocator, StaticAllocator, AllocatorClone, GlobalAllocator, WholePages, Copy, Send, Sync);
    assert_impl_all!(NumaPages: Allocator, StaticAllocator, AllocatorClone, GlobalAllocator, WholePages, Copy, Send, Sync);
    assert_impl_all!(HugeTlbPages: Allocator, StaticAllocator, AllocatorClone, GlobalAllocator, Copy, Send, Sync);
    assert_not_impl_any!(HugeTlbPages: WholePages, Owns, Default);
    assert_impl_all!(FilePages: Allocator, StaticAllocator, GlobalAllocator, Send, Sync, UnwindSafe, RefUnwindSafe);
    assert_not_impl_any!(FilePages: WholePages, Clone, Owns);
    assert_not_impl_any!(&'static FilePages: WholePages);
    assert_not_impl_any!(SharedPool<FilePages>: WholePages);
    assert_impl_all!(SharedPool<FilePages>: GlobalAllocator, Send, Sync);
    assert_impl_all!(Unsupported: std::error::Error, Send, Sync, Copy, Eq);
    assert_impl_all!(Lacking: Copy, Eq, std::hash::Hash, std::fmt::Debug);
    assert_eq_size!(SecretPages, u8);
}

// Covariant in its lifetime, so it must not be a `StaticAllocator` for `'static` either.
assert_not_impl_any!(AsAllocatorRef<'static, System>: StaticAllocator);

// An allocator that lacks a capability does not implement its trait.
assert_not_impl_any!(System: Owns, UsableSize);
assert_not_impl_any!(Pages: Owns, UsableSize);
assert_not_impl_any!(Null: UsableSize);
assert_impl_all!(Stats<Null>: Owns);
assert_impl_all!(&'static AsGlobal<Null>: Owns);
#[cfg(any(target_os = "linux", target_vendor = "apple"))]
assert_impl_all!(&'static AsGlobal<Malloc>: UsableSize);

// Each value has its own counters, so clones would not be interchangeable.
assert_not_impl_any!(Stats<System>: Clone);

// Threads.
assert_impl_all!(Stats<System>: Send, Sync);
assert_impl_all!(Stats<Arena<'static>>: Allocator);
// A `GlobalAlloc` for a single thread must stay in that thread.
assert_not_impl_any!(AsAllocator<NotSync>: Send, Sync, GlobalAllocator, StaticAllocator);
assert_not_impl_any!(AsAllocatorRef<'static, NotSync>: Send, Sync, GlobalAllocator);
assert_impl_all!(AsAllocator<System>: Send, Sync, Copy, UnwindSafe, RefUnwindSafe);
assert_impl_all!(Vec<u8, &'static AsGlobal<Stats<System>>>: Send, Sync);

// Sizes: an adapter adds no bytes.
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

// Bridges add no bytes, and lack the marker traits of this crate.
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

/// Arenas. `StaticArena`, which has its memory inside, is an allocator by reference only.
mod arenas {
    use super::*;
    use janus_alloc::api::Reset;
    use janus_alloc::arenas::{ArenaGuard, Checkpoint, OwnedArenaGuard, Scope};
    use janus_alloc::{Arena, ArenaPool, FixedArena, StaticArena, SyncArena, TaskArena};

    // Usable by one thread at a time, which may change.
    assert_impl_all!(Arena: Allocator, Owns, Send, Reset, Default, std::fmt::Debug);
    assert_impl_all!(Arena<Pages, 1>: Allocator, Send, Reset);
    assert_impl_all!(Arena<&'static Stats<System>, 4096>: Send);
    assert_not_impl_any!(Arena: Sync, GlobalAlloc, GlobalAllocator, StaticAllocator, AllocatorClone, Clone);
    assert_not_impl_any!(Arena<System>: Sync, GlobalAllocator);
    assert_not_impl_any!(Arena<Stats<System>>: Sync);
    assert_not_impl_any!(Arena<&'static Arena>: Send, Sync);
    assert_not_impl_any!(Arena<&'static dyn Allocator>: Send, Sync);
    assert_impl_all!(&'static Arena: Allocator, AllocatorClone, Owns);
    assert_impl_all!(&'static Arena<System, 64>: Allocator, Owns);
    assert_impl_all!(&'static Arena<&'static Arena<&'static Arena>>: Allocator, Owns);
    assert_not_impl_any!(&'static Arena<System>: GlobalAllocator, GlobalAlloc, StaticAllocator, Send, Sync);
    assert_not_impl_any!(AsGlobal<Arena<System>>: GlobalAlloc);
    assert_not_impl_any!(AsGlobal<&'static Arena<System>>: GlobalAlloc);
    assert_not_impl_any!(Vec<u8, &'static Arena<System>>: Send, Sync);
    assert_impl_all!(Stats<&'static Arena>: Allocator, Owns);

    // A scope dereferences to an arena, and cannot be moved out of its closure.
    assert_not_impl_any!(Scope<'static>: Sync, Allocator, Clone, Reset, Default);
    assert_impl_all!(Scope<'static, System, 1>: std::ops::Deref<Target = Arena<&'static System, 1>>, std::fmt::Debug);
    assert_not_impl_any!(Scope<'static>: std::ops::DerefMut);
    assert_impl_all!(Checkpoint: Copy, std::fmt::Debug);
    assert_not_impl_any!(Checkpoint: Send, Sync);

    // Shared by threads.
    assert_impl_all!(SyncArena: Send, Sync, Allocator, Owns, GlobalAllocator, Default, std::fmt::Debug);
    assert_impl_all!(SyncArena<System>: Send, Sync, GlobalAllocator);
    assert_impl_all!(SyncArena<&'static Stats<Pages>>: Send, Sync, GlobalAllocator);
    assert_impl_all!(&'static SyncArena: Allocator, AllocatorClone, Owns, GlobalAllocator, Send);
    assert_impl_all!(AsGlobal<SyncArena>: GlobalAlloc, Sync);
    assert_impl_all!(AsGlobal<SyncArena<Stats<System>>>: GlobalAlloc, Sync);
    assert_impl_all!(&'static AsGlobal<SyncArena>: StaticAllocator, Owns);
    assert_impl_all!(Vec<u8, SyncArena>: Send, Sync);
    assert_impl_all!(Vec<u8, &'static SyncArena>: Send, Sync);
    // Dropping it frees its memory, and a reset, which frees blocks, is by value only.
    assert_not_impl_any!(SyncArena: Clone, StaticAllocator, Reset, GlobalAlloc);
    assert_not_impl_any!(&'static SyncArena: StaticAllocator);
    // The default must not be built on the default.
    assert_not_impl_any!(SyncArena<Global>: GlobalAllocator);
    assert_not_impl_any!(AsGlobal<SyncArena<Global>>: GlobalAlloc);
    // `Send` and `Sync` only if the parent is.
    assert_not_impl_any!(SyncArena<&'static Arena>: Send, Sync, GlobalAllocator);
    assert_not_impl_any!(SyncArena<&'static dyn Allocator>: Send, Sync);

    assert_impl_all!(TaskArena: Send, Sync, UnwindSafe, RefUnwindSafe, Allocator, Owns, Reset, Default, std::fmt::Debug);
    assert_impl_all!(TaskArena<System>: Send, Sync, GlobalAllocator);
    assert_impl_all!(&'static TaskArena: Allocator, AllocatorClone, Owns, Send, Sync);
    assert_impl_all!(AsGlobal<TaskArena<System>>: GlobalAlloc, Sync);
    assert_impl_all!(Vec<u8, TaskArena>: Send, Sync);
    assert_impl_all!(Vec<u8, &'static TaskArena>: Send, Sync);
    assert_impl_all!(janus_alloc::collections::Arc<TaskArena>: Allocator, AllocatorClone, Owns, Send, Sync);
    assert_not_impl_any!(TaskArena: Clone, AllocatorClone, StaticAllocator, GlobalAlloc, GlobalAllocator);
    assert_not_impl_any!(&'static TaskArena: StaticAllocator, GlobalAllocator);
    // `Send` and `Sync` only if the parent is.
    assert_not_impl_any!(TaskArena<&'static Arena>: Send, Sync, GlobalAllocator);
    assert_not_impl_any!(TaskArena<&'static dyn Allocator>: Send, Sync);

    // A pool is shared if its arenas may move between threads; a guard is what its arena is.
    assert_impl_all!(ArenaPool: Send, Sync, UnwindSafe, RefUnwindSafe, std::fmt::Debug);
    assert_impl_all!(ArenaPool<Arena>: Send, Sync);
    assert_impl_all!(ArenaGuard<'static>: Send, Sync, Allocator, Owns, std::ops::DerefMut, std::fmt::Debug);
    assert_impl_all!(OwnedArenaGuard: Send, Sync, Allocator, Owns, std::ops::DerefMut, std::fmt::Debug);
    assert_impl_all!(ArenaGuard<'static, Arena>: Send, Allocator);
    assert_impl_all!(Vec<u8, OwnedArenaGuard>: Send, Sync);
    assert_not_impl_any!(ArenaPool: Allocator, Clone);
    assert_not_impl_any!(ArenaGuard<'static>: Clone, AllocatorClone, StaticAllocator, GlobalAllocator);
    assert_not_impl_any!(OwnedArenaGuard: Clone, AllocatorClone, StaticAllocator, GlobalAllocator);
    assert_not_impl_any!(ArenaGuard<'static, Arena>: Sync);
    assert_not_impl_any!(ArenaPool<TaskArena<&'static Arena>>: Send, Sync);
    assert_not_impl_any!(ArenaGuard<'static, TaskArena<&'static Arena>>: Send, Sync);

    assert_impl_all!(FixedArena<'static>: Allocator, Owns, Send, Reset, std::fmt::Debug);
    assert_not_impl_any!(FixedArena<'static>: Sync, GlobalAlloc, StaticAllocator, AllocatorClone, Clone);
    assert_impl_all!(&'static FixedArena<'static, 16>: Allocator, AllocatorClone, Owns);
    assert_not_impl_any!(&'static FixedArena<'static>: Send, Sync, StaticAllocator, GlobalAllocator);

    assert_impl_all!(StaticArena<100>: Sync, Reset, Default, std::fmt::Debug);
    assert_not_impl_any!(StaticArena<100>: Allocator, GlobalAlloc, GlobalAllocator, Clone);
    assert_impl_all!(&'static StaticArena<100>: Allocator, AllocatorClone, Owns, GlobalAllocator, Send, Sync);
    assert_impl_all!(AsGlobal<&'static StaticArena<100>>: GlobalAlloc);
    // Covariant in its lifetime, so it must not be a `StaticAllocator` for `'static` either.
    assert_not_impl_any!(&'static StaticArena<100>: StaticAllocator);

    // Sizes: a collection holds a reference.
    assert_eq_size!(Vec<u8, &'static Arena>, [usize; 4]);
    assert_eq_size!(Box<u8, &'static Arena>, [usize; 2]);
    // The bytes and a word, as documented.
    assert_eq_size!(StaticArena<1000>, [u8; 1008]);
    // Four words, and the parent.
    assert_eq_size!(TaskArena, [usize; 4]);
    // Four words beside the buffer.
    assert_eq_size!(FixedArena<'static>, [usize; 4]);

    /// A reference to a longer-lived arena can be used where one with a shorter lifetime is expected.
    #[test]
    fn references_are_covariant() {
        fn both<'a>(one: &'a Arena, _: &'a u8) -> &'a Arena {
            one
        }
        let arena = Arena::new();
        let short = 1;
        assert_eq!(*both(&arena, &short).alloc(short), 1);
    }
}

/// Pools for one thread. They are allocators by value; dropping one frees all its blocks.
mod pools {
    use super::*;
    use janus_alloc::api::Reset;
    use janus_alloc::{Arena, BlockPool, Pool};

    // Usable by one thread at a time, which may change.
    assert_impl_all!(Pool: Allocator, Owns, Send, Default, std::fmt::Debug);
    assert_impl_all!(Pool<Pages>: Allocator, Owns, Send);
    assert_impl_all!(Pool<&'static Stats<System>>: Allocator, Send);
    assert_impl_all!(&'static Pool<System>: Allocator, AllocatorClone, Owns);
    assert_not_impl_any!(Pool: Sync, GlobalAlloc, GlobalAllocator, StaticAllocator, AllocatorClone, Clone, Reset, UsableSize);
    assert_not_impl_any!(Pool<System>: Sync, GlobalAllocator, StaticAllocator);
    assert_not_impl_any!(&'static Pool<System>: Send, Sync, GlobalAllocator, StaticAllocator);
    assert_not_impl_any!(AsGlobal<Pool<System>>: GlobalAlloc);
    assert_impl_all!(Vec<u8, Pool>: Send);
    assert_not_impl_any!(Vec<u8, Pool>: Sync);
    assert_not_impl_any!(Vec<u8, &'static Pool>: Send, Sync);
    // `Send` and `Sync` only if the parent is.
    assert_impl_all!(Pool<&'static Arena>: Allocator, Owns);
    assert_not_impl_any!(Pool<&'static Arena>: Send, Sync);
    assert_not_impl_any!(Pool<&'static dyn Allocator>: Send, Sync);
    assert_impl_all!(Pool<Pool<&'static Arena>>: Allocator);

    assert_impl_all!(BlockPool: Allocator, Owns, Send, std::fmt::Debug);
    assert_impl_all!(&'static BlockPool<System>: Allocator, AllocatorClone, Owns);
    assert_not_impl_any!(BlockPool: Sync, GlobalAlloc, GlobalAllocator, StaticAllocator, AllocatorClone, Clone, Default, Reset, UsableSize);
    assert_not_impl_any!(BlockPool<System>: Sync, GlobalAllocator, StaticAllocator);
    assert_not_impl_any!(&'static BlockPool<System>: Send, Sync);
    assert_not_impl_any!(BlockPool<&'static Arena>: Send, Sync);
    assert_impl_all!(Box<u8, BlockPool>: Send);

    const _: Pool<System> = Pool::new_in(System);
    const _: BlockPool<System> = BlockPool::for_type_in::<u64>(System);

    // Sizes: a word for each class, and a few more.
    assert_eq_size!(Pool<System>, [usize; 85]);
    assert_eq_size!(BlockPool<System>, [usize; 7]);
    assert_eq_size!(Box<u8, &'static Pool>, [usize; 2]);

    /// A reference to a longer-lived pool can be used where one with a shorter lifetime is expected.
    #[test]
    fn references_are_covariant() {
        fn both<'a>(one: &'a Pool<&'a Arena>, _: &'a u8) -> &'a Pool<&'a Arena> {
            one
        }
        let arena = Arena::new();
        let pool = Pool::new_in(&arena);
        let short = 1;
        assert!(both(&pool, &short).allocate(std::alloc::Layout::new::<u8>()).is_ok());
    }
}

/// A `GlobalAlloc` for one thread.
struct NotSync(
    #[allow(dead_code, reason = "makes the type neither `Send` nor `Sync`")] std::marker::PhantomData<*const ()>,
);

// SAFETY: each call is forwarded to `System`.
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
fn adapters_of_zero_sized_types_are_zero_sized() {
    assert_eq!(size_of::<AsGlobal<AsAllocator<Malloc>>>(), 0);
    assert_eq!(size_of_val(&AsAllocator::new(System)), size_of::<System>());
}

/// The pool that threads share. Dropping it frees all its blocks.
mod shared_pools {
    use super::*;
    use janus_alloc::pools::{ClassStats, Options, Retain, SharedPoolStats, ThreadStats};
    use janus_alloc::{Arena, SharedPool, SyncArena};

    assert_impl_all!(SharedPool: Send, Sync, Allocator, Owns, UsableSize, GlobalAllocator, Default, std::fmt::Debug);
    assert_impl_all!(SharedPool<System>: Send, Sync, GlobalAllocator, UsableSize);
    assert_impl_all!(SharedPool<Malloc>: Send, Sync, GlobalAllocator);
    assert_impl_all!(SharedPool<Stats<Pages>>: Send, Sync, GlobalAllocator);
    assert_impl_all!(SharedPool<&'static Stats<Pages>>: Send, Sync, GlobalAllocator);
    assert_impl_all!(SharedPool<SyncArena>: Send, Sync, GlobalAllocator);
    assert_impl_all!(Stats<SharedPool>: GlobalAllocator, Sync, Owns);
    assert_impl_all!(&'static SharedPool: Allocator, AllocatorClone, Owns, UsableSize, GlobalAllocator, Send);
    assert_impl_all!(AsGlobal<SharedPool>: GlobalAlloc, Sync);
    assert_impl_all!(AsGlobal<SharedPool<System>>: GlobalAlloc, Sync);
    assert_impl_all!(AsGlobal<Stats<SharedPool>>: GlobalAlloc, Sync);
    assert_impl_all!(&'static AsGlobal<SharedPool>: StaticAllocator, AllocatorClone, GlobalAllocator, Owns, UsableSize);
    assert_impl_all!(&'static AsGlobal<Stats<SharedPool>>: StaticAllocator, GlobalAllocator);
    assert_impl_all!(Vec<u8, SharedPool>: Send, Sync);
    assert_impl_all!(Vec<u8, &'static SharedPool>: Send, Sync);
    assert_impl_all!(HashMap<u8, u8, &'static AsGlobal<SharedPool>>: Send, Sync);
    // Dropping it frees its memory, and two pools are not interchangeable.
    assert_not_impl_any!(SharedPool: Clone, StaticAllocator, AllocatorClone, GlobalAlloc, janus_alloc::api::Reset);
    assert_not_impl_any!(&'static SharedPool: StaticAllocator);
    assert_not_impl_any!(Stats<SharedPool>: Clone, StaticAllocator);
    // The default must not be built on the default.
    assert_impl_all!(SharedPool<Global>: Allocator, Send, Sync);
    assert_not_impl_any!(SharedPool<Global>: GlobalAllocator);
    assert_not_impl_any!(AsGlobal<SharedPool<Global>>: GlobalAlloc);
    assert_not_impl_any!(AsGlobal<Stats<SharedPool<Global>>>: GlobalAlloc);
    // `Send` and `Sync` only if the parent is.
    assert_not_impl_any!(SharedPool<&'static Arena>: Send, Sync, GlobalAllocator);
    assert_not_impl_any!(SharedPool<&'static dyn Allocator>: Send, Sync);

    assert_impl_all!(Options: Copy, Default, Eq, Send, Sync, std::fmt::Debug);
    assert_impl_all!(Retain: Copy, Eq, std::fmt::Debug);
    assert_impl_all!(SharedPoolStats: Copy, Eq, std::fmt::Debug, std::fmt::Display);
    assert_impl_all!(ClassStats: Copy, Eq, std::fmt::Debug);
    assert_impl_all!(ThreadStats: Copy, Eq, std::fmt::Debug);

    // Options and pools can be created in constants and statics.
    const OPTIONS: Options = Options::new().retain(Retain::Bounded(1)).huge_pages(false).checked(true);
    static POOLS: [SharedPool; 3] = [SharedPool::new(), SharedPool::with_options(OPTIONS), SharedPool::new()];
    static OVER_SYSTEM: SharedPool<System> = SharedPool::with_options_in(OPTIONS, System);
    static OVER_MALLOC: SharedPool<Malloc> = SharedPool::new_in(Malloc);

    // A collection holds a reference.
    assert_eq_size!(Vec<u8, &'static SharedPool>, [usize; 4]);
    assert_eq_size!(Box<u8, &'static SharedPool>, [usize; 2]);

    #[test]
    fn pools_work_in_statics() {
        for pool in &POOLS {
            assert_eq!(*Box::new_in(7, pool), 7);
        }
        assert_eq!(*Box::new_in(7, &OVER_SYSTEM) + *Box::new_in(7, &OVER_MALLOC), 14);
        let _: &System = OVER_SYSTEM.parent();
    }
}
