//! A span passes from a thread that ends to the next thread with its number, which continues where the other stopped.
//!
//! `SyncArena` has a `const` constructor, which loom's atomics have not, and slots for 512 threads. So the arena is modelled here, with
//! the crate's numbers, slots and chunks.

use std::ptr::NonNull;

use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::thread;

use crate::api::Layout;
use crate::arenas::no_chunks;
use crate::arenas::shared_chunks::SharedChunks;
use crate::check;
use crate::memory::Memory;
use crate::sync::{AtomicPtr, AtomicUsize, Ordering};
use crate::threads::local::SLOTS;
use crate::threads::slots::Slots;
use crate::threads::thread_index::release;

const BLOCK: usize = 16;
const SPAN: usize = 4 * BLOCK;

struct Span {
    start: NonNull<u8>,
    /// The offset of the next block from the start, or `SPAN` if the span is full.
    next: UnsafeCell<usize>,
}

struct Arena {
    slots: Slots<Span>,
    /// The full span in the slots that have no other.
    vacant: *mut Span,
    chunks: SharedChunks,
    memory: Memory,
    /// The number of spans created.
    spans: AtomicUsize,
}

// SAFETY: only the thread with a slot's number writes its span; loom checks that it is one thread at a time.
unsafe impl Sync for Arena {}
// SAFETY: only the thread with a slot's number writes its span; loom checks that it is one thread at a time.
unsafe impl Send for Arena {}

fn layout(size: usize) -> Layout {
    Layout::from_size_align(size, 16).unwrap()
}

impl Arena {
    fn new() -> Arc<Self> {
        let vacant = Box::into_raw(Box::new(Span { start: NonNull::dangling(), next: UnsafeCell::new(SPAN) }));
        let slots = Slots { slots: [(); SLOTS + 1].map(|()| AtomicPtr::new(vacant)) };
        let chunks = no_chunks();
        let memory = Memory::new(SharedChunks::size_for(layout(4 * SPAN)).unwrap());
        memory.write_header();
        assert!(chunks.add(chunks.newest(), &memory.raw()));
        Arc::new(Self { slots, vacant, chunks, memory, spans: AtomicUsize::new(0) })
    }

    /// Takes a block of the calling thread's span. Threads share the vacant span, so it is never written.
    fn take_from_span(&self) -> Option<NonNull<u8>> {
        // SAFETY: the arena frees spans in its drop alone.
        let span = unsafe { &*self.slots.own() };
        // SAFETY: loom checks that no other thread writes the value meanwhile.
        let next = span.next.with(|next| unsafe { *next });
        if next == SPAN {
            return None;
        }
        // SAFETY: loom checks that no other thread uses the value meanwhile.
        span.next.with_mut(|place| unsafe { *place = next + BLOCK });
        // SAFETY: `next` is less than `SPAN`, so the block is in the span.
        Some(unsafe { span.start.add(next) })
    }

    /// Takes a block, and marks it as in use.
    fn take(&self) -> NonNull<u8> {
        let block = self.take_from_span().unwrap_or_else(|| self.take_from_chunk());
        self.memory.set(block, BLOCK, true);
        block
    }

    /// Takes a block of a new span, or of the chunk if the calling thread has no number.
    fn take_from_chunk(&self) -> NonNull<u8> {
        let Some(slot) = self.slots.slot() else {
            return self.chunks.newest().and_then(|chunk| chunk.cut(layout(BLOCK))).expect("the chunk is large enough");
        };
        // `slot` may have given the thread a number, and with it a span.
        if let Some(block) = self.take_from_span() {
            return block;
        }
        let start = self.chunks.newest().and_then(|chunk| chunk.cut(layout(SPAN))).expect("the chunk is large enough");
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
                // SAFETY: the span came from a box, is in one slot, and is not used after the arena's drop.
                drop(unsafe { Box::from_raw(span) });
            }
        }
        // SAFETY: the span came from a box, and is not used after the arena's drop.
        drop(unsafe { Box::from_raw(self.vacant) });
    }
}

/// Takes two blocks, as a thread before its end, and gives the number back.
fn take_two_and_end(arena: &Arena) {
    let first = arena.take();
    let second = arena.take();
    assert_ne!(first, second);
    release();
}

fn spawn(arena: &Arc<Arena>) -> thread::JoinHandle<()> {
    let arena = Arc::clone(arena);
    thread::spawn(move || take_two_and_end(&arena))
}

#[test]
fn a_concurrent_thread_may_take_over_the_span() {
    check(|| {
        let arena = Arena::new();
        let threads = [spawn(&arena), spawn(&arena)];
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        // If a second thread got the number, it continued the span of the first, which has room for both.
        assert_eq!(arena.spans.load(Ordering::Relaxed), 1);
    });
}

#[test]
fn each_next_thread_takes_over_the_span() {
    check(|| {
        let arena = Arena::new();
        let thread = spawn(&arena);
        take_two_and_end(&arena);
        thread.join().unwrap();
        // The number is free now. The span may be full, and then a second one begins.
        take_two_and_end(&arena);
        assert!(arena.spans.load(Ordering::Relaxed) <= 2);
    });
}
