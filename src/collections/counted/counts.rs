//! The trait of the counts.

/// The numbers of references to a value, strong and weak. All strong ones together hold one weak one.
///
/// A count that would overflow ends the process, since values can be leaked until it does.
pub(crate) trait Counts {
    /// Those of a value with one strong reference.
    fn new() -> Self;

    /// Strong references.
    fn strong(&self) -> usize;

    /// Weak references, without the common one; 0 if no strong reference is left.
    fn weak(&self) -> usize;

    /// One strong reference more.
    ///
    /// # Safety
    ///
    /// The caller has a strong reference.
    unsafe fn clone_strong(&self);

    /// One strong reference less. If this is `true` it was the last: whoever has it drops the value and releases the common weak
    /// one.
    fn release_strong(&self) -> bool;

    /// Takes the strong reference away from who has it, if there is no other: there is none then, and the value is the caller's.
    fn take_last(&self) -> bool;

    /// Gives back what [`take_last`](Self::take_last) took.
    fn put_back(&self);

    /// Whether there is one strong reference and no weak one but the common one.
    fn is_unique(&self) -> bool;

    /// The references besides the caller's strong one, which wants the value alone.
    fn others(&self) -> Others;

    /// One weak reference more.
    ///
    /// # Safety
    ///
    /// The caller has a strong reference.
    unsafe fn downgrade(&self);

    /// One weak reference more.
    ///
    /// # Safety
    ///
    /// The caller has a weak reference.
    unsafe fn clone_weak(&self);

    /// One strong reference more, for who has a weak one, if there still is one.
    fn upgrade(&self) -> bool;

    /// One weak reference less. If this is `true` it was the last: whoever has it frees the memory.
    fn release_weak(&self) -> bool;
}

/// The references to a value besides a strong one.
pub(crate) enum Others {
    /// There are none.
    None,
    /// Weak references only. The strong one was taken, as by [`take_last`](Counts::take_last), so that none of them is upgraded.
    Weak,
    /// Strong ones.
    Strong,
}
