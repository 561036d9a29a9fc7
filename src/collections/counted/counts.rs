//! The interface of the two kinds of counts.

/// The strong and the weak count of a value. All strong references together hold one weak reference, the implicit one.
///
/// A count that would overflow ends the process: safe code can get there by leaking references.
pub(crate) trait Counts {
    /// Returns the counts of a value with one strong reference.
    fn new() -> Self;

    /// Returns the number of strong references.
    fn strong(&self) -> usize;

    /// Returns the number of weak references without the implicit one, or 0 if no strong reference is left.
    fn weak(&self) -> usize;

    /// Counts one more strong reference.
    ///
    /// # Safety
    ///
    /// The caller has a strong reference.
    unsafe fn clone_strong(&self);

    /// Releases the caller's strong reference, and returns whether it was the last. If so, the caller drops the value
    /// and then releases the implicit weak reference.
    fn release_strong(&self) -> bool;

    /// Takes the strong reference of the caller if it is the only one, and returns whether it was. If so, the strong
    /// count is 0, weak references cannot be upgraded, and the caller owns the value and the implicit weak reference.
    fn take_last(&self) -> bool;

    /// Restores the strong reference that [`take_last`](Self::take_last) took.
    fn put_back(&self);

    /// Returns whether there is one strong reference, and no weak one except the implicit one.
    fn is_unique(&self) -> bool;

    /// Claims the value for the caller's strong reference, and returns which other references there are.
    fn claim(&self) -> Others;

    /// Counts one more weak reference.
    ///
    /// # Safety
    ///
    /// The caller has a strong reference.
    unsafe fn downgrade(&self);

    /// Counts one more weak reference.
    ///
    /// # Safety
    ///
    /// The caller has a weak reference.
    unsafe fn clone_weak(&self);

    /// Counts one more strong reference for a caller with a weak one, unless none is left. Returns whether it did.
    fn upgrade(&self) -> bool;

    /// Releases the caller's weak reference, and returns whether it was the last. If so, the caller frees the block.
    fn release_weak(&self) -> bool;
}

/// The references to a value other than the strong one that claims it.
pub(crate) enum Others {
    /// None: the value can be used alone.
    None,
    /// Weak references only. The strong reference was taken as by [`take_last`](Counts::take_last), so that none of
    /// them can be upgraded.
    Weak,
    /// Strong references, and maybe weak ones. The counts are unchanged.
    Strong,
}
