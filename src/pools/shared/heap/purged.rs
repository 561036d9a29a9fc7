//! How far a call of `purge` has come.

/// How far [`SharedPool::purge`](crate::SharedPool::purge) has come.
///
/// # Examples
///
/// ```
/// use janus_alloc::SharedPool;
///
/// let purged = SharedPool::new().purge();
/// assert!(purged.is_done() && purged.bytes() == 0); // it has no memory yet
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[must_use = "if it is not done, there is more to give back"]
pub struct Purged {
    pub(super) bytes: usize,
    pub(super) is_unfinished: bool,
}

impl Purged {
    /// How many bytes went back, of those that were held or only resident.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::SharedPool;
    ///
    /// let pool = SharedPool::new();
    /// drop(janus_alloc::collections::Box::new_in([1_u8; 1000], &pool));
    /// assert_eq!(pool.purge().bytes(), 0); // used just now
    /// ```
    #[must_use]
    pub fn bytes(self) -> usize {
        self.bytes
    }

    /// Whether there is no more to do for half a second; else the caller, or whoever asks the pool for something next, goes on.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::SharedPool;
    ///
    /// let pool = SharedPool::new();
    /// drop(janus_alloc::collections::Box::new_in([1_u8; 1000], &pool));
    /// while !pool.purge().is_done() {}
    /// ```
    #[must_use]
    pub fn is_done(self) -> bool {
        !self.is_unfinished
    }
}
