//! Allocators of all kinds, as parents: by value and by reference, of one thread and of several.

use janus_alloc::api::Allocator;
use janus_alloc::{
    Arena, AsAllocator, AsAllocatorRef, AsGlobal, Global, Malloc, Pages, Pool, Stats, SyncArena, System,
};

/// What is to work over each parent.
pub(crate) trait Over {
    fn over<A: Allocator>(parent: impl Fn() -> A);
}

pub(crate) fn sources_and_adapters<T: Over>() {
    T::over(|| Global);
    T::over(|| System);
    T::over(|| Malloc);
    T::over(Pages::new);
    T::over(|| Pages::new().guard_pages(true));
    T::over(|| AsAllocator::new(System));
    T::over(|| AsAllocatorRef::new(&System));
    static BOTH: AsGlobal<Stats<System>> = AsGlobal::new(Stats::new(System));
    T::over(|| &BOTH);
    assert_eq!((BOTH.snapshot().live_bytes, BOTH.snapshot().live_blocks()), (0, 0));
    let erased: &dyn Allocator = &System;
    T::over(|| erased);
}

pub(crate) fn arenas_and_pools<T: Over>() {
    let parent = Stats::new(System);
    let arena = Arena::new_in(&parent);
    T::over(|| &arena);
    T::over(SyncArena::new);
    let shared = SyncArena::new_in(&parent);
    T::over(|| &shared);
    arena.scope(|scope| T::over(|| &**scope));
    T::over(|| Stats::new(&arena));
    let pool = Pool::new_in(&parent);
    T::over(|| &pool);
    assert_eq!(pool.live_bytes(), 0);
    T::over(|| Pool::new_in(&pool));
    assert_eq!(pool.live_bytes(), 0);
    T::over(|| Stats::new(&pool));
    // And the other way round.
    let over = Arena::new_in(&pool);
    T::over(|| &over);
    drop(over);
    assert_eq!(pool.live_bytes(), 0);
    drop((arena, shared, pool));
    assert_eq!(parent.snapshot().live_bytes, 0);
}
