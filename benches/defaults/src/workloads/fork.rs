//! A small process that forks again and again, as a server with a child for each connection does. Each child ends at once, so most of the
//! time is what the system takes to copy what the parent holds, and each page that either writes to meanwhile.

use fastrand::Rng;

use crate::block::Block;

const BLOCKS: usize = 400;
const LEAST: usize = 16;
const MOST: usize = 4096;
const FORKS: u64 = 2_000;

pub(super) fn run() -> u64 {
    let mut random = Rng::with_seed(1);
    let mut blocks: Vec<Block> = (0..BLOCKS).map(|_| Block::random(&mut random, LEAST, MOST)).collect();
    // Some are free again.
    let mut number = 0;
    blocks.retain(|_| {
        number += 1;
        number % 2 == 0
    });
    (0..FORKS).map(|_| fork()).sum()
}

/// What the child returns.
fn fork() -> u64 {
    // SAFETY: this process has one thread.
    let process = unsafe { libc::fork() };
    assert!(process >= 0, "a process cannot be made");
    if process == 0 {
        // SAFETY: ends the child without running anything else.
        unsafe { libc::_exit(1) };
    }
    let mut status = 0;
    // SAFETY: the status may be written.
    assert_eq!(unsafe { libc::waitpid(process, &raw mut status, 0) }, process);
    assert!(libc::WIFEXITED(status), "a child has failed");
    u64::from(libc::WEXITSTATUS(status).unsigned_abs())
}
