//! The share of blocks that is sampled.

use core::sync::atomic::AtomicUsize;
use core::sync::atomic::Ordering::Relaxed;

use crate::sync::fatal::AbortOnUnwind;

/// The share of the allocated bytes that a [`Profile`](super::Profile) samples.
///
/// # Examples
///
/// ```
/// use janus_alloc::blocks::profile::Sampling;
///
/// assert_eq!(Sampling::default(), Sampling::EveryBytes(512 << 10));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Sampling {
    /// One sample in this number of bytes on average; 0 is [`All`](Self::All). The distances between two samples are
    /// random and independent: they are distributed exponentially.
    EveryBytes(usize),
    /// Each block. Every number of a report is exact.
    All,
    /// No block.
    Off,
}

impl Sampling {
    /// The default of tcmalloc and jemalloc.
    pub(super) const DEFAULT: Self = Self::EveryBytes(512 << 10);
}

impl Default for Sampling {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// The [`Sampling`] of a profile, which a function may choose when it is first needed.
#[derive(Debug)]
pub(super) struct SamplingSource {
    /// The interval in bytes, or one of the constants below.
    code: AtomicUsize,
    choose: fn() -> Sampling,
}

const ALL: usize = 0;
const OFF: usize = usize::MAX;
const NOT_CHOSEN: usize = usize::MAX - 1;
const MAX_INTERVAL: usize = NOT_CHOSEN - 1;

const fn code_of(sampling: Sampling) -> usize {
    match sampling {
        Sampling::All => ALL,
        Sampling::Off => OFF,
        Sampling::EveryBytes(bytes) if bytes > MAX_INTERVAL => MAX_INTERVAL,
        Sampling::EveryBytes(bytes) => bytes,
    }
}

impl SamplingSource {
    pub(super) const fn given(sampling: Sampling) -> Self {
        Self { code: AtomicUsize::new(code_of(sampling)), choose: || Sampling::Off }
    }

    pub(super) const fn at_first_use(choose: fn() -> Sampling) -> Self {
        Self { code: AtomicUsize::new(NOT_CHOSEN), choose }
    }

    /// Returns the sampling. If several threads call this first, each may call the function, and all return the result that
    /// was stored first.
    pub(super) fn get(&self) -> Sampling {
        let code = match self.code.load(Relaxed) {
            NOT_CHOSEN => self.choose(),
            code => code,
        };
        match code {
            ALL => Sampling::All,
            OFF => Sampling::Off,
            bytes => Sampling::EveryBytes(bytes),
        }
    }

    /// Returns whether the sampling was chosen already and is [`Sampling::Off`].
    #[inline]
    pub(super) fn is_known_to_be_off(&self) -> bool {
        self.code.load(Relaxed) == OFF
    }

    #[cold]
    fn choose(&self) -> usize {
        let unwinding = AbortOnUnwind(
            b"janus-alloc: the function that chooses the sampling of a `Profile` panicked, which must not unwind through the allocator\n",
        );
        let chosen = code_of((self.choose)());
        core::mem::forget(unwinding);
        match self.code.compare_exchange(NOT_CHOSEN, chosen, Relaxed, Relaxed) {
            Ok(_) => chosen,
            Err(earlier) => earlier,
        }
    }
}
