//! What a thread knows of itself.

#[cfg(feature = "std")]
mod number;

#[cfg(feature = "std")]
pub(crate) use number::number;

/// The number of the calling thread: small, and no other living thread's. `None` if there is none to be had; without std
/// there never is.
#[cfg(not(feature = "std"))]
#[inline]
pub(crate) fn number() -> Option<usize> {
    None
}
