//! Bitmaps of slices. A *row* is a sequence of consecutive set bits.

use crate::pools::shared::geometry::SLICES;

/// Returns a bitmap with the `count` bits from `first` on set. The count is not 0.
pub(super) const fn mask(first: usize, count: usize) -> u128 {
    (u128::MAX >> (SLICES - count)) << first
}

/// Returns the index of the first bit and the length of each row of set bits, in order.
pub(crate) fn rows(bits: u128) -> impl Iterator<Item = (usize, usize)> {
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

/// Returns the lowest multiple of `align`, a power of two, from which on `count` bits are set.
pub(super) fn find_row(bits: u128, count: usize, align: usize) -> Option<usize> {
    if count == 0 || count > SLICES || align > SLICES {
        return None;
    }
    // A bit stays set if a row of `length` bits starts there.
    let mut starts = bits;
    let mut length = 1;
    while length < count {
        let step = length.min(count - length);
        starts &= starts >> step;
        length += step;
    }
    let starts = starts & MULTIPLES[align.trailing_zeros() as usize];
    (starts != 0).then(|| starts.trailing_zeros() as usize)
}

/// Returns the level of the longest row whose length is a power of two and divides the index of its first bit: 1 for
/// one bit, 2 for two bits, 3 for four, and so on; 0 if no bit is set. At least one bit is not set.
pub(super) fn level(bits: u128) -> usize {
    let mut starts = bits;
    let mut level = 0;
    while starts != 0 {
        level += 1;
        starts &= (starts >> (1_u32 << (level - 1))) & MULTIPLES[level];
    }
    level
}

/// Returns the bits of those pages, each `page` bits long and aligned to that, of which all bits are set in `free` and
/// at least one in `dirty`. `page` is a power of two.
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

/// For each power of two, from 1 on, the bits whose indices are multiples of it.
const MULTIPLES: [u128; SLICES.trailing_zeros() as usize + 1] = {
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
    use super::{SLICES, find_row, level, whole_pages};

    #[test]
    fn the_first_aligned_row_and_the_level_of_the_longest_are_found() {
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
            let is_level = |level: &usize| find_row(free, 1 << (level - 1), 1 << (level - 1)).is_some();
            assert_eq!(level(free), (1..=7).rev().find(is_level).unwrap_or(0), "{free:b}");
            for count in (1..40).chain([64, 100, SLICES]) {
                for align in (0..=7).map(|power| 1 << power) {
                    let starts_row = |at: &usize| {
                        at % align == 0 && at + count <= SLICES && (*at..at + count).all(|at| free >> at & 1 == 1)
                    };
                    assert_eq!(find_row(free, count, align), (0..SLICES).find(starts_row), "{free:b} {count} {align}");
                }
            }
        }
    }

    #[test]
    fn whole_pages_are_free_and_have_a_dirty_bit() {
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
