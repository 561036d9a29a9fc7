//! The live bytes of each tag over time.

use std::time::{Duration, Instant};

use janus_alloc::by_tag::Tag;

use crate::by_tag;

/// The tags of this program.
pub(crate) const TAGS: [&str; 6] = ["read", "parse", "answer", "index", "observe", UNTAGGED];

const UNTAGGED: &str = "(untagged)";

/// The maximum number of samples that are kept. It is even.
const CAPACITY: usize = 480;

/// The live bytes of each tag at one moment, in the order of [`TAGS`].
#[derive(Clone, Copy)]
pub(crate) struct Sample {
    /// The time since the start.
    pub(crate) time: Duration,
    pub(crate) live: [u64; TAGS.len()],
}

impl Sample {
    pub(crate) fn sum(&self) -> u64 {
        self.live.iter().sum()
    }

    /// Returns the sample of the two with more bytes.
    fn max(self, other: Self) -> Self {
        if other.sum() > self.sum() { other } else { self }
    }
}

/// The samples of a program of any length in a fixed amount of memory: each is the one with the most bytes in its step, and where there
/// is no room for more, steps become twice as long.
pub(crate) struct History {
    start: Instant,
    step: Duration,
    samples: Vec<Sample>,
    tags: [Tag; TAGS.len()],
}

impl History {
    pub(crate) fn new() -> Self {
        let tag = |name| if name == UNTAGGED { Tag::UNTAGGED } else { Tag::named(name) };
        Self {
            start: Instant::now(),
            step: Duration::from_millis(1),
            samples: Vec::with_capacity(CAPACITY),
            tags: TAGS.map(tag),
        }
    }

    /// Adds a sample of the present. Allocates nothing.
    pub(crate) fn look(&mut self) {
        let live = self.tags.map(|tag| by_tag().snapshot_of(tag).live_bytes);
        self.add(Sample { time: self.start.elapsed(), live });
    }

    fn add(&mut self, sample: Sample) {
        let length = self.step.as_nanos();
        let step = |sample: &Sample| sample.time.as_nanos() / length;
        let is_full = self.samples.len() == CAPACITY;
        match self.samples.last_mut() {
            Some(last) if step(last) == step(&sample) => *last = last.max(sample),
            _ if !is_full => self.samples.push(sample),
            _ => {
                self.step *= 2;
                let length = self.step.as_nanos();
                self.samples.dedup_by(|next, kept| {
                    let is_same = next.time.as_nanos() / length == kept.time.as_nanos() / length;
                    if is_same {
                        *kept = kept.max(*next);
                    }
                    is_same
                });
                self.add(sample);
            }
        }
    }

    pub(crate) fn samples(&self) -> &[Sample] {
        &self.samples
    }

    /// Returns the time that each sample stands for.
    pub(crate) fn step(&self) -> Duration {
        self.step
    }
}
