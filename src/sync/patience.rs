//! How long a thread waits for a lock.

/// A thread that finds a lock held does this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    Wait,
    /// For a millisecond or so.
    WaitAWhile,
    #[cfg_attr(not(unix), expect(dead_code, reason = "only around a fork"))]
    GiveUp,
}
