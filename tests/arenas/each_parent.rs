//! Parents of all kinds: by value and by reference, for one thread and for several.

use janus_alloc::api::Allocator;
use janus_alloc::{
    Arena, AsAllocator, AsAllocatorRef, AsGlobal, Global, Malloc, Pages, Pool, Stats, SyncArena, System, TaskArena,
};

/// A check that is run over each parent.
pub(crate) trait ParentCheck {
    fn check<A: Allocator>(parent: impl Fn() -> A);
}

pub(crate) fn sources_and_adapters<T: ParentCheck>() {
    T::check(|| Global);
    T::check(|| System);
    T::check(|| Malloc);
    T::check(Pages::new);
    T::check(|| Pages::new().guard_pages(true));
    T::check(|| AsAllocator::new(System));
    T::check(|| AsAllocatorRef::new(&System));
    static BOTH: AsGlobal<Stats<System>> = AsGlobal::new(Stats::new(System));
    T::check(|| &BOTH);
    assert_eq!((BOTH.snapshot().live_bytes, BOTH.snapshot().live_blocks()), (0, 0));
    let erased: &dyn Allocator = &System;
    T::check(|| erased);
}

pub(crate) fn arenas_and_pools<T: ParentCheck>() {
    let parent = Stats::new(System);
    let arena = Arena::new_in(&parent);
    T::check(|| &arena);
    T::check(SyncArena::new);
    let shared = SyncArena::new_in(&parent);
    T::check(|| &shared);
    T::check(TaskArena::new);
    let task = TaskArena::new_in(&parent);
    T::check(|| &task);
    arena.scope(|scope| T::check(|| &**scope));
    T::check(|| Stats::new(&arena));
    let pool = Pool::new_in(&parent);
    T::check(|| &pool);
    assert_eq!(pool.live_bytes(), 0);
    T::check(|| Pool::new_in(&pool));
    assert_eq!(pool.live_bytes(), 0);
    T::check(|| Stats::new(&pool));
    // An arena over the pool that is itself over the parent.
    let over_pool = Arena::new_in(&pool);
    T::check(|| &over_pool);
    drop(over_pool);
    assert_eq!(pool.live_bytes(), 0);
    drop((arena, shared, task, pool));
    assert_eq!(parent.snapshot().live_bytes, 0);
}
