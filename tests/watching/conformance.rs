//! The conformance kit over each of these blocks. Combinations are in the table of `tests/combinations`.

use std::cell::Cell;
use std::sync::Mutex;
use std::thread;

use janus_alloc::api::{Allocator, AllocatorClone};
use janus_alloc::pools;
use janus_alloc::testing::conformance::{Failures, Options, Report, check, check_clones, check_global};
use janus_alloc::trace::Event;
use janus_alloc::{AsGlobal, ByTag, FixedArena, Global, Malloc, Null, Pages, SharedPool, Stats, System, Trace, tag};

use crate::parents::{ByteLimit, RuledParent};

fn options(operations: usize) -> Options {
    Options { seed: 14, operations, strict_realign: true, failures: Failures::NotExpected, ..Options::default() }
}

#[track_caller]
fn keeps_the_rules<A: Allocator>(allocator: A, operations: usize) -> Report {
    let report = check(allocator, &options(operations)).unwrap_or_else(|violation| panic!("{violation}"));
    let some = report.operations / 50;
    assert!(report.allocations > some && report.grows > some, "{report}");
    assert!(report.shrinks > some && report.realigns > some / 2, "{report}");
    assert_eq!(report.deallocations, report.allocations, "{report}");
    report
}

#[track_caller]
fn clones_keep_the_rules<A: AllocatorClone>(allocator: A, operations: usize) {
    check_clones(allocator, &options(operations)).unwrap_or_else(|violation| panic!("{violation}"));
}

/// An arena frees little.
const SHORT: usize = 20_000;
const LONG: usize = 300_000;

#[test]
fn named() {
    keeps_the_rules(Stats::named("conformance", System), LONG);
    let stats = Stats::named("conformance by reference", Global);
    keeps_the_rules(&stats, LONG);
    assert_eq!((stats.snapshot().live_bytes, stats.snapshot().live_blocks()), (0, 0));
    clones_keep_the_rules(&stats, SHORT);
}

#[test]
fn by_tag() {
    let report = keeps_the_rules(ByTag::new(System), LONG);
    assert_eq!(report.longer, 0, "`ByTag` cuts blocks to the requested length");
    let by_tag = ByTag::new(Stats::new(System));
    let _tag = tag("conformance");
    keeps_the_rules(&by_tag, LONG);
    clones_keep_the_rules(&by_tag, SHORT);
    for row in by_tag.rows() {
        assert_eq!((row.snapshot.live_bytes, row.snapshot.live_blocks()), (0, 0), "{row:?}");
        assert_eq!(row.snapshot.allocations > 0, row.name == "conformance", "{row:?}");
    }
    assert_eq!(by_tag.parent().snapshot().live_bytes, 0);
}

#[test]
fn by_tag_over_others() {
    let _tag = tag("conformance over others");
    keeps_the_rules(ByTag::new(Pages::new().guard_pages(true)), SHORT);
    keeps_the_rules(ByTag::new(SharedPool::with_options(pools::Options::new().checked(false))), LONG);
}

#[test]
fn traced() {
    let count = Cell::new(0_u64);
    let traced = Trace::new(System, |_: &Event| count.set(count.get() + 1));
    let report = keeps_the_rules(&traced, LONG);
    assert!(count.get() > report.operations / 2, "{} events", count.get());
    keeps_the_rules(Trace::new(System, |_: &Event| {}), LONG);
    clones_keep_the_rules(Trace::new(System, |_: &Event| {}), SHORT);
    clones_keep_the_rules(Trace::new(Malloc, |_: &Event| {}), SHORT);
}

/// A hook that allocates from what it traces, and from the default.
#[test]
fn traced_by_a_hook_that_allocates() {
    static SEEN: Mutex<Vec<String>> = Mutex::new(Vec::new());
    static POOL: SharedPool = SharedPool::new();
    fn hook(event: &Event) {
        let mut copy = janus_alloc::collections::Vec::new_in(&POOL);
        copy.extend_from_slice(event.to_string().as_bytes());
        let mut seen = SEEN.lock().unwrap();
        seen.push(String::from_utf8(copy.to_vec()).unwrap());
        if seen.len() > 1000 {
            seen.clear();
        }
    }
    keeps_the_rules(Trace::new(&POOL, hook as fn(&Event)), SHORT);
    keeps_the_rules(Trace::new(Trace::new(&POOL, hook as fn(&Event)), hook as fn(&Event)), SHORT);
    assert!(!SEEN.lock().unwrap().is_empty());
}

#[test]
fn as_globals() {
    fn hook(_: &Event) {}
    static TAGGED: AsGlobal<ByTag<Stats<SharedPool>>> =
        AsGlobal::new(ByTag::new(Stats::named("as a global", SharedPool::new())));
    type Traced = Trace<System, fn(&Event)>;
    static TRACED: AsGlobal<Traced> = AsGlobal::new(Trace::new(System, hook));
    let _tag = tag("as a global");
    check_global(&TAGGED, &options(SHORT)).unwrap_or_else(|violation| panic!("{violation}"));
    check_global(&TRACED, &options(SHORT)).unwrap_or_else(|violation| panic!("{violation}"));
    keeps_the_rules(&TAGGED, SHORT);
    assert_eq!(TAGGED.parent().snapshot().live_bytes, 0);
    assert!(TAGGED.rows().all(|row| row.snapshot.live_bytes == 0));
}

/// Failures leave the block, its tag and the counts as they were.
#[test]
fn without_much_memory() {
    let _tag = tag("without much");
    for bytes in [5000, 30_000] {
        let parent = RuledParent { rule: ByteLimit::new(bytes), parent: System };
        let by_tag = ByTag::new(&parent);
        let failed = |report: Report| assert!(report.failures > 20, "{report}");
        failed(check(&by_tag, &options(SHORT)).unwrap_or_else(|violation| panic!("{violation}")));
        assert!(by_tag.rows().all(|row| row.snapshot.live_bytes == 0 && row.snapshot.live_blocks() == 0));
        failed(
            check(Stats::named("without much", &parent), &options(SHORT))
                .unwrap_or_else(|violation| panic!("{violation}")),
        );
        failed(
            check(Trace::new(&parent, |_: &Event| {}), &options(SHORT))
                .unwrap_or_else(|violation| panic!("{violation}")),
        );
        assert_eq!(parent.rule.remaining(), bytes, "memory was lost");
    }
    let mut bytes = [const { std::mem::MaybeUninit::uninit() }; 100_000];
    let arena = FixedArena::<1>::new(&mut bytes);
    check(ByTag::new(&arena), &options(SHORT)).unwrap_or_else(|violation| panic!("{violation}"));
    check(ByTag::new(Null), &options(SHORT)).unwrap_or_else(|violation| panic!("{violation}"));
}

#[test]
fn by_threads() {
    let by_tag = ByTag::new(Stats::named("by threads", SharedPool::new()));
    thread::scope(|scope| {
        for name in ["one", "two", "three", "four"] {
            let by_tag = &by_tag;
            scope.spawn(move || {
                let _tag = tag(name);
                keeps_the_rules(by_tag, SHORT);
            });
        }
    });
    let rows: Vec<_> = by_tag.rows().collect();
    assert_eq!(rows.len(), 5);
    assert!(rows.iter().all(|row| row.snapshot.live_bytes == 0 && row.snapshot.live_blocks() == 0), "{rows:?}");
    assert_eq!(by_tag.parent().snapshot().live_bytes, 0);
}
