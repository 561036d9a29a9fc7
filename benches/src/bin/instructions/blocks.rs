//! Building blocks, to be compared with their parents.

use janus_alloc::{Aligned, Fallback, Null, Pool, Segregate, StackFirst, System, Zeroizing};
use janus_benches::workloads::local;

use crate::rows::{Table, Tolerance, row};

/// Nothing beyond the parent, where the compiler knows the layout.
const NOTHING: Tolerance = Tolerance::AtMostIfKnown(2.0);

const fn pool() -> Pool<System> {
    Pool::new_in(System)
}

/// The pool serves all requests: 64 bytes, which grow to 128, with an align of 8.
pub(crate) static TABLES: &[Table] = &[Table {
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
    ],
}];

type Ladder = Segregate<16, System, Segregate<32, System, Segregate<4096, Pool<System>, System>>>;

const fn ladder() -> Ladder {
    Segregate::new(System, Segregate::new(System, Segregate::new(pool(), System)))
}
