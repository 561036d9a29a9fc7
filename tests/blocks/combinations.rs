//! Combinations of blocks under the conformance kit, named in one table.

use std::mem::MaybeUninit;

use janus_alloc::api::Allocator;
use janus_alloc::collections::Box;
use janus_alloc::{
    Aligned, Arena, AsAllocatorRef, AsGlobal, BlockPool, Fallback, FixedArena, Global, Malloc, Null, Pages, Pool,
    Segregate, SharedPool, StackFirst, StaticArena, Stats, SyncArena, System, Zeroizing,
};

use crate::conformance::{keeps_the_rules, options};

const OPERATIONS: usize = 20_000;

/// Makes a test of each row. An expression may use `buffer`, 8 KiB that nobody else uses.
macro_rules! combinations {
    ($($name:ident: $type:ty = $allocator:expr, in $buffer:ident;)*) => {$(
        #[test]
        fn $name() {
            let mut bytes = [MaybeUninit::<u8>::uninit(); 8192];
            let $buffer = &mut bytes[..];
            let allocator: $type = $allocator;
            keeps_the_rules(allocator, &options(OPERATIONS));
        }
    )*};
}

static HEAP: StaticArena<8192> = StaticArena::new();
static SHARED: AsGlobal<Segregate<1024, SharedPool, Pages>> =
    AsGlobal::new(Segregate::new(SharedPool::new(), Pages::new()));

combinations! {
    pool_then_arena_then_pages: Segregate<256, Pool, Fallback<FixedArena<'_>, Pages>> =
        Segregate::new(Pool::new(), Fallback::new(FixedArena::new(buffer), Pages::new())), in buffer;
    arena_for_small_ones: Segregate<64, Fallback<FixedArena<'_>, System>, System> =
        Segregate::new(Fallback::new(FixedArena::new(buffer), System), System), in buffer;
    ladder: Segregate<64, Pool, Segregate<256, Arena, Segregate<4096, SharedPool, Pages>>> = Segregate::new(
        Pool::new(),
        Segregate::new(Arena::new(), Segregate::new(SharedPool::new(), Pages::new())),
    ), in _buffer;
    block_pool_for_one_size: Segregate<64, Fallback<BlockPool<System>, System>, Pool<System>> = Segregate::new(
        Fallback::new(BlockPool::for_type_in::<[u64; 8]>(System), System),
        Pool::new_in(System),
    ), in _buffer;
    pool_of_pages_of_aligned: Pool<Aligned<4096, Stats<Pages>>> =
        Pool::new_in(Aligned::new(Stats::new(Pages::new()))), in _buffer;
    aligned_pool: Aligned<64, Pool> = Aligned::new(Pool::new()), in _buffer;
    aligned_fallback: Aligned<32, Fallback<FixedArena<'_>, Malloc>> =
        Aligned::new(Fallback::new(FixedArena::new(buffer), Malloc)), in buffer;
    fallback_of_aligned: Fallback<Aligned<128, FixedArena<'_>>, Aligned<64, System>> =
        Fallback::new(Aligned::new(FixedArena::new(buffer)), Aligned::new(System)), in buffer;
    fallback_of_segregate: Fallback<Segregate<256, Pool, Arena>, Null> =
        Fallback::new(Segregate::new(Pool::new(), Arena::new()), Null), in _buffer;
    fallback_of_segregate_with_a_hole: Fallback<Segregate<256, Pool, Null>, System> =
        Fallback::new(Segregate::new(Pool::new(), Null), System), in _buffer;
    three_in_a_row: Fallback<FixedArena<'_>, Fallback<&'static StaticArena<8192>, System>> =
        Fallback::new(FixedArena::new(buffer), Fallback::new(&HEAP, System)), in buffer;
    zeroizing_pool_of_pages: Zeroizing<Pool<Pages>> = Zeroizing::new(Pool::new_in(Pages::new())), in _buffer;
    pool_of_zeroizing_pages: Pool<Zeroizing<Pages>> = Pool::new_in(Zeroizing::new(Pages::new())), in _buffer;
    zeroizing_fallback: Zeroizing<Fallback<FixedArena<'_>, System>> =
        Zeroizing::new(Fallback::new(FixedArena::new(buffer), System)), in buffer;
    zeroizing_aligned_segregate: Zeroizing<Aligned<64, Segregate<512, Pool, Pages>>> =
        Zeroizing::new(Aligned::new(Segregate::new(Pool::new(), Pages::new()))), in _buffer;
    stats_of_a_fallback: Stats<Fallback<FixedArena<'_>, Global>> =
        Stats::new(Fallback::new(FixedArena::new(buffer), Global)), in buffer;
    fallback_of_stats: Fallback<Stats<FixedArena<'_>>, Stats<System>> =
        Fallback::new(Stats::new(FixedArena::new(buffer)), Stats::new(System)), in buffer;
    arena_over_a_segregate: Arena<Segregate<4096, System, Pages>> =
        Arena::new_in(Segregate::new(System, Pages::new())), in _buffer;
    shared_pool_over_a_fallback: SharedPool<Fallback<SyncArena, Pages>> =
        SharedPool::new_in(Fallback::new(SyncArena::new(), Pages::new())), in _buffer;
    shared_pool_over_zeroizing_pages: SharedPool<Zeroizing<Pages>> =
        SharedPool::new_in(Zeroizing::new(Pages::new())), in _buffer;
    erased: Segregate<256, Box<Pool>, &'static (dyn Allocator + Sync)> =
        Segregate::new(Box::new_in(Pool::new(), Global), &System), in _buffer;
    of_the_process: AsAllocatorRef<'static, AsGlobal<Segregate<1024, SharedPool, Pages>>> =
        AsAllocatorRef::new(&SHARED), in _buffer;
}

#[test]
fn stack_first_over_a_segregate() {
    let memory = StackFirst::<512, _>::new(Segregate::<256, _, _>::new(Pool::new(), Zeroizing::new(System)));
    keeps_the_rules(&memory, &options(OPERATIONS));
    keeps_the_rules(Aligned::<64, _>::new(&memory), &options(OPERATIONS));
    keeps_the_rules(Fallback::new(&StackFirst::<512, _>::new(Arena::new()), Null), &options(OPERATIONS));
}

/// By every thread at once, each with its own blocks, as the kit runs in one thread only.
#[test]
fn among_threads() {
    let heap = Stats::new(System);
    let shared = Fallback::new(Segregate::<128, _, _>::new(SharedPool::new(), SyncArena::new()), &heap);
    std::thread::scope(|threads| {
        for seed in 0..4 {
            let shared = &shared;
            threads.spawn(move || {
                let options = janus_alloc::testing::conformance::Options { seed, ..options(OPERATIONS / 4) };
                keeps_the_rules(shared, &options);
            });
        }
    });
    assert_eq!(heap.snapshot().live_blocks(), 0);
}
