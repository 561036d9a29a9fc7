use std::vec::Vec;

use super::{SpareChunks, digit};
use crate::System;
use crate::api::contents::Contents;
use crate::arenas::arena::chunk::ArenaChunk;
use crate::arenas::arena::visits;

/// A small generator of random numbers (SplitMix64).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ mixed >> 31) as usize % limit
    }
}

fn chunk(size: usize) -> ArenaChunk<8> {
    ArenaChunk::new(&System, size, Contents::Uninit).unwrap()
}

fn release(chunk: ArenaChunk<8>) {
    // SAFETY: every caller passes a chunk from `chunk` that it has removed, and does not use it again.
    unsafe { chunk.release(&System) };
}

#[test]
fn digits_are_in_the_order_of_sizes() {
    let digits = |size: usize| -> Vec<usize> { (0..6 + size.ilog2()).map(|depth| digit(size, depth)).collect() };
    let mut sizes: Vec<usize> = (1..5000).chain((0..usize::BITS).map(|power| 1 << power)).collect();
    sizes.extend((1..usize::BITS).flat_map(|power| [(1_usize << power) - 1, (1 << power) + 1]));
    sizes.push(usize::MAX);
    sizes.sort_unstable();
    sizes.dedup();
    for pair in sizes.windows(2) {
        assert!(digits(pair[0]) < digits(pair[1]), "{pair:?}");
    }
}

/// Compares the tree with a sorted list.
#[test]
fn the_best_fit_is_taken_and_no_chunk_is_lost() {
    for (seed, different) in [(1, 1), (2, 3), (3, 40), (4, 1000), (5, 100_000)] {
        let (spare, mut model, mut random) = (SpareChunks::new(), Vec::new(), Random(seed));
        for step in 0..4000 {
            let size = 48 + random.below(different) * if step % 2 == 0 { 1 } else { 16 };
            // In the first half more are inserted, in the second more are removed.
            match random.below(if step < 2000 { 4 } else { 10 }) {
                0..3 => {
                    spare.insert(chunk(size));
                    model.push(size);
                }
                3 if !model.is_empty() => {
                    let largest = spare.take_largest().unwrap();
                    assert_eq!(Some(largest.size()), model.pop());
                    release(largest);
                }
                _ => {
                    let best = spare.take_best_fit(size);
                    let expected = model.partition_point(|&other| other < size);
                    assert_eq!(best.map(|best| best.size()), model.get(expected).copied(), "{size}");
                    if let Some(best) = best {
                        model.remove(expected);
                        release(best);
                    }
                }
            }
            model.sort_unstable();
            assert_eq!(spare.is_empty(), model.is_empty());
            if step % 100 == 0 {
                let sizes =
                    spare.ranges().map(|range| range.end.addr() - range.start.addr() + ArenaChunk::<8>::OVERHEAD);
                assert!(sizes.eq(model.iter().copied()));
            }
        }
        // SAFETY: all chunks came from `System`.
        unsafe { spare.release_all(&System) };
        assert!(spare.is_empty() && spare.take_best_fit(1).is_none() && spare.take_largest().is_none());
    }
}

#[test]
fn visits_do_not_depend_on_the_number_of_chunks() {
    /// Returns the header visits that it takes to insert `count` chunks, to iterate over them and to remove them.
    fn visits(count: usize, size: impl Fn(usize) -> usize) -> (usize, usize, usize) {
        let spare = SpareChunks::new();
        let chunks: Vec<ArenaChunk<8>> = (0..count).map(|n| chunk(size(n))).collect();
        let (inserting, ()) = visits::of(|| chunks.into_iter().for_each(|chunk| spare.insert(chunk)));
        let (iterating, seen) = visits::of(|| spare.ranges().count());
        assert_eq!(seen, count);
        let (removing, ()) = visits::of(|| (0..count).for_each(|n| release(spare.take_best_fit(size(n)).unwrap())));
        assert!(spare.is_empty());
        (inserting, iterating, removing)
    }
    // One size; a few sizes; all sizes different, which may add a visit each time the number of chunks doubles.
    for size in [(|_| 4096) as fn(usize) -> usize, |n| 48 + 16 * (n % 20), |n| 48 + 16 * n] {
        let (few, many) = (visits(500, size), visits(4000, size));
        for (few, many) in [(few.0, many.0), (few.1, many.1), (few.2, many.2)] {
            assert!(few <= 500 * 30, "{few}");
            assert!(many <= 8 * few * 3 / 2, "{few} {many}");
        }
    }
}
