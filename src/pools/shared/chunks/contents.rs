//! The contents of memory that no block uses yet.

/// What is required, or known, of the bytes of fresh memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Contents {
    /// Any bytes, or uninitialised ones.
    Unknown,
    Zero,
}
