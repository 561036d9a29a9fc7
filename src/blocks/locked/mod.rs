//! A block that lets threads share an allocator for one thread.

#[cfg_attr(not(os_memory), path = "spin_lock.rs")]
mod default_lock;
mod lock;

use core::fmt;
use core::ptr::NonNull;

use crate::api::{
    AllocError, Allocator, CallsMalloc, GlobalAllocator, IndependentAllocator, Layout, Owns, Reset, StaticAllocator,
    UsableSize, WholePages,
};
use crate::sync::AtomicUsize;
#[cfg(os_memory)]
use crate::sync::raw_lock::RawLock;
pub use default_lock::DefaultLock;
#[cfg(feature = "lock_api")]
pub use lock::LockApi;
pub use lock::{AllocatorLock, NonAllocatingLock};

// Here and not in `default_lock.rs`, which a model test compiles with atomics that a `const fn` cannot create.
impl DefaultLock {
    /// Creates a lock that no thread holds.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Locked, Pool, System, blocks::locked::DefaultLock};
    ///
    /// static POOL: Locked<Pool<System>> = Locked::with_lock(Pool::new_in(System), DefaultLock::new());
    /// # assert_eq!(POOL.with(|pool| pool.live_bytes()), 0);
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        #[cfg(os_memory)]
        return Self { raw: RawLock::new(), settled: AtomicUsize::new(default_lock::settled(0)) };
        #[cfg(not(os_memory))]
        return Self { held: AtomicUsize::new(0) };
    }
}

impl Default for DefaultLock {
    fn default() -> Self {
        Self::new()
    }
}

/// Lets one thread at a time call `A`, so that threads can share an allocator that serves one thread: a [`Pool`](crate::Pool) or an
/// [`Arena`](crate::Arena), also as the default of the process.
///
/// Take it where threads allocate seldom, or where a program needs exactly this allocator. Otherwise take a
/// [`SharedPool`](crate::SharedPool) or a [`SyncArena`](crate::SyncArena), whose threads do not wait for each other.
///
/// * **Cost per call**: acquiring and releasing the lock, that is two atomic read-modify-writes by [`DefaultLock`], and waiting for
///   other threads. `A` works while the lock is held: it may copy or zero a large block, or make a system call.
/// * **Size**: that of the lock and `A`. No byte beside a block.
/// * **Lock**: the second parameter. [`DefaultLock`] never allocates, and detects re-entry and a lock that a fork left held. Any
///   [`AllocatorLock`] can take its place. With the feature `lock_api`, `LockApi` makes one of any `RawMutex` of that crate.
/// * **Blocks, errors and size 0** are `A`'s: every call is passed on, **`deallocate`** included. A reset takes `&mut` of the `Locked`, and
///   does not lock.
/// * **Threads**: `Sync` if `A` is `Send`. It can stand behind `#[global_allocator]` if `A` never allocates from the default: if it is an
///   [`IndependentAllocator`].
///
/// C++'s `std::pmr::synchronized_pool_resource`, Bloomberg's `bdlma::ConcurrentAllocatorAdapter` and Odin's `Mutex_Allocator` do the same.
///
/// # Examples
///
/// ```
/// use janus_alloc::collections::Vec;
/// use janus_alloc::{Locked, Pool};
///
/// let pool = Locked::new(Pool::new());
/// std::thread::scope(|scope| {
///     for _ in 0..4 {
///         scope.spawn(|| {
///             let mut numbers = Vec::new_in(&pool);
///             numbers.extend(0..1000);
///             assert_eq!(numbers.iter().sum::<i32>(), 499_500);
///         });
///     }
/// });
/// assert_eq!(pool.with(|pool| pool.live_bytes()), 0);
/// ```
///
/// A `Locked` as the default, over an allocator that does not need the default:
///
/// ```
/// # #[cfg(any(unix, windows))] {
/// use janus_alloc::{AsGlobal, Locked, Pages, Pool};
///
/// #[global_allocator]
/// static DEFAULT: AsGlobal<Locked<Pool<Pages>>> = AsGlobal::new(Locked::new(Pool::new_in(Pages::new())));
///
/// let text = String::from("in the pool");
/// assert!(DEFAULT.with(|pool| pool.live_bytes()) >= text.len());
/// # drop(text);
/// # }
/// ```
///
/// ```compile_fail,E0277
/// use janus_alloc::{AsGlobal, Global, Locked, Pool};
///
/// #[global_allocator]
/// static DEFAULT: AsGlobal<Locked<Pool<Global>>> = AsGlobal::new(Locked::new(Pool::new()));
/// ```
pub struct Locked<A, L = DefaultLock> {
    // # Invariants
    //
    // 1. While `allocator` is used through a shared reference, `lock` is held.
    lock: L,
    allocator: A,
}

// SAFETY: by invariant 1 one thread at a time uses the allocator, and what one did happens before the next does so by (2) of
// `AllocatorLock`. So it is as if the allocator were sent from thread to thread.
unsafe impl<A: Send, L: Sync> Sync for Locked<A, L> {}

/// Releases the lock when dropped.
struct Held<'a, L: AllocatorLock>(&'a L);

impl<L: AllocatorLock> Drop for Held<'_, L> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: acquired by the thread that made this, which is the calling one, since this is not sent.
        unsafe { self.0.unlock() };
    }
}

impl<A> Locked<A> {
    /// Puts `allocator` behind a [`DefaultLock`].
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Locked, Pool};
    ///
    /// let pool: Locked<Pool> = Locked::new(Pool::new());
    /// ```
    #[must_use]
    pub const fn new(allocator: A) -> Self {
        Self::with_lock(allocator, DefaultLock::new())
    }
}

impl<A, L> Locked<A, L> {
    /// Puts `allocator` behind `lock`.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Locked, Pool, blocks::locked::DefaultLock, collections::Box};
    ///
    /// let pool = Locked::with_lock(Pool::new(), DefaultLock::new());
    /// assert_eq!(*Box::new_in(5, &pool), 5);
    /// ```
    #[must_use]
    pub const fn with_lock(allocator: A, lock: L) -> Self {
        Self { lock, allocator }
    }
}

impl<A, L: AllocatorLock> Locked<A, L> {
    /// Calls `work` with the allocator, while the lock is held. If `work` panics, the lock is released.
    ///
    /// `work` must not use the `Locked`, and must not allocate from the default if that is the `Locked`: with [`DefaultLock`] that ends the
    /// process.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Arena, Locked, collections::Box};
    ///
    /// let arena = Locked::new(Arena::new());
    /// let boxed = Box::new_in(1_u64, &arena);
    /// assert_eq!(arena.with(|arena| arena.allocated_bytes()), 8);
    /// # drop(boxed);
    /// ```
    pub fn with<R>(&self, work: impl FnOnce(&A) -> R) -> R {
        let _held = self.lock();
        work(&self.allocator)
    }

    #[inline]
    fn lock(&self) -> Held<'_, L> {
        self.lock.lock();
        Held(&self.lock)
    }
}

// SAFETY: every call is forwarded to the allocator, while the lock is held. Neither the lock nor the allocator unwinds, and no block lies
// in the lock, so the value may move.
unsafe impl<A: Allocator, L: AllocatorLock> Allocator for Locked<A, L> {
    #[inline]
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let _held = self.lock();
        self.allocator.allocate(layout)
    }

    #[inline]
    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let _held = self.lock();
        self.allocator.allocate_zeroed(layout)
    }

    #[inline]
    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        let _held = self.lock();
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.allocator.deallocate(block, layout) };
    }

    #[inline]
    unsafe fn grow(
        &self,
        block: NonNull<u8>,
        old_layout: Layout,
        new_layout: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        let _held = self.lock();
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.allocator.grow(block, old_layout, new_layout) }
    }

    #[inline]
    unsafe fn grow_zeroed(
        &self,
        block: NonNull<u8>,
        old_layout: Layout,
        new_layout: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        let _held = self.lock();
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.allocator.grow_zeroed(block, old_layout, new_layout) }
    }

    #[inline]
    unsafe fn shrink(
        &self,
        block: NonNull<u8>,
        old_layout: Layout,
        new_layout: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        let _held = self.lock();
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.allocator.shrink(block, old_layout, new_layout) }
    }
}

// SAFETY: blocks are the allocator's, which is a `StaticAllocator`.
unsafe impl<A: StaticAllocator, L: AllocatorLock> StaticAllocator for Locked<A, L> {}
// SAFETY: neither the allocator, an `IndependentAllocator`, nor the lock allocates from the default; neither unwinds nor depends on its
// address while no thread is inside.
unsafe impl<A, L> GlobalAllocator for Locked<A, L>
where
    A: IndependentAllocator + Send + 'static,
    L: NonAllocatingLock + Sync + 'static,
{
}
// SAFETY: as above.
unsafe impl<A: IndependentAllocator, L: NonAllocatingLock> IndependentAllocator for Locked<A, L> {}
impl<A: CallsMalloc, L> CallsMalloc for Locked<A, L> {}
// SAFETY: blocks are the allocator's, which hands out whole pages.
unsafe impl<A: WholePages, L: AllocatorLock> WholePages for Locked<A, L> {}
// SAFETY: blocks are the allocator's, which answers.
unsafe impl<A: Owns, L: AllocatorLock> Owns for Locked<A, L> {
    #[inline]
    fn owns(&self, block: NonNull<u8>, layout: Layout) -> bool {
        let _held = self.lock();
        self.allocator.owns(block, layout)
    }
}
// SAFETY: blocks are the allocator's, which answers.
unsafe impl<A: UsableSize, L: AllocatorLock> UsableSize for Locked<A, L> {
    #[inline]
    unsafe fn layout_of(&self, block: NonNull<u8>) -> Layout {
        let _held = self.lock();
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.allocator.layout_of(block) }
    }

    #[inline]
    unsafe fn usable_size(&self, block: NonNull<u8>) -> usize {
        let _held = self.lock();
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.allocator.usable_size(block) }
    }

    #[inline]
    unsafe fn deallocate_without_layout(&self, block: NonNull<u8>) {
        let _held = self.lock();
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.allocator.deallocate_without_layout(block) };
    }
}

/// Takes no lock, because `&mut` excludes every other call.
impl<A: Reset, L> Reset for Locked<A, L> {
    fn reset(&mut self) {
        self.allocator.reset();
    }
}

impl<A: Default, L: Default> Default for Locked<A, L> {
    fn default() -> Self {
        Self::with_lock(A::default(), L::default())
    }
}

/// Does not print the allocator, because printing may allocate from it.
impl<A, L> fmt::Debug for Locked<A, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Locked").finish_non_exhaustive()
    }
}
