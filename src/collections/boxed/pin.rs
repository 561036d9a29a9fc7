//! Pinned boxes.

use core::pin::Pin;

use super::Box;
use crate::api::{AllocError, Allocator, Global, StaticAllocator};

impl<T> Box<T> {
    /// Allocates a block from the default, moves `value` into it and pins it there.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::Box;
    ///
    /// let pinned = Box::pin(async { 7 });
    /// # drop(pinned);
    /// ```
    #[inline]
    #[must_use]
    pub fn pin(value: T) -> Pin<Self> {
        Self::pin_in(value, Global)
    }
}

impl<T, A: StaticAllocator> Box<T, A> {
    /// Allocates a block from `allocator`, moves `value` into it and pins it there.
    ///
    /// The allocator must be a [`StaticAllocator`]: the memory of a pinned value must not be reused before the value is
    /// dropped. If a box is forgotten, its value is never dropped, but its arena could still be reset or dropped and
    /// the memory reused. std requires only `A: 'static`, which also holds for an arena that is leaked or owned by the
    /// box.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{AsGlobal, SharedPool, collections::Box};
    ///
    /// static POOL: AsGlobal<SharedPool> = AsGlobal::new(SharedPool::new());
    ///
    /// let pinned = Box::pin_in(async { 7 }, &POOL);
    /// # drop(pinned);
    /// ```
    ///
    /// ```compile_fail,E0277
    /// use janus_alloc::{Arena, collections::Box};
    ///
    /// let pinned = Box::pin_in(async { 7 }, &Arena::new());
    /// ```
    #[inline]
    pub fn pin_in(value: T, allocator: A) -> Pin<Self> {
        Self::into_pin(Self::new_in(value, allocator))
    }

    /// The twin of [`pin_in`](Self::pin_in) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns [`AllocError`] if allocation fails. The value and the allocator are then dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Null, collections::Box};
    ///
    /// assert!(Box::try_pin_in(7, Null).is_err());
    /// ```
    #[inline]
    pub fn try_pin_in(value: T, allocator: A) -> Result<Pin<Self>, AllocError> {
        Self::try_new_in(value, allocator).map(Self::into_pin)
    }
}

impl<T: ?Sized, A: StaticAllocator> Box<T, A> {
    /// Pins the value in its block. See [`pin_in`](Self::pin_in) for why the allocator must be a [`StaticAllocator`].
    ///
    /// # Examples
    ///
    /// ```
    /// use std::pin::Pin;
    ///
    /// use janus_alloc::{System, collections::Box, unsize_box};
    ///
    /// let future: Box<dyn Future<Output = u8>, System> = unsize_box!(Box::new_in(async { 7 }, System));
    /// let pinned: Pin<Box<dyn Future<Output = u8>, System>> = Box::into_pin(future);
    /// # drop(pinned);
    /// ```
    #[inline]
    pub fn into_pin(boxed: Self) -> Pin<Self> {
        // SAFETY: `Deref`, `DerefMut` and `Drop` of a box do not move the value. The block is neither freed nor reused
        // before the value is dropped: only the box frees it, after that drop, and a `StaticAllocator` keeps it until
        // then.
        unsafe { Pin::new_unchecked(boxed) }
    }
}

impl<T: ?Sized, A: StaticAllocator> From<Box<T, A>> for Pin<Box<T, A>> {
    /// Pins the value in its block. See [`Box::into_pin`].
    #[inline]
    fn from(boxed: Box<T, A>) -> Self {
        Box::into_pin(boxed)
    }
}

impl<T: ?Sized, A: Allocator> Default for Pin<Box<T, A>>
where
    Box<T, A>: Default,
    A: StaticAllocator,
{
    #[inline]
    fn default() -> Self {
        Box::into_pin(Box::default())
    }
}
