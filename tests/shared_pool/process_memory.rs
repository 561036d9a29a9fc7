//! The memory of this process, as the system counts it.
#![cfg(target_os = "linux")]

use janus_alloc::Pages;

/// Returns the bytes of this process that are in memory.
pub(crate) fn resident_bytes() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    statm.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() * Pages::page_size()
}

/// Returns the minor page faults of this process (`RUSAGE_SELF`), of the calling thread (`RUSAGE_THREAD`), or of the children waited for
/// (`RUSAGE_CHILDREN`).
pub(crate) fn page_faults(who: libc::c_int) -> libc::c_long {
    let mut usage = std::mem::MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: the pointer is to a `rusage`, which may be written.
    assert_eq!(unsafe { libc::getrusage(who, usage.as_mut_ptr()) }, 0);
    // SAFETY: all bytes are initialised, and any bytes are a `rusage`.
    unsafe { usage.assume_init() }.ru_minflt
}
