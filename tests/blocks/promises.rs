//! Which block has which trait. What compiles here is promised to users.

use std::fmt::Debug;

use janus_alloc::api::{
    Allocator, AllocatorClone, GlobalAllocator, IndependentAllocator, Owns, Reset, StaticAllocator, UsableSize,
};
use janus_alloc::{
    Aligned, Arena, AsGlobal, Fallback, FixedArena, Global, Locked, Malloc, Null, Pool, Segregate, StackFirst,
    StaticArena, Stats, System, Zeroizing,
};
use static_assertions::{assert_eq_size, assert_impl_all, assert_not_impl_any};

type Heap = &'static StaticArena<100>;

// Where all parts may stand behind `#[global_allocator]`, the whole may.
assert_impl_all!(Aligned<64, System>: GlobalAllocator, StaticAllocator, AllocatorClone, Copy, Default, Send, Sync, Debug);
assert_impl_all!(Zeroizing<System>: GlobalAllocator, StaticAllocator, AllocatorClone, Copy, Default, Send, Sync, Debug);
assert_impl_all!(Segregate<64, System, Malloc>: GlobalAllocator, StaticAllocator, AllocatorClone, Copy, Default, Sync, Debug);
assert_impl_all!(Fallback<Null, System>: GlobalAllocator, StaticAllocator, AllocatorClone, Copy, Default, Sync, Debug);
assert_impl_all!(Fallback<Heap, System>: GlobalAllocator, AllocatorClone, Copy, Send, Sync);
assert_impl_all!(AsGlobal<Fallback<Heap, Aligned<64, Zeroizing<Stats<System>>>>>: std::alloc::GlobalAlloc);

// And nowhere else.
assert_not_impl_any!(Aligned<64, Global>: GlobalAllocator);
assert_not_impl_any!(Zeroizing<Global>: GlobalAllocator);
assert_not_impl_any!(Segregate<64, Global, System>: GlobalAllocator);
assert_not_impl_any!(Segregate<64, System, Global>: GlobalAllocator);
assert_not_impl_any!(Fallback<Heap, Global>: GlobalAllocator, StaticAllocator);
assert_not_impl_any!(Fallback<Pool<System>, System>: GlobalAllocator, StaticAllocator, Sync, Clone);
assert_not_impl_any!(Segregate<64, System, Pool<System>>: GlobalAllocator, StaticAllocator, Sync, Clone);
assert_not_impl_any!(&'static StackFirst<64, System>: GlobalAllocator, StaticAllocator, Send);

// A lock makes a default of parts that serve one thread, where they never allocate from the default.
type InPool = Pool<System>;
assert_impl_all!(Aligned<64, Zeroizing<InPool>>: IndependentAllocator);
assert_impl_all!(Segregate<64, InPool, Fallback<InPool, InPool>>: IndependentAllocator);
assert_impl_all!(AsGlobal<Locked<Segregate<64, InPool, System>>>: std::alloc::GlobalAlloc);
assert_not_impl_any!(Aligned<64, Zeroizing<Pool>>: IndependentAllocator);
assert_not_impl_any!(Segregate<64, InPool, Pool>: IndependentAllocator);
assert_not_impl_any!(Fallback<Pool, InPool>: IndependentAllocator);

// Clones of parts that are not interchangeable do not exist.
assert_not_impl_any!(Aligned<64, Stats<System>>: Clone);
assert_not_impl_any!(Zeroizing<Stats<System>>: Clone);
assert_impl_all!(Segregate<64, &'static Stats<System>, System>: AllocatorClone, Copy);

// A first that does not know its blocks makes no allocator; nor does `StackFirst` by value.
assert_not_impl_any!(Fallback<System, Null>: Allocator);
assert_not_impl_any!(StackFirst<64, System>: Allocator, Sync, Clone);
assert_impl_all!(StackFirst<64, System>: Send, Default, Debug);
assert_impl_all!(&'static StackFirst<64, System>: Allocator, AllocatorClone);

// Capabilities.
assert_impl_all!(Fallback<Arena, Pool>: Owns);
assert_not_impl_any!(Fallback<Arena, System>: Owns, UsableSize);
assert_impl_all!(Fallback<Arena, FixedArena<'static>>: Reset);
assert_not_impl_any!(Fallback<Arena, Pool>: Reset);
assert_impl_all!(Segregate<64, Arena, Arena>: Owns, Reset);
assert_not_impl_any!(Segregate<64, Arena, System>: Owns, Reset, UsableSize);
assert_impl_all!(Aligned<64, Arena>: Owns, Reset);
assert_impl_all!(Zeroizing<Arena>: Owns);
assert_not_impl_any!(Zeroizing<Arena>: Reset, UsableSize);
assert_impl_all!(StackFirst<64, Arena>: Reset);
assert_not_impl_any!(StackFirst<64, System>: Reset);
assert_impl_all!(&'static StackFirst<64, Arena>: Owns);
assert_not_impl_any!(&'static StackFirst<64, System>: Owns);

#[cfg(any(unix, windows))]
mod whole_pages {
    use super::*;
    use janus_alloc::Pages;
    use janus_alloc::api::WholePages;

    assert_impl_all!(Pages: WholePages);
    assert_impl_all!(&'static Stats<Pages>: WholePages);
    assert_impl_all!(Zeroizing<Aligned<64, Pages>>: WholePages);
    assert_impl_all!(Segregate<64, Pages, Stats<Pages>>: WholePages);
    assert_impl_all!(janus_alloc::collections::Arc<Pages>: WholePages);
    assert_not_impl_any!(Segregate<64, System, Pages>: WholePages);
    assert_not_impl_any!(Segregate<64, Pages, System>: WholePages);
    assert_not_impl_any!(Fallback<Arena, Pages>: WholePages);
    assert_not_impl_any!(System: WholePages);
    assert_not_impl_any!(Arena<Pages>: WholePages);
    assert_not_impl_any!(&'static StackFirst<64, Pages>: WholePages);
}

// Sizes: a block adds none.
assert_eq_size!(Aligned<64, System>, ());
assert_eq_size!(Zeroizing<Stats<System>>, Stats<System>);
assert_eq_size!(Segregate<64, System, Arena>, Arena);
assert_eq_size!(Fallback<FixedArena<'static>, System>, FixedArena<'static>);

// All of them in statics.
static ALIGNED: Aligned<64, System> = Aligned::new(System);
static ZEROIZING: Zeroizing<System> = Zeroizing::new(System);
static SEGREGATE: Segregate<64, System, System> = Segregate::new(System, System);
static FALLBACK: Fallback<Null, System> = Fallback::new(Null, System);
const fn stack_first() -> StackFirst<64, System> {
    const { StackFirst::new(System) }
}

#[test]
fn in_statics() {
    use janus_alloc::collections::Box;

    let stack_first = stack_first();
    let sum = *Box::new_in(1, &ALIGNED)
        + *Box::new_in(2, &ZEROIZING)
        + *Box::new_in(3, &SEGREGATE)
        + *Box::new_in(4, &FALLBACK)
        + *Box::new_in(5, &stack_first);
    assert_eq!(sum, 15);
}
