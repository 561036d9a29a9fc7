//! A span goes from a thread that ends to the next one with its number, which goes on where the other stopped.
//!
//! `SyncArena` itself is made in a `const`, as loom's atomics cannot be, and has a slot for each of 512 threads. This is what it
//! does with its parts: the crate's numbers, slots and chunks.

use std::ptr::{NonNull, null_mut};

use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::thread;

use crate::api::Layout;
use crate::arenas::shared_chunks::SharedChunks;
use crate::check;
use crate::memory::Memory;
use crate::sync::{AtomicPtr, AtomicUsize, Ordering};
use crate::threads::local::SLOTS;
use crate::threads::slots::Slots;
use crate::threads::thread_index::release;

const BLOCK: usize = 16;
const SPAN: usize = 4 * BLOCK;

/// The offset of the next block from the start, which is `SPAN` when all are taken.
struct Span {
    start: NonNull<u8>,
    next: UnsafeCell<usize>,
}

struct Arena {
    slots: Slots<Span>,
    vacant: *mut Span,
    chunks: SharedChunks,
    memory: Memory,
    spans: AtomicUsize,
}

// SAFETY: spans are used by the threads whose slots they are in, one at a time, which is what loom checks.
unsafe impl Sync for Arena {}
// SAFETY: as above.
unsafe impl Send for Arena {}

fn layout(size: usize) -> Layout {
    Layout::from_size_align(size, 16).unwrap()
}

impl Arena {
    fn new() -> Arc<Self> {
        let vacant = Box::into_raw(Box::new(Span { start: NonNull::dangling(), next: UnsafeCell::new(SPAN) }));
        let slots = Slots { slots: [(); SLOTS + 1].map(|()| AtomicPtr::new(vacant)) };
        let chunks = SharedChunks { newest: AtomicPtr::new(null_mut()), oversize: AtomicPtr::new(null_mut()) };
        let memory = Memory::new(SharedChunks::size_for(layout(4 * SPAN)).unwrap());
        memory.write_header();
        assert!(chunks.add(chunks.newest(), &memory.raw()));
        Arc::new(Self { slots, vacant, chunks, memory, spans: AtomicUsize::new(0) })
    }

    /// Takes a block of the calling thread's span. The vacant one is not even written to: threads share it.
    fn take_here(&self) -> Option<NonNull<u8>> {
        // SAFETY: spans stay until the arena is dropped.
        let span = unsafe { &*self.slots.own() };
        // SAFETY: of this pointer alone; that nobody writes, loom checks.
        let next = span.next.with(|next| unsafe { *next });
        if next == SPAN {
            return None;
        }
        // SAFETY: of this pointer alone; that nobody else has one, loom checks.
        span.next.with_mut(|place| unsafe { *place = next + BLOCK });
        // SAFETY: within the span.
        Some(unsafe { span.start.add(next) })
    }

    /// A block, in use.
    fn take(&self) -> NonNull<u8> {
        let block = self.take_here().unwrap_or_else(|| self.take_elsewhere());
        self.memory.set(block, BLOCK, true);
        block
    }

    fn take_elsewhere(&self) -> NonNull<u8> {
        let Some(slot) = self.slots.slot() else {
            return self.chunks.cut(self.chunks.newest(), layout(BLOCK)).expect("the chunk is large enough");
        };
        if let Some(block) = self.take_here() {
            return block;
        }
        let start = self.chunks.cut(self.chunks.newest(), layout(SPAN)).expect("the chunk is large enough");
        self.spans.fetch_add(1, Ordering::Relaxed);
        slot.store(Box::into_raw(Box::new(Span { start, next: UnsafeCell::new(BLOCK) })), Ordering::Relaxed);
        start
    }
}

impl Drop for Arena {
    fn drop(&mut self) {
        for slot in &self.slots.slots {
            let span = slot.load(Ordering::Relaxed);
            if span != self.vacant {
                // SAFETY: it came from a box, is in one slot, and is not used again.
                drop(unsafe { Box::from_raw(span) });
            }
        }
        // SAFETY: it came from a box, and no slot is used again.
        drop(unsafe { Box::from_raw(self.vacant) });
    }
}

/// The life of a thread that allocates twice.
fn life(arena: &Arena) {
    let first = arena.take();
    let second = arena.take();
    assert_ne!(first, second);
    release();
}

fn spawn(arena: &Arc<Arena>) -> thread::JoinHandle<()> {
    let arena = Arc::clone(arena);
    thread::spawn(move || life(&arena))
}

#[test]
fn to_a_thread_that_did_not_wait_for_it() {
    check(|| {
        let arena = Arena::new();
        let threads = [spawn(&arena), spawn(&arena)];
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        // Whoever had the number second, if anybody had, went on with the span of the first, which has room for both.
        assert_eq!(arena.spans.load(Ordering::Relaxed), 1);
    });
}

#[test]
fn to_the_next_again_and_again() {
    check(|| {
        let arena = Arena::new();
        let thread = spawn(&arena);
        life(&arena);
        thread.join().unwrap();
        // Surely by the number: nobody else is there. The span may be full now, and another begin.
        life(&arena);
        assert!(arena.spans.load(Ordering::Relaxed) <= 2);
    });
}
