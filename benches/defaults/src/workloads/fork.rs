//! A small process that forks many times, as a server with a child for each connection. Each child ends at once, so most of the time is
//! that of the system, which copies the parent's page tables and each page that one of the processes writes.

use fastrand::Rng;

use crate::block::Block;

const BLOCKS: usize = 400;
const LEAST: usize = 16;
const MOST: usize = 4096;
const FORKS: u64 = 2_000;

pub(super) fn run() -> u64 {
    let mut random = Rng::with_seed(1);
    let mut blocks: Vec<Block> = (0..BLOCKS).map(|_| Block::random(&mut random, LEAST, MOST)).collect();
    // Half of the blocks are freed.
    let mut number = 0;
    blocks.retain(|_| {
        number += 1;
        number % 2 == 0
    });
    (0..FORKS).map(|_| fork()).sum()
}

/// Forks, and returns the exit code of the child.
fn fork() -> u64 {
    // SAFETY: this process has one thread.
    let process = unsafe { libc::fork() };
    assert!(process >= 0, "`fork` failed");
    if process == 0 {
        // SAFETY: `_exit` ends the child, and runs no other code.
        unsafe { libc::_exit(1) };
    }
    let mut status = 0;
    // SAFETY: the pointer is to a local variable.
    assert_eq!(unsafe { libc::waitpid(process, &raw mut status, 0) }, process);
    assert!(libc::WIFEXITED(status), "a child failed");
    u64::from(libc::WEXITSTATUS(status).unsigned_abs())
}
