//! Pinned boxes.

use core::pin::Pin;

use super::Box;
use crate::api::{AllocError, Allocator, Global, StaticAllocator};

impl<T> Box<T> {
    /// Puts a value into a block of the default and pins it there.
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
    /// Puts a value into a block of `allocator` and pins it there.
    ///
    /// The allocator is a [`StaticAllocator`]. Pinned memory must not be used anew before its value is dropped, and a box can be
    /// forgotten: nobody then drops the value, but an arena is reset, or dropped, all the same. std asks for `A: 'static` only,
    /// which an arena fulfils that is owned by its box or leaked.
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
    /// The allocator has no memory. Value and allocator are dropped.
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
    /// Pins the value where it is. [`pin_in`](Self::pin_in) says why the allocator is a [`StaticAllocator`].
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
        // SAFETY: `Deref`, `DerefMut` and `Drop` of a box do not move the value. Its block is neither freed nor used anew before
        // the value is dropped: only the box frees it, after the drop, and a `StaticAllocator` keeps it until it is freed.
        unsafe { Pin::new_unchecked(boxed) }
    }
}

impl<T: ?Sized, A: StaticAllocator> From<Box<T, A>> for Pin<Box<T, A>> {
    /// Pins the value where it is: see [`Box::into_pin`].
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
