//! Blocks of an `Arena`, in scopes, behind checkpoints and resets.
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
    /// Of the innermost scope, or of the arena where none is running.
    Here(Step),
    /// Of the arena, which may be used while a scope runs.
    Arena(Step),
    /// Until the next `End` for it.
    Scope,
    /// Ends the innermost scope, or everything in the arena.
    End(Reset),
}

#[derive(Arbitrary, Debug)]
enum Step {
    Request(Request),
    Checkpoint,
    Rewind(u8),
}

/// An arena or a scope.
trait Place {
    fn allocator(&self) -> &dyn Allocator;

    fn checkpoint(&self) -> Checkpoint;

    /// # Safety
    ///
    /// That of [`Arena::rewind`].
    unsafe fn rewind(&self, checkpoint: Checkpoint);

    fn scope(&self, work: &mut dyn FnMut(&dyn Place));

    fn owns(&self, block: NonNull<u8>) -> bool;
}

macro_rules! place {
    ($place:ty) => {
        impl<const MIN_ALIGN: usize> Place for $place {
            fn allocator(&self) -> &dyn Allocator {
                let arena: &Arena<_, MIN_ALIGN> = self;
                arena
            }

            fn checkpoint(&self) -> Checkpoint {
                Arena::checkpoint(self)
            }

            unsafe fn rewind(&self, checkpoint: Checkpoint) {
                // SAFETY: by `# Safety` of this fn.
                unsafe { Arena::rewind(self, checkpoint) };
            }

            fn scope(&self, work: &mut dyn FnMut(&dyn Place)) {
                self.scope(|scope| work(scope));
            }

            fn owns(&self, block: NonNull<u8>) -> bool {
                Arena::owns(self, block)
            }
        }
    };
}
place!(Arena<&Ledger, MIN_ALIGN>);
place!(Scope<'_, &Ledger, MIN_ALIGN>);

/// An arena or a scope, and its checkpoints with their times.
struct Level<'a> {
    place: &'a dyn Place,
    owner: usize,
    checkpoints: Vec<(Checkpoint, usize)>,
    /// When the scope that is running in it began.
    scope_began: usize,
}

impl<'a> Level<'a> {
    fn new(place: &'a dyn Place, owner: usize) -> Self {
        Self { place, owner, checkpoints: Vec::new(), scope_began: 0 }
    }

    fn step(&mut self, step: &Step, blocks: &mut Blocks) {
        let Self { place, owner, .. } = *self;
        match *step {
            Step::Request(request) => blocks.request(place.allocator(), owner, request, Shape::layout),
            Step::Checkpoint => self.checkpoints.push((place.checkpoint(), blocks.tick())),
            Step::Rewind(number) => {
                let usable = self.checkpoints.iter().filter(|&&(_, time)| time >= self.scope_began).count();
                if usable > 0 {
                    self.checkpoints.truncate(self.checkpoints.len() - usize::from(number) % usable);
                    let (checkpoint, time) = self.checkpoints[self.checkpoints.len() - 1];
                    blocks.forget(owner, time);
                    // SAFETY: the checkpoint is this one's, which has neither been reset since nor gone back further. Blocks that have
                    // changed since are forgotten, and the scope that is running began before.
                    unsafe { place.rewind(checkpoint) };
                }
            }
        }
        let newest = blocks.of(owner).rfind(|(_, layout)| layout.size() > 0);
        assert!(newest.is_none_or(|(start, _)| place.owns(start)));
    }
}

/// Lets `here` take the steps, with `arena` around it unless it is that, until one ends it.
fn run(
    mut arena: Option<&mut Level<'_>>,
    here: &mut Level<'_>,
    operations: &mut slice::Iter<'_, Operation>,
    blocks: &mut Blocks,
) -> Option<Reset> {
    while let Some(operation) = operations.next() {
        match operation {
            Operation::Here(step) => here.step(step, blocks),
            Operation::Arena(step) => match arena.as_deref_mut() {
                Some(arena) => arena.step(step, blocks),
                None => here.step(step, blocks),
            },
            Operation::Scope => {
                let (place, owner) = (here.place, here.owner + 1);
                here.scope_began = blocks.tick();
                place.scope(&mut |scope| {
                    let mut inner = Level::new(scope, owner);
                    match arena.as_deref_mut() {
                        Some(arena) => run(Some(arena), &mut inner, operations, blocks),
                        None => run(Some(here), &mut inner, operations, blocks),
                    };
                    blocks.forget(owner, 0);
                });
                here.scope_began = 0;
            }
            Operation::End(reset) => return Some(*reset),
        }
    }
    None
}

fn parts<const MIN_ALIGN: usize>(input: &Input) {
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

fuzz_target!(|input: Input| if input.packed { parts::<1>(&input) } else { parts::<8>(&input) });
