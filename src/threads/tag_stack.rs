//! A stack of tags for each thread. The tag on top is the one that the thread works under.
//!
//! A stack is found by the index of the thread, as the per-thread state of an allocator is. So it needs neither a
//! thread-local nor memory. The next thread with the index begins with an empty stack.
//!
//! A guard may move and be dropped in any order, so it has the place of its entry, and the entry is here. Removing an
//! entry below the top marks it; it goes when all entries above it have gone.
//!
//! # Invariants
//!
//! 1. Only the thread that holds an index stores to its stack. A signal handler on that thread may do so in the middle of a
//!    change, and leaves the stack as it found it.
//! 2. `top` is the tag of the highest entry, or [`NONE`] if there is none. The highest entry is not [`REMOVED`].

use core::sync::atomic::Ordering::{Relaxed, SeqCst};
use core::sync::atomic::{AtomicU8, compiler_fence};

use super::{slotted_index_below, thread_index_below};

/// The tag of a thread whose stack is empty.
pub(crate) const NONE: u8 = 0;
/// An entry in place of a tag: it was removed, and is not the highest.
const REMOVED: u8 = u8::MAX;

/// The maximum number of entries of a stack.
pub(crate) const MAX_DEPTH: usize = 62;

/// The number of threads that have a stack. Only the stacks of threads that have entered a tag take memory.
pub(crate) const STACKS: usize = 1 << 12;

/// On a cache line of its own, since each thread reads it with each request.
#[repr(align(64))]
struct TagStack {
    top: AtomicU8,
    depth: AtomicU8,
    entries: [AtomicU8; MAX_DEPTH],
}

static TAG_STACKS: [TagStack; STACKS] = [const {
    TagStack { top: AtomicU8::new(NONE), depth: AtomicU8::new(0), entries: [const { AtomicU8::new(NONE) }; MAX_DEPTH] }
}; STACKS];

/// The place of an entry.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    /// The index of the thread.
    thread: u32,
    depth: u8,
}

/// Returns the tag on top of the calling thread's stack, or [`NONE`].
#[inline]
pub(crate) fn top() -> u8 {
    #[cold]
    #[inline(never)]
    fn look_up() -> u8 {
        thread_index_below(STACKS).map_or(NONE, |thread| TAG_STACKS[thread].top.load(Relaxed))
    }
    match slotted_index_below(STACKS) {
        Some(thread) => TAG_STACKS[thread].top.load(Relaxed),
        None => look_up(),
    }
}

/// Puts `tag` on top of the calling thread's stack. Returns `None`, and changes nothing, if the stack is full or the
/// thread has none.
pub(crate) fn push(tag: u8) -> Option<Place> {
    let thread = thread_index_below(STACKS)?;
    let stack = &TAG_STACKS[thread];
    let depth = stack.depth.load(Relaxed);
    let entry = stack.entries.get(usize::from(depth))?;
    loop {
        entry.store(tag, Relaxed);
        compiler_fence(SeqCst);
        stack.depth.store(depth + 1, Relaxed);
        compiler_fence(SeqCst);
        // A signal handler that has interrupted this before the depth was stored may have used the entry, and removed it.
        if entry.load(Relaxed) == tag {
            break;
        }
    }
    stack.top.store(tag, Relaxed);
    Some(Place { thread: thread as u32, depth })
}

/// Removes an entry, wherever it is in the calling thread's stack.
pub(crate) fn remove(place: Place) {
    let Some(thread) = thread_index_below(STACKS) else { return };
    let stack = &TAG_STACKS[thread];
    let mut depth = stack.depth.load(Relaxed);
    // A thread that has released its index, at its end, has nothing left to remove.
    if thread as u32 != place.thread || place.depth >= depth {
        return;
    }
    stack.entries[usize::from(place.depth)].store(REMOVED, Relaxed);
    let highest = |depth: u8| stack.entries[usize::from(depth) - 1].load(Relaxed);
    while depth > 0 && highest(depth) == REMOVED {
        depth -= 1;
    }
    stack.depth.store(depth, Relaxed);
    stack.top.store(if depth == 0 { NONE } else { highest(depth) }, Relaxed);
}

/// Empties the stack of the thread index `thread`, which the calling thread has just acquired. Entries that its last
/// holder has not removed go.
pub(super) fn clear(thread: usize) {
    if let Some(stack) = TAG_STACKS.get(thread) {
        // The stack of a thread that enters no tag is not written to, so it takes no memory.
        if stack.depth.load(Relaxed) != 0 {
            stack.depth.store(0, Relaxed);
            stack.top.store(NONE, Relaxed);
        }
    }
}
