//! Rows of set bits, each of which stands for a slice of a chunk.

use crate::pools::shared::geometry::SLICES;

pub(super) const fn mask(slice: usize, count: usize) -> u128 {
    (u128::MAX >> (SLICES - count)) << slice
}

/// The first and the number of each row of set bits.
pub(crate) fn ranges(bits: u128) -> impl Iterator<Item = (usize, usize)> {
    let mut left = bits;
    core::iter::from_fn(move || {
        if left == 0 {
            return None;
        }
        let first = left.trailing_zeros() as usize;
        let count = (left >> first).trailing_ones() as usize;
        left &= !mask(first, count);
        Some((first, count))
    })
}

/// The first of `count` set bits in a row, at a multiple of `align`, a power of two.
pub(super) fn find(free: u128, count: usize, align: usize) -> Option<usize> {
    if count == 0 || count > SLICES || align > SLICES {
        return None;
    }
    // A bit stays where a row of as many as were looked at starts, which doubles.
    let mut starts = free;
    let mut length = 1;
    while length < count {
        let step = length.min(count - length);
        starts &= starts >> step;
        length += step;
    }
    let starts = starts & MULTIPLES[align.trailing_zeros() as usize];
    (starts != 0).then(|| starts.trailing_zeros() as usize)
}

/// The slices of those pages, `page` slices long, of which all are `free` and one is `dirty`.
pub(crate) fn whole_pages(free: u128, dirty: u128, page: usize) -> u128 {
    if page > SLICES {
        return 0;
    }
    let steps = || (0..page.trailing_zeros()).map(|power| 1_u32 << power);
    let all = steps().fold(free, |all, step| all & all >> step);
    let any = steps().fold(dirty, |any, step| any | any >> step);
    let first = all & any & MULTIPLES[page.trailing_zeros() as usize];
    steps().fold(first, |slices, step| slices | slices << step)
}

/// The places whose numbers are multiples of 1, 2, 4...
pub(super) const MULTIPLES: [u128; SLICES.trailing_zeros() as usize + 1] = {
    let mut multiples = [0; SLICES.trailing_zeros() as usize + 1];
    let mut power = 0;
    while power < multiples.len() {
        let mut at = 0;
        while at < SLICES {
            multiples[power] |= 1 << at;
            at += 1 << power;
        }
        power += 1;
    }
    multiples
};

#[cfg(test)]
mod tests {
    use super::{SLICES, find, whole_pages};

    #[test]
    fn the_first_row_that_is_long_enough_and_aligned_is_found() {
        let mut state = 1_u64;
        let mut random = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            u128::from(state >> 32) << 96
                | u128::from(state >> 29) << 64
                | u128::from(state >> 31) << 32
                | u128::from(state)
        };
        for _ in 0..200 {
            let free = random() | random();
            for count in (1..40).chain([64, 100, SLICES]) {
                for align in (0..=7).map(|power| 1 << power) {
                    let is_row = |at: &usize| {
                        at % align == 0 && at + count <= SLICES && (*at..at + count).all(|at| free >> at & 1 == 1)
                    };
                    assert_eq!(find(free, count, align), (0..SLICES).find(is_row), "{free:b} {count} {align}");
                }
            }
        }
    }

    #[test]
    fn pages_are_whole_and_free_and_one_of_their_slices_is_dirty() {
        let mut state = 1_u128;
        let mut random = || {
            state = state.wrapping_mul(0x2360_ed05_1fc6_5da4_4385_df64_9fcc_f645).wrapping_add(1);
            state ^ state >> 64
        };
        for _ in 0..1000 {
            let free = random() | random() | random();
            let dirty = free & random() & random();
            for page in (0..=7).map(|power| 1 << power) {
                let is_set = |bits: u128, at: usize| bits >> at & 1 == 1;
                let slices = |at: usize| at / page * page..at / page * page + page;
                let is_found =
                    |at: &usize| slices(*at).all(|at| is_set(free, at)) && slices(*at).any(|at| is_set(dirty, at));
                let expected = (0..SLICES).filter(is_found).fold(0, |bits, at| bits | 1 << at);
                assert_eq!(whole_pages(free, dirty, page), expected, "{free:b} {dirty:b} {page}");
            }
            assert_eq!(whole_pages(free, dirty, 1), free & dirty);
            assert_eq!(whole_pages(free, dirty, 2 * SLICES), 0);
        }
    }
}
