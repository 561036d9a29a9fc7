//! The bytes left until the next sampling point, counted down by each thread for itself.
//!
//! A Poisson process has no memory: cut into the sequences of bytes of several threads, it is one in each of them. So each of the
//! first threads has a countdown of its own, and all other threads share one. A thread that ends leaves its countdown to the next
//! thread with its number.

use core::sync::atomic::AtomicUsize;
use core::sync::atomic::Ordering::Relaxed;

use super::Sampling;
use crate::threads;

/// The number of threads with a countdown of their own.
const OWN_COUNTDOWNS: usize = if threads::SLOTS < 32 { threads::SLOTS } else { 32 };

/// A distance that no countdown reaches.
const NEVER: usize = usize::MAX / 2;

#[derive(Debug)]
pub(super) struct Countdowns {
    /// Each is written by at most one thread at a time: the thread that has its number.
    own: [Countdown; OWN_COUNTDOWNS],
    shared: Countdown,
}

/// On two cache lines of its own, because processors fetch them in pairs.
#[derive(Debug)]
#[repr(align(128))]
struct Countdown {
    /// The bytes up to and including the one with the next point. 0 before the first point was drawn.
    left: AtomicUsize,
    /// The number of random numbers drawn.
    draws: AtomicUsize,
}

impl Countdown {
    const fn new() -> Self {
        Self { left: AtomicUsize::new(0), draws: AtomicUsize::new(0) }
    }
}

impl Countdowns {
    pub(super) const fn new() -> Self {
        Self { own: [const { Countdown::new() }; OWN_COUNTDOWNS], shared: Countdown::new() }
    }

    /// Counts `bytes` and returns `true` if there is no sampling point in them. Otherwise it counts nothing: the caller calls
    /// [`hits`](Self::hits).
    #[inline]
    pub(super) fn passes(&self, bytes: usize) -> bool {
        match threads::thread_index_below(OWN_COUNTDOWNS).and_then(|number| self.own.get(number)) {
            Some(own) => {
                let left = own.left.load(Relaxed);
                if left > bytes {
                    own.left.store(left - bytes, Relaxed);
                }
                left > bytes
            }
            None => self.shared_passes(bytes),
        }
    }

    #[cold]
    fn shared_passes(&self, bytes: usize) -> bool {
        let subtract = |left: usize| (left > bytes).then(|| left - bytes);
        self.shared.left.fetch_update(Relaxed, Relaxed, subtract).is_ok()
    }

    /// Counts `bytes`, and returns whether there is a sampling point in them. If so, the next point is drawn behind them.
    pub(super) fn hits(&self, bytes: usize, sampling: Sampling, seed: u64) -> bool {
        let interval = match sampling {
            Sampling::All => return true,
            Sampling::Off => {
                let (_, countdown) = self.of_thread();
                countdown.left.store(NEVER, Relaxed);
                return false;
            }
            Sampling::EveryBytes(interval) => interval,
        };
        let (number, countdown) = self.of_thread();
        let mut left = countdown.left.load(Relaxed);
        loop {
            let (next, is_hit) = match left {
                0 => (distance(interval, uniform(number, countdown, seed)), None),
                left if left > bytes => (left - bytes, Some(false)),
                _ => (distance(interval, uniform(number, countdown, seed)), Some(true)),
            };
            // Threads that share a countdown may come in between.
            match (countdown.left.compare_exchange(left, next, Relaxed, Relaxed), is_hit) {
                (Ok(_), Some(is_hit)) => return is_hit,
                (Ok(_), None) => left = next,
                (Err(now), _) => left = now,
            }
        }
    }

    /// Returns `true` with the probability `chance`.
    pub(super) fn draw(&self, chance: f64, seed: u64) -> bool {
        let (number, countdown) = self.of_thread();
        uniform(number, countdown, seed) <= chance
    }

    fn of_thread(&self) -> (usize, &Countdown) {
        let number = threads::thread_index_below(OWN_COUNTDOWNS);
        let own = number.and_then(|number| Some((number, self.own.get(number)?)));
        own.unwrap_or((OWN_COUNTDOWNS, &self.shared))
    }
}

/// Returns a random number above 0, up to and including 1. Each countdown has a sequence of its own, by its `number`.
fn uniform(number: usize, countdown: &Countdown, seed: u64) -> f64 {
    let draw = countdown.draws.fetch_add(1, Relaxed) as u64;
    // SplitMix64 (Steele, Lea and Flood, 2014), started for each countdown at a position of its own, far from the
    // others.
    let start = mix(seed ^ mix(number as u64 + 1));
    let bits = mix(start.wrapping_add(draw.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15)));
    ((bits >> 11) + 1) as f64 / (1_u64 << 53) as f64
}

const fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ (bits >> 31)
}

/// Returns an exponentially distributed distance to the next point, with the mean `interval`, rounded up to whole bytes.
fn distance(interval: usize, uniform: f64) -> usize {
    let bytes = -uniform.ln() * interval as f64;
    // `as` saturates.
    (bytes.ceil() as usize).clamp(1, NEVER)
}

#[cfg(test)]
mod tests {
    use super::{Countdowns, Sampling};

    /// Blocks of one size are hit as often as their probability says, within five standard deviations.
    #[test]
    fn blocks_are_hit_by_their_probability() {
        for (size, interval) in [(8, 1000), (100, 1000), (1000, 1000), (5000, 1000), (64, 512 << 10)] {
            let countdowns = Countdowns::new();
            let blocks = if interval > 1000 { 10_000_000 } else { 200_000 };
            let hit = |_: &i32| !countdowns.passes(size) && countdowns.hits(size, Sampling::EveryBytes(interval), 7);
            let hits = (0..blocks).filter(hit).count() as f64;
            let chance = 1.0 - (-(size as f64) / interval as f64).exp();
            let (mean, deviation) = (f64::from(blocks) * chance, (f64::from(blocks) * chance * (1.0 - chance)).sqrt());
            assert!((hits - mean).abs() <= 5.0 * deviation.max(1.0), "{size}: {hits} hits, {mean} expected");
        }
    }

    #[test]
    fn seeds_give_sequences_of_their_own_that_repeat() {
        let hits = |seed| {
            let countdowns = Countdowns::new();
            let hit = |_: &u32| countdowns.hits(10, Sampling::EveryBytes(100), seed);
            (0..1000).filter(hit).collect::<std::vec::Vec<_>>()
        };
        assert_eq!(hits(1), hits(1));
        assert_ne!(hits(1), hits(2));
    }
}
