//! Blocks of an `Arena`, with scopes, checkpoints and resets.
#![no_main]

#[allow(dead_code, reason = "other targets use it")]
mod blocks;

use std::ptr::NonNull;
use std::slice;

use arbitrary::Arbitrary;
use blocks::ledger::Ledger;
use blocks::{Blocks, Request, Shape, Steps, parent};
use janus_alloc::Arena;
use janus_alloc::api::Allocator;
use janus_alloc::arenas::{Checkpoint, Scope};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
struct Input {
    packed: bool,
    failing: Option<u8>,
    operations: Steps<Operation>,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Reset {
    Largest,
    KeepAll,
    KeepAtMost(u16),
    Release,
}

#[derive(Arbitrary, Debug)]
enum Operation {
    /// A step of the innermost scope, or of the arena if no scope is running.
    Innermost(Step),
    /// A step of the arena, which may be used while a scope runs.
    Arena(Step),
    /// Starts a scope, which runs until its `End`.
    Scope,
    /// Ends the innermost scope, or resets the arena if no scope is running.
    End(Reset),
}

#[derive(Arbitrary, Debug)]
enum Step {
    Request(Request),
    Checkpoint,
    Rewind(u8),
}

/// An arena or a scope.
trait ArenaOrScope {
    fn allocator(&self) -> &dyn Allocator;

    fn checkpoint(&self) -> Checkpoint;

    /// # Safety
    ///
    /// The conditions of [`Arena::rewind`].
    unsafe fn rewind(&self, checkpoint: Checkpoint);

    fn scope(&self, work: &mut dyn FnMut(&dyn ArenaOrScope));

    fn owns(&self, block: NonNull<u8>) -> bool;
}

macro_rules! arena_or_scope {
    ($type:ty) => {
        impl<const MIN_ALIGN: usize> ArenaOrScope for $type {
            fn allocator(&self) -> &dyn Allocator {
                let arena: &Arena<_, MIN_ALIGN> = self;
                arena
            }

            fn checkpoint(&self) -> Checkpoint {
                Arena::checkpoint(self)
            }

            unsafe fn rewind(&self, checkpoint: Checkpoint) {
                // SAFETY: by `# Safety` of this fn, which is the same.
                unsafe { Arena::rewind(self, checkpoint) };
            }

            fn scope(&self, work: &mut dyn FnMut(&dyn ArenaOrScope)) {
                self.scope(|scope| work(scope));
            }

            fn owns(&self, block: NonNull<u8>) -> bool {
                Arena::owns(self, block)
            }
        }
    };
}
arena_or_scope!(Arena<&Ledger, MIN_ALIGN>);
arena_or_scope!(Scope<'_, &Ledger, MIN_ALIGN>);

/// An arena or a scope, and its checkpoints with the times they were made at.
struct Level<'a> {
    arena: &'a dyn ArenaOrScope,
    /// The number of scopes around it. Its blocks have this owner.
    owner: usize,
    checkpoints: Vec<(Checkpoint, usize)>,
    /// The time at which the scope that is running in it began.
    scope_began: usize,
}

impl<'a> Level<'a> {
    fn new(arena: &'a dyn ArenaOrScope, owner: usize) -> Self {
        Self { arena, owner, checkpoints: Vec::new(), scope_began: 0 }
    }

    fn step(&mut self, step: &Step, blocks: &mut Blocks) {
        let Self { arena, owner, .. } = *self;
        match *step {
            Step::Request(request) => blocks.request(arena.allocator(), owner, request, Shape::layout),
            Step::Checkpoint => self.checkpoints.push((arena.checkpoint(), blocks.tick())),
            Step::Rewind(number) => {
                let usable = self.checkpoints.iter().filter(|&&(_, time)| time >= self.scope_began).count();
                if usable > 0 {
                    self.checkpoints.truncate(self.checkpoints.len() - usize::from(number) % usable);
                    let (checkpoint, time) = self.checkpoints[self.checkpoints.len() - 1];
                    blocks.forget(owner, time);
                    // SAFETY: the checkpoint is from this arena or scope, which has neither been reset nor rewound
                    // further since. Blocks that have changed since are forgotten above. A running scope began before
                    // the checkpoint was made.
                    unsafe { arena.rewind(checkpoint) };
                }
            }
        }
        let newest = blocks.owned_by(owner).rfind(|(_, layout)| layout.size() > 0);
        assert!(newest.is_none_or(|(start, _)| arena.owns(start)));
    }
}

/// Runs operations on `innermost` until one of them ends it. `arena` is the arena around it, or `None` if `innermost`
/// is the arena.
fn run(
    mut arena: Option<&mut Level<'_>>,
    innermost: &mut Level<'_>,
    operations: &mut slice::Iter<'_, Operation>,
    blocks: &mut Blocks,
) -> Option<Reset> {
    while let Some(operation) = operations.next() {
        match operation {
            Operation::Innermost(step) => innermost.step(step, blocks),
            Operation::Arena(step) => match arena.as_deref_mut() {
                Some(arena) => arena.step(step, blocks),
                None => innermost.step(step, blocks),
            },
            Operation::Scope => {
                let (outer, owner) = (innermost.arena, innermost.owner + 1);
                innermost.scope_began = blocks.tick();
                outer.scope(&mut |scope| {
                    let mut inner = Level::new(scope, owner);
                    match arena.as_deref_mut() {
                        Some(arena) => run(Some(arena), &mut inner, operations, blocks),
                        None => run(Some(innermost), &mut inner, operations, blocks),
                    };
                    blocks.forget(owner, 0);
                });
                innermost.scope_began = 0;
            }
            Operation::End(reset) => return Some(*reset),
        }
    }
    None
}

/// Runs all operations of the input, with a reset at each `End` of the arena.
fn run_input<const MIN_ALIGN: usize>(input: &Input) {
    let ledger = parent(input.failing);
    let mut arena = Arena::<_, MIN_ALIGN>::with_min_align_in(&ledger);
    let mut blocks = Blocks::default();
    let mut operations = input.operations.0.iter();
    loop {
        let reset = run(None, &mut Level::new(&arena, 0), &mut operations, &mut blocks);
        assert!((blocks.size(0)..=arena.high_water_bytes()).contains(&arena.allocated_bytes()));
        blocks.forget(0, 0);
        match reset {
            None => break,
            Some(Reset::Largest) => arena.reset(),
            Some(Reset::KeepAll) => arena.reset_keep_all(),
            Some(Reset::KeepAtMost(bytes)) => {
                arena.reset_keep_at_most(bytes.into());
                assert!(arena.capacity_bytes() <= bytes.into());
            }
            Some(Reset::Release) => {
                arena.reset_release();
                assert_eq!(ledger.live(), 0);
            }
        }
        assert_eq!(arena.allocated_bytes(), 0);
    }
}

fuzz_target!(|input: Input| if input.packed { run_input::<1>(&input) } else { run_input::<8>(&input) });
