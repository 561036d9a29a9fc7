//! Building blocks, to be compared with their parents.

use std::hint::black_box;

use janus_alloc::blocks::profile::Sampling;
use janus_alloc::trace::Event;
use janus_alloc::{
    Aligned, ByTag, Failing, Fallback, Guard, Limit, Locked, Null, Pool, Profile, Segregate, StackFirst, Stats, System,
    Trace, Zeroizing,
};
use janus_benches::workloads::local;

use crate::rows::{Table, Tolerance, row};

/// Nothing beyond the parent, where the compiler knows the layout.
const NOTHING: Tolerance = Tolerance::AtMostIfKnown(2.0);

const fn pool() -> Pool<System> {
    Pool::new_in(System)
}

pub(crate) static TABLES: &[Table] = &[OVER_A_POOL, WATCHING];

/// The pool serves all requests: 64 bytes, which grow to 128, with an align of 8.
const OVER_A_POOL: Table = Table {
    rows: &[
        row!("Pool<System>", local, &pool()),
        row!("Segregate<256, Pool, System>", local, &Segregate::<256, _, _>::new(pool(), System), NOTHING),
        row!("Segregate<32, System, Pool>", local, &Segregate::<32, _, _>::new(System, pool()), NOTHING),
        row!("Segregate: a ladder of three", local, &ladder(), NOTHING),
        row!("Segregate<64, Pool, Pool>", local, &Segregate::<64, _, _>::new(pool(), pool())),
        row!("Aligned<8, Pool>", local, &Aligned::<8, _>::new(pool()), Tolerance::AtMost(2.0)),
        row!("Aligned<64, Pool>", local, &Aligned::<64, _>::new(pool())),
        row!("Fallback<Pool, System>", local, &Fallback::new(pool(), System)),
        row!("Fallback<Null, Pool>", local, &Fallback::new(Null, pool())),
        row!("Zeroizing<Pool>", local, &Zeroizing::new(pool())),
        row!("StackFirst<1024, Pool>", local, &&StackFirst::<1024, _>::new(pool())),
        row!("StackFirst<0, Pool>", local, &&StackFirst::<0, _>::new(pool()), NOTHING),
        row!("Limit<Pool> of usize::MAX", local, &Limit::new(pool(), usize::MAX)),
        row!("Limit<Limit<Pool>>", local, &Limit::new(Limit::new(pool(), 1 << 40), 1 << 30)),
        row!("Failing<Pool> that never fails", local, &Failing::never(pool())),
        row!("Locked<Pool>", local, &Locked::new(pool())),
    ],
};

// Statics, as a registered default is, because these watch a program.
static STATS: Stats<System> = Stats::new(System);
static NAMED: Stats<System> = Stats::named("named", System);
static BY_TAG: ByTag<System> = ByTag::new(System);
static TRACED: Trace<System, fn(&Event)> = Trace::new(System, ignore);
static GUARDED: Guard<System> = Guard::new(System);
static LIMITED: Limit<System> = Limit::new(System, usize::MAX);
static PROFILED: Profile<System> = Profile::new(System);
static UNPROFILED: Profile<System> = Profile::with_sampling(System, Sampling::Off);
static WITHOUT_PROFILE: Profile<System, false> = Profile::switched(System, Sampling::All);

const WATCHING: Table = Table {
    rows: &[
        row!("System, watched by nothing", local, &System),
        row!("Limit<System> of usize::MAX", local, &LIMITED),
        row!("Stats<System>, local", local, &STATS),
        row!("Stats<System> with a name", local, &NAMED),
        row!("ByTag<System> without a tag", local, &BY_TAG),
        row!("ByTag<System> with a tag", tagged, &BY_TAG),
        row!("Trace<System> with a hook", local, &TRACED),
        row!("Trace<System> with an empty hook", local, &Trace::new(System, |_: &Event| {}), NOTHING),
        row!("Profile<System> that samples", local, &PROFILED),
        row!("Profile<System> that is off", local, &UNPROFILED),
        row!("Profile<System, false>", local, &WITHOUT_PROFILE, NOTHING),
        row!("Guard<System> of all blocks", local, &GUARDED),
    ],
};

/// A hook that does nothing, where the compiler cannot see that.
fn ignore(event: &Event) {
    black_box(event);
}

/// As [`local`], under a tag.
mod tagged {
    use janus_alloc::api::Allocator;
    use janus_alloc::tag;
    use janus_benches::workloads::local;

    macro_rules! tagged {
        ($($name:ident)*) => {$(
            pub(super) fn $name<A: Allocator>(allocator: &A, count: usize) {
                let _tag = tag("tagged");
                local::$name(allocator, count);
            }
        )*};
    }
    tagged!(known unknown grown_known grown_unknown zeroed);
}

type Ladder = Segregate<16, System, Segregate<32, System, Segregate<4096, Pool<System>, System>>>;

const fn ladder() -> Ladder {
    Segregate::new(System, Segregate::new(System, Segregate::new(pool(), System)))
}
