//! Two arenas that take turns, frame by frame: `cargo run --release --example game_frame -- [FRAMES]`.
//!
//! Each frame is built in one arena while it reads the frame before, which is in the other one. Then the older frame ends, and its arena
//! is reset and takes the next frame. The loop below shows two ways to say so:
//!
//! * `borrowing`: frames borrow their arenas, and each turn of the loop makes two frames. It costs nothing, and the compiler checks it.
//! * [`Game`]: a struct that owns the arenas and the current frame, for games whose loop belongs to an engine that calls `update`.
//!
//! Two arenas that are swapped in a loop of one frame a turn do not compile: see docs/11-services.md. The program checks that both ways
//! show the same frames, and that after the first frames nothing is allocated from the default.

mod frame;

use std::env;
use std::mem;

use janus_alloc::collections::Rc;
use janus_alloc::stats::Snapshot;
use janus_alloc::{Arena, AsGlobal, Stats, System};

use frame::Frame;

/// The default, which counts. The arenas take their chunks from it too.
#[global_allocator]
static DEFAULT: AsGlobal<Stats<System>> = AsGlobal::new(Stats::new(System));

const BALLS: u32 = 500;
/// The frames after which the arenas have their final size.
const WARM_UP: u64 = 100;

/// The result of a run.
#[derive(Debug)]
struct Run {
    caption: String,
    checksum: u64,
    /// The largest number of bytes that a frame took.
    frame_bytes: usize,
    /// Requests to the default after the warm-up.
    allocations: u64,
}

/// Runs a game whose frames borrow their arenas.
fn borrowing(frames: u64) -> Run {
    let (mut even, mut odd) = (Arena::new(), Arena::new());
    let mut before = DEFAULT.snapshot();
    let mut frame = Frame::first(BALLS, &even);
    for n in (0..frames).step_by(2) {
        // No frame is in `odd`, so it may be reset: `frame` borrows `even`.
        odd.reset();
        let next = frame.next(&odd);
        drop(frame);
        // Now no frame is in `even`.
        even.reset();
        frame = next.next(&even);
        if n == WARM_UP {
            before = DEFAULT.snapshot();
        }
    }
    let allocations = allocations_since(&before);
    let frame_bytes = even.high_water_bytes().max(odd.high_water_bytes());
    Run { caption: frame.caption().to_owned(), checksum: frame.checksum(), frame_bytes, allocations }
}

/// A game that owns its memory. It has no lifetime, so it can be stored anywhere.
struct Game {
    frame: Frame<Rc<Arena>>,
    /// The arena of `frame`, and that of the next one. Each part of a frame holds a count of its arena.
    current: Rc<Arena>,
    other: Rc<Arena>,
}

impl Game {
    fn new() -> Self {
        let [current, other] = [(); 2].map(|()| Rc::new(Arena::new()));
        Self { frame: Frame::first(BALLS, current.clone()), current, other }
    }

    fn update(&mut self) {
        let arena = Rc::get_mut(&mut self.other).expect("the frame before the last one has ended");
        arena.reset();
        self.frame = self.frame.next(self.other.clone());
        mem::swap(&mut self.current, &mut self.other);
    }
}

/// Runs a game in a struct.
fn owning(frames: u64) -> Run {
    let mut game = Game::new();
    let mut before = DEFAULT.snapshot();
    for n in 0..frames {
        game.update();
        if n == WARM_UP {
            before = DEFAULT.snapshot();
        }
    }
    let allocations = allocations_since(&before);
    let frame_bytes = game.current.high_water_bytes().max(game.other.high_water_bytes());
    Run { caption: game.frame.caption().to_owned(), checksum: game.frame.checksum(), frame_bytes, allocations }
}

fn allocations_since(before: &Snapshot) -> u64 {
    let since = DEFAULT.snapshot().since(before);
    since.allocations + since.grows()
}

fn main() -> Result<(), std::num::ParseIntError> {
    let frames: u64 = env::args().nth(1).map_or(Ok(10_000), |number| number.parse())?;
    // An even number above the warm-up.
    let frames = (frames.max(WARM_UP) + 2).next_multiple_of(2);

    let runs = [("borrowing", borrowing(frames)), ("owning", owning(frames))];
    for (name, Run { caption, frame_bytes, allocations, .. }) in &runs {
        println!(
            "{name:<10} {frames} frames of at most {frame_bytes} bytes, {allocations} requests to the default ({caption})"
        );
    }
    let [(_, borrowing), (_, owning)] = runs;
    assert_eq!((borrowing.checksum, borrowing.caption), (owning.checksum, owning.caption));
    assert_eq!((borrowing.allocations, owning.allocations), (0, 0), "the arenas have the memory they need");
    Ok(())
}
