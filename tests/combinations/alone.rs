//! One block over a source, an arena or a pool: by value, by reference and through a pointer.

use janus_alloc::api::{Allocator, Owns};
use janus_alloc::collections::{Arc, Box, Rc};
use janus_alloc::trace::Event;
use janus_alloc::{
    Aligned, Arena, BlockPool, ByTag, Failing, Fallback, FixedArena, Global, Guard, Limit, Locked, Malloc, Null, Pages,
    Pool, Segregate, SharedPool, StackFirst, StaticArena, Stats, SyncArena, System, Trace, Zeroizing, unsize_box,
};
#[cfg(feature = "profile")]
use janus_alloc::{Profile, blocks::profile::Sampling};

use crate::row::{AMPLE, BYTE, SCARCE, rows};

pub(crate) const HOOK: fn(&Event) = |_| {};

static HEAP: StaticArena<8192> = StaticArena::new();

rows! {
    Ample: Aligned<64, System> = Aligned::new(System);
    Ample: Aligned<16, Global> = Aligned::new(Global);
    Ample: Aligned<64, Pool> = Aligned::new(Pool::new());
    Few: Aligned<4096, Pages> = Aligned::new(Pages::new());
    Ample: Aligned<32, &Arena> = Aligned::new(&arena), with arena = Arena::new();

    Ample: ByTag<System> = ByTag::new(System);
    Ample: ByTag<Global> = ByTag::new(Global);
    Ample: ByTag<Malloc> = ByTag::new(Malloc);
    Few: ByTag<Pages> = ByTag::new(Pages::new());
    Ample: ByTag<Pool> = ByTag::new(Pool::new());
    Ample: ByTag<SharedPool> = ByTag::new(SharedPool::new());
    Ample: ByTag<&Arena> = ByTag::new(&arena), with arena = Arena::new();
    Ample: ByTag<SyncArena> = ByTag::new(SyncArena::new());
    Ample: ByTag<Arc<SharedPool>> = ByTag::new(Arc::new(SharedPool::new()));

    Ample: Failing<System> = Failing::never(System);
    Ample: Failing<Pool> = Failing::never(Pool::new()).always_moving();
    Scarce: Failing<Global> = Failing::chance(Global, 7, 10);
    Scarce: Failing<&SharedPool> = Failing::above(&pool, 2000), with pool = SharedPool::new();
    Scarce: Failing<Arena> = Failing::chance(Arena::new(), 8, 5).always_moving();
    Exhausted: Failing<Malloc> = Failing::from_nth(Malloc, 1000);

    Ample: Fallback<Pool, System> = Fallback::new(Pool::new(), System);
    Ample: Fallback<Arena, Null> = Fallback::new(Arena::new(), Null);
    Ample: Fallback<&StaticArena<8192>, Global> = Fallback::new(&HEAP, Global);
    Ample: Fallback<FixedArena<'_>, Malloc> = Fallback::new(FixedArena::new(buffer), Malloc), with buffer = &mut [BYTE; 8192];
    Few: Fallback<FixedArena<'_, 16>, Pages> =
        Fallback::new(FixedArena::with_min_align(buffer), Pages::new()), with buffer = &mut [BYTE; 8192];
    Ample: Fallback<&BlockPool<System>, &SharedPool> =
        Fallback::new(&blocks, &pool), with blocks = BlockPool::for_type_in::<[u64; 8]>(System), with pool = SharedPool::new();

    Ample: Guard<System> = Guard::new(System);
    Ample: Guard<SharedPool> = Guard::new(SharedPool::new());
    Ample: Guard<Pool> = Guard::new(Pool::new()).quarantine_bytes(0);
    Ample: Guard<&Arena> = Guard::new(&arena), with arena = Arena::new();
    Ample: Guard<&SyncArena> = Guard::new(&arena).red_zone_bytes(7), with arena = SyncArena::new();
    Few: Guard<Pages> = Guard::pages();
    Ample: &Guard<Global> = &guard, with guard = Guard::new(Global);
    #[cfg(feature = "backtrace")]
    Few: Guard<Malloc> = Guard::new(Malloc).backtraces(true);

    Ample: Limit<System> = Limit::new(System, AMPLE);
    Scarce: Limit<Global> = Limit::new(Global, SCARCE);
    Scarce: Limit<Malloc> = Limit::new(Malloc, SCARCE);
    Few: Limit<Pages> = Limit::new(Pages::new(), AMPLE);
    Scarce: Limit<Pool> = Limit::new(Pool::new(), SCARCE);
    Scarce: Limit<SharedPool> = Limit::new(SharedPool::new(), SCARCE);
    Ample: Limit<&SyncArena> = Limit::new(&arena, AMPLE), with arena = SyncArena::new();
    Scarce: Limit<FixedArena<'_>> =
        Limit::new(FixedArena::new(buffer), SCARCE), with buffer = &mut vec![BYTE; 1 << 26];
    Scarce: &Limit<Arc<SyncArena>> = &limit, with limit = Limit::new(Arc::new(SyncArena::new()), SCARCE);

    Ample: Locked<Pool> = Locked::new(Pool::new());
    Ample: Locked<Arena> = Locked::new(Arena::new());
    Ample: Locked<System> = Locked::new(System);
    Ample: &Locked<Pool<Pages>> = &locked, with locked = Locked::new(Pool::new_in(Pages::new()));

    #[cfg(feature = "profile")]
    Ample: Profile<System> = Profile::with_sampling(System, Sampling::All);
    #[cfg(feature = "profile")]
    Ample: Profile<Global> = Profile::with_sampling(Global, Sampling::Off);
    #[cfg(feature = "profile")]
    Ample: Profile<Global, false> = Profile::switched(Global, Sampling::All);
    #[cfg(feature = "profile")]
    Ample: Profile<SharedPool> = Profile::with_sampling(SharedPool::new(), Sampling::EveryBytes(1000));
    #[cfg(feature = "profile")]
    Few: Profile<Pages> = Profile::with_sampling(Pages::new(), Sampling::EveryBytes(5000));
    #[cfg(feature = "profile")]
    Ample: Profile<Arena<System>> = Profile::with_sampling(Arena::new_in(System), Sampling::EveryBytes(100));

    Ample: Segregate<256, Pool, System> = Segregate::new(Pool::new(), System);
    Ample: Segregate<1024, &Arena, &SharedPool> =
        Segregate::new(&arena, &pool), with arena = Arena::new(), with pool = SharedPool::new();
    Few: Segregate<4096, SharedPool, Pages> = Segregate::new(SharedPool::new(), Pages::new());
    Ample: Segregate<0, System, Global> = Segregate::new(System, Global);

    Ample: &StackFirst<512, System> = &memory, with memory = StackFirst::new(System);
    Ample: &StackFirst<0, Pool> = &memory, with memory = StackFirst::new(Pool::new());
    Ample: &StackFirst<4096, &Arena> = &memory, with arena = Arena::new(), with memory = StackFirst::new(&arena);
    Exhausted: &StackFirst<65536, Null> = &memory, with memory = StackFirst::new(Null);

    Ample: Stats<System> = Stats::new(System);
    Ample: Stats<Global> = Stats::named("a row of the table", Global);
    Few: Stats<Pages> = Stats::new(Pages::new());
    Ample: Stats<SharedPool> = Stats::new(SharedPool::new());
    Ample: &Stats<Rc<Pool>> = &stats, with stats = Stats::new(Rc::new(Pool::new()));

    Ample: Trace<System, fn(&Event)> = Trace::new(System, HOOK);
    Few: Trace<Pages, fn(&Event)> = Trace::new(Pages::new(), HOOK);
    Ample: Trace<Arena, fn(&Event)> = Trace::new(Arena::new(), HOOK);
    Ample: Trace<&SharedPool, fn(&Event)> = Trace::new(&pool, HOOK), with pool = SharedPool::new();

    Ample: Zeroizing<System> = Zeroizing::new(System);
    Ample: Zeroizing<Pool> = Zeroizing::new(Pool::new());
    Ample: Zeroizing<&Arena> = Zeroizing::new(&arena), with arena = Arena::new();
    Few: Zeroizing<Pages> = Zeroizing::new(Pages::new());
    Ample: Zeroizing<Arc<SharedPool>> = Zeroizing::new(Arc::new(SharedPool::new()));

    // What type the parent has is known at run time only.
    Ample: Limit<&dyn Allocator> = Limit::new(&System, AMPLE);
    Ample: Stats<Box<dyn Allocator>> = Stats::new(unsize_box!(Box::new(Pool::new())));
    Ample: Fallback<Box<dyn Owns>, &dyn Allocator> = Fallback::new(unsize_box!(Box::new(Arena::new())), &System);
    Ample: &dyn Allocator = &by_tag, with by_tag = ByTag::new(System);
    Nothing: Limit<Null> = Limit::new(Null, AMPLE);
}
