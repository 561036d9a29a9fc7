//! The locks that a [`Locked`](super::Locked) can have.

/// A lock that guards the allocator in a [`Locked`](super::Locked).
///
/// # Safety
///
/// 1. From the return of `lock` to the call of `unlock`, no other call of `lock` returns, on any thread.
/// 2. An `unlock` happens before the return of the next `lock`.
/// 3. No method unwinds.
/// 4. A lock that no thread holds or waits for may be moved.
///
/// # Examples
///
/// The spin lock of the crate spin:
///
/// ```
/// use janus_alloc::blocks::locked::{AllocatorLock, NonAllocatingLock};
/// use janus_alloc::{Locked, Pool, System, collections::Box};
/// use lock_api::RawMutex;
///
/// struct Spin(spin::Mutex<()>);
///
/// // SAFETY: it is a lock, by the contract of `RawMutex`. It does not panic, and its address does not matter.
/// unsafe impl AllocatorLock for Spin {
///     fn lock(&self) {
///         RawMutex::lock(&self.0);
///     }
///     unsafe fn unlock(&self) {
///         // SAFETY: the caller holds it.
///         unsafe { RawMutex::unlock(&self.0) };
///     }
/// }
/// // SAFETY: a spin lock allocates nothing.
/// unsafe impl NonAllocatingLock for Spin {}
///
/// static POOL: Locked<Pool<System>, Spin> = Locked::with_lock(Pool::new_in(System), Spin(spin::Mutex::new(())));
/// assert_eq!(*Box::new_in(5, &POOL), 5);
/// ```
pub unsafe trait AllocatorLock {
    /// Waits until no thread holds the lock, and acquires it.
    fn lock(&self);

    /// Releases the lock.
    ///
    /// # Safety
    ///
    /// The calling thread acquired it by [`lock`](Self::lock), and has not released it since.
    unsafe fn unlock(&self);
}

/// A lock that never allocates from the registered default, so that a [`Locked`](super::Locked) with it can stand behind
/// `#[global_allocator]`.
///
/// The lock of `parking_lot` is not one: a thread that waits for it may allocate.
///
/// # Safety
///
/// No method allocates from the registered default, directly or indirectly.
///
/// # Examples
///
/// ```
/// use janus_alloc::blocks::locked::{AllocatorLock, DefaultLock, NonAllocatingLock};
///
/// struct Own(DefaultLock);
///
/// // SAFETY: it does what a `DefaultLock` does.
/// unsafe impl AllocatorLock for Own {
///     fn lock(&self) {
///         self.0.lock();
///     }
///     unsafe fn unlock(&self) {
///         // SAFETY: the calling thread holds it.
///         unsafe { self.0.unlock() };
///     }
/// }
/// // SAFETY: a `DefaultLock` never allocates.
/// unsafe impl NonAllocatingLock for Own {}
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a `NonAllocatingLock`: a thread that waits for it may allocate",
    label = "may allocate",
    note = "the default cannot be locked by a lock that allocates from the default: leave the second parameter of `Locked` out, or implement the trait if the lock never allocates"
)]
pub unsafe trait NonAllocatingLock: AllocatorLock {}

/// Any [`lock_api::RawMutex`] as a lock of a [`Locked`](super::Locked): that of parking_lot, spin, or an embedded system.
///
/// A lock that unwinds ends the process. It is not a [`NonAllocatingLock`], because `RawMutex` does not promise that.
///
/// # Examples
///
/// ```
/// use janus_alloc::blocks::locked::LockApi;
/// use janus_alloc::{Locked, Pool, collections::Box};
///
/// let pool: Locked<Pool, LockApi<spin::Mutex<()>>> = Locked::with_lock(Pool::new(), LockApi::new());
/// assert_eq!(*Box::new_in(5, &pool), 5);
/// ```
#[cfg(feature = "lock_api")]
#[derive(Debug)]
pub struct LockApi<R>(R);

#[cfg(feature = "lock_api")]
impl<R: lock_api::RawMutex> LockApi<R> {
    /// Creates a lock that no thread holds.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Locked, Pool, System, blocks::locked::LockApi};
    ///
    /// static POOL: Locked<Pool<System>, LockApi<spin::Mutex<()>>> = Locked::with_lock(Pool::new_in(System), LockApi::new());
    /// # assert_eq!(POOL.with(|pool| pool.live_bytes()), 0);
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        Self(R::INIT)
    }
}

#[cfg(feature = "lock_api")]
impl<R: lock_api::RawMutex> Default for LockApi<R> {
    fn default() -> Self {
        Self::new()
    }
}

// SAFETY: by the contract of `RawMutex`, with which lock_api builds a `Mutex` that can be moved while it is not borrowed. Unwinding
// ends the process.
#[cfg(feature = "lock_api")]
unsafe impl<R: lock_api::RawMutex> AllocatorLock for LockApi<R> {
    #[inline]
    fn lock(&self) {
        or_abort(|| self.0.lock());
    }

    #[inline]
    unsafe fn unlock(&self) {
        // SAFETY: by `# Safety` of this fn.
        or_abort(|| unsafe { self.0.unlock() });
    }
}

/// Makes the call, and ends the process if it unwinds.
#[cfg(feature = "lock_api")]
#[inline(always)]
fn or_abort(call: impl FnOnce()) {
    struct AbortOnDrop;
    impl Drop for AbortOnDrop {
        fn drop(&mut self) {
            // A panic while unwinding aborts.
            panic!("janus-alloc: the lock of a `Locked` panicked, which must not unwind through the allocator");
        }
    }
    let guard = AbortOnDrop;
    call();
    core::mem::forget(guard);
}
