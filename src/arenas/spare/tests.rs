use std::vec::Vec;

use super::{Spare, digit};
use crate::System;
use crate::arenas::chunks::Chunk;
use crate::arenas::visits;

/// A small random sequence (SplitMix64).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ mixed >> 31) as usize % limit
    }
}

fn chunk(size: usize) -> Chunk<8> {
    Chunk::new(&System, size, false).unwrap()
}

fn free(chunk: Chunk<8>) {
    // SAFETY: every caller passes a chunk that it took out, and forgets it.
    unsafe { chunk.free(&System) };
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

/// Against a list that is sorted anew each time.
#[test]
fn the_smallest_that_suffices_is_taken_and_none_is_lost() {
    for (seed, different) in [(1, 1), (2, 3), (3, 40), (4, 1000), (5, 100_000)] {
        let (spare, mut model, mut random) = (Spare::new(), Vec::new(), Random(seed));
        for step in 0..4000 {
            let size = 48 + random.below(different) * if step % 2 == 0 { 1 } else { 16 };
            // First more come, then more go.
            match random.below(if step < 2000 { 4 } else { 10 }) {
                0..3 => {
                    spare.put(chunk(size));
                    model.push(size);
                }
                3 if !model.is_empty() => {
                    let largest = spare.take_largest().unwrap();
                    assert_eq!(Some(largest.size()), model.pop());
                    free(largest);
                }
                _ => {
                    let best = spare.take_best(size);
                    let expected = model.partition_point(|&other| other < size);
                    assert_eq!(best.map(|best| best.size()), model.get(expected).copied(), "{size}");
                    if let Some(best) = best {
                        model.remove(expected);
                        free(best);
                    }
                }
            }
            model.sort_unstable();
            assert_eq!(spare.is_empty(), model.is_empty());
            if step % 100 == 0 {
                let rooms: Vec<usize> = spare.ranges().map(|range| range.end.addr() - range.start.addr()).collect();
                assert!(rooms.iter().map(|room| room + Chunk::<8>::OVERHEAD).eq(model.iter().copied()));
            }
        }
        // SAFETY: they came from there, and are not used.
        unsafe { spare.free(&System) };
        assert!(spare.is_empty() && spare.take_best(1).is_none() && spare.take_largest().is_none());
    }
}

#[test]
fn steps_do_not_depend_on_the_number_of_chunks() {
    /// The looks at headers that it takes to put `count` chunks in, to look at all of them and to take all of them out again.
    fn looks(count: usize, size: impl Fn(usize) -> usize) -> (usize, usize, usize) {
        let spare = Spare::new();
        let chunks: Vec<Chunk<8>> = (0..count).map(|n| chunk(size(n))).collect();
        let (put, ()) = visits::of(|| chunks.into_iter().for_each(|chunk| spare.put(chunk)));
        let (looked, seen) = visits::of(|| spare.ranges().count());
        assert_eq!(seen, count);
        let (taken, ()) = visits::of(|| (0..count).for_each(|n| free(spare.take_best(size(n)).unwrap())));
        assert!(spare.is_empty());
        (put, looked, taken)
    }
    // Of one size, of a few, each of another: the last may add a step each time their number doubles.
    for size in [(|_| 4096) as fn(usize) -> usize, |n| 48 + 16 * (n % 20), |n| 48 + 16 * n] {
        let (few, many) = (looks(500, size), looks(4000, size));
        for (few, many) in [(few.0, many.0), (few.1, many.1), (few.2, many.2)] {
            assert!(few <= 500 * 30, "{few}");
            assert!(many <= 8 * few * 3 / 2, "{few} {many}");
        }
    }
}
