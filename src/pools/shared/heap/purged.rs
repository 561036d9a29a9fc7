//! The result of a call of `purge`.

/// The result of [`SharedPool::purge`](crate::SharedPool::purge).
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
    /// Returns the bytes that were given back: bytes held of the parent, or memory occupied in them.
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

    /// Returns whether there is no more to do for half a second. Otherwise the next call continues, or the next thread
    /// that needs more than its cache has.
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
