//! Pieces do not overlap, the new owner of bytes sees the writes of the last one, and no chunk is lost or used after it has left.
//!
//! `Relaxed` in place of any other ordering of `src/arenas/shared_chunks` makes a test fail.

use std::ptr::NonNull;

use loom::sync::Arc;
use loom::thread;

use crate::api::Layout;
use crate::arenas::no_chunks;
use crate::arenas::shared_chunks::{RawChunk, SharedChunks};
use crate::check;
use crate::memory::Memory;

const PIECE: usize = 16;

fn layout(size: usize) -> Layout {
    Layout::from_size_align(size, 16).unwrap()
}

/// Chunks, and memory for more.
struct Shared {
    chunks: SharedChunks,
    memories: Vec<Memory>,
}

impl Shared {
    /// Returns `count` memories of `pieces` pieces each, the first `added` of which are chunks already.
    fn new(count: usize, pieces: usize, added: usize) -> Arc<Self> {
        let size = SharedChunks::size_for(layout(pieces * PIECE)).unwrap();
        let memories = (0..count).map(|_| Memory::new(size)).collect();
        let shared = Self { chunks: no_chunks(), memories };
        assert!((0..added).all(|at| shared.add(at)));
        Arc::new(shared)
    }

    fn add(&self, at: usize) -> bool {
        let newest = self.chunks.newest();
        self.memories[at].write_header();
        self.chunks.add(newest, &self.memories[at].raw())
    }

    fn memory(&self, piece: NonNull<u8>) -> &Memory {
        self.memories.iter().find(|memory| memory.contains(piece)).unwrap()
    }

    /// Cuts a piece of the newest chunk, and marks it as in use.
    fn cut(&self, size: usize) -> Option<NonNull<u8>> {
        let piece = self.chunks.newest().and_then(|chunk| chunk.cut(layout(size)))?;
        self.memory(piece).read_header();
        self.memory(piece).set(piece, size, true);
        Some(piece)
    }

    /// Marks the bytes after `new` as free, and shrinks the piece if it is the last. Returns whether it is.
    fn shrink(&self, piece: NonNull<u8>, old: usize, new: usize) -> bool {
        // SAFETY: `new` is at most the size of the piece.
        self.memory(piece).set(unsafe { piece.add(new) }, old - new, false);
        self.chunks.resize_last(piece, old, new).is_some()
    }

    /// Grows the piece if it is the last and the chunk has room, and returns whether it did.
    fn grow(&self, piece: NonNull<u8>, old: usize, new: usize) -> bool {
        let grown = self.chunks.resize_last(piece, old, new).is_some();
        if grown {
            // SAFETY: the old end of the piece is in the same chunk.
            self.memory(piece).set(unsafe { piece.add(old) }, new - old, true);
        }
        grown
    }

    /// Cuts a piece as `SyncArena` does: of the newest chunk, or of a memory of `own`, which is added if that chunk is still the newest.
    /// Returns the piece and the number of chunks added.
    fn cut_or_add(&self, own: &[usize]) -> (NonNull<u8>, usize) {
        let mut added = 0;
        loop {
            let newest = self.chunks.newest();
            if let Some(piece) = newest.and_then(|chunk| chunk.cut(layout(PIECE))) {
                self.memory(piece).read_header();
                self.memory(piece).set(piece, PIECE, true);
                return (piece, added);
            }
            // Another thread may take the only piece of a chunk that this one added.
            let memory = &self.memories[own[added]];
            memory.write_header();
            added += usize::from(self.chunks.add(newest, &memory.raw()));
        }
    }
}

fn spawn<T: 'static>(shared: &Arc<Shared>, work: impl FnOnce(&Shared) -> T + 'static) -> thread::JoinHandle<T> {
    let shared = Arc::clone(shared);
    thread::spawn(move || work(&shared))
}

#[test]
fn pieces_do_not_overlap_and_are_reused() {
    check(|| {
        let shared = Shared::new(1, 3, 1);
        let cut_and_free = |shared: &Shared| {
            let piece = shared.cut(PIECE).expect("the chunk has room for three");
            shared.shrink(piece, PIECE, 0);
            let again = shared.cut(PIECE);
            again.is_some()
        };
        let thread = spawn(&shared, cut_and_free);
        cut_and_free(&shared);
        thread.join().unwrap();
    });
}

#[test]
fn the_last_piece_grows_and_shrinks_beside_cuts() {
    check(|| {
        let shared = Shared::new(1, 4, 1);
        let thread = spawn(&shared, |shared| {
            let piece = shared.cut(PIECE).expect("the chunk has room for four");
            if shared.grow(piece, PIECE, 2 * PIECE) {
                shared.shrink(piece, 2 * PIECE, PIECE);
            }
        });
        let piece = shared.cut(PIECE).expect("the chunk has room for four");
        if shared.shrink(piece, PIECE, 0) {
            shared.cut(2 * PIECE);
        }
        thread.join().unwrap();
    });
}

#[test]
fn a_thread_reuses_bytes_freed_by_another() {
    check(|| {
        let shared = Shared::new(1, 1, 1);
        let piece = shared.cut(PIECE).unwrap();
        // The thread frees the piece.
        let piece = piece.addr();
        let thread = spawn(&shared, move |shared| {
            let start = shared.memories[0].raw().start;
            // SAFETY: the piece lies in this memory.
            let piece = unsafe { start.byte_add(piece.get() - start.addr().get()) };
            assert!(shared.shrink(piece, PIECE, 0), "the last piece did not shrink");
        });
        shared.cut(PIECE);
        thread.join().unwrap();
    });
}

#[test]
fn two_threads_add_a_chunk() {
    check(|| {
        let shared = Shared::new(4, 1, 0);
        let thread = spawn(&shared, |shared| {
            let (piece, added) = shared.cut_or_add(&[2, 3]);
            (piece.addr(), added)
        });
        let (own, added) = shared.cut_or_add(&[0, 1]);
        let (other, added_by_other) = thread.join().unwrap();
        assert_ne!(own.addr(), other);
        // Each chunk has room for one piece, so two are needed. Each added chunk is in the list once.
        let count = |of: usize| {
            shared.chunks.iter().filter(|chunk| chunk.raw().start == shared.memories[of].raw().start).count()
        };
        let expected = [added > 0, added > 1, added_by_other > 0, added_by_other > 1].map(usize::from);
        assert_eq!([0, 1, 2, 3].map(count), expected);
    });
}

#[test]
fn a_chunk_is_added_while_the_last_piece_of_another_is_freed() {
    check(|| {
        let shared = Shared::new(3, 1, 1);
        let piece = shared.cut(PIECE).unwrap();
        let thread = spawn(&shared, |shared| shared.cut_or_add(&[1, 2]).1);
        shared.shrink(piece, PIECE, 0);
        shared.cut(PIECE);
        let added = thread.join().unwrap();
        assert_eq!(shared.chunks.iter().count(), 1 + added);
        assert!(shared.chunks.iter().any(|chunk| chunk.raw().start == shared.memories[0].raw().start));
    });
}

impl Shared {
    /// Makes a memory an oversize chunk, and returns its block, marked as in use.
    fn add_oversize(&self, at: usize) -> NonNull<u8> {
        self.memories[at].write_header();
        let block = self.chunks.oversize.add(&self.memories[at].raw(), layout(PIECE));
        assert!(self.memories[at].contains(block));
        self.memories[at].set(block, PIECE, true);
        block
    }

    /// Takes the chunk of a block, and uses its header for something else, as the parent does. Returns whether it could.
    fn take(&self, block: NonNull<u8>) -> bool {
        self.memory(block).set(block, PIECE, false);
        // SAFETY: the block is live, and the calling thread has it.
        let taken = unsafe { self.chunks.oversize.try_take(block) };
        if let Some(raw) = &taken {
            assert!(self.memory(block).raw().start == raw.start && self.memory(block).raw().size == raw.size);
            self.memory(block).write_header();
        }
        taken.is_some()
    }

    /// Reads the headers of all oversize chunks, and returns their number.
    fn visit(&self) -> usize {
        let read = |raw: RawChunk| {
            self.memory(raw.start).read_header();
            assert_eq!(raw.size, self.memories[0].raw().size);
        };
        self.chunks.oversize.iter().map(|chunk| read(chunk.raw())).count()
    }

    /// Returns how often each memory is in the list of oversize chunks.
    fn in_list<const N: usize>(&self) -> [usize; N] {
        let starts: Vec<_> = self.chunks.oversize.iter().map(|chunk| chunk.raw().start).collect();
        std::array::from_fn(|at| starts.iter().filter(|&&start| start == self.memories[at].raw().start).count())
    }
}

#[test]
fn two_threads_add_oversize_chunks() {
    check(|| {
        let shared = Shared::new(2, 1, 0);
        let add = |shared: &Shared, at: usize| {
            shared.add_oversize(at);
            // The list holds whole chunks alone, while others are added.
            assert!((1..=2).contains(&shared.visit()));
        };
        let thread = spawn(&shared, move |shared| add(shared, 0));
        add(&shared, 1);
        thread.join().unwrap();
        assert_eq!(shared.in_list(), [1, 1]);
    });
}

#[test]
fn a_thread_visits_while_two_add_oversize_chunks() {
    check(|| {
        let shared = Shared::new(2, 1, 0);
        let threads = [0, 1].map(|at| {
            spawn(&shared, move |shared| {
                shared.add_oversize(at);
            })
        });
        assert!(shared.visit() <= 2);
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        assert_eq!(shared.in_list(), [1, 1]);
    });
}

#[test]
fn an_oversize_chunk_does_not_leave_while_another_thread_visits_it() {
    check(|| {
        let shared = Shared::new(2, 1, 0);
        shared.add_oversize(0);
        let block = shared.add_oversize(1);
        let thread = spawn(&shared, |shared| {
            // The chunk below is never missed.
            assert!((1..=2).contains(&shared.visit()));
        });
        let taken = shared.take(block);
        thread.join().unwrap();
        assert_eq!(shared.in_list(), [1, usize::from(!taken)]);
    });
}

/// A visitor that is at a chunk while that is put back goes on to the chunk that was added meanwhile.
#[test]
fn an_oversize_chunk_is_put_back_behind_a_visitor() {
    check(|| {
        let shared = Shared::new(2, 1, 0);
        let block = shared.add_oversize(0);
        let adder = spawn(&shared, |shared| {
            shared.add_oversize(1);
        });
        let visitor = spawn(&shared, |shared| assert!(shared.visit() <= 2));
        let taken = shared.take(block);
        adder.join().unwrap();
        visitor.join().unwrap();
        assert_eq!(shared.in_list(), [usize::from(!taken), 1]);
    });
}

#[test]
fn an_oversize_chunk_leaves_while_another_thread_adds_one() {
    check(|| {
        let shared = Shared::new(2, 1, 0);
        let block = shared.add_oversize(0);
        let thread = spawn(&shared, |shared| {
            shared.add_oversize(1);
        });
        let taken = shared.take(block);
        // As a parent that hands out the same memory again.
        if taken {
            shared.add_oversize(0);
        }
        thread.join().unwrap();
        assert_eq!(shared.in_list(), [1, 1]);
    });
}

#[test]
fn two_threads_take_their_oversize_chunks() {
    check(|| {
        let shared = Shared::new(2, 1, 0);
        let (lower, upper) = (shared.add_oversize(0), shared.add_oversize(1));
        let lower = lower.addr();
        let thread = spawn(&shared, move |shared| {
            let start = shared.memories[0].raw().start;
            // SAFETY: the block lies in this memory.
            shared.take(unsafe { start.byte_add(lower.get() - start.addr().get()) })
        });
        let upper = shared.take(upper);
        let lower = thread.join().unwrap();
        // Nothing visits or adds, so the newest leaves, and the one below only after it.
        assert!(upper);
        assert_eq!(shared.in_list(), [usize::from(!lower), 0]);
    });
}

#[test]
fn the_last_piece_of_one_chunk_grows_while_another_is_added() {
    check(|| {
        let shared = Shared::new(3, 2, 1);
        let piece = shared.cut(PIECE).unwrap();
        let thread = spawn(&shared, |shared| {
            if shared.cut(2 * PIECE).is_none() {
                shared.memories[1].write_header();
                let newest = shared.chunks.newest();
                shared.chunks.add(newest, &shared.memories[1].raw());
            }
        });
        if shared.grow(piece, PIECE, 2 * PIECE) {
            shared.shrink(piece, 2 * PIECE, 0);
        }
        thread.join().unwrap();
    });
}
