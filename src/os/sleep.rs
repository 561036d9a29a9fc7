//! Sleeping, where nothing may allocate.

/// Sleeps for some microseconds, less than a second: shorter if a signal comes, longer where the clock of the system is coarser.
pub(crate) fn for_microseconds(microseconds: u32) {
    #[cfg(unix)]
    // SAFETY: the function has no preconditions.
    unsafe {
        libc::usleep(microseconds)
    };
    #[cfg(windows)]
    // SAFETY: the function has no preconditions.
    unsafe {
        windows_sys::Win32::System::Threading::Sleep(microseconds.div_ceil(1000));
    };
}
