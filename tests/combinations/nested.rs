//! Three and more blocks in each other.

use janus_alloc::collections::{Arc, Box, Rc};
use janus_alloc::trace::Event;
use janus_alloc::{
    Aligned, Arena, ByTag, Failing, Fallback, FixedArena, Global, Guard, Limit, Locked, Malloc, Null, Pages, Pool,
    Segregate, SharedPool, StackFirst, StaticArena, Stats, SyncArena, System, Trace, Zeroizing,
};
#[cfg(feature = "profile")]
use janus_alloc::{Profile, blocks::profile::Sampling};

use crate::alone::HOOK;
use crate::row::{AMPLE, BYTE, SCARCE, rows};

static HEAP: StaticArena<8192> = StaticArena::new();

rows! {
    Ample: Segregate<256, Pool, Fallback<FixedArena<'_>, Pages>> =
        Segregate::new(Pool::new(), Fallback::new(FixedArena::new(buffer), Pages::new())), with buffer = &mut [BYTE; 8192];
    Ample: Segregate<64, Fallback<FixedArena<'_>, System>, System> =
        Segregate::new(Fallback::new(FixedArena::new(buffer), System), System), with buffer = &mut [BYTE; 8192];

    // Ladders.
    Ample: Segregate<64, Pool, Segregate<256, Arena, Segregate<4096, SharedPool, Pages>>> =
        Segregate::new(Pool::new(), Segregate::new(Arena::new(), Segregate::new(SharedPool::new(), Pages::new())));
    Ample: Fallback<FixedArena<'_>, Fallback<&'static StaticArena<8192>, System>> =
        Fallback::new(FixedArena::new(buffer), Fallback::new(&HEAP, System)), with buffer = &mut [BYTE; 8192];
    Ample: Fallback<FixedArena<'_>, Fallback<Limit<Pool>, Fallback<Guard<&Arena>, System>>> = Fallback::new(
        FixedArena::new(buffer),
        Fallback::new(Limit::new(Pool::new(), SCARCE), Fallback::new(Guard::new(&arena), System)),
    ), with buffer = &mut [BYTE; 4096], with arena = Arena::new();
    Ample: Fallback<Fallback<Fallback<FixedArena<'_>, Limit<Pool>>, Pool>, Global> = Fallback::new(
        Fallback::new(Fallback::new(FixedArena::new(buffer), Limit::new(Pool::new(), 5000)), Pool::new()),
        Global,
    ), with buffer = &mut [BYTE; 4096];
    Scarce: Limit<Segregate<32, Limit<Pool>, Segregate<512, Limit<Pool>, Limit<SharedPool>>>> = Limit::new(
        Segregate::new(
            Limit::new(Pool::new(), 500),
            Segregate::new(Limit::new(Pool::new(), SCARCE / 2), Limit::new(SharedPool::new(), SCARCE)),
        ),
        SCARCE,
    );

    // Each order of the watching blocks.
    Ample: ByTag<Stats<Trace<System, fn(&Event)>>> = ByTag::new(Stats::named("c1", Trace::new(System, HOOK)));
    Few: ByTag<Trace<Stats<Pages>, fn(&Event)>> = ByTag::new(Trace::new(Stats::named("c2", Pages::new()), HOOK));
    Ample: Stats<ByTag<Trace<SharedPool, fn(&Event)>>> =
        Stats::named("c3", ByTag::new(Trace::new(SharedPool::new(), HOOK)));
    Ample: Stats<Trace<ByTag<Pool>, fn(&Event)>> = Stats::named("c4", Trace::new(ByTag::new(Pool::new()), HOOK));
    Ample: Trace<ByTag<Stats<Malloc>>, fn(&Event)> = Trace::new(ByTag::new(Stats::named("c5", Malloc)), HOOK);
    Ample: Trace<Stats<ByTag<Global>>, fn(&Event)> = Trace::new(Stats::named("c6", ByTag::new(Global)), HOOK);
    #[cfg(feature = "profile")]
    Ample: ByTag<Profile<Stats<SharedPool>>> = ByTag::new(Profile::with_sampling(
        Stats::new(SharedPool::new()), Sampling::EveryBytes(2000),
    ));

    // Three deep.
    Ample: Zeroizing<Aligned<64, Segregate<512, Pool, Pages>>> =
        Zeroizing::new(Aligned::new(Segregate::new(Pool::new(), Pages::new())));
    Ample: Pool<Aligned<4096, Stats<Pages>>> = Pool::new_in(Aligned::new(Stats::new(Pages::new())));
    Ample: Zeroizing<Pool<Pages>> = Zeroizing::new(Pool::new_in(Pages::new()));
    Ample: Guard<Zeroizing<Pool<Stats<System>>>> = Guard::new(Zeroizing::new(Pool::new_in(Stats::new(System))));
    Scarce: Stats<Limit<Failing<Arc<SharedPool>>>> =
        Stats::new(Limit::new(Failing::chance(Arc::new(SharedPool::new()), 21, 9), 4 * SCARCE));
    Scarce: Limit<Arc<Limit<Stats<System>>>> =
        Limit::new(Arc::new(Limit::new(Stats::new(System), SCARCE)), SCARCE / 2);
    Ample: Aligned<64, &StackFirst<512, Segregate<256, Pool, Zeroizing<System>>>> = Aligned::new(&memory),
        with memory = StackFirst::new(Segregate::new(Pool::new(), Zeroizing::new(System)));
    Ample: &StackFirst<512, Segregate<256, Pool, Zeroizing<System>>> = &memory,
        with memory = StackFirst::new(Segregate::new(Pool::new(), Zeroizing::new(System)));
    Ample: Fallback<&StackFirst<512, Arena>, Null> = Fallback::new(&memory, Null), with memory = StackFirst::new(Arena::new());
    Ample: Locked<Stats<Limit<Pool<Stats<System>>>>> =
        Locked::new(Stats::new(Limit::new(Pool::new_in(Stats::new(System)), AMPLE)));

    // Four deep and more.
    Ample: Guard<ByTag<Stats<Limit<SharedPool>>>> =
        Guard::new(ByTag::new(Stats::new(Limit::new(SharedPool::new(), AMPLE))));
    Ample: Stats<Guard<Stats<Guard<Pool>>>> = Stats::new(Guard::new(Stats::new(Guard::new(Pool::new()))));
    Scarce: Guard<Locked<Fallback<Failing<Pool>, Limit<Zeroizing<System>>>>> = Guard::new(Locked::new(Fallback::new(
        Failing::chance(Pool::new(), 22, 2),
        Limit::new(Zeroizing::new(System), SCARCE),
    ))).quarantine_bytes(2000);
    Ample: Trace<Stats<ByTag<Zeroizing<Aligned<32, Locked<Pool>>>>>, fn(&Event)> = Trace::new(
        Stats::new(ByTag::new(Zeroizing::new(Aligned::new(Locked::new(Pool::new()))))),
        HOOK,
    );
    Ample: SharedPool<Segregate<65536, Stats<Pages>, Guard<Limit<Pages>>>> = SharedPool::new_in(Segregate::new(
        Stats::new(Pages::new()),
        Guard::new(Limit::new(Pages::new(), AMPLE)),
    ));
    Ample: Arena<Pool<Arena<Pool<Stats<System>>>>> =
        Arena::new_in(Pool::new_in(Arena::new_in(Pool::new_in(Stats::new(System)))));
    Ample: Segregate<128, Locked<Pool<Limit<Pages>>>, Fallback<Stats<SyncArena<Zeroizing<Pages>>>, Guard<Malloc>>> =
        Segregate::new(
            Locked::new(Pool::new_in(Limit::new(Pages::new(), AMPLE))),
            Fallback::new(Stats::new(SyncArena::new_in(Zeroizing::new(Pages::new()))), Guard::new(Malloc)),
        );
    Ample: Rc<Stats<Arc<Limit<Box<Guard<Global>>>>>> =
        Rc::new(Stats::new(Arc::new(Limit::new(Box::new(Guard::new(Global)), AMPLE))));
    Ample: &Stats<&Limit<&Guard<&Pool>>> = &stats, with pool = Pool::new(), with guard = Guard::new(&pool),
        with limit = Limit::new(&guard, AMPLE), with stats = Stats::new(&limit);
    #[cfg(feature = "profile")]
    Ample: Stats<Profile<Guard<Limit<Zeroizing<SharedPool>>>>> = Stats::new(Profile::with_sampling(
        Guard::new(Limit::new(Zeroizing::new(SharedPool::new()), AMPLE)),
        Sampling::EveryBytes(3000),
    ));
}
