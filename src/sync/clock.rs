//! Time, from whenever: in ticks, coarse and cheap, for memory that nobody has used for a while; and in milliseconds and
//! microseconds.

const TICKS_PER_SECOND: u64 = 32;

/// In ticks, and no less: how often what is kept is looked at.
pub(crate) const HALF_A_SECOND: isize = TICKS_PER_SECOND as isize / 2 + 1;

/// Time in ticks.
#[cfg(unix)]
pub(crate) fn tick() -> usize {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    const CLOCK: libc::clockid_t = libc::CLOCK_MONOTONIC_COARSE;
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    const CLOCK: libc::clockid_t = libc::CLOCK_MONOTONIC;
    time(CLOCK, TICKS_PER_SECOND) as usize
}

#[cfg(unix)]
pub(crate) fn milliseconds() -> u64 {
    time(libc::CLOCK_MONOTONIC, 1000)
}

#[cfg(unix)]
pub(crate) fn microseconds() -> u64 {
    time(libc::CLOCK_MONOTONIC, 1_000_000)
}

/// The time of a clock, in so many parts of a second.
#[cfg(unix)]
fn time(clock: libc::clockid_t, parts: u64) -> u64 {
    let mut now = core::mem::MaybeUninit::<libc::timespec>::zeroed();
    // SAFETY: writes the whole struct, or nothing.
    unsafe { libc::clock_gettime(clock, now.as_mut_ptr()) };
    // SAFETY: zero is a time.
    let now = unsafe { now.assume_init() };
    let (seconds, nanoseconds) = (now.tv_sec as u64, now.tv_nsec as u64);
    seconds * parts + nanoseconds * parts / 1_000_000_000
}

/// Time in ticks.
#[cfg(windows)]
pub(crate) fn tick() -> usize {
    (milliseconds() * TICKS_PER_SECOND / 1000) as usize
}

#[cfg(windows)]
pub(crate) fn milliseconds() -> u64 {
    // SAFETY: may be called whenever.
    unsafe { windows_sys::Win32::System::SystemInformation::GetTickCount64() }
}

#[cfg(windows)]
pub(crate) fn microseconds() -> u64 {
    use windows_sys::Win32::System::Performance::{QueryPerformanceCounter, QueryPerformanceFrequency};
    let (mut count, mut per_second) = (0, 0);
    // SAFETY: writes the count.
    unsafe { QueryPerformanceCounter(&raw mut count) };
    // SAFETY: writes the frequency.
    unsafe { QueryPerformanceFrequency(&raw mut per_second) };
    // No system that runs this has none.
    let (count, per_second) = (count as u64, (per_second as u64).max(1));
    count / per_second * 1_000_000 + count % per_second * 1_000_000 / per_second
}
