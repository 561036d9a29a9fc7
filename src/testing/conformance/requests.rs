//! Random layouts for requests: mostly small ones, as in programs, and edge cases more often than by chance.

use crate::api::Layout;

use super::Options;
use super::random::Random;

/// The maximum size and align of a request that may succeed. A larger block would only be slow to write and compare.
const MAX_REQUEST: usize = 1 << 30;

/// The limits of the layouts.
pub(super) struct Requests {
    max_size: usize,
    /// The binary logarithm of the largest align.
    max_align_log: usize,
}

impl Requests {
    pub(super) fn new(options: &Options) -> Self {
        let max_align = options.max_align.clamp(1, MAX_REQUEST);
        Self { max_size: options.max_size.min(MAX_REQUEST), max_align_log: max_align.ilog2() as usize }
    }

    /// Returns the maximum size of a request.
    pub(super) const fn max_size(&self) -> usize {
        self.max_size
    }

    /// Returns a size. It is about 400 on average, so that an arena that never frees does not run out of memory early.
    pub(super) fn size(&self, random: &mut Random) -> usize {
        let size = match random.below(64) {
            0..=3 => 0,
            4..=50 => {
                let end = 2 << random.below(9);
                random.below(end)
            }
            // The sizes where size classes change.
            51..=58 => (1_usize << random.below(12)).saturating_add(random.below(3)).saturating_sub(1),
            59..=62 => {
                let end = 2 << random.below(12);
                random.below(end)
            }
            _ if random.once_in(160) => random.below(self.max_size + 1),
            // Whole pages, and one byte less or more.
            _ => 4096 * (1 + random.below(8)) + random.below(3) - 1,
        };
        size.min(self.max_size)
    }

    /// Returns an align, mostly a small one.
    pub(super) fn align(&self, random: &mut Random) -> usize {
        let log = match random.below(64) {
            0..=39 => random.below(5),
            40..=55 => random.below(9),
            _ if random.once_in(128) => return if random.once_in(16) { 2 << 20 } else { 64 << 10 },
            _ => random.below(self.max_align_log + 1),
        };
        1 << log.min(self.max_align_log)
    }

    /// Returns the layout of a new block.
    pub(super) fn layout(&self, random: &mut Random) -> Layout {
        let align = self.align(random);
        layout(self.size(random), align)
    }

    /// Returns a size of at least `size`, mostly not much larger, as a growing collection requests.
    pub(super) fn grown(&self, random: &mut Random, size: usize) -> usize {
        let more = match random.below(8) {
            0 => 0,
            1..=3 => random.below(33),
            4 => size,
            _ => self.size(random),
        };
        // A block may have been returned longer than the largest request.
        (size + more).min(self.max_size.max(size))
    }

    /// Returns a size of at most `size`.
    #[expect(clippy::unused_self, reason = "the counterpart of `grown`")]
    pub(super) fn shrunk(&self, random: &mut Random, size: usize) -> usize {
        match random.below(8) {
            0 => 0,
            1 => size,
            2..=4 => size.saturating_sub(random.below(33)),
            _ => random.below(size + 1),
        }
    }

    /// Returns the new align of a block to be resized: the old one half of the time.
    pub(super) fn realigned(&self, random: &mut Random, align: usize) -> usize {
        if random.once_in(2) { align } else { self.align(random) }
    }

    /// Returns a layout for which no address space of 64 bits has room: of more than half of `isize::MAX` bytes, up to
    /// the largest possible size.
    #[expect(clippy::unused_self, reason = "belongs with the others")]
    pub(super) fn huge(&self, random: &mut Random, align: usize) -> Layout {
        let max_size = isize::MAX as usize - (align - 1);
        let size = match random.below(4) {
            0 => max_size,
            1 => max_size - random.below(64),
            2 => max_size - random.below(1 << 16),
            _ => max_size - random.below(isize::MAX as usize / 4),
        };
        layout(size, align)
    }
}

/// Returns the layout of a size and align that are known to make one.
pub(super) fn layout(size: usize, align: usize) -> Layout {
    Layout::from_size_align(size, align).expect("sizes and aligns are chosen so that they make a layout")
}

#[cfg(test)]
mod tests {
    use super::Requests;
    use crate::testing::conformance::Options;
    use crate::testing::conformance::random::Random;

    #[test]
    fn requests_stay_within_the_options() {
        let mut random = Random::new(1);
        for (max_size, max_align) in [(0, 0), (1, 1), (100, 7), (1 << 20, 4096), (usize::MAX, usize::MAX)] {
            let requests = Requests::new(&Options { max_size, max_align, ..Options::default() });
            for _ in 0..10_000 {
                let layout = requests.layout(&mut random);
                assert!(layout.size() <= max_size);
                let above = [64 << 10, 2 << 20].contains(&layout.align());
                assert!(layout.align() <= max_align.max(1) || above);
                assert!(requests.grown(&mut random, layout.size()) >= layout.size());
                assert!(requests.shrunk(&mut random, layout.size()) <= layout.size());
                assert!(requests.huge(&mut random, layout.align()).size() > isize::MAX as usize / 2);
            }
        }
    }

    #[test]
    fn requests_are_small_on_average_and_reach_the_ends() {
        let requests = Requests::new(&Options::default());
        let mut random = Random::new(1);
        let layouts: Vec<_> = (0..100_000).map(|_| requests.layout(&mut random)).collect();
        let total: usize = layouts.iter().map(|layout| layout.size()).sum();
        assert!((100..800).contains(&(total / layouts.len())), "{}", total / layouts.len());
        for align in (0..=12).map(|log| 1 << log).chain([64 << 10, 2 << 20]) {
            assert!(layouts.iter().any(|layout| layout.align() == align), "{align}");
        }
        for size in [0, 1, 4095, 4096, 4097] {
            assert!(layouts.iter().any(|layout| layout.size() == size), "{size}");
        }
        assert!(layouts.iter().any(|layout| layout.size() > 512 << 10));
    }
}
