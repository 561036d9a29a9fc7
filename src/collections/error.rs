//! Failed allocations: the error of the `try_` methods, and the panic of the others.

use core::alloc::Layout;
use core::convert::Infallible;
use core::error::Error;
use core::fmt;

use alloc::alloc::handle_alloc_error;

use crate::api::AllocError;

/// The error of the `try_` methods of the collections: the required memory could not be reserved.
///
/// The collection is unchanged, unless the method says otherwise.
///
/// # Examples
///
/// ```
/// use janus_alloc::{Null, collections::{TryReserveErrorKind, Vec}};
///
/// let mut numbers: Vec<u64, _> = Vec::new_in(Null); // an allocator that always fails
/// let error = numbers.try_push(7).unwrap_err();
/// assert!(matches!(error.kind(), TryReserveErrorKind::AllocError { layout } if layout.size() == 32));
///
/// let error = numbers.try_reserve(usize::MAX).unwrap_err();
/// assert_eq!(error.kind(), TryReserveErrorKind::CapacityOverflow);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TryReserveError {
    kind: TryReserveErrorKind,
}

/// The reason for a [`TryReserveError`], from [`TryReserveError::kind`].
///
/// # Examples
///
/// ```
/// use janus_alloc::collections::{TryReserveErrorKind, Vec};
///
/// fn message(length: usize) -> String {
///     match Vec::<u64>::try_with_capacity(length).map_err(|error| error.kind()) {
///         Ok(_) => format!("room for {length}"),
///         Err(TryReserveErrorKind::CapacityOverflow) => format!("no block has room for {length}"),
///         Err(TryReserveErrorKind::AllocError { layout }) => format!("no memory for {} bytes", layout.size()),
///     }
/// }
///
/// assert_eq!(message(3), "room for 3");
/// assert_eq!(message(usize::MAX), format!("no block has room for {}", usize::MAX));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TryReserveErrorKind {
    /// The elements would need more than `isize::MAX` bytes.
    CapacityOverflow,
    /// The allocator returned an error.
    AllocError {
        /// The layout of the block that was requested.
        layout: Layout,
    },
}

impl TryReserveError {
    pub(crate) const CAPACITY_OVERFLOW: Self = Self { kind: TryReserveErrorKind::CapacityOverflow };

    #[inline]
    pub(crate) const fn refused(layout: Layout) -> Self {
        Self { kind: TryReserveErrorKind::AllocError { layout } }
    }

    /// Returns the reason for the error.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{TryReserveErrorKind, Vec};
    ///
    /// let error = Vec::<u64>::try_with_capacity(usize::MAX).unwrap_err();
    /// assert_eq!(error.kind(), TryReserveErrorKind::CapacityOverflow);
    /// ```
    #[inline]
    #[must_use]
    pub fn kind(&self) -> TryReserveErrorKind {
        self.kind.clone()
    }

    /// Panics or calls [`handle_alloc_error`], on behalf of a method that returns no error.
    #[cold]
    #[inline(never)]
    #[track_caller]
    pub(crate) fn fail(self) -> ! {
        match self.kind {
            TryReserveErrorKind::CapacityOverflow => panic!("capacity overflow"),
            TryReserveErrorKind::AllocError { layout } => handle_alloc_error(layout),
        }
    }
}

impl fmt::Display for TryReserveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            TryReserveErrorKind::CapacityOverflow => {
                f.write_str("no memory is reserved, because it would be more than `isize::MAX` bytes")
            }
            TryReserveErrorKind::AllocError { layout } => write!(
                f,
                "no memory is reserved, because the allocator refused {} bytes aligned to {}",
                layout.size(),
                layout.align()
            ),
        }
    }
}

impl Error for TryReserveError {}

/// Allows `?` in functions that return the error of an allocator.
impl From<TryReserveError> for AllocError {
    #[inline]
    fn from(_: TryReserveError) -> Self {
        AllocError
    }
}

/// Allows `?` on the errors of hashbrown's tables.
impl From<hashbrown::TryReserveError> for TryReserveError {
    fn from(error: hashbrown::TryReserveError) -> Self {
        match error {
            hashbrown::TryReserveError::CapacityOverflow => Self::CAPACITY_OVERFLOW,
            hashbrown::TryReserveError::AllocError { layout } => Self::refused(layout),
        }
    }
}

/// Selects the failure behaviour of a body that a method and its `try_` twin share.
pub(crate) trait OnFailure {
    type Error;

    #[track_caller]
    fn fail(error: TryReserveError) -> Self::Error;
}

/// Ends the method: panics, or calls [`handle_alloc_error`].
pub(crate) enum Panic {}

impl OnFailure for Panic {
    type Error = Infallible;

    #[inline]
    #[track_caller]
    fn fail(error: TryReserveError) -> Infallible {
        error.fail()
    }
}

/// Returns the error, for a `try_` twin.
pub(crate) enum Return {}

impl OnFailure for Return {
    type Error = TryReserveError;

    #[inline]
    fn fail(error: TryReserveError) -> TryReserveError {
        error
    }
}

/// Unwraps the result of a shared body that panics instead of returning an error.
#[inline(always)]
pub(super) fn into_ok<T>(result: Result<T, Infallible>) -> T {
    let Ok(value) = result;
    value
}

/// Unwraps the result of a `try_` method, or fails on behalf of its twin.
#[inline]
#[track_caller]
pub(super) fn or_fail<T>(result: Result<T, TryReserveError>) -> T {
    match result {
        Ok(value) => value,
        Err(error) => error.fail(),
    }
}
