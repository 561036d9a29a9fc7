//! Whether a process has but one thread, where the C library says so: glibc, from 2.32 on, linked dynamically.

#[cfg(all(target_os = "linux", target_env = "gnu", not(target_feature = "crt-static")))]
mod glibc {
    use core::ptr;
    use core::sync::atomic::{AtomicPtr, AtomicU8, Ordering::Relaxed};

    static IS_ALONE: AtomicPtr<AtomicU8> = AtomicPtr::new(ptr::null_mut());

    pub(in super::super) fn find() {
        // SAFETY: a name, in whatever is loaded.
        let found = unsafe { libc::dlsym(libc::RTLD_DEFAULT, c"__libc_single_threaded".as_ptr()) };
        IS_ALONE.store(found.cast(), Relaxed);
    }

    pub(crate) fn is_alone() -> bool {
        // SAFETY: a `char` of glibc's, which lives as long as the process.
        unsafe { IS_ALONE.load(Relaxed).as_ref() }.is_some_and(|is_alone| is_alone.load(Relaxed) != 0)
    }
}
#[cfg(all(target_os = "linux", target_env = "gnu", not(target_feature = "crt-static")))]
use glibc as library;

#[cfg(not(all(target_os = "linux", target_env = "gnu", not(target_feature = "crt-static"))))]
mod library {
    pub(in super::super) fn find() {}

    pub(crate) fn is_alone() -> bool {
        false
    }
}

/// Finds what says so, before `main`. The dynamic linker may allocate for that.
pub(super) use library::find;

/// Whether the process has but one thread, for certain.
pub(crate) use library::is_alone;
