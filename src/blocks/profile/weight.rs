//! The number of blocks and bytes that a sample stands for.
//!
//! Sampling points lie on the sequence of allocated bytes as a Poisson process: one in `interval` bytes on average. A block is
//! sampled if at least one point lies in it, which has the probability `p(size) = 1 - exp(-size / interval)`. So a sample
//! stands for `1 / p(size)` blocks and `size / p(size)` bytes, and sums of these are unbiased (Horvitz and Thompson, 1952).
//!
//! A growth adds bytes, which may have points in them. Thus a block of any history of growths is in the sample with the
//! probability that its present size has. A shrink keeps that by dropping the sample at random: see [`keep_chance`].

use super::Sampling;

/// One block. Weights count blocks in units of `1 / BLOCK`, because a sample of a large block stands for little more
/// than one block.
pub(super) const BLOCK: u64 = 1 << 16;

/// A number of bytes, and one of blocks in units of `1 / BLOCK`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Weight {
    pub(super) bytes: u64,
    pub(super) blocks: u64,
}

impl Weight {
    pub(super) const ZERO: Self = Self { bytes: 0, blocks: 0 };

    /// Adds two weights. The sums of any real process fit; a larger sum wraps.
    pub(super) fn plus(self, other: Self) -> Self {
        Self { bytes: self.bytes.wrapping_add(other.bytes), blocks: self.blocks.wrapping_add(other.blocks) }
    }

    pub(super) fn minus(self, other: Self) -> Self {
        Self { bytes: self.bytes.wrapping_sub(other.bytes), blocks: self.blocks.wrapping_sub(other.blocks) }
    }

    /// The blocks, rounded to whole ones.
    pub(super) fn whole_blocks(self) -> u64 {
        self.blocks.wrapping_add(BLOCK / 2) / BLOCK
    }
}

/// Returns the probability that a block of `size` bytes is sampled at an interval in bytes.
fn chance(size: usize, interval: usize) -> f64 {
    -(-(size as f64) / interval as f64).exp_m1()
}

/// Returns the weight that a sampled block of `size` bytes stands for. It depends on the arguments alone, so a weight that was
/// added can be subtracted again.
pub(super) fn weight(sampling: Sampling, size: usize) -> Weight {
    match sampling {
        Sampling::EveryBytes(interval) if size > 0 => {
            let chance = chance(size, interval);
            // `as` saturates.
            Weight { bytes: (size as f64 / chance).round() as u64, blocks: (BLOCK as f64 / chance).round() as u64 }
        }
        _ => Weight { bytes: size as u64, blocks: BLOCK },
    }
}

/// Returns the probability with which the sample of a block that shrinks from `old` to `new` bytes is kept.
pub(super) fn keep_chance(sampling: Sampling, old: usize, new: usize) -> f64 {
    match sampling {
        Sampling::EveryBytes(interval) if new < old => chance(new, interval) / chance(old, interval),
        _ => 1.0,
    }
}
