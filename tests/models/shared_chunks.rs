//! Pieces do not overlap, the new owner of bytes sees the writes of the last one, and no chunk is lost.

use std::ptr::{NonNull, null_mut};

use loom::sync::Arc;
use loom::thread;

use crate::api::Layout;
use crate::arenas::shared_chunks::SharedChunks;
use crate::check;
use crate::memory::Memory;
use crate::sync::AtomicPtr;

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
        let chunks = SharedChunks { newest: AtomicPtr::new(null_mut()), oversize: AtomicPtr::new(null_mut()) };
        let shared = Self { chunks, memories };
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
        let piece = self.chunks.cut(self.chunks.newest(), layout(size))?;
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
            if let Some(piece) = self.chunks.cut(newest, layout(PIECE)) {
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
        let count = |of: usize| shared.chunks.iter().filter(|raw| raw.start == shared.memories[of].raw().start).count();
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
        assert!(shared.chunks.iter().any(|raw| raw.start == shared.memories[0].raw().start));
    });
}

#[test]
fn two_threads_add_oversize_chunks() {
    check(|| {
        let shared = Shared::new(3, 1, 1);
        let add = |shared: &Shared, at: usize| {
            shared.memories[at].write_header();
            let block = shared.chunks.add_oversize(&shared.memories[at].raw(), layout(PIECE));
            assert!(shared.memories[at].contains(block));
            shared.memories[at].set(block, PIECE, true);
            // The list holds whole chunks alone, while others are added.
            for raw in shared.chunks.iter() {
                shared.memory(raw.start).read_header();
                assert_eq!(raw.size, shared.memories[0].raw().size);
            }
        };
        let thread = spawn(&shared, move |shared| add(shared, 1));
        add(&shared, 2);
        thread.join().unwrap();
        let mut found: Vec<usize> = shared.chunks.iter().map(|raw| raw.start.addr().get()).collect();
        let mut all: Vec<usize> = shared.memories.iter().map(|memory| memory.raw().start.addr().get()).collect();
        found.sort_unstable();
        all.sort_unstable();
        assert_eq!(found, all);
    });
}
