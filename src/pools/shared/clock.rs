//! Time, coarse and cheap: for memory that nobody has used for a while.

const TICKS_PER_SECOND: u64 = 32;

/// In ticks, and no less: how often what is kept is looked at.
pub(super) const HALF_A_SECOND: isize = TICKS_PER_SECOND as isize / 2 + 1;

/// Time in ticks, from whenever.
#[cfg(unix)]
pub(super) fn tick() -> usize {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    const CLOCK: libc::clockid_t = libc::CLOCK_MONOTONIC_COARSE;
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    const CLOCK: libc::clockid_t = libc::CLOCK_MONOTONIC;
    let mut now = core::mem::MaybeUninit::<libc::timespec>::zeroed();
    // SAFETY: writes the whole struct, or nothing.
    unsafe { libc::clock_gettime(CLOCK, now.as_mut_ptr()) };
    // SAFETY: zero is a time.
    let now = unsafe { now.assume_init() };
    let (seconds, nanoseconds) = (now.tv_sec as u64, now.tv_nsec as u64);
    (seconds * TICKS_PER_SECOND + nanoseconds * TICKS_PER_SECOND / 1_000_000_000) as usize
}

/// Time in ticks, from whenever.
#[cfg(windows)]
pub(super) fn tick() -> usize {
    // SAFETY: may be called whenever.
    let milliseconds = unsafe { windows_sys::Win32::System::SystemInformation::GetTickCount64() };
    (milliseconds * TICKS_PER_SECOND / 1000) as usize
}
