//! The constructors of a pool.

use core::ptr;

use super::SharedPool;
use super::cache::VACANT_BINS;
use super::options::{Options, OptionsSource};
use crate::api::Allocator;
use crate::sources::Pages;
use crate::sync::AtomicPtr;
use crate::threads::Slots;
#[cfg(target_os = "linux")]
use crate::threads::static_tls::SlotReader;

impl SharedPool {
    /// Creates a pool over whole pages from the operating system. It takes no memory before it is used.
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

    /// Creates a pool over whole pages from the operating system, with options.
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
        Self::with_options_in(options.over_whole_pages(), Pages::new())
    }

    /// Creates a pool as [`with_options`](Self::with_options), with options that `choose` returns when the pool is
    /// first used. This is for options that depend on the running process, such as on an environment variable.
    ///
    /// `choose` runs while the pool serves a request. No lock is held. If several threads use a new pool at the same
    /// time, each of them may call it, and the pool keeps one of the results. A panic in it ends the process.
    ///
    /// # Safety
    ///
    /// `choose` does not allocate from the pool, which would call it again, without end; nor from the registered
    /// default, or with C's `malloc`, if that may be the pool. (So it cannot use `std::env::var`, whose result is a
    /// `String`.)
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(unix)] {
    /// use janus_alloc::pools::{Options, Retain};
    /// use janus_alloc::{AsGlobal, SharedPool};
    ///
    /// fn options() -> Options {
    ///     // SAFETY: the name is a C string, and nothing in this program changes the environment.
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
        Self::from_parts(OptionsSource::AtFirstUse(choose), Pages::new())
    }
}

impl<A: Allocator> SharedPool<A> {
    /// Creates a pool over `parent`. It takes no memory before it is used.
    ///
    /// The pool asks the parent for chunks of 2 MiB, aligned to 2 MiB, for blocks above 512 KiB, for the caches of
    /// threads, and for the set of the chunks' addresses. It holds no lock meanwhile, so the parent may use this pool,
    /// and may have locks of its own. But if each of its calls makes another one, there is no end.
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

    /// Creates a pool as [`new_in`](Self::new_in), with options.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::pools::{Options, Retain};
    /// use janus_alloc::{Pages, SharedPool, Stats, collections::Box};
    ///
    /// let options = Options::new().retain(Retain::Bounded(16 << 20));
    /// let pool = SharedPool::with_options_in(options, Stats::new(Pages::new()));
    /// assert_eq!(Box::new_in([0_u8; 1000], &pool).len(), 1000);
    /// assert!(pool.parent().snapshot().live_bytes >= 2 << 20);
    /// ```
    #[must_use]
    pub const fn with_options_in(options: Options, parent: A) -> Self {
        Self::from_parts(OptionsSource::Given(options), parent)
    }

    const fn from_parts(options: OptionsSource, parent: A) -> Self {
        Self {
            bins: Slots::new((&raw const VACANT_BINS).cast()),
            heap: AtomicPtr::new(ptr::null_mut()),
            options,
            #[cfg(target_os = "linux")]
            slot_reader: SlotReader::new(),
            parent,
        }
    }

    /// Returns the parent, the allocator from which chunks and large blocks come.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{SharedPool, Stats, System, collections::Box};
    ///
    /// let pool = SharedPool::new_in(Stats::new(System));
    /// let one = Box::new_in(1, &pool);
    /// let requests = pool.parent().snapshot().allocations;
    /// let two = Box::new_in(2, &pool); // from the same chunk
    /// assert_eq!(pool.parent().snapshot().allocations, requests);
    /// # drop((one, two));
    /// ```
    pub const fn parent(&self) -> &A {
        &self.parent
    }
}
