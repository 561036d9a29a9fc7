//! The options of a guard.

use super::placement::Placement;

/// The action of a guard on blocks that are live when it is dropped.
///
/// # Examples
///
/// ```
/// use janus_alloc::blocks::guard::Leaks;
/// use janus_alloc::{Arena, Guard, collections::Box};
///
/// let arena = Arena::new();
/// // Whatever is left in an arena goes with the arena.
/// let guard = Guard::new(&arena).leaks(Leaks::Ignore);
/// let _ = Box::leak(Box::new_in(1, &guard));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Leaks {
    /// Reports them, and aborts.
    #[default]
    Abort,
    /// Reports them.
    Report,
    /// Does nothing.
    Ignore,
}

/// The options of a guard. Its first use fixes them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Options {
    pub(super) placement: Placement,
    /// The maximum number of bytes in quarantine.
    pub(super) quarantine: usize,
    pub(super) backtraces: bool,
    pub(super) leaks: Leaks,
}

impl Options {
    pub(super) const fn new(placement: Placement) -> Self {
        Self { placement, quarantine: 16 << 20, backtraces: false, leaks: Leaks::Abort }
    }
}
