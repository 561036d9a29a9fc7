//! Compares both forms of `fits` with a model whose sums cannot wrap.

use std::vec::Vec;

use proptest::prelude::*;

use super::{Fit, LARGEST_MIN_ALIGN, find_fit, fits_anywhere, fits_low, place, round_up};

const MAX: usize = isize::MAX as usize;
const ALIGNS: u32 = usize::BITS;
const MIN_ALIGNS: u32 = LARGEST_MIN_ALIGN.trailing_zeros() + 1;

/// The arguments of `find_fit`.
#[derive(Clone, Copy, Debug)]
struct Request {
    position: usize,
    end: usize,
    size: usize,
    align: usize,
    min_align: usize,
}

impl Request {
    /// Creates a request, with `size` limited to what a layout may have and `position` rounded down to the minimum alignment.
    fn new(position: usize, end: usize, size: usize, align: usize, min_align: usize) -> Self {
        Self { position: position & !(min_align - 1), end, size: size.min(MAX + 1 - align), align, min_align }
    }

    /// Returns whether the request meets the conditions of `find_fit`, except that addresses are low.
    fn is_allowed(&self) -> bool {
        self.end.abs_diff(self.position) <= MAX
    }

    fn is_low(&self) -> bool {
        self.position <= MAX && self.end <= MAX
    }

    /// Computes the fit with sums that cannot wrap.
    fn expected(&self) -> Option<Fit> {
        let wide = |number: usize| number as u128;
        let start = wide(self.position).next_multiple_of(wide(self.align));
        let next = start + wide(self.size).next_multiple_of(wide(self.min_align));
        let fits = self.position <= self.end && next <= wide(self.end);
        fits.then_some(Fit { start: start as usize, next: next as usize })
    }

    fn check(&self) {
        if !self.is_allowed() {
            return;
        }
        let Self { position, end, size, align, min_align } = *self;
        let expected = self.expected();
        let fit = place(position, size, align, min_align);
        assert!(fit.next.wrapping_sub(position) <= MAX + 1, "{self:x?}");
        let anywhere = fits_anywhere(position, fit.next, end).then_some(fit);
        assert_eq!(anywhere, expected, "anywhere: {self:x?}");
        if self.is_low() {
            assert!(fit.next >= position, "{self:x?} wraps");
            let low = fits_low(position, fit.next, end).then_some(fit);
            assert_eq!(low, expected, "low: {self:x?}");
            assert_eq!(find_fit(position, end, size, align, min_align), expected, "{self:x?}");
        }
        if let Some(Fit { start, next }) = expected {
            assert!(position <= start && start + size <= next && next <= end, "{self:x?}");
            assert!(start % align == 0 && start % min_align == 0 && next % min_align == 0, "{self:x?}");
            // It is the first one: no aligned address is skipped.
            assert!(start - position < align, "{self:x?}");
        }
    }
}

fn powers(count: u32) -> impl Iterator<Item = usize> + Clone {
    (0..count).map(|power| 1 << power)
}

#[test]
fn all_small_numbers() {
    for min_align in powers(5) {
        for position in (0..=48).step_by(min_align) {
            for end in 0..=48 {
                for size in 0..=20 {
                    powers(6).for_each(|align| Request::new(position, end, size, align, min_align).check());
                }
            }
        }
    }
}

#[test]
fn all_aligns_where_addresses_and_sizes_end() {
    let edges = [0, 1 << 12, MAX / 2, MAX, usize::MAX - (1 << 13), usize::MAX];
    let around =
        |edge: usize| [8, 1, 0].map(|less| edge.saturating_sub(less)).into_iter().chain([edge.saturating_add(1)]);
    let addresses: Vec<usize> = edges.into_iter().flat_map(around).collect();
    let mut count = 0;
    for (&position, &end) in addresses.iter().flat_map(|position| addresses.iter().map(move |end| (position, end))) {
        for align in powers(ALIGNS) {
            let largest = MAX + 1 - align;
            let exact = end.wrapping_sub(position);
            for size in [0, 1, 9, exact.saturating_sub(1), exact, largest / 2, largest.saturating_sub(9), largest] {
                for min_align in [1, 8, LARGEST_MIN_ALIGN] {
                    let request = Request::new(position, end, size, align, min_align);
                    request.check();
                    count += usize::from(request.is_allowed() && request.expected().is_some());
                }
            }
        }
    }
    assert!(count > 10_000, "only {count} fit");
}

/// The requests of a thread without a span: no block fits, whatever its size, not even one of size 0.
#[test]
fn a_position_behind_the_end_refuses_everything() {
    for min_align in powers(MIN_ALIGNS) {
        let (position, end) = (3 * min_align, 1);
        for align in powers(ALIGNS) {
            let largest = MAX + 1 - align;
            for size in (0..100).chain((0..100).map(|less| largest.saturating_sub(less))) {
                let request = Request::new(position, end, size, align, min_align);
                assert_eq!(request.expected(), None);
                request.check();
            }
        }
    }
}

#[test]
fn sizes_are_rounded_up() {
    for min_align in powers(MIN_ALIGNS) {
        for size in (0..2 * LARGEST_MIN_ALIGN).chain(MAX - 2 * LARGEST_MIN_ALIGN..=MAX) {
            assert_eq!(round_up(size, min_align) as u128, (size as u128).next_multiple_of(min_align as u128));
        }
    }
}

/// Generates numbers of all magnitudes, many of them near 0, `isize::MAX` and `usize::MAX`.
fn number() -> impl Strategy<Value = usize> {
    let near = |edge: usize| (0..20_000_usize).prop_map(move |off| edge.wrapping_add(off).wrapping_sub(10_000));
    prop_oneof![
        0..100_usize,
        (0..usize::BITS, any::<usize>()).prop_map(|(bits, number)| number >> bits),
        near(10_000),
        near(MAX),
        near(usize::MAX - 10_000),
    ]
}

prop_compose! {
    fn request()(
        position in number(),
        room in number(),
        behind in prop::bool::weighted(0.1),
        end in prop_oneof![Just(None), number().prop_map(Some)],
        size in number(),
        align in 0..ALIGNS,
        min_align in 0..MIN_ALIGNS,
    ) -> Request {
        let near = if behind { position.saturating_sub(room) } else { position.saturating_add(room & MAX) };
        Request::new(position, end.unwrap_or(near), size, 1 << align, 1 << min_align)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_request(request in request()) {
        request.check();
    }

    /// Blocks allocated in sequence, as by a cursor, do not overlap and stay within the region.
    #[test]
    fn one_after_the_other(
        first in number(),
        room in 0..100_000_usize,
        min_align in 0..5_u32,
        blocks in prop::collection::vec((0..3000_usize, 0..8_u32), 1..30),
    ) {
        let min_align = 1_usize << min_align;
        let first = first.saturating_add(min_align - 1) & !(min_align - 1) & MAX;
        let end = first.saturating_add(room).min(MAX);
        let (mut position, mut last_end) = (first, first);
        for (size, align) in blocks {
            match find_fit(position, end, size, 1 << align, min_align) {
                Some(Fit { start, next }) => {
                    prop_assert!(start >= last_end && start + size <= next && next <= end);
                    (position, last_end) = (next, start + size);
                }
                None => prop_assert!(position + size + (1 << align) + min_align > end),
            }
        }
    }
}
