//! The options of a pool.

use crate::os::advice;

/// The options of a [`SharedPool`](super::SharedPool): a builder, whose methods are all `const`.
///
/// # Examples
///
/// ```
/// use janus_alloc::pools::{Options, Retain};
/// use janus_alloc::{AsGlobal, SharedPool};
///
/// static DEFAULT: AsGlobal<SharedPool> =
///     AsGlobal::new(SharedPool::with_options(Options::new().retain(Retain::Bounded(16 << 20))));
///
/// let numbers = janus_alloc::collections::Box::new_in([1, 2, 3], &DEFAULT);
/// assert_eq!(numbers.iter().sum::<i32>(), 6);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    pub(super) retain: Retain,
    pub(super) huge_pages: bool,
    /// Whether the parent is known to be a [`WholePages`](crate::api::WholePages). The pool sets it, by the type of its parent.
    pub(super) whole_pages: bool,
    pub(super) checked: bool,
    pub(super) caches: usize,
}

/// When a [`SharedPool`](super::SharedPool) gives back memory that is not in use.
///
/// While threads use the pool, a *scan* looks for free memory about every half a second. It flushes the caches of
/// threads that have ended, but not those of living ones. A living thread that needs more than its cache has flushes the
/// bins that it has not used for half a second, and [`collect`](super::SharedPool::collect) flushes all bins of the
/// thread that calls it.
///
/// # Examples
///
/// ```
/// use janus_alloc::pools::{Options, Retain};
/// use janus_alloc::{SharedPool, collections::Box};
///
/// let pool = SharedPool::with_options(Options::new().retain(Retain::Nothing));
/// let block = Box::new_in([0_u8; 1_000_000], &pool);
/// let held = pool.stats().held_bytes();
/// drop(block);
/// assert!(pool.stats().held_bytes() <= held - 1_000_000);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retain {
    /// Free memory goes back at once: empty chunks and large blocks to the parent, and free memory within a chunk to the
    /// operating system, where the parent is a [`WholePages`](crate::api::WholePages). This takes the least memory and the most system
    /// calls.
    Nothing,
    /// Free memory goes back as with [`Recent`](Self::Recent); and at once if more than this many bytes are free. Free
    /// memory in chunks, empty spans and kept large blocks are counted separately, so up to three times as much can be
    /// free.
    Bounded(usize),
    /// The default. Free memory goes back when two scans in a row have found it free, and it was not used in between. No
    /// thread is started for that. A thread that needs more than its cache has, or frees more than the cache takes, does a
    /// step of a scan; and so does [`purge`](super::SharedPool::purge).
    ///
    /// Large blocks that are freed are kept as far as the program has needed them again: as many bytes as were
    /// requested soon after such blocks had gone back, and in any case 2 MiB and a sixteenth of the bytes in use. Those
    /// in use and those kept have together at most half as much again as was in use at once lately.
    Recent,
    /// Free memory goes back only by [`collect`](super::SharedPool::collect), when the pool is dropped, and when a request
    /// would fail otherwise.
    Everything,
}

impl Retain {
    /// Returns the bytes of free memory that may be retained.
    pub(super) const fn bytes(self) -> usize {
        match self {
            Retain::Nothing => 0,
            Retain::Bounded(bytes) => bytes,
            Retain::Recent | Retain::Everything => usize::MAX,
        }
    }
}

impl Options {
    /// Returns the options of [`SharedPool::new_in`](super::SharedPool::new_in). Memory that was [recently
    /// used](Retain::Recent) is retained, huge pages are requested where memory is likely to be used, and blocks are checked if `debug_assertions` are on.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{SharedPool, System, pools::Options};
    ///
    /// let pool = SharedPool::with_options_in(Options::new().checked(true), System);
    /// # drop(janus_alloc::collections::Box::new_in(1, &pool));
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        Self {
            retain: Retain::Recent,
            huge_pages: true,
            whole_pages: false,
            checked: cfg!(debug_assertions),
            caches: 32 << 20,
        }
    }

    /// Sets when free memory is given back.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::pools::{Options, Retain};
    ///
    /// const LEAN: Options = Options::new().retain(Retain::Nothing);
    /// # assert_ne!(LEAN, Options::new());
    /// ```
    #[must_use]
    pub const fn retain(self, retain: Retain) -> Self {
        Self { retain, ..self }
    }

    /// Sets how many bytes of free blocks the caches of all threads may hold together. If an eighth of the bytes in use
    /// is more, they may hold that. The default is 32 MiB.
    ///
    /// When that is used up, each thread still has its share of half as much again, and a few blocks of each size up to
    /// 2 KiB. A thread that has used up its share, too, caches no larger blocks, and takes a lock for each of them.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::pools::Options;
    ///
    /// const FOR_MANY_THREADS: Options = Options::new().caches(256 << 20);
    /// # assert_ne!(FOR_MANY_THREADS, Options::new());
    /// ```
    #[must_use]
    pub const fn caches(self, bytes: usize) -> Self {
        Self { caches: bytes, ..self }
    }

    /// Returns whether to ask for huge pages: if memory is known to be whole pages, and the system supports it.
    pub(super) const fn advises_huge_pages(self) -> bool {
        self.huge_pages && self.whole_pages && advice::CAN_ADVISE_HUGE
    }

    /// Sets whether the operating system is asked for huge pages, which mean fewer page faults and misses of the TLB.
    /// They have an effect on Linux, where `transparent_hugepage` is `madvise` or `always`.
    ///
    /// The pool asks for them where all of their memory is likely to be used: for new chunks, once it has 4 MiB of
    /// chunks and half of these are blocks; and for a block of 2 MiB or more, if it grows and has been written to
    /// throughout, or if recently freed large blocks had been. Such a block may have an eighth more than it needs, to
    /// consist of huge pages.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::pools::Options;
    ///
    /// const SMALL_PAGES: Options = Options::new().huge_pages(false);
    /// # assert_ne!(SMALL_PAGES, Options::new());
    /// ```
    #[must_use]
    pub const fn huge_pages(self, huge_pages: bool) -> Self {
        Self { huge_pages, ..self }
    }

    /// Returns the options of a pool whose parent is a [`WholePages`](crate::api::WholePages). Then `allocate_zeroed` of the parent
    /// costs no more than `allocate`, so the pool calls that and does not zero memory that was never used; and free pages within a
    /// chunk can be given back (on Linux, with `madvise`).
    pub(super) const fn over_whole_pages(self) -> Self {
        Self { whole_pages: true, ..self }
    }

    /// Sets whether each block that is freed is checked. A wrong layout, a block that is free already, and a block of
    /// another allocator end the process with a message. Threads have no caches then, so each request takes a lock.
    ///
    /// Without this a block that is freed twice may be noticed too, but later: when it goes from a thread's cache to
    /// its span, if it is free there.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::pools::Options;
    ///
    /// const FAST_IN_DEBUG_BUILDS_TOO: Options = Options::new().checked(false);
    /// # assert!(!cfg!(debug_assertions) || FAST_IN_DEBUG_BUILDS_TOO != Options::new());
    /// ```
    #[must_use]
    pub const fn checked(self, checked: bool) -> Self {
        Self { checked, ..self }
    }
}

/// The source of the options of a pool.
#[derive(Clone, Copy, Debug)]
pub(super) enum OptionsSource {
    Given(Options),
    /// A function that is called when the pool is first used. The pool is one over [`Pages`](crate::Pages).
    AtFirstUse(fn() -> Options),
}

impl OptionsSource {
    /// Returns the options, unless a function chooses them.
    pub(super) fn given(self) -> Option<Options> {
        match self {
            OptionsSource::Given(options) => Some(options),
            OptionsSource::AtFirstUse(_) => None,
        }
    }

    /// Returns the options, and calls the function that chooses them. If that unwinds, the process ends, since no
    /// method of an allocator may unwind.
    pub(super) fn resolve(self) -> Options {
        struct Unwound;
        impl Drop for Unwound {
            fn drop(&mut self) {
                // A panic while unwinding aborts.
                panic!("janus-alloc: SharedPool: the function that chooses the options unwound");
            }
        }
        match self {
            OptionsSource::Given(options) => options,
            OptionsSource::AtFirstUse(choose) => {
                let unwound = Unwound;
                let options = choose().over_whole_pages();
                core::mem::forget(unwound);
                options
            }
        }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self::new()
    }
}
