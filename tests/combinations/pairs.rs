//! Two blocks, and blocks below arenas and pools.

use janus_alloc::api::Allocator;
use janus_alloc::collections::{Arc, Box};
use janus_alloc::trace::Event;
use janus_alloc::{
    Aligned, Arena, AsAllocatorRef, AsGlobal, BlockPool, ByTag, Failing, Fallback, FixedArena, Global, Guard, Limit,
    Locked, Malloc, Null, Pages, Pool, Segregate, SharedPool, StackFirst, Stats, SyncArena, System, Trace, Zeroizing,
};
#[cfg(feature = "profile")]
use janus_alloc::{Profile, blocks::profile::Sampling};

use crate::alone::HOOK;
use crate::longer::Longer;
use crate::row::{AMPLE, BYTE, SCARCE, rows};

static BY_SIZE: AsGlobal<Segregate<1024, SharedPool, Pages>> =
    AsGlobal::new(Segregate::new(SharedPool::new(), Pages::new()));
static BY_TAG: AsGlobal<ByTag<Stats<SharedPool>>> = AsGlobal::new(ByTag::new(Stats::new(SharedPool::new())));
static LIMITED: AsGlobal<Stats<Locked<Limit<Pool<System>>>>> =
    AsGlobal::new(Stats::new(Locked::new(Limit::new(Pool::new_in(System), AMPLE))));
static GUARDED: AsGlobal<Guard<SharedPool>> = AsGlobal::new(Guard::new(SharedPool::new()));

rows! {
    // Of the same kind.
    Ample: Limit<Limit<Pool>> = Limit::new(Limit::new(Pool::new(), AMPLE), AMPLE);
    Scarce: Limit<&Limit<System>> = Limit::new(&process, AMPLE), with process = Limit::new(System, SCARCE);
    Scarce: &Limit<&Limit<&Limit<System>>> = &request,
        with process = Limit::new(System, SCARCE), with tenant = Limit::new(&process, 2 * SCARCE), with request = Limit::new(&tenant, AMPLE);
    Scarce: Limit<Arc<Limit<SharedPool>>> = Limit::new(Arc::new(Limit::new(SharedPool::new(), SCARCE)), AMPLE);
    Ample: Stats<Stats<System>> = Stats::new(Stats::new(System));
    Few: Stats<Stats<Pages>> = Stats::named("an outer row", Stats::named("an inner row", Pages::new()));
    Ample: Guard<Guard<System>> = Guard::new(Guard::new(System));
    Ample: ByTag<ByTag<System>> = ByTag::new(ByTag::new(System));
    Ample: Zeroizing<Zeroizing<Pool>> = Zeroizing::new(Zeroizing::new(Pool::new()));
    Ample: Aligned<16, Aligned<128, System>> = Aligned::new(Aligned::new(System));
    Ample: Aligned<128, Aligned<16, System>> = Aligned::new(Aligned::new(System));
    Ample: Locked<Locked<System>> = Locked::new(Locked::new(System));
    Ample: Trace<Trace<System, fn(&Event)>, fn(&Event)> = Trace::new(Trace::new(System, HOOK), HOOK);
    Scarce: Failing<Failing<Pool>> = Failing::chance(Failing::chance(Pool::new(), 1, 10), 2, 10).always_moving();
    Ample: &StackFirst<256, &StackFirst<1024, System>> = &inner,
        with outer = StackFirst::new(System), with inner = StackFirst::new(&outer);
    Ample: Segregate<64, Segregate<16, Pool, System>, Segregate<1024, Arena, Malloc>> =
        Segregate::new(Segregate::new(Pool::new(), System), Segregate::new(Arena::new(), Malloc));
    Ample: Fallback<Fallback<FixedArena<'_>, Pool>, System> =
        Fallback::new(Fallback::new(FixedArena::new(buffer), Pool::new()), System), with buffer = &mut [BYTE; 8192];
    #[cfg(feature = "profile")]
    Ample: Profile<Profile<System>> =
        Profile::with_sampling(Profile::with_sampling(System, Sampling::All), Sampling::EveryBytes(1000));

    // Of two kinds.
    Ample: Stats<Limit<&Arena>> = Stats::new(Limit::new(&arena, AMPLE)), with arena = Arena::new();
    Scarce: Limit<Stats<SyncArena>> = Limit::new(Stats::new(SyncArena::new()), SCARCE);
    Ample: Guard<Stats<SharedPool>> = Guard::new(Stats::new(SharedPool::new()));
    Ample: Stats<&Guard<System>> = Stats::new(&guard), with guard = Guard::new(System);
    Scarce: Guard<Limit<System>> =
        Guard::new(Limit::new(System, 2 * SCARCE)).quarantine_bytes(SCARCE);
    Scarce: Limit<Guard<Pool>> = Limit::new(Guard::new(Pool::new()), SCARCE);
    Scarce: Guard<Failing<System>> = Guard::new(Failing::chance(System, 3, 10));
    Scarce: Limit<Failing<System>> = Limit::new(Failing::chance(System, 4, 7), AMPLE);
    Scarce: Locked<Failing<Pool>> = Locked::new(Failing::chance(Pool::new(), 2, 7));
    Scarce: Zeroizing<Failing<System>> = Zeroizing::new(Failing::chance(System, 5, 7));
    Scarce: Fallback<Failing<Pool>, Failing<System>> =
        Fallback::new(Failing::chance(Pool::new(), 6, 3), Failing::chance(System, 7, 3));
    Scarce: Segregate<256, Failing<System>, Limit<Global>> =
        Segregate::new(Failing::chance(System, 8, 9), Limit::new(Global, SCARCE));
    Scarce: Aligned<64, Failing<Global>> = Aligned::new(Failing::chance(Global, 9, 7));
    Scarce: ByTag<Failing<System>> = ByTag::new(Failing::chance(System, 10, 7));
    Scarce: Trace<Failing<System>, fn(&Event)> = Trace::new(Failing::chance(System, 11, 7), HOOK);
    Scarce: &StackFirst<256, Failing<System>> = &memory, with memory = StackFirst::new(Failing::chance(System, 12, 5));
    #[cfg(feature = "profile")]
    Scarce: Profile<Failing<System>> = Profile::with_sampling(Failing::chance(System, 13, 7), Sampling::All);
    #[cfg(feature = "profile")]
    Ample: Guard<Profile<SharedPool>> = Guard::new(Profile::with_sampling(SharedPool::new(), Sampling::All));
    Ample: Zeroizing<Guard<System>> = Zeroizing::new(Guard::new(System));
    Ample: Guard<Zeroizing<System>> = Guard::new(Zeroizing::new(System));
    Ample: Aligned<64, Guard<System>> = Aligned::new(Guard::new(System));
    Ample: Guard<Aligned<64, System>> = Guard::new(Aligned::new(System));
    Ample: Trace<Guard<System>, fn(&Event)> = Trace::new(Guard::new(System), HOOK);
    Ample: Fallback<Guard<&Arena>, System> = Fallback::new(Guard::new(&arena), System), with arena = Arena::new();
    Ample: Aligned<32, Fallback<FixedArena<'_>, Malloc>> =
        Aligned::new(Fallback::new(FixedArena::new(buffer), Malloc)), with buffer = &mut [BYTE; 8192];
    Ample: Fallback<Aligned<128, FixedArena<'_>>, Aligned<64, System>> =
        Fallback::new(Aligned::new(FixedArena::new(buffer)), Aligned::new(System)), with buffer = &mut [BYTE; 8192];
    Ample: Fallback<Segregate<256, Pool, Arena>, Null> =
        Fallback::new(Segregate::new(Pool::new(), Arena::new()), Null);
    Ample: Fallback<Segregate<256, Pool, Null>, System> = Fallback::new(Segregate::new(Pool::new(), Null), System);
    Ample: Zeroizing<Fallback<FixedArena<'_>, System>> =
        Zeroizing::new(Fallback::new(FixedArena::new(buffer), System)), with buffer = &mut [BYTE; 8192];
    Ample: Stats<Fallback<FixedArena<'_>, Global>> =
        Stats::new(Fallback::new(FixedArena::new(buffer), Global)), with buffer = &mut [BYTE; 8192];
    Ample: Fallback<Stats<FixedArena<'_>>, Stats<System>> =
        Fallback::new(Stats::new(FixedArena::new(buffer)), Stats::new(System)), with buffer = &mut [BYTE; 8192];
    Scarce: Locked<Limit<Pool>> = Locked::new(Limit::new(Pool::new(), SCARCE));
    Scarce: Limit<Locked<Pool>> = Limit::new(Locked::new(Pool::new()), SCARCE);
    Ample: ByTag<Stats<SharedPool>> = ByTag::new(Stats::named("a row under tags", SharedPool::new()));
    Nothing: Limit<Locked<Failing<Null>>> = Limit::new(Locked::new(Failing::never(Null)), AMPLE);

    // Over a parent whose blocks are longer than requested, and over pages, which are whole ones.
    Few: Segregate<100, Pages, System> = Segregate::new(Pages::new(), System);
    Ample: Segregate<100, Longer<System>, Longer<Global>> = Segregate::new(Longer(System), Longer(Global));
    Scarce: Limit<Longer<System>> = Limit::new(Longer(System), SCARCE);
    Ample: Guard<Longer<System>> = Guard::new(Longer(System));
    Ample: Zeroizing<Longer<System>> = Zeroizing::new(Longer(System));
    Ample: Stats<Longer<System>> = Stats::new(Longer(System));
    Ample: ByTag<Longer<System>> = ByTag::new(Longer(System));
    Ample: Aligned<64, Longer<System>> = Aligned::new(Longer(System));
    Ample: Trace<Longer<Pool>, fn(&Event)> = Trace::new(Longer(Pool::new()), HOOK);
    Scarce: Failing<Longer<System>> = Failing::chance(Longer(System), 31, 7).always_moving();
    Ample: Locked<Longer<Pool>> = Locked::new(Longer(Pool::new()));
    Ample: Fallback<FixedArena<'_>, Longer<System>> =
        Fallback::new(FixedArena::new(buffer), Longer(System)), with buffer = &mut [BYTE; 8192];
    Ample: &StackFirst<256, Longer<System>> = &memory, with memory = StackFirst::new(Longer(System));
    #[cfg(feature = "profile")]
    Ample: Profile<Longer<System>> = Profile::with_sampling(Longer(System), Sampling::All);

    // Below arenas and pools.
    Ample: Pool<Limit<System>> = Pool::new_in(Limit::new(System, AMPLE));
    Scarce: SharedPool<Limit<Pages>> = SharedPool::new_in(Limit::new(Pages::new(), 1 << 20));
    Exhausted: Arena<Limit<System>> = Arena::new_in(Limit::new(System, 1 << 18));
    Ample: Pool<Locked<Pool>> = Pool::new_in(Locked::new(Pool::new()));
    Ample: Pool<Zeroizing<Pages>> = Pool::new_in(Zeroizing::new(Pages::new()));
    Ample: SharedPool<Zeroizing<Pages>> = SharedPool::new_in(Zeroizing::new(Pages::new()));
    Ample: Pool<&Guard<System>> = Pool::new_in(&guard), with guard = Guard::new(System);
    Ample: SharedPool<&Guard<System>> = SharedPool::new_in(&guard), with guard = Guard::new(System);
    Ample: Arena<&Guard<System>> = Arena::new_in(&guard), with guard = Guard::new(System);
    Ample: SharedPool<ByTag<System>> = SharedPool::new_in(ByTag::new(System));
    Ample: Arena<ByTag<System>> = Arena::new_in(ByTag::new(System));
    Ample: SharedPool<Trace<Pages, fn(&Event)>> = SharedPool::new_in(Trace::new(Pages::new(), HOOK));
    Ample: SyncArena<Stats<Pages>> = SyncArena::new_in(Stats::new(Pages::new()));
    Ample: Arena<Segregate<4096, System, Pages>> = Arena::new_in(Segregate::new(System, Pages::new()));
    Ample: SharedPool<Fallback<SyncArena, Pages>> = SharedPool::new_in(Fallback::new(SyncArena::new(), Pages::new()));
    Exhausted: Locked<Pool<&Failing<Stats<System>>>> =
        Locked::new(Pool::new_in(&few)), with few = Failing::from_nth(Stats::new(System), 3);
    #[cfg(feature = "profile")]
    Ample: Pool<Profile<Pages>> = Pool::new_in(Profile::with_sampling(Pages::new(), Sampling::All));
    Ample: Segregate<64, Fallback<BlockPool<System>, System>, Pool<System>> = Segregate::new(
        Fallback::new(BlockPool::for_type_in::<[u64; 8]>(System), System),
        Pool::new_in(System),
    );

    // Erased, and as the default of a process.
    Ample: Segregate<256, Box<Pool>, &'static (dyn Allocator + Sync)> =
        Segregate::new(Box::new_in(Pool::new(), Global), &System);
    Few: AsAllocatorRef<'static, AsGlobal<Segregate<1024, SharedPool, Pages>>> = AsAllocatorRef::new(&BY_SIZE);
    Ample: AsAllocatorRef<'static, AsGlobal<ByTag<Stats<SharedPool>>>> = AsAllocatorRef::new(&BY_TAG);
    Ample: AsAllocatorRef<'static, AsGlobal<Stats<Locked<Limit<Pool<System>>>>>> = AsAllocatorRef::new(&LIMITED);
    Ample: AsAllocatorRef<'static, AsGlobal<Guard<SharedPool>>> = AsAllocatorRef::new(&GUARDED);
    Ample: &AsGlobal<ByTag<Stats<SharedPool>>> = &BY_TAG;
}
