//! The end of the process, where nothing may allocate.

/// Writes a message to standard error, and aborts.
#[cold]
pub(crate) fn end(message: &[u8]) -> ! {
    // The length is of another type on Windows.
    #[allow(clippy::unnecessary_cast, clippy::useless_conversion, reason = "a size is not the same type everywhere")]
    // SAFETY: the text is so long. If it cannot be written there is nobody to tell.
    unsafe {
        libc::write(2, message.as_ptr().cast(), message.len() as _)
    };
    // SAFETY: may be called whenever.
    unsafe { libc::abort() }
}
