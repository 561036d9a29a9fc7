//! The monotonic clock: in ticks, coarse and cheap, to tell how long memory has been unused; in milliseconds; in
//! microseconds.

const TICKS_PER_SECOND: u64 = 32;

/// At least half a second, in ticks. One tick is added because both times of a difference are rounded down.
pub(crate) const HALF_A_SECOND: isize = TICKS_PER_SECOND as isize / 2 + 1;

/// Returns the time in ticks.
#[cfg(unix)]
pub(crate) fn now() -> usize {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    const CLOCK: libc::clockid_t = libc::CLOCK_MONOTONIC_COARSE;
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    const CLOCK: libc::clockid_t = libc::CLOCK_MONOTONIC;
    read(CLOCK, TICKS_PER_SECOND) as usize
}

#[cfg(unix)]
pub(crate) fn milliseconds() -> u64 {
    read(libc::CLOCK_MONOTONIC, 1000)
}

#[cfg(unix)]
pub(crate) fn microseconds() -> u64 {
    read(libc::CLOCK_MONOTONIC, 1_000_000)
}

/// Returns the time of a clock, in units of which a second has `units_per_second`.
#[cfg(unix)]
fn read(clock: libc::clockid_t, units_per_second: u64) -> u64 {
    let mut now = core::mem::MaybeUninit::<libc::timespec>::zeroed();
    // SAFETY: the function writes a whole `timespec` there, or nothing.
    unsafe { libc::clock_gettime(clock, now.as_mut_ptr()) };
    // SAFETY: all bytes are initialised, and any are a `timespec`.
    let now = unsafe { now.assume_init() };
    let (seconds, nanoseconds) = (now.tv_sec as u64, now.tv_nsec as u64);
    seconds * units_per_second + nanoseconds * units_per_second / 1_000_000_000
}

/// Returns the time in ticks.
#[cfg(windows)]
pub(crate) fn now() -> usize {
    (milliseconds() * TICKS_PER_SECOND / 1000) as usize
}

#[cfg(windows)]
pub(crate) fn milliseconds() -> u64 {
    // SAFETY: the function has no preconditions.
    unsafe { windows_sys::Win32::System::SystemInformation::GetTickCount64() }
}

#[cfg(windows)]
pub(crate) fn microseconds() -> u64 {
    use windows_sys::Win32::System::Performance::{QueryPerformanceCounter, QueryPerformanceFrequency};
    let (mut count, mut per_second) = (0, 0);
    // SAFETY: the function writes the count to a valid place.
    unsafe { QueryPerformanceCounter(&raw mut count) };
    // SAFETY: the function writes the frequency to a valid place.
    unsafe { QueryPerformanceFrequency(&raw mut per_second) };
    // Windows promises a frequency other than 0. The compiler does not know that, and would add a panic.
    let (count, per_second) = (count as u64, (per_second as u64).max(1));
    count / per_second * 1_000_000 + count % per_second * 1_000_000 / per_second
}
