//! Sleeping, where nothing may allocate.

/// Sleeps for a millisecond: less if a signal comes, more where the clock of the system is coarser.
pub(crate) fn for_a_millisecond() {
    #[cfg(unix)]
    // SAFETY: the function has no preconditions.
    unsafe {
        libc::usleep(1000)
    };
    #[cfg(windows)]
    // SAFETY: the function has no preconditions.
    unsafe {
        windows_sys::Win32::System::Threading::Sleep(1);
    };
}
