//! Ends the process where nothing may allocate.

/// Writes `message` to standard error, and aborts.
#[cold]
pub(crate) fn abort_with(message: &[u8]) -> ! {
    // On Windows the length is an `i32`.
    #[allow(clippy::unnecessary_cast, clippy::useless_conversion, reason = "the type of a length differs by system")]
    // SAFETY: the function reads as many bytes as `message` has. An error is ignored, as there is no other place to
    // report to.
    unsafe {
        libc::write(2, message.as_ptr().cast(), message.len() as _)
    };
    // SAFETY: the function has no preconditions.
    unsafe { libc::abort() }
}

/// Ends the process if it is dropped: a panic is about to unwind through an allocator, which no method of one may do. Where there was none,
/// [forget](core::mem::forget) it. The panic has printed its own message before; this one says what is wrong about it.
pub(crate) struct AbortOnUnwind(pub(crate) &'static [u8]);

impl Drop for AbortOnUnwind {
    #[inline(always)]
    fn drop(&mut self) {
        abort_with(self.0);
    }
}
