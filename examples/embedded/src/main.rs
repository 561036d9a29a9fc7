//! A program without std, on a heap in a static. In this directory:
//!
//! * `cargo run` runs it on Linux on x86-64, without the start files of C.
//! * `cargo run --release --target thumbv7em-none-eabihf` runs it on an ARM board that qemu emulates. It needs qemu-system-arm, and
//!   `rustup target add thumbv7em-none-eabihf`.
//!
//! A program without std consists of a start and a way to end, which are in `board/`, a panic handler, and a default allocator if it
//! uses `alloc`, which are here. `build.rs` has the flags for the linker, and `Cargo.toml` lets a panic abort.
//!
//! It plays a device that measures something, over and over: it keeps the last readings, and prints a report of them now and then. A
//! `StaticArena` never reuses a block unless it is the last one, so the program allocates in three steps that leave nothing behind:
//!
//! 1. What lives as long as the program is allocated first, with its final size.
//! 2. The scratch memory is one block, of an `Arena` that is reset after each report.
//! 3. Whatever may exceed the memory is a `try_` method, and its error is handled.

#![no_std]
#![no_main]

extern crate alloc;

#[cfg_attr(target_arch = "arm", path = "board/cortex_m.rs")]
#[cfg_attr(target_arch = "x86_64", path = "board/linux.rs")]
mod board;

use alloc::collections::VecDeque;
use core::fmt::Write;
use core::panic::PanicInfo;

use janus_alloc::collections::{String, TryReserveError, Vec};
use janus_alloc::{Arena, AsGlobal, StaticArena};

use board::{Console, ExitCode};

/// The whole heap: 16 KiB of `.bss`.
static HEAP: StaticArena<HEAP_BYTES> = StaticArena::new();
const HEAP_BYTES: usize = 16 << 10;

/// `alloc` takes its memory from the same static.
#[global_allocator]
static DEFAULT: AsGlobal<&StaticArena<HEAP_BYTES>> = AsGlobal::new(&HEAP);

const KEPT_READINGS: usize = 500;
const SCRATCH_BYTES: usize = 4 << 10;

/// Called by the board once it has started.
fn run() -> ExitCode {
    // 1. The readings, in a collection of `alloc`.
    let mut readings: VecDeque<u32> = VecDeque::with_capacity(KEPT_READINGS);
    // 2. The scratch memory.
    let mut scratch: Scratch = Arena::with_capacity_in(SCRATCH_BYTES, &HEAP);
    let in_use_at_the_start = HEAP.allocated_bytes();

    let mut reports = 0;
    let mut sensor = 1_u32;
    for time in 1..=100_000_u32 {
        sensor = sensor.wrapping_mul(1_664_525).wrapping_add(1_013_904_223); // a generator of Numerical Recipes
        if readings.len() == KEPT_READINGS {
            readings.pop_front();
        }
        readings.push_back(sensor >> 24);
        if time % 10_000 == 0 {
            match report(time, &readings, &scratch) {
                Ok(text) => write!(Console, "{text}").expect("the console takes all text"),
                // 3. A report that does not fit is one report less, and not the end of the program.
                Err(error) => writeln!(Console, "no report: {error}").expect("the console takes all text"),
            }
            reports += 1;
            scratch.reset();
        }
    }

    // More than there is. With `reserve`, or `push` in a loop, this would end in the panic handler.
    let refused = readings.try_reserve(HEAP_BYTES).is_err();
    let in_use = HEAP.allocated_bytes();
    writeln!(Console, "{reports} reports, {in_use} of {HEAP_BYTES} bytes in use, as many as at the start")
        .expect("the console takes all text");
    if refused && in_use == in_use_at_the_start { ExitCode::Success } else { ExitCode::Failure }
}

type Scratch = Arena<&'static StaticArena<HEAP_BYTES>>;

/// Returns a line with the median and the most frequent of the readings. It and all that it needs lie in the arena.
fn report<'a>(
    time: u32,
    readings: &VecDeque<u32>,
    scratch: &'a Scratch,
) -> Result<String<&'a Scratch>, TryReserveError> {
    let mut sorted: Vec<u32, _> = Vec::try_with_capacity_in(readings.len(), scratch)?;
    sorted.extend(readings);
    sorted.sort_unstable();
    let most_frequent = sorted.chunk_by(|a, b| a == b).max_by_key(|same| same.len());
    let mut text = String::new_in(scratch);
    text.try_write_fmt(format_args!("at {time:>6}: median {:>3}", sorted[sorted.len() / 2]))?;
    if let Some(same @ [reading, ..]) = most_frequent {
        text.try_write_fmt(format_args!(", {reading:>3} occurs {} times", same.len()))?;
    }
    text.try_push('\n')?;
    Ok(text)
}

/// Prints the panic and ends the program. Running out of memory ends here too, in a method that is not a `try_` one.
#[panic_handler]
fn panic(panic: &PanicInfo<'_>) -> ! {
    // It may be the console that panicked.
    let _ = writeln!(Console, "{panic}");
    board::exit(ExitCode::Failure)
}
