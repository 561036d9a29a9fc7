//! Constructors, and the parent.

use core::ptr;

use super::SharedPool;
use super::cache::VACANT;
use super::options::{Choice, Options};
use crate::api::Allocator;
use crate::sources::Pages;
use crate::sync::AtomicPtr;
use crate::threads::{self, Slots};

impl SharedPool {
    /// A pool without memory, over whole pages from the operating system.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{AsGlobal, SharedPool};
    ///
    /// #[global_allocator]
    /// static DEFAULT: AsGlobal<SharedPool> = AsGlobal::new(SharedPool::new());
    ///
    /// let text = String::from("from the pool");
    /// assert!(DEFAULT.stats().live_bytes() >= text.capacity());
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        Self::with_options(Options::new())
    }

    /// As [`new`](Self::new), with options. That the parent has [whole pages](Options::whole_pages) is one of them already.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::SharedPool;
    /// use janus_alloc::pools::{Options, Retain};
    ///
    /// static LEAN: SharedPool = SharedPool::with_options(Options::new().retain(Retain::Nothing));
    /// # drop(janus_alloc::collections::Box::new_in(1, &LEAN));
    /// ```
    #[must_use]
    pub const fn with_options(options: Options) -> Self {
        Self::with_options_in(options.whole_pages(true), Pages::new())
    }

    /// As [`with_options`](Self::with_options), with options that `choose` returns when the pool is first used: for what only the
    /// running process knows, such as an environment variable.
    ///
    /// `choose` runs while the pool serves a request; no lock is held. Several threads that use a new pool may run it at the same
    /// time; the pool keeps one of the results. A panic in it ends the process.
    ///
    /// # Safety
    ///
    /// `choose` does not allocate from the pool, which would ask it again, without end; nor from the registered default, or C's
    /// `malloc`, if the pool may be that. (So it cannot use `std::env::var`, whose result is a `String`.)
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(unix)] {
    /// use janus_alloc::pools::{Options, Retain};
    /// use janus_alloc::{AsGlobal, SharedPool};
    ///
    /// fn options() -> Options {
    ///     // SAFETY: a name; nothing in this program changes the environment.
    ///     let lean = unsafe { libc::getenv(c"LEAN".as_ptr()) };
    ///     if lean.is_null() { Options::new() } else { Options::new().retain(Retain::Nothing) }
    /// }
    ///
    /// #[global_allocator]
    /// // SAFETY: `options` does not allocate.
    /// static DEFAULT: AsGlobal<SharedPool> = AsGlobal::new(unsafe { SharedPool::with_options_from(options) });
    /// # drop(Box::new(1));
    /// # }
    /// ```
    #[must_use]
    pub const unsafe fn with_options_from(choose: fn() -> Options) -> Self {
        Self::with_choice(Choice::AtFirstUse(choose), Pages::new())
    }
}

impl<A: Allocator> SharedPool<A> {
    /// A pool without memory, over `parent`, which is asked for chunks of 2 MiB aligned to 2 MiB, for blocks above 512 KiB, and
    /// for the caches of threads and the table of the chunks. No lock is held meanwhile, so the parent may use this pool itself, and
    /// have locks of its own; but not ask for more in each of its calls, which would have no end.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{SharedPool, System, collections::Box};
    ///
    /// let pool = SharedPool::new_in(System);
    /// assert_eq!(*Box::new_in(1, &pool), 1);
    /// ```
    #[must_use]
    pub const fn new_in(parent: A) -> Self {
        Self::with_options_in(Options::new(), parent)
    }

    /// As [`new_in`](Self::new_in), with options.
    ///
    /// # Examples
    ///
    /// Pages that are counted are whole pages, too:
    ///
    /// ```
    /// use janus_alloc::{Pages, SharedPool, Stats, collections::Box, pools::Options};
    ///
    /// let options = Options::new().whole_pages(true);
    /// let pool = SharedPool::with_options_in(options, Stats::new(Pages::new()));
    /// assert_eq!(Box::new_in([0_u8; 1000], &pool).len(), 1000);
    /// assert!(pool.parent().snapshot().live_bytes >= 2 << 20);
    /// ```
    #[must_use]
    pub const fn with_options_in(options: Options, parent: A) -> Self {
        Self::with_choice(Choice::Made(options), parent)
    }

    const fn with_choice(choice: Choice, parent: A) -> Self {
        Self {
            bins: Slots::new((&raw const VACANT).cast()),
            heap: AtomicPtr::new(ptr::null_mut()),
            choice,
            #[cfg(target_os = "linux")]
            slot_reader: threads::static_tls::SlotReader::new(),
            parent,
        }
    }

    /// The allocator that chunks and large blocks come from.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{SharedPool, Stats, System, collections::Box};
    ///
    /// let pool = SharedPool::new_in(Stats::new(System));
    /// let one = Box::new_in(1, &pool);
    /// let requests = pool.parent().snapshot().allocations;
    /// let two = Box::new_in(2, &pool); // from the chunk that is there
    /// assert_eq!(pool.parent().snapshot().allocations, requests);
    /// # drop((one, two));
    /// ```
    pub const fn parent(&self) -> &A {
        &self.parent
    }
}
