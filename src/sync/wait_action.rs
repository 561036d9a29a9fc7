//! The choice of a thread that finds a lock held.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WaitAction {
    /// Wait until the lock is released.
    Wait,
    /// Wait for a release, but for about a millisecond at most, and then choose again.
    WaitBriefly,
    #[cfg_attr(not(unix), expect(dead_code, reason = "only a thread that forks gives up"))]
    GiveUp,
}
