//! Random use of all features together: blocks are allocated, resized and freed at all levels of nested scopes, with checkpoints
//! and resets.

use std::cell::RefCell;

use janus_alloc::api::{AllocError, Allocator};
use janus_alloc::arenas::Scope;
use janus_alloc::{Arena, Stats, System};

use crate::live::{LiveBlocks, Random};

/// An arena or scope and its live blocks.
struct Level<'a> {
    allocator: &'a dyn Allocator,
    live: RefCell<LiveBlocks>,
    outer: Option<&'a Level<'a>>,
}

impl<'a> Level<'a> {
    fn new(allocator: &'a dyn Allocator, outer: Option<&'a Level<'a>>) -> Self {
        Self { allocator, live: RefCell::default(), outer }
    }

    /// Returns this level or a random outer one.
    fn any(&self, random: &mut Random) -> &Self {
        match self.outer {
            Some(outer) if random.below(3) == 0 => outer.any(random),
            _ => self,
        }
    }

    fn step(&self, random: &mut Random) -> Result<(), AllocError> {
        let level = self.any(random);
        level.live.borrow_mut().step(level.allocator, random)
    }

    fn check(&self) {
        self.live.borrow().check();
        if let Some(outer) = self.outer {
            outer.check();
        }
    }
}

/// Uses a scope within `outer`, and scopes within it, at random. Returns the number of requests that failed.
fn work<A: Allocator, const MIN_ALIGN: usize>(
    scope: &Scope<'_, A, MIN_ALIGN>,
    outer: &Level<'_>,
    depth: usize,
    random: &mut Random,
) -> usize {
    let arena = &**scope;
    let level = Level::new(&arena, Some(outer));
    let mut failures = 0;
    for _ in 0..random.below(60) {
        match random.below(25) {
            0 if depth > 0 => failures += scope.scope(|inner| work(inner, &level, depth - 1, random)),
            1 => {
                let checkpoint = arena.checkpoint();
                let mut temporary = LiveBlocks::default();
                failures += (0..20).filter(|_| temporary.step(&arena, random).is_err()).count();
                temporary.check();
                // SAFETY: the checkpoint is this arena's; only the blocks of `temporary` were allocated since, and no scope began.
                unsafe { arena.rewind(checkpoint) };
            }
            _ => failures += usize::from(level.step(random).is_err()),
        }
    }
    level.check();
    failures
}

/// Runs `rounds` rounds in an arena over `parent`. Returns the number of requests that failed.
pub(crate) fn soak<A: Allocator, const MIN_ALIGN: usize>(parent: A, seed: u64, rounds: usize) -> usize {
    let mut arena = Arena::<A, MIN_ALIGN>::with_min_align_in(parent);
    let (mut random, mut failures) = (Random(seed), 0);
    for _ in 0..rounds {
        let by_reference = &arena;
        let level = Level::new(&by_reference, None);
        for _ in 0..random.below(30) {
            failures += usize::from(level.step(&mut random).is_err());
            if random.below(10) == 0 {
                failures += by_reference.scope(|scope| work(scope, &level, 4, &mut random));
            }
        }
        level.check();
        assert!(arena.allocated_bytes() >= level.live.borrow().size());
        drop(level);
        match random.below(4) {
            0 => arena.reset(),
            1 => arena.reset_keep_all(),
            2 => arena.reset_keep_at_most(random.below(1 << 18)),
            _ => arena.reset_release(),
        }
        assert_eq!(arena.allocated_bytes(), 0);
    }
    failures
}

#[test]
fn random_scopes_checkpoints_and_resets_keep_blocks_intact() {
    let parent = Stats::new(System);
    for seed in 0..60 {
        assert_eq!(soak::<_, 8>(&parent, seed, 5), 0);
        assert_eq!(soak::<_, 1>(&parent, seed, 5), 0);
        assert_eq!(soak::<_, 16>(&parent, seed, 2), 0);
        assert_eq!(soak::<_, 4096>(&parent, seed, 1), 0);
        let after = parent.snapshot();
        assert_eq!((after.live_blocks(), after.live_bytes), (0, 0), "{after}");
    }
}
