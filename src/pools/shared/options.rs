use crate::os::advice;

/// How a [`SharedPool`](super::SharedPool) behaves: a builder, all of it `const`.
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
    pub(super) whole_pages: bool,
    pub(super) checked: bool,
    pub(super) caches: usize,
}

/// When a [`SharedPool`](super::SharedPool) gives memory back that it does not need.
///
/// What is in the caches of living threads is not given back by any of these, but for bins that a thread has not used between two looks,
/// which it empties when it next comes by; [`collect`](super::SharedPool::collect) empties all of the calling one. What threads that have ended left in theirs counts as free at the next look after that, half a second apart.
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
    /// At once: whole chunks and large blocks to the parent, and what is free within a chunk to the operating system, where
    /// [that is possible](Options::whole_pages). The least memory, and the most system calls.
    Nothing,
    /// When it was free at two looks in a row, half a second apart or more, and was not used in between; and at once what exceeds
    /// so many bytes, counted for what is free in chunks, for empty spans and for large blocks each. There is no background thread: it
    /// happens when a thread next asks the pool for more than its own cache has, or gives back more than that takes, a little each
    /// time; or by [`purge`](super::SharedPool::purge). Of large blocks no more is kept than [`Recent`](Self::Recent) would keep.
    Bounded(usize),
    /// The default: as [`Bounded`](Self::Bounded) without a bound but time, but for large blocks. Of these as many bytes are kept as requests have
    /// asked for that came soon after blocks went back, and 2 MiB and a sixteenth of what lives in any case; so that all have half as
    /// much again as was in use at once lately, at most.
    Recent,
    /// Never, but by [`collect`](super::SharedPool::collect), when the pool is dropped, and where a request would fail otherwise.
    Everything,
}

impl Retain {
    /// How many bytes may be kept.
    pub(super) const fn bytes(self) -> usize {
        match self {
            Retain::Nothing => 0,
            Retain::Bounded(bytes) => bytes,
            Retain::Recent | Retain::Everything => usize::MAX,
        }
    }
}

impl Options {
    /// What [`SharedPool::new_in`](super::SharedPool::new_in) takes: retains what was of [use lately](Retain::Recent), for a second or
    /// so; asks for huge pages where memory is known to be used; takes nothing for granted of its parent; and checks what is given back where
    /// `debug_assertions` are on.
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

    /// When memory is given back.
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

    /// How many bytes of free blocks the caches of all threads may hold together; or an eighth of what is in use, if that is more. By
    /// default 32 MiB.
    ///
    /// Where they may hold no more, each thread still has its share of half as much, and of blocks up to 2 KiB a few. Of larger ones
    /// it has none then, and takes a lock for each.
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

    /// Whether to ask for huge pages: of memory that is known to be pages, where the system listens.
    pub(super) const fn advises_huge_pages(self) -> bool {
        self.huge_pages && self.whole_pages && advice::CAN_ADVISE_HUGE
    }

    /// Whether the operating system is asked for huge pages: fewer page faults and misses of the TLB. On Linux, where
    /// `transparent_hugepage` is `madvise` or `always`.
    ///
    /// It is asked where they are likely to be used: for new chunks, once the pool has 4 MiB of them and half of these
    /// are blocks; for a block of 2 MiB and more, if it grows and has been written to all over, or if large blocks that came back
    /// lately had been. Such a block may have an eighth more than it needs, to have whole ones.
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

    /// Whether the parent's memory is whole pages of the operating system, as that of [`Pages`](crate::Pages) is, which
    /// [`SharedPool::new`](super::SharedPool::new) knows of. Then `allocate_zeroed` of the parent costs no more than
    /// `allocate`, so the pool asks for that and need not zero what was never used; and free pages within a chunk can be
    /// given back with `madvise` (on Linux).
    ///
    /// For a parent of which that is not true it only costs time. `SharedPool::new_in(Pages::new())` does not know: set this, or
    /// take `SharedPool::new()`. For `Stats<Pages>` set it.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Pages, SharedPool, Stats, pools::Options};
    ///
    /// let pool = SharedPool::with_options_in(Options::new().whole_pages(true), Stats::new(Pages::new()));
    /// # drop(janus_alloc::collections::Box::new_in(1, &pool));
    /// ```
    #[must_use]
    pub const fn whole_pages(self, whole_pages: bool) -> Self {
        Self { whole_pages, ..self }
    }

    /// Whether each block that is given back is looked at: one of a wrong layout, one that was given back already, and one
    /// that is not the pool's end the process with a message. Threads have no caches then, so each request takes a lock.
    ///
    /// Without it a block that is given back twice may be noticed too, but later: when it goes from a thread's cache to its span,
    /// if it is free there already.
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

/// Where a pool has its options from.
#[derive(Clone, Copy, Debug)]
pub(super) enum Choice {
    Made(Options),
    /// By a function, for a pool over [`Pages`](crate::Pages).
    AtFirstUse(fn() -> Options),
}

impl Choice {
    /// The options, unless a function chooses them, which is called when the pool is first used and not before.
    pub(super) fn made(self) -> Option<Options> {
        match self {
            Choice::Made(options) => Some(options),
            Choice::AtFirstUse(_) => None,
        }
    }

    /// The options. A function that unwinds ends the process: no method of an allocator may unwind.
    pub(super) fn options(self) -> Options {
        struct Unwound;
        impl Drop for Unwound {
            fn drop(&mut self) {
                // A panic while unwinding aborts.
                panic!("janus-alloc: SharedPool: the function that chooses the options unwound");
            }
        }
        match self {
            Choice::Made(options) => options,
            Choice::AtFirstUse(choose) => {
                let unwound = Unwound;
                let options = choose().whole_pages(true);
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
