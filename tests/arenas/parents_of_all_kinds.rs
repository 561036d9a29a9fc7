//! Any allocator can be the parent of an arena, by value or by reference.

use std::mem::MaybeUninit;

use janus_alloc::api::Allocator;
use janus_alloc::collections::Vec;
use janus_alloc::{Arena, FixedArena, Pages, StaticArena, System};

use crate::each_parent::{self, ParentCheck};
use crate::live::{LiveBlocks, Random};
use crate::parents::{ByteLimit, RuledParent};

/// Uses `arena` at random, with scopes and resets, and returns the number of requests that failed.
fn count_failures<A: Allocator, const MIN_ALIGN: usize>(mut arena: Arena<A, MIN_ALIGN>) -> usize {
    let (mut random, mut failures) = (Random(21), 0);
    for _ in 0..5 {
        let mut live = LiveBlocks::default();
        for _ in 0..200 {
            failures += usize::from(live.step(&&arena, &mut random).is_err());
        }
        arena.scope(|scope| {
            let mut inner = LiveBlocks::default();
            for _ in 0..100 {
                failures += usize::from(inner.step(&&**scope, &mut random).is_err());
                failures += usize::from(live.step(&&arena, &mut random).is_err());
            }
            inner.check();
        });
        live.check();
        arena.reset();
    }
    failures
}

struct NeverFails;

impl ParentCheck for NeverFails {
    fn check<A: Allocator>(parent: impl Fn() -> A) {
        assert_eq!(count_failures(Arena::new_in(parent())), 0);
        assert_eq!(count_failures(Arena::<_, 1>::with_min_align_in(parent())), 0);
        assert_eq!(count_failures(Arena::<_, 64>::with_min_align_in(parent())), 0);
        assert_eq!(count_failures(Arena::<_, 4096>::with_min_align_in(parent())), 0);
    }
}

#[test]
fn an_arena_works_over_sources_and_adapters() {
    each_parent::sources_and_adapters::<NeverFails>();
}

#[test]
fn an_arena_works_over_arenas_and_pools() {
    each_parent::arenas_and_pools::<NeverFails>();
}

#[test]
fn an_inner_arena_returns_its_last_chunk_to_the_outer() {
    let outer = Arena::with_capacity(1 << 20);
    for _ in 0..100 {
        let inner = Arena::new_in(&outer);
        inner.alloc([0_u8; 3000]);
        drop(inner);
        assert_eq!(outer.allocated_bytes(), 0);
    }
}

#[test]
fn an_arena_works_over_parents_with_a_limit() {
    let mut bytes = vec![MaybeUninit::uninit(); 300_000];
    let fixed = FixedArena::new(&mut bytes);
    assert!(count_failures(Arena::new_in(&fixed)) > 0);
    static HEAP: StaticArena<300_000> = StaticArena::new();
    assert!(count_failures(Arena::new_in(&HEAP)) > 0);
    let limited = RuledParent { rule: ByteLimit::new(300_000), parent: System };
    for _ in 0..3 {
        assert!(count_failures(Arena::new_in(&limited)) > 0);
        assert_eq!(limited.rule.remaining(), 300_000, "the arena did not return all bytes");
        assert!(count_failures(Arena::<_, 1>::with_min_align_in(&limited)) > 0);
        assert_eq!(limited.rule.remaining(), 300_000);
    }
}

#[test]
fn near_a_limit_a_chunk_is_as_small_as_the_request() {
    let limited = RuledParent { rule: ByteLimit::new(20_000), parent: System };
    let arena = Arena::new_in(&limited);
    let mut count = 0;
    while arena.try_alloc([0_u64; 4]).is_ok() {
        count += 1;
    }
    // Chunks of 4064 and 8160 bytes fit; the next, of 16,352, does not, so chunks for one block each follow.
    assert!(count * 32 > 12_000 && limited.rule.remaining() < 4096, "{count} {}", limited.rule.remaining());
    drop(arena);
    assert_eq!(limited.rule.remaining(), 20_000);
}

#[test]
fn collections_of_collections_over_arenas_of_arenas() {
    let pages = Arena::new_in(Pages::new());
    let texts = Arena::<_, 1>::with_min_align_in(&pages);
    let lists = Arena::new_in(&pages);
    let mut rows = Vec::new_in(&lists);
    for n in 0..300_usize {
        let mut row = Vec::new_in(&lists);
        row.extend((0..n).map(|m| &*texts.alloc_fmt(format_args!("{}", n * m))));
        rows.push(row);
    }
    for (n, row) in rows.iter().enumerate() {
        assert!(row.iter().enumerate().all(|(m, text)| *text == (n * m).to_string()));
    }
}
