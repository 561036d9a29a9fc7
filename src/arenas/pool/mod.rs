//! A pool of arenas.

mod guard;
mod idle;
mod pooled;
mod returns;

use core::fmt;
use core::marker::PhantomData;
use core::ptr;

pub use guard::{ArenaGuard, OwnedArenaGuard};
pub use pooled::PooledArena;

use super::TaskArena;
use crate::sync::{AtomicPtr, AtomicUsize, Ordering};
use idle::IdleArenas;
use returns::Returns;

/// Keeps arenas for requests: hands one out for a request, takes it back, resets it, and keeps its memory for the next
/// request.
///
/// A new arena takes chunks of 4 KiB, 8 KiB and so on from its parent, and returns them when it is dropped. An arena from the pool already
/// has one chunk in which a usual request fits. Use a pool in a server, where a request or a task needs an arena, and the next one may run
/// in any thread. A thread that runs one job after another can simply keep an [`Arena`](crate::Arena) and reset it.
///
/// # Examples
///
/// ```
/// use janus_alloc::ArenaPool;
/// use janus_alloc::collections::Vec;
///
/// /// Keeps at most 64 arenas between requests, with at most 1 MiB each.
/// static ARENAS: ArenaPool = ArenaPool::new(64, 1 << 20);
///
/// async fn answer(request: String) -> usize {
///     let arena = ARENAS.get();
///     let mut words = Vec::new_in(&*arena);
///     words.extend(request.split(' '));
///     std::future::ready(()).await; // the guard is `Send`
///     words.len()
/// } // the arena goes back here, after the vector
///
/// fn is_send(_: &impl Send) {}
/// is_send(&answer(String::from("two words")));
/// ```
///
/// # Cost and rules
///
/// * **Cost**: [`get`](Self::get) and the drop of its guard take some 180 instructions together if the arena has one chunk, 310 for an
///   `Arena`, whose value is larger. (Counted by `cargo run --release -p janus-benches --bin instructions -- requests`.) No lock: `get` and
///   the drop take two atomic read-modify-writes each, and `get` one more to count.
/// * **Memory**: at most `max_arenas` arenas of at most `max_bytes` are kept, as their `capacity_bytes` counts them. More may be in use: `get`
///   never waits. The places for idle arenas are taken from [`Global`](crate::Global) when the first arena comes back: 64 places of
///   the arena's size at a time.
/// * **Trimming** happens in the drop of the guard, in its thread: chunks of more than `max_bytes` go back to the parent, and all of them do if
///   the places are full. So the end of a huge request also pays for its memory.
/// * **Order**: `get` takes the arena in the lowest place. So few requests at a time use few arenas, and
///   [`release_idle`](Self::release_idle) returns the memory of the others.
/// * **Threads**: `Sync` if the arenas are `Send`. After a **fork** the child can use the pool; a place that another thread used at that
///   moment stays unused.
/// * **Errors**: none. An arena takes no memory before its first use.
/// * **Leaks**: an arena whose guard is leaked is lost with its memory, and its place is free for another one.
/// * **Drop** drops all idle arenas. Guards borrow the pool, or own a part of its `Arc`.
///
/// The idea is that of bumpalo-herd and of bump-scope's `BumpPool`; both keep every arena, with all its memory, behind a mutex.
pub struct ArenaPool<T: PooledArena = TaskArena, F: Fn() -> T = fn() -> T> {
    returns: Returns<T>,
    make: F,
    hits: AtomicUsize,
    misses: AtomicUsize,
}

/// The maximum number of arenas that a pool keeps.
const MAX_ARENAS: usize = 4096;

impl ArenaPool {
    /// Creates a pool of [`TaskArena`]s over the registered default. It keeps at most `max_arenas` of them between requests, or 4096 if that
    /// is less, each with at most `max_bytes`.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::ArenaPool;
    ///
    /// static ARENAS: ArenaPool = ArenaPool::new(64, 1 << 20);
    /// assert_eq!(ARENAS.get().capacity_bytes(), 0);
    /// ```
    #[must_use]
    pub const fn new(max_arenas: usize, max_bytes: usize) -> Self {
        Self::with_arenas(max_arenas, max_bytes, TaskArena::new)
    }
}

impl<T: PooledArena, F: Fn() -> T> ArenaPool<T, F> {
    /// Creates a pool of the arenas that `make` returns, over any parent, with the limits of [`new`](ArenaPool::new).
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Arena, ArenaPool, Pages, Stats, TaskArena};
    ///
    /// // The parent counts what all arenas of the pool take.
    /// static MEMORY: Stats<Pages> = Stats::new(Pages::new());
    /// static ARENAS: ArenaPool<TaskArena<&Stats<Pages>>> = ArenaPool::with_arenas(64, 1 << 20, || TaskArena::new_in(&MEMORY));
    ///
    /// drop(janus_alloc::collections::Box::new_in(1, &*ARENAS.get()));
    /// assert_eq!(MEMORY.snapshot().allocations, 1);
    ///
    /// // An `Arena` has more methods, and serves tasks that stay in their thread.
    /// let jobs = ArenaPool::with_arenas(8, 1 << 20, Arena::new);
    /// assert_eq!(jobs.get().alloc_str("for one job"), "for one job");
    /// ```
    #[must_use]
    pub const fn with_arenas(max_arenas: usize, max_bytes: usize, make: F) -> Self {
        let max = if max_arenas < MAX_ARENAS { max_arenas } else { MAX_ARENAS };
        let idle = IdleArenas { places: AtomicPtr::new(ptr::null_mut()), max, values: PhantomData };
        let returns = Returns { idle, max_bytes };
        Self { returns, make, hits: AtomicUsize::new(0), misses: AtomicUsize::new(0) }
    }

    fn take(&self) -> T {
        let (arena, counter) = match self.returns.idle.take() {
            Some(arena) => (arena, &self.hits),
            None => ((self.make)(), &self.misses),
        };
        counter.fetch_add(1, Ordering::Relaxed);
        arena
    }

    /// Returns the number of idle arenas. While other threads use the pool, the number may have changed already.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{ArenaPool, collections::Box};
    ///
    /// let pool = ArenaPool::new(64, 1 << 20);
    /// for expected in [0, 1, 1] {
    ///     assert_eq!(pool.idle(), expected);
    ///     drop(Box::new_in(1, &*pool.get()));
    /// }
    /// // An arena without memory is not kept.
    /// let (_first, second) = (pool.get(), pool.get());
    /// drop(second);
    /// assert_eq!(pool.idle(), 0);
    /// ```
    #[must_use]
    pub fn idle(&self) -> usize {
        self.returns.idle.count()
    }

    /// Returns how often [`get`](Self::get) has found an idle arena. The count wraps.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{ArenaPool, collections::Box};
    ///
    /// let pool = ArenaPool::new(64, 1 << 20);
    /// (0..10).for_each(|n| drop(Box::new_in(n, pool.get())));
    /// assert_eq!((pool.hits(), pool.misses()), (9, 1));
    /// ```
    #[must_use]
    pub fn hits(&self) -> usize {
        self.hits.load(Ordering::Relaxed)
    }

    /// Returns how often [`get`](Self::get) has created a new arena. The count wraps.
    ///
    /// If it rises as fast as [`hits`](Self::hits), more arenas are in use at a time than the pool keeps, or most requests need more memory
    /// than it lets them keep.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{ArenaPool, collections::Box};
    ///
    /// let pool = ArenaPool::new(64, 1 << 20);
    /// // Both arenas are in use at the same time, so neither is found idle.
    /// let both = [Box::new_in(1, pool.get()), Box::new_in(2, pool.get())];
    /// assert_eq!(pool.misses(), 2);
    /// # drop(both);
    /// ```
    #[must_use]
    pub fn misses(&self) -> usize {
        self.misses.load(Ordering::Relaxed)
    }

    /// Drops the arenas that are idle, which returns their memory to the parent. Arenas in use are not affected.
    ///
    /// Use this after a peak, or when the system is short of memory.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{ArenaPool, collections::Box};
    ///
    /// let pool = ArenaPool::new(64, 1 << 20);
    /// let both = [Box::new_in(1, pool.get()), Box::new_in(2, pool.get())];
    /// drop(both);
    /// assert_eq!(pool.idle(), 2);
    /// pool.release_idle();
    /// assert_eq!(pool.idle(), 0);
    /// ```
    pub fn release_idle(&self) {
        // At most one turn for each place, so that the loop ends although other threads return arenas.
        for _ in 0..self.returns.idle.max {
            if self.returns.idle.take().is_none() {
                break;
            }
        }
    }

    fn returns(&self) -> &Returns<T> {
        &self.returns
    }
}

impl<T: PooledArena, F: Fn() -> T> fmt::Debug for ArenaPool<T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ArenaPool")
            .field("max_arenas", &self.returns.idle.max)
            .field("max_bytes", &self.returns.max_bytes)
            .field("idle", &self.idle())
            .field("hits", &self.hits())
            .field("misses", &self.misses())
            .finish_non_exhaustive()
    }
}
