//! Calls of the operating system: each interface has one file for each system behind it.

#[cfg(target_has_atomic = "ptr")]
pub(crate) mod access;
pub(crate) mod advice;
#[cfg(feature = "std")]
pub(crate) mod file;
pub(crate) mod pages;
pub(crate) mod sleep;

/// The system's code of an error: `None` if the system lacks the operation, or the code is not known.
pub(crate) type ErrorCode = Option<i32>;

/// Returns the code of the last failed call of this thread. Only std can ask for it on every system.
pub(crate) fn last_error() -> ErrorCode {
    #[cfg(feature = "std")]
    return std::io::Error::last_os_error().raw_os_error();
    #[cfg(not(feature = "std"))]
    None
}

/// Returns whether a call returned 0, or else the code of its error.
#[cfg(unix)]
pub(crate) fn check(result: i32) -> Result<(), ErrorCode> {
    if result == 0 { Ok(()) } else { Err(last_error()) }
}
