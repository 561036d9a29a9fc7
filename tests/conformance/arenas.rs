//! Arenas over every kind of parent, with scopes and resets between the runs.
//!
//! The operations are divided into rounds that end with a reset, because an arena frees little before that.

use std::mem::MaybeUninit;
use std::thread;

use super::*;
use crate::parents::{ByteLimit, RuledParent};
use janus_alloc::collections::{Arc, Box, Rc};
use janus_alloc::{Arena, ArenaPool, FixedArena, Pages, StaticArena, SyncArena, TaskArena};

const ROUND: usize = MILLION / 20;

/// Returns the options of rounds that together have the operations of `options(operations)`, each with its own seed.
fn rounds(operations: usize) -> impl Iterator<Item = Options> {
    let (all, round) = (options(operations), short());
    let count = all.operations.div_ceil(round.operations.max(1));
    (0..count).map(move |number| Options { seed: all.seed + number as u64, ..round })
}

/// Returns the options of one round.
fn short() -> Options {
    let all = options(ROUND);
    Options { operations: all.operations.min(ROUND), ..all }
}

/// Runs `keeps` in the arena, in a scope, in a scope within that, in the arena while a scope has blocks, and after each reset.
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

/// Tests arenas over `parent` with each minimum alignment.
#[track_caller]
fn arena_over<A: Allocator + Clone>(parent: A, operations: usize) {
    let keeps = |allocator: &dyn Allocator, options: &Options| keeps_the_rules_in_a_short_run(allocator, options);
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
    // One long run, so that all kinds of calls occur often.
    keeps_the_rules(Arena::new(), &short());
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
    let keeps = |allocator: &dyn Allocator, options: &Options| keeps_the_rules_with_failures(allocator, options);
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
    let keeps = |allocator: &dyn Allocator, options: &Options| keeps_the_rules_with_failures(allocator, options);
    for bytes in [100_000, 1 << 20, 10 << 20] {
        let parent = RuledParent { rule: ByteLimit::new(bytes), parent: System };
        let some = options(2 * ROUND);
        with_scopes_and_resets(Arena::new_in(&parent), &some, keeps);
        with_scopes_and_resets(Arena::<_, 1>::with_min_align_in(&parent), &some, keeps);
        let report = keeps(&&Arena::new_in(&parent), &some);
        assert!(report.failures > 100, "{report}");
        assert_eq!(parent.rule.remaining(), bytes, "memory was lost");
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
    // With a buffer that is large enough for a whole run.
    let mut bytes = vec![MaybeUninit::uninit(); 256 << 20];
    keeps_the_rules(FixedArena::new(&mut bytes), &short());
    keeps_the_rules(FixedArena::<16>::with_min_align(&mut bytes), &short());
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
    // By value, so the kit moves it now and then.
    keeps_the_rules(arena, &short());
}

#[test]
fn sync_arena() {
    sync_arena_over(Pages::new(), 5 * ROUND);
    sync_arena_over(Global, 5 * ROUND);
    sync_arena_over(System, 5 * ROUND);
    sync_arena_over(Arena::new(), ROUND);
    let outer = SyncArena::new();
    sync_arena_over(&outer, ROUND);
}

#[test]
fn sync_arena_with_a_limited_parent() {
    let mut bytes = vec![MaybeUninit::uninit(); 4 << 20];
    let fixed = FixedArena::new(&mut bytes);
    keeps_the_rules_with_failures(SyncArena::new_in(&fixed), &short());
    for bytes in [300_000, 1 << 20, 10 << 20] {
        let parent = RuledParent { rule: ByteLimit::new(bytes), parent: System };
        let report = keeps_the_rules_with_failures(SyncArena::new_in(&parent), &options(2 * ROUND));
        assert!(report.failures > 100, "{report}");
        assert_eq!(parent.rule.remaining(), bytes, "memory was lost");
    }
}

#[test]
fn sync_arena_as_a_global() {
    global_keeps_the_rules(&AsGlobal::new(SyncArena::new()), &short());
    // In a static, which is never dropped.
    static GLOBAL: AsGlobal<SyncArena<System>> = AsGlobal::new(SyncArena::new_in(System));
    keeps_the_rules(&GLOBAL, &short());
    clones_keep_the_rules(&GLOBAL, &short());
}

#[test]
fn sync_arena_shared_by_threads() {
    let stats = Stats::new(System);
    let mut arena = SyncArena::new_in(&stats);
    for round in rounds(3 * ROUND) {
        let part = Options { operations: round.operations / 4, ..round };
        thread::scope(|scope| {
            for number in 0..4 {
                let arena = &arena;
                scope.spawn(move || {
                    keeps_the_rules_in_a_short_run(arena, &Options { seed: part.seed + 1000 * number, ..part })
                });
            }
        });
        arena = arena.reset();
    }
    drop(arena);
    assert_eq!((stats.snapshot().live_blocks(), stats.snapshot().live_bytes), (0, 0));
}

fn task_arena_over<A: Allocator>(parent: A, operations: usize) {
    let mut arena = TaskArena::new_in(parent);
    for (number, round) in rounds(operations).enumerate() {
        keeps_the_rules(&arena, &round);
        match number % 3 {
            0 => arena.reset(),
            1 => arena.reset_keep_at_most(1 << 16),
            _ => arena.reset_release(),
        }
        assert_eq!(arena.allocated_bytes(), 0);
    }
    // By value, so the kit moves it now and then.
    keeps_the_rules(arena, &short());
}

#[test]
fn task_arena() {
    task_arena_over(Global, 5 * ROUND);
    task_arena_over(System, 5 * ROUND);
    task_arena_over(Pages::new(), ROUND);
    task_arena_over(Arena::new(), ROUND);
    let outer = SyncArena::new();
    task_arena_over(&outer, ROUND);
    clones_keep_the_rules(&TaskArena::new(), &short());
    // In a static, which is never dropped.
    static GLOBAL: AsGlobal<TaskArena<System>> = AsGlobal::new(TaskArena::new_in(System));
    global_keeps_the_rules(&GLOBAL, &short());
}

#[test]
fn task_arena_with_a_limited_parent() {
    for bytes in [10_000, 1 << 20, 10 << 20] {
        let parent = RuledParent { rule: ByteLimit::new(bytes), parent: System };
        let report = keeps_the_rules_with_failures(TaskArena::new_in(&parent), &options(2 * ROUND));
        assert!(report.failures > 100, "{report}");
        assert_eq!(parent.rule.remaining(), bytes, "memory was lost");
    }
}

#[test]
fn arenas_of_a_pool() {
    let stats = Stats::new(System);
    let pool = std::sync::Arc::new(ArenaPool::with_arenas(4, 1 << 20, || TaskArena::new_in(&stats)));
    for round in rounds(3 * ROUND) {
        keeps_the_rules(&*pool.get(), &round);
        // By value, so the kit moves them now and then.
        keeps_the_rules_in_a_short_run(pool.get(), &round);
        keeps_the_rules_in_a_short_run(pool.get_owned(), &round);
    }
    assert!(pool.hits() > 0 && pool.idle() == 1);
    drop(pool);
    assert_eq!((stats.snapshot().live_blocks(), stats.snapshot().live_bytes), (0, 0));
    keeps_the_rules(&*ArenaPool::with_arenas(4, 1 << 20, Arena::new).get(), &short());
}

#[test]
fn task_arena_shared_by_threads() {
    let stats = Stats::new(System);
    let mut arena = TaskArena::new_in(&stats);
    for round in rounds(3 * ROUND) {
        let part = Options { operations: round.operations / 4, ..round };
        thread::scope(|scope| {
            for number in 0..4 {
                let arena = &arena;
                scope.spawn(move || {
                    keeps_the_rules_in_a_short_run(arena, &Options { seed: part.seed + 1000 * number, ..part })
                });
            }
        });
        arena.reset();
    }
    drop(arena);
    assert_eq!((stats.snapshot().live_blocks(), stats.snapshot().live_bytes), (0, 0));
}

/// By value, so the kit moves them now and then, and in each pointer type that can own an arena.
#[test]
fn owned_arenas() {
    keeps_the_rules_in_a_short_run(Arena::new(), &short());
    keeps_the_rules_in_a_short_run(Arena::<_, 1>::with_min_align_in(System), &short());
    keeps_the_rules_in_a_short_run(Arena::new_in(Arena::new_in(SyncArena::new())), &short());
    keeps_the_rules_in_a_short_run(Box::new(Arena::new()), &short());
    keeps_the_rules_in_a_short_run(Rc::new(Arena::new()), &short());
    clones_keep_the_rules(Rc::new(Arena::new()), &short());
    keeps_the_rules_in_a_short_run(Arc::new(SyncArena::new()), &short());
    clones_keep_the_rules(Arc::new(SyncArena::new()), &short());
    keeps_the_rules_in_a_short_run(Arc::new(TaskArena::new()), &short());
    clones_keep_the_rules(Arc::new(TaskArena::new()), &short());

    let mut bytes = vec![MaybeUninit::uninit(); 256 << 20];
    keeps_the_rules_in_a_short_run(Rc::new(FixedArena::<16>::with_min_align(&mut bytes)), &short());
}
