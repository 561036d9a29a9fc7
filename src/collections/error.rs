//! No room for more: the error of the `try_` methods, and the panic of the others.

use core::alloc::Layout;
use core::convert::Infallible;
use core::error::Error;
use core::fmt;

use alloc::alloc::handle_alloc_error;

use crate::api::AllocError;

/// The error of the `try_` methods of the collections: there is no room for so many elements.
///
/// The collection is as it was before the call, unless the method says otherwise.
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

/// Why there is no room: see [`TryReserveError::kind`].
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
    /// The allocator refused a block.
    AllocError {
        /// The layout that the allocator was asked for.
        layout: Layout,
    },
}

impl TryReserveError {
    pub(crate) const CAPACITY_OVERFLOW: Self = Self { kind: TryReserveErrorKind::CapacityOverflow };

    #[inline]
    pub(crate) const fn refused(layout: Layout) -> Self {
        Self { kind: TryReserveErrorKind::AllocError { layout } }
    }

    /// Why there is no room.
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

    /// Fails as a method without an error does.
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

/// So that `?` works in functions that deal with allocators themselves.
impl From<TryReserveError> for AllocError {
    #[inline]
    fn from(_: TryReserveError) -> Self {
        AllocError
    }
}

/// So that one type serves all collections.
impl From<hashbrown::TryReserveError> for TryReserveError {
    fn from(error: hashbrown::TryReserveError) -> Self {
        match error {
            hashbrown::TryReserveError::CapacityOverflow => Self::CAPACITY_OVERFLOW,
            hashbrown::TryReserveError::AllocError { layout } => Self::refused(layout),
        }
    }
}

/// Decides for one body whether it is that of a method that panics or of its `try_` twin.
pub(crate) trait OnFailure {
    type Error;

    #[track_caller]
    fn fail(error: TryReserveError) -> Self::Error;
}

/// Panics, or calls [`handle_alloc_error`].
pub(crate) enum Panic {}

impl OnFailure for Panic {
    type Error = Infallible;

    #[inline]
    #[track_caller]
    fn fail(error: TryReserveError) -> Infallible {
        error.fail()
    }
}

/// Returns the error.
pub(crate) enum Return {}

impl OnFailure for Return {
    type Error = TryReserveError;

    #[inline]
    fn fail(error: TryReserveError) -> TryReserveError {
        error
    }
}

/// The result of a method that does not return if it fails.
#[inline(always)]
pub(super) fn sure<T>(result: Result<T, Infallible>) -> T {
    let Ok(value) = result;
    value
}

/// The result of a `try_` method, for its twin.
#[inline]
#[track_caller]
pub(super) fn or_fail<T>(result: Result<T, TryReserveError>) -> T {
    match result {
        Ok(value) => value,
        Err(error) => error.fail(),
    }
}
