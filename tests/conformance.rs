//! Every allocator of this crate, and some of others, keeps the rules of `janus_alloc::api`.
//!
//! `JANUS_OPERATIONS=100000000 cargo test --release --test conformance` makes that many operations where it is a million else, and
//! in proportion elsewhere, but not so few that a test sees too little. `JANUS_SEED` starts another sequence.
#![cfg(feature = "std")]

#[path = "arenas/parents.rs"]
#[allow(dead_code, reason = "more than this needs")]
mod parents;

use std::env;

use bumpalo::Bump;
use janus_alloc::api::{Allocator, AllocatorClone, GlobalAlloc};
use janus_alloc::testing::conformance::{Options, Report, check, check_clones, check_global};
use janus_alloc::{AsAllocator, AsAllocatorRef, AsGlobal, Global, Null, Stats, System};

const MILLION: usize = 1_000_000;

/// `operations`, or as many times more or less as the environment asks for instead of a million.
fn options(operations: usize) -> Options {
    let number = |name| env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name}={text}")));
    Options {
        seed: number("JANUS_SEED").unwrap_or(20_261_122) as u64,
        operations: number("JANUS_OPERATIONS").map_or(operations, |asked| {
            usize::max((operations as f64 * (asked as f64 / MILLION as f64)) as usize, operations.min(100_000))
        }),
        strict_realign: true,
        ..Options::default()
    }
}

/// That the run saw something. An allocator other than `Null` fails seldom.
#[track_caller]
fn assert_worked(report: &Report, options: &Options) {
    let some = report.operations / 50;
    assert!(report.allocations > some, "{report}");
    assert!(report.grows > some && report.shrinks > some && report.realigns > some, "{report}");
    assert!(report.zero_sized > some, "{report}");
    assert!(report.failures < report.operations / 100, "{report}");
    assert!(report.huge_requests > report.operations / 100 || !options.huge_layouts, "{report}");
    assert!(report.moves > report.operations / 300, "{report}");
    assert!(report.bytes_checked > 1000 * report.operations, "{report}");
    assert!(report.deallocations == report.allocations, "{report}");
}

#[track_caller]
fn keeps_the_rules<A: Allocator>(allocator: A, options: &Options) -> Report {
    let report = check(allocator, options).unwrap_or_else(|violation| panic!("{violation}"));
    assert_worked(&report, options);
    report
}

#[track_caller]
fn clones_keep_the_rules<A: AllocatorClone>(allocator: A, options: &Options) -> Report {
    let report = check_clones(allocator, options).unwrap_or_else(|violation| panic!("{violation}"));
    assert_worked(&report, options);
    report
}

#[track_caller]
fn global_keeps_the_rules<G: GlobalAlloc + ?Sized>(global: &G, options: &Options) -> Report {
    let report = check_global(global, options).unwrap_or_else(|violation| panic!("{violation}"));
    assert_worked(&report, options);
    report
}

mod sources {
    use super::*;

    #[test]
    fn system() {
        keeps_the_rules(System, &options(MILLION));
        // Not ours, but it moves a block under a changed align all the same.
        clones_keep_the_rules(System, &options(MILLION / 10));
    }

    #[test]
    fn global() {
        keeps_the_rules(Global, &options(MILLION));
        clones_keep_the_rules(Global, &options(MILLION / 10));
    }

    #[test]
    fn null() {
        let report = check(Null, &options(MILLION)).unwrap_or_else(|violation| panic!("{violation}"));
        assert_eq!(report.allocations + report.grows + report.shrinks, 0, "{report}");
        assert!(report.failures > report.operations / 2, "{report}");
        check_clones(Null, &options(MILLION / 10)).unwrap_or_else(|violation| panic!("{violation}"));
    }

    #[cfg(any(unix, windows))]
    #[test]
    fn malloc() {
        use janus_alloc::Malloc;

        keeps_the_rules(Malloc, &options(MILLION));
        global_keeps_the_rules(&Malloc, &options(MILLION));
        clones_keep_the_rules(Malloc, &options(MILLION / 10));
    }
}

/// Each operation is a system call or several, and each fresh page a fault: with options, a tenth of the operations takes
/// long enough.
#[cfg(any(unix, windows))]
mod pages {
    use super::*;
    use janus_alloc::Pages;

    const FEWER: usize = MILLION / 10;

    #[test]
    fn plain() {
        let report = keeps_the_rules(Pages::new(), &options(MILLION));
        assert!(report.longer > report.allocations / 2 && report.refits > report.operations / 10, "{report}");
        clones_keep_the_rules(Pages::new(), &options(FEWER / 10));
    }

    #[test]
    fn guarded() {
        keeps_the_rules(Pages::new().guard_pages(true), &options(FEWER));
    }

    #[test]
    fn huge() {
        keeps_the_rules(Pages::new().huge_pages(true), &options(FEWER));
        // Blocks beyond 2 MiB often, and of less than that: the layout of a block in memory changes there.
        let large = Options { max_size: 8 << 20, max_live: 8, ..options(FEWER / 10) };
        keeps_the_rules(Pages::new().huge_pages(true), &large);
    }

    #[test]
    fn populated() {
        keeps_the_rules(Pages::new().populate(true), &options(FEWER));
    }

    #[test]
    fn everything_at_once() {
        let pages = Pages::new().guard_pages(true).huge_pages(true).populate(true);
        keeps_the_rules(pages, &options(FEWER));
    }
}

mod adapters {
    use super::*;

    #[test]
    fn as_allocator() {
        keeps_the_rules(AsAllocator::new(System), &options(MILLION));
        clones_keep_the_rules(AsAllocator::new(System), &options(MILLION / 10));
    }

    #[test]
    fn as_allocator_ref() {
        keeps_the_rules(AsAllocatorRef::new(&System), &options(MILLION));
        clones_keep_the_rules(AsAllocatorRef::new(&System), &options(MILLION / 10));
    }

    #[test]
    fn as_allocator_ref_of_an_unknown_global() {
        let global: &dyn GlobalAlloc = &System;
        keeps_the_rules(AsAllocatorRef::new(global), &options(MILLION));
    }

    #[test]
    fn as_global_by_reference() {
        let global = AsGlobal::new(System);
        keeps_the_rules(&global, &options(MILLION));
        clones_keep_the_rules(&global, &options(MILLION / 10));
    }

    #[test]
    fn system_as_a_global() {
        global_keeps_the_rules(&System, &options(MILLION));
    }

    #[test]
    fn as_global_of_as_allocator() {
        global_keeps_the_rules(&AsGlobal::new(AsAllocator::new(System)), &options(MILLION));
    }

    #[test]
    fn as_global_of_stats() {
        let global = AsGlobal::new(Stats::new(System));
        global_keeps_the_rules(&global, &options(MILLION));
        let after = global.snapshot();
        assert_eq!((after.live_blocks(), after.live_bytes), (0, 0), "{after}");
    }

    #[cfg(any(unix, windows))]
    #[test]
    fn as_global_of_pages() {
        // A tenth, as in `pages`.
        global_keeps_the_rules(&AsGlobal::new(janus_alloc::Pages::new()), &options(MILLION / 10));
    }
}

mod blocks {
    use super::*;

    #[test]
    fn stats() {
        keeps_the_rules(Stats::new(System), &options(MILLION));
    }

    #[test]
    fn stats_by_reference() {
        let stats = Stats::new(Global);
        let report = keeps_the_rules(&stats, &options(MILLION));
        let after = stats.snapshot();
        assert_eq!((after.live_blocks(), after.live_bytes), (0, 0), "{after}");
        assert_eq!((after.grows(), after.shrinks()), (report.grows, report.shrinks), "{after}");
        clones_keep_the_rules(&stats, &options(MILLION / 10));
    }

    #[cfg(any(unix, windows))]
    #[test]
    fn stats_of_pages() {
        // A tenth, as in `pages`.
        let report = keeps_the_rules(Stats::new(janus_alloc::Pages::new()), &options(MILLION / 10));
        assert_eq!(report.longer, 0, "`Stats` cuts blocks to the requested length");
    }
}

/// Arenas over every kind of parent, with scopes and resets between the runs. In rounds, because an arena frees little before its
/// reset.
#[cfg(any(unix, windows))]
mod arenas {
    use std::mem::MaybeUninit;
    use std::thread;

    use super::parents::{Limit, Ruled};
    use super::*;
    use janus_alloc::{Arena, FixedArena, Pages, StaticArena, SyncArena};

    const ROUND: usize = MILLION / 20;

    /// The rounds that make up `options(operations)`, each with another seed.
    fn rounds(operations: usize) -> impl Iterator<Item = Options> {
        let (all, round) = (options(operations), short());
        let count = all.operations.div_ceil(round.operations.max(1));
        (0..count).map(move |number| Options { seed: all.seed + number as u64, ..round })
    }

    /// One such round.
    fn short() -> Options {
        let all = options(ROUND);
        Options { operations: all.operations.min(ROUND), ..all }
    }

    /// As [`keeps_the_rules`], but it may have no memory as often as it likes.
    #[track_caller]
    fn keeps_the_rules_without_much<A: Allocator>(allocator: A, options: &Options) -> Report {
        let report = check(allocator, options).unwrap_or_else(|violation| panic!("{violation}"));
        assert!(report.allocations > report.operations / 50 && report.shrinks > 0, "{report}");
        report
    }

    /// As [`keeps_the_rules`], for runs too short for every kind of call to come up often.
    #[track_caller]
    fn keeps_the_rules_for_a_while<A: Allocator>(allocator: A, options: &Options) -> Report {
        let report = keeps_the_rules_without_much(allocator, options);
        assert!(report.failures < report.operations / 100, "{report}");
        report
    }

    /// Runs in the arena, in a scope, in a scope within that, in the arena while a scope has some, and after each reset.
    #[track_caller]
    fn with_scopes_and_resets<A: Allocator, const MIN_ALIGN: usize>(
        mut arena: Arena<A, MIN_ALIGN>,
        options: &Options,
        keeps: impl Fn(&dyn Allocator, &Options) -> Report,
    ) {
        let part = Options { operations: options.operations / 10, ..*options };
        for number in 0..2 {
            let part = Options { seed: part.seed + 1000 * number, ..part };
            keeps(&&arena, &part);
            arena.scope(|scope| {
                keeps(&&**scope, &part);
                keeps(&&arena, &part);
                scope.scope(|inner| keeps(&&**inner, &part));
                keeps(&&**scope, &part);
            });
            match number {
                0 => arena.reset(),
                _ => arena.reset_keep_all(),
            }
            assert_eq!(arena.allocated_bytes(), 0);
        }
        arena.reset_release();
        assert_eq!(arena.capacity_bytes(), 0);
    }

    /// With each minimum alignment.
    #[track_caller]
    fn arena_over<A: Allocator + Clone>(parent: A, operations: usize) {
        let keeps = |allocator: &dyn Allocator, options: &Options| keeps_the_rules_for_a_while(allocator, options);
        for round in rounds(operations) {
            with_scopes_and_resets(Arena::<_, 8>::with_min_align_in(parent.clone()), &round, keeps);
            with_scopes_and_resets(Arena::<_, 1>::with_min_align_in(parent.clone()), &round, keeps);
        }
        let fewer = Options { operations: short().operations.min(ROUND / 5), ..short() };
        with_scopes_and_resets(Arena::<_, 2>::with_min_align_in(parent.clone()), &fewer, keeps);
        with_scopes_and_resets(Arena::<_, 64>::with_min_align_in(parent.clone()), &fewer, keeps);
        with_scopes_and_resets(Arena::<_, 4096>::with_min_align_in(parent), &fewer, keeps);
    }

    #[test]
    fn arena() {
        // In one go, and so with the aligns, sizes and moves of all its calls.
        keeps_the_rules(&Arena::new(), &short());
        clones_keep_the_rules(&Arena::new(), &short());
        arena_over(Global, 4 * ROUND);
        arena_over(System, 4 * ROUND);
    }

    #[test]
    fn arena_over_pages() {
        arena_over(Pages::new(), 2 * ROUND);
        arena_over(Pages::new().guard_pages(true), ROUND);
    }

    #[test]
    fn arena_over_stats() {
        let stats = Stats::new(System);
        arena_over(&stats, 2 * ROUND);
        let after = stats.snapshot();
        assert_eq!((after.live_blocks(), after.live_bytes), (0, 0), "{after}");
    }

    #[test]
    fn arena_over_arenas() {
        arena_over(&Arena::new(), ROUND / 2);
        arena_over(&SyncArena::new(), ROUND / 2);
    }

    #[test]
    fn arena_over_a_fixed_arena() {
        let small = Options { max_size: 1 << 14, ..options(2 * ROUND) };
        let keeps = |allocator: &dyn Allocator, options: &Options| keeps_the_rules_without_much(allocator, options);
        let mut bytes = vec![MaybeUninit::uninit(); 1 << 20];
        for number in 0..10 {
            let small = Options { seed: small.seed + number, ..small };
            with_scopes_and_resets(Arena::new_in(&FixedArena::new(&mut bytes)), &small, keeps);
            let aligned = FixedArena::<16>::with_min_align(&mut bytes);
            with_scopes_and_resets(Arena::<_, 1>::with_min_align_in(&aligned), &small, keeps);
        }
    }

    #[test]
    fn arena_over_a_limit() {
        let keeps = |allocator: &dyn Allocator, options: &Options| keeps_the_rules_without_much(allocator, options);
        for bytes in [100_000, 1 << 20, 10 << 20] {
            let parent = Ruled { rule: Limit::new(bytes), parent: System };
            let some = options(2 * ROUND);
            with_scopes_and_resets(Arena::new_in(&parent), &some, keeps);
            with_scopes_and_resets(Arena::<_, 1>::with_min_align_in(&parent), &some, keeps);
            let report = keeps(&&Arena::new_in(&parent), &some);
            assert!(report.failures > 100, "{report}");
            assert_eq!(parent.rule.left(), bytes, "memory was lost");
        }
    }

    #[test]
    fn fixed_arena() {
        for (number, round) in rounds(10 * ROUND).enumerate() {
            let mut bytes = vec![MaybeUninit::uninit(); 1000 << (number % 12)];
            let mut arena = FixedArena::new(&mut bytes);
            for _ in 0..2 {
                check(&arena, &round).unwrap_or_else(|violation| panic!("{violation}"));
                arena.reset();
            }
            let arena = FixedArena::<8>::with_min_align(&mut bytes);
            let report = check(&arena, &round).unwrap_or_else(|violation| panic!("{violation}"));
            assert!(report.failures > 0, "{report}");
        }
        // Large enough.
        let mut bytes = vec![MaybeUninit::uninit(); 256 << 20];
        keeps_the_rules(&FixedArena::new(&mut bytes), &short());
        keeps_the_rules(&FixedArena::<16>::with_min_align(&mut bytes), &short());
        clones_keep_the_rules(&FixedArena::new(&mut bytes), &short());
    }

    #[test]
    fn static_arena() {
        static SMALL: StaticArena<100_000> = StaticArena::new();
        static LARGE: StaticArena<{ 256 << 20 }> = StaticArena::new();
        let report = check(&SMALL, &options(10 * ROUND)).unwrap_or_else(|violation| panic!("{violation}"));
        assert!(report.failures > 0 && report.allocations > 0, "{report}");
        keeps_the_rules(&LARGE, &short());
        static CLONED: StaticArena<{ 256 << 20 }> = StaticArena::new();
        clones_keep_the_rules(&CLONED, &short());
        static AS_GLOBAL: StaticArena<{ 256 << 20 }> = StaticArena::new();
        global_keeps_the_rules(&AsGlobal::new(&AS_GLOBAL), &short());
    }

    fn sync_arena_over<A: Allocator>(parent: A, operations: usize) {
        let mut arena = SyncArena::new_in(parent);
        for round in rounds(operations) {
            keeps_the_rules(&arena, &round);
            arena = arena.reset();
        }
        // By value, and so moved now and then.
        keeps_the_rules(arena, &short());
    }

    #[test]
    fn sync_arena() {
        sync_arena_over(Pages::new(), 5 * ROUND);
        sync_arena_over(Global, 5 * ROUND);
        sync_arena_over(System, 5 * ROUND);
        sync_arena_over(&Arena::new(), ROUND);
        let outer = SyncArena::new();
        sync_arena_over(&outer, ROUND);
    }

    #[test]
    fn sync_arena_without_much() {
        let mut bytes = vec![MaybeUninit::uninit(); 4 << 20];
        let fixed = FixedArena::new(&mut bytes);
        keeps_the_rules_without_much(SyncArena::new_in(&fixed), &short());
        for bytes in [300_000, 1 << 20, 10 << 20] {
            let parent = Ruled { rule: Limit::new(bytes), parent: System };
            let report = keeps_the_rules_without_much(SyncArena::new_in(&parent), &options(2 * ROUND));
            assert!(report.failures > 100, "{report}");
            assert_eq!(parent.rule.left(), bytes, "memory was lost");
        }
    }

    #[test]
    fn sync_arena_as_a_global() {
        global_keeps_the_rules(&AsGlobal::new(SyncArena::new()), &short());
        // It is never dropped, as a static is not.
        static GLOBAL: AsGlobal<SyncArena<System>> = AsGlobal::new(SyncArena::new_in(System));
        keeps_the_rules(&GLOBAL, &short());
        clones_keep_the_rules(&GLOBAL, &short());
    }

    #[test]
    fn sync_arena_by_threads() {
        let stats = Stats::new(System);
        let mut arena = SyncArena::new_in(&stats);
        for round in rounds(3 * ROUND) {
            let part = Options { operations: round.operations / 4, ..round };
            thread::scope(|scope| {
                for number in 0..4 {
                    let arena = &arena;
                    scope.spawn(move || {
                        keeps_the_rules_for_a_while(arena, &Options { seed: part.seed + 1000 * number, ..part })
                    });
                }
            });
            arena = arena.reset();
        }
        drop(arena);
        assert_eq!((stats.snapshot().live_blocks(), stats.snapshot().live_bytes), (0, 0));
    }
}

/// Pools for one thread, over every kind of parent.
#[cfg(any(unix, windows))]
mod pools {
    use std::mem::MaybeUninit;
    use std::ptr::NonNull;

    use super::parents::{Limit, Ruled};
    use super::*;
    use janus_alloc::api::{AllocError, Layout};
    use janus_alloc::{Arena, BlockPool, FixedArena, Pages, Pool, StaticArena, SyncArena};

    /// For a parent that frees little or nothing.
    fn short() -> Options {
        let all = options(MILLION / 10);
        Options { operations: all.operations.min(MILLION / 10), ..all }
    }

    /// With memory for less than is asked for.
    #[track_caller]
    fn keeps_the_rules_without_much<A: Allocator>(allocator: A, options: &Options) {
        let report = check(allocator, options).unwrap_or_else(|violation| panic!("{violation}"));
        assert!(report.allocations > report.operations / 50 && report.failures > 100, "{report}");
    }

    #[test]
    fn pool() {
        keeps_the_rules(Pool::new(), &options(MILLION));
        keeps_the_rules(Pool::new_in(System), &options(MILLION));
        // Blocks of classes and large ones in equal parts, and of those that change from one to the other.
        let large = Options { max_size: 8 << 20, max_align: 64 << 10, ..options(MILLION / 10) };
        keeps_the_rules(Pool::new_in(System), &large);
    }

    #[test]
    fn pool_by_reference() {
        let pool = Pool::new();
        keeps_the_rules(&pool, &options(MILLION));
        assert_eq!(pool.live_bytes(), 0);
        clones_keep_the_rules(&pool, &options(MILLION / 10));
        assert_eq!(pool.live_bytes(), 0);
    }

    #[test]
    fn pool_over_stats() {
        let stats = Stats::new(System);
        keeps_the_rules(Pool::new_in(&stats), &options(MILLION));
        let after = stats.snapshot();
        assert_eq!((after.live_blocks(), after.live_bytes), (0, 0), "{after}");
        assert!(after.grows() > 0 && after.shrinks() > 0 && after.allocations > 20, "{after}");
        keeps_the_rules(Stats::new(Pool::new_in(System)), &options(MILLION / 10));
    }

    #[test]
    fn pool_over_pages() {
        keeps_the_rules(Pool::new_in(Pages::new()), &options(MILLION));
        keeps_the_rules(Pool::new_in(Pages::new().guard_pages(true)), &options(MILLION / 10));
        keeps_the_rules(Pool::new_in(Pages::new().huge_pages(true)), &options(MILLION / 10));
    }

    #[test]
    fn pool_over_arenas_and_pools() {
        keeps_the_rules(Pool::new_in(&Arena::new()), &short());
        keeps_the_rules(Pool::new_in(&Arena::<_, 1>::with_min_align_in(System)), &short());
        keeps_the_rules(Pool::new_in(SyncArena::new()), &short());
        keeps_the_rules(Pool::new_in(&Pool::new()), &options(MILLION / 10));
        keeps_the_rules(Pool::new_in(Pool::new_in(System)), &options(MILLION / 10));
    }

    #[test]
    fn pool_without_much() {
        let mut bytes = vec![MaybeUninit::uninit(); 1 << 20];
        let fixed = FixedArena::new(&mut bytes);
        keeps_the_rules_without_much(Pool::new_in(&fixed), &short());
        static HEAP: StaticArena<100_000> = StaticArena::new();
        keeps_the_rules_without_much(Pool::new_in(&HEAP), &short());
        for bytes in [30_000, 100_000, 300_000] {
            let parent = Ruled { rule: Limit::new(bytes), parent: System };
            keeps_the_rules_without_much(Pool::new_in(&parent), &options(MILLION / 2));
            assert_eq!(parent.rule.left(), bytes, "memory was lost");
        }
    }

    /// A pool of blocks of one layout, and `System` for all others: what is dangling is the pool's too.
    struct OneLayout<A: Allocator>(BlockPool<A>);

    impl<A: Allocator> OneLayout<A> {
        fn of(&self, layout: Layout) -> &dyn Allocator {
            if layout == self.0.layout() || layout.size() == 0 { &self.0 } else { &System }
        }

        /// Whether both layouts are the same allocator's.
        fn stays(&self, old: Layout, new: Layout) -> bool {
            std::ptr::addr_eq(self.of(old), self.of(new))
        }

        /// # Safety
        ///
        /// As for `deallocate` with `old`.
        unsafe fn cross(&self, from: NonNull<u8>, old: Layout, to: NonNull<[u8]>, length: usize) -> NonNull<[u8]> {
            // SAFETY: callers pass a length that both have.
            unsafe { from.copy_to_nonoverlapping(to.cast(), length) };
            // SAFETY: by `# Safety` of this fn.
            unsafe { self.of(old).deallocate(from, old) };
            to
        }
    }

    // SAFETY: a layout decides whose a block is, and blocks are as long as requested.
    unsafe impl<A: Allocator> Allocator for OneLayout<A> {
        fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
            self.of(layout).allocate(layout)
        }

        fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
            self.of(layout).allocate_zeroed(layout)
        }

        unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
            // SAFETY: by `# Safety` of this fn.
            unsafe { self.of(layout).deallocate(block, layout) };
        }

        unsafe fn grow(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
            if self.stays(old, new) {
                // SAFETY: by `# Safety` of this fn.
                return unsafe { self.of(old).grow(block, old, new) };
            }
            let to = self.allocate(new)?;
            // SAFETY: by `# Safety` of this fn.
            Ok(unsafe { self.cross(block, old, to, old.size()) })
        }

        unsafe fn grow_zeroed(
            &self,
            block: NonNull<u8>,
            old: Layout,
            new: Layout,
        ) -> Result<NonNull<[u8]>, AllocError> {
            if self.stays(old, new) {
                // SAFETY: by `# Safety` of this fn.
                return unsafe { self.of(old).grow_zeroed(block, old, new) };
            }
            let to = self.allocate_zeroed(new)?;
            // SAFETY: by `# Safety` of this fn.
            Ok(unsafe { self.cross(block, old, to, old.size()) })
        }

        unsafe fn shrink(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
            if self.stays(old, new) {
                // SAFETY: by `# Safety` of this fn.
                return unsafe { self.of(old).shrink(block, old, new) };
            }
            let to = self.allocate(new)?;
            // SAFETY: by `# Safety` of this fn.
            Ok(unsafe { self.cross(block, old, to, new.size()) })
        }
    }

    #[test]
    fn block_pool() {
        let stats = Stats::new(System);
        // Sizes that the kit asks for often, from one block or two alive to some.
        for (size, align) in [(1, 1), (1, 4), (2, 2), (3, 8), (8, 8), (16, 16), (33, 1), (4096, 1)] {
            let layout = Layout::from_size_align(size, align).unwrap();
            let one = OneLayout(BlockPool::new_in(layout, &stats));
            let before = stats.snapshot();
            keeps_the_rules(one, &options(MILLION / 10));
            assert!(stats.snapshot().allocations > before.allocations, "{layout:?} was never asked for");
            assert_eq!((stats.snapshot().live_blocks(), stats.snapshot().live_bytes), (0, 0));
        }
    }

    #[test]
    fn block_pool_over_other_parents() {
        let layout = Layout::new::<u64>();
        keeps_the_rules(OneLayout(BlockPool::new(layout)), &options(MILLION / 10));
        keeps_the_rules(OneLayout(BlockPool::new_in(layout, Pages::new())), &options(MILLION / 10));
        keeps_the_rules(OneLayout(BlockPool::new_in(layout, &Arena::new())), &options(MILLION / 10));
        keeps_the_rules(OneLayout(BlockPool::new_in(layout, Pool::new())), &options(MILLION / 10));
    }

    /// Without a wrapper, nearly everything fails.
    #[test]
    fn block_pool_alone() {
        let some = Options { max_size: 2, max_align: 1, ..options(MILLION) };
        let report = check(BlockPool::for_type::<[u8; 2]>(), &some).unwrap_or_else(|violation| panic!("{violation}"));
        assert!(report.allocations > 1000 && report.failures > 1000 && report.shrinks > 100, "{report}");
    }
}

/// Allocators of others, through the bridges where they speak another generation.
mod others {
    use super::*;

    /// In rounds, because an arena that frees nothing would fill the memory. bumpalo leaves a block where it is when it
    /// happens to be aligned, which the trait allows.
    #[test]
    fn bumpalo() {
        let all = options(MILLION);
        let round = Options { operations: all.operations.min(MILLION / 10), strict_realign: false, ..all };
        for number in 0..all.operations.div_ceil(round.operations.max(1)) {
            let arena = Bump::new();
            keeps_the_rules(&arena, &Options { seed: all.seed + number as u64, ..round });
            // What the docs of `Options::operations` say, and as much again because chunks double.
            assert!(arena.allocated_bytes() < 160 << 20, "{}", arena.allocated_bytes());
        }
    }

    #[cfg(feature = "allocator-api2-03")]
    #[test]
    fn there_and_back_by_03() {
        use janus_alloc::generations::{From03, To03};

        keeps_the_rules(From03(To03(System)), &options(MILLION));
    }

    #[cfg(feature = "allocator-api2-04")]
    #[test]
    fn there_and_back_by_04() {
        use janus_alloc::generations::{From04, To04};

        keeps_the_rules(From04(To04(System)), &options(MILLION));
    }

    /// Without huge layouts: blink-alloc 0.4.0 adds its chunk's header to them unchecked and makes a layout of the sum with
    /// `from_size_align_unchecked` (`arena/mod.rs`, `alloc_chunk`), which ends the process where that is checked and is
    /// undefined behaviour where it is not.
    #[cfg(feature = "allocator-api2-04")]
    #[test]
    fn blink_alloc() {
        use janus_alloc::generations::From04;

        let all = options(MILLION);
        let round =
            Options { operations: all.operations.min(50_000), strict_realign: false, huge_layouts: false, ..all };
        for number in 0..all.operations.div_ceil(round.operations.max(1)) {
            let arena = ::blink_alloc::BlinkAlloc::new();
            keeps_the_rules(From04(&arena), &Options { seed: all.seed + number as u64, ..round });
        }
    }
}
/// Shared pools: with caches, and checked without; with each way to retain memory, over every kind of parent, and by threads at once.
#[cfg(any(unix, windows))]
mod shared_pools {
    use std::thread;

    use super::parents::{Limit, Ruled};
    use super::*;
    use janus_alloc::pools::{self, Retain};
    use janus_alloc::{Malloc, Pages, SharedPool};

    const UNCHECKED: pools::Options = pools::Options::new().checked(false);
    const RETAINS: [Retain; 4] = [Retain::Nothing, Retain::Bounded(0), Retain::Bounded(16 << 20), Retain::Everything];

    /// With blocks of megabytes often, each of which is the parent's.
    fn large(operations: usize) -> Options {
        let all = options(operations);
        Options { max_size: 8 << 20, max_live: 16, ..all }
    }

    /// As the other, for runs too short for every kind of call to come up often.
    #[track_caller]
    fn keeps_the_rules_for_a_while<A: Allocator>(allocator: A, options: &Options) {
        let report = check(allocator, options).unwrap_or_else(|violation| panic!("{violation}"));
        assert!(report.allocations > report.operations / 50 && report.shrinks > 0, "{report}");
        assert!(report.failures < report.operations / 100, "{report}");
        assert_eq!(report.deallocations, report.allocations, "{report}");
    }

    #[track_caller]
    fn over<A: Allocator>(parent: impl Fn() -> A, operations: usize, pool_options: pools::Options) {
        for retain in RETAINS {
            for checked in [false, true] {
                let pool = || SharedPool::with_options_in(pool_options.retain(retain).checked(checked), parent());
                // By value, and so moved now and then.
                keeps_the_rules(pool(), &options(operations));
                let pool = pool();
                keeps_the_rules_for_a_while(&pool, &large(operations / 20));
                let stats = pool.stats();
                assert_eq!(stats.live_bytes(), 0, "{stats}");
                pool.collect();
                check_clones(&pool, &options(operations / 4)).unwrap_or_else(|violation| panic!("{violation}"));
            }
        }
    }

    #[test]
    fn over_pages() {
        keeps_the_rules(SharedPool::with_options(UNCHECKED), &options(MILLION));
        keeps_the_rules(SharedPool::new(), &options(MILLION / 4));
        over(Pages::new, MILLION / 20, pools::Options::new());
        over(Pages::new, MILLION / 20, pools::Options::new().whole_pages(true));
        over(Pages::new, MILLION / 50, pools::Options::new().whole_pages(true).huge_pages(false));
    }

    #[test]
    fn over_system() {
        keeps_the_rules(SharedPool::with_options_in(UNCHECKED, System), &options(MILLION));
        over(|| System, MILLION / 20, pools::Options::new());
        // For a parent of which that is not true it only costs time.
        over(|| System, MILLION / 50, pools::Options::new().whole_pages(true));
    }

    #[test]
    fn over_stats() {
        let (of_system, of_pages) = (Stats::new(System), Stats::new(Pages::new()));
        over(|| &of_system, MILLION / 20, pools::Options::new());
        over(|| &of_pages, MILLION / 20, pools::Options::new().whole_pages(true));
        for stats in [of_system.snapshot(), of_pages.snapshot()] {
            assert_eq!((stats.live_blocks(), stats.live_bytes), (0, 0), "{stats}");
        }
    }

    #[test]
    fn over_malloc_and_global() {
        over(|| Malloc, MILLION / 50, pools::Options::new());
        over(|| Global, MILLION / 50, pools::Options::new());
    }

    #[test]
    fn over_a_pool() {
        let outer = SharedPool::with_options(UNCHECKED);
        over(|| &outer, MILLION / 50, pools::Options::new());
        assert_eq!(outer.stats().live_bytes(), 0);
    }

    #[test]
    fn without_much() {
        for bytes in [200_000, 3 << 20, 10 << 20] {
            let parent = Ruled { rule: Limit::new(bytes), parent: System };
            for checked in [false, true] {
                let pool = SharedPool::with_options_in(UNCHECKED.checked(checked), &parent);
                let report = check(&pool, &options(MILLION / 50)).unwrap_or_else(|violation| panic!("{violation}"));
                assert!(report.failures > 20 || bytes > 4 << 20, "{report}");
                drop(pool);
                assert_eq!(parent.rule.left(), bytes, "memory was lost");
            }
        }
    }

    #[test]
    fn as_a_global() {
        global_keeps_the_rules(&AsGlobal::new(SharedPool::with_options(UNCHECKED)), &options(MILLION / 4));
        global_keeps_the_rules(&AsGlobal::new(Stats::new(SharedPool::with_options(UNCHECKED))), &options(MILLION / 10));
        static CHECKED: AsGlobal<SharedPool> = AsGlobal::new(SharedPool::new());
        static GLOBAL: AsGlobal<SharedPool> = AsGlobal::new(SharedPool::with_options(UNCHECKED));
        global_keeps_the_rules(&CHECKED, &options(MILLION / 10));
        keeps_the_rules(&GLOBAL, &options(MILLION / 10));
        clones_keep_the_rules(&GLOBAL, &options(MILLION / 10));
        for pool in [&CHECKED, &GLOBAL] {
            assert_eq!(pool.stats().live_bytes(), 0);
            pool.collect();
            assert!(pool.stats().held_bytes() < 1 << 20, "a chunk was kept");
        }
    }

    #[test]
    fn by_threads() {
        for (number, retain) in RETAINS.into_iter().enumerate() {
            for checked in [false, true] {
                let stats = Stats::new(System);
                let pool_options = UNCHECKED.checked(checked).retain(retain).whole_pages(number % 2 == 1);
                let pool = SharedPool::with_options_in(pool_options, &stats);
                let part = options(if checked { MILLION / 200 } else { MILLION / 40 });
                thread::scope(|scope| {
                    for number in 0..4 {
                        let pool = &pool;
                        scope.spawn(move || {
                            keeps_the_rules_for_a_while(pool, &Options { seed: part.seed + 1000 * number, ..part });
                        });
                    }
                });
                assert_eq!(pool.stats().live_bytes(), 0);
                drop(pool);
                assert_eq!((stats.snapshot().live_blocks(), stats.snapshot().live_bytes), (0, 0));
            }
        }
    }
}
