//! Checks that every byte and block that an allocator counts as live belongs to the trees or to the sources.

use std::io::{self, Write};

use janus_alloc::api::Allocator;
use janus_alloc::{Arena, AsGlobal, Global, Pool, SharedPool, Stats, System};

use crate::numbers::grouped;
use crate::rows::build;
use crate::sources::{self, Source};
use crate::tree::HeapUse;

/// One number, counted in two ways.
struct Check {
    allocator: &'static str,
    what: &'static str,
    counted: u64,
    expected: u64,
}

/// A vector with enough capacity for all checks, so that adding one does not allocate and change the counts.
struct Checks(Vec<Check>);

impl Checks {
    fn add(&mut self, allocator: &'static str, what: &'static str, counted: u64, expected: u64) {
        debug_assert!(self.0.len() < self.0.capacity());
        self.0.push(Check { allocator, what, counted, expected });
    }

    /// Builds the trees in `allocator`, counts their blocks and bytes, and drops them.
    fn add_trees<A: Allocator + Copy>(&mut self, name: &'static str, sources: &[Source], allocator: A) {
        let counted = Stats::new(allocator);
        let trees = build(sources, &counted);
        let (built, heap) = (counted.snapshot(), HeapUse::of(&trees));
        drop(trees);
        let dropped = counted.snapshot();
        self.add(name, "bytes live: the nodes, names and lists of the trees", built.live_bytes, heap.bytes);
        self.add(
            name,
            "blocks live: a box for each node, a string for each name, the lists",
            built.live_blocks(),
            heap.blocks,
        );
        self.add(name, "blocks freed when the trees are dropped: all", dropped.deallocations, dropped.allocations);
        self.add(name, "bytes live then: none", dropped.live_bytes, 0);
    }
}

/// Builds and drops the trees in counted allocators, prints every check, and returns whether all hold. `before` is the
/// number of bytes that were live on the default before the sources were read.
pub(crate) fn audit(
    sources: &Vec<Source>,
    default: &'static AsGlobal<Stats<SharedPool>>,
    before: u64,
    out: &mut impl Write,
) -> io::Result<bool> {
    let after_reading = default.snapshot().live_bytes;
    let mut checks = Checks(Vec::with_capacity(32));
    checks.add(
        "default",
        "bytes live after reading: the sources and their paths",
        after_reading - before,
        sources::bytes(sources),
    );
    let start = default.snapshot();
    checks.add_trees("System", sources, System);
    let allocated = default.snapshot().allocations - start.allocations;
    checks.add("System", "blocks allocated from the default: none", allocated, 0);
    checks.add_trees("SharedPool", sources, default.parent());
    checks.add_trees("default", sources, Global);
    let pool = Pool::new_in(Stats::new(Global));
    checks.add_trees("Pool", sources, &pool);
    drop(pool);
    let arena = Arena::new_in(Stats::new(Global));
    checks.add_trees("Arena", sources, &arena);
    let (chunks, on_default) = (arena.parent().snapshot().live_bytes, default.snapshot().live_bytes);
    checks.add("Arena", "bytes live on the default: its chunks", on_default - start.live_bytes, chunks);
    drop(arena);
    let end = default.snapshot();
    checks.add("default", "bytes live after all trees: as before", end.live_bytes, start.live_bytes);
    checks.add("default", "blocks live after all trees: as before", end.live_blocks(), start.live_blocks());
    print(&checks.0, out)
}

/// Prints every check, and returns whether all hold.
fn print(checks: &[Check], out: &mut impl Write) -> io::Result<bool> {
    writeln!(out, "The checks\n")?;
    let mut wrong = 0;
    for Check { allocator, what, counted, expected } in checks {
        let number = grouped(*counted);
        if counted == expected {
            writeln!(out, "   ok {number:>13}  {allocator}: {what}")?;
        } else {
            wrong += 1;
            writeln!(out, "WRONG {number:>13}  {allocator}: {what}: should be {}", grouped(*expected))?;
        }
    }
    match wrong {
        0 => writeln!(out, "\nIt adds up: all {} checks hold.", checks.len())?,
        _ => writeln!(out, "\nIt does not add up: {wrong} of {} checks fail.", checks.len())?,
    }
    Ok(wrong == 0)
}
