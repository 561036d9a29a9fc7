//! Conversions from and into raw pointers.

use core::mem;
use core::ptr::NonNull;

use super::{Rc, Strong};
use crate::api::{Allocator, Global};
use crate::collections::counted::Counts as _;

impl<T: ?Sized> Rc<T> {
    /// Constructs an [`Rc`] of the default from a raw pointer. See [`from_raw_in`](Self::from_raw_in).
    ///
    /// # Safety
    ///
    /// The conditions of [`from_raw_in`](Self::from_raw_in), with [`Global`] as the allocator.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::Rc;
    ///
    /// let pointer = Rc::into_raw(Rc::new(5));
    /// // SAFETY: the pointer owns the reference of the line above.
    /// assert_eq!(*unsafe { Rc::from_raw(pointer) }, 5);
    /// ```
    #[inline]
    pub unsafe fn from_raw(pointer: *const T) -> Self {
        // SAFETY: by `# Safety` of this fn, which requires the same.
        unsafe { Self::from_raw_in(pointer, Global) }
    }

    /// Consumes an [`Rc`] of the default and returns the pointer to its value.
    ///
    /// The caller now owns the strong reference, and can give it back with [`from_raw`](Self::from_raw). For other
    /// allocators, use [`into_raw_with_allocator`](Self::into_raw_with_allocator).
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::Rc;
    ///
    /// let pointer = Rc::into_raw(Rc::new(5));
    /// // SAFETY: the pointer owns the reference of the line above.
    /// drop(unsafe { Rc::from_raw(pointer) });
    /// ```
    #[inline]
    #[must_use = "the value and its block leak unless the pointer goes back to `from_raw`"]
    pub fn into_raw(this: Self) -> *const T {
        Self::into_raw_with_allocator(this).0
    }

    /// Counts one more strong reference to a value in the default. See
    /// [`increment_strong_count_in`](Self::increment_strong_count_in).
    ///
    /// # Safety
    ///
    /// The conditions of [`increment_strong_count_in`](Self::increment_strong_count_in), with [`Global`] as the allocator.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::Rc;
    ///
    /// let five = Rc::new(5);
    /// let pointer = Rc::as_ptr(&five);
    /// // SAFETY: the pointer is that of `five`, which holds a strong reference.
    /// unsafe { Rc::increment_strong_count(pointer) };
    /// assert_eq!(Rc::strong_count(&five), 2);
    /// // SAFETY: this releases the reference that was counted above.
    /// unsafe { Rc::decrement_strong_count(pointer) };
    /// ```
    #[inline]
    pub unsafe fn increment_strong_count(pointer: *const T) {
        // SAFETY: by `# Safety` of this fn, which requires the same.
        unsafe { Self::increment_strong_count_in(pointer, Global) };
    }

    /// Releases a strong reference to a value in the default. See
    /// [`decrement_strong_count_in`](Self::decrement_strong_count_in).
    ///
    /// # Safety
    ///
    /// The conditions of [`decrement_strong_count_in`](Self::decrement_strong_count_in), with [`Global`] as the allocator.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::Rc;
    ///
    /// let pointer = Rc::into_raw(Rc::new(5));
    /// // SAFETY: the pointer owns the reference of the line above.
    /// unsafe { Rc::decrement_strong_count(pointer) };
    /// ```
    #[inline]
    pub unsafe fn decrement_strong_count(pointer: *const T) {
        // SAFETY: by `# Safety` of this fn, which requires the same.
        unsafe { Self::decrement_strong_count_in(pointer, Global) };
    }
}

impl<T: ?Sized, A: Allocator> Rc<T, A> {
    /// Constructs an [`Rc`] from a raw pointer and the allocator of its block.
    ///
    /// # Safety
    ///
    /// 1. `pointer` is from [`into_raw_with_allocator`](Self::into_raw_with_allocator), [`into_raw`](Rc::into_raw) or
    ///    [`as_ptr`](Self::as_ptr) of an [`Rc`]. It may have been cast, to a type with the same size and alignment for
    ///    which the value is valid.
    /// 2. The caller owns a strong reference to the value and gives it up: that of an [`Rc`] that was turned into a raw
    ///    pointer, or one from [`increment_strong_count_in`](Self::increment_strong_count_in).
    /// 3. `allocator` is the allocator of that [`Rc`], or can free its block as a clone of that allocator can.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::Rc};
    ///
    /// let (pointer, allocator) = Rc::into_raw_with_allocator(Rc::new_in(5, System));
    /// // SAFETY: the pointer owns the reference of the line above.
    /// assert_eq!(*unsafe { Rc::from_raw_in(pointer, allocator) }, 5);
    /// ```
    #[inline]
    pub unsafe fn from_raw_in(pointer: *const T, allocator: A) -> Self {
        // SAFETY: the pointer of an `Rc` is not null, and this is one by `# Safety` (1) of this fn.
        let value = unsafe { NonNull::new_unchecked(pointer.cast_mut()) };
        // SAFETY: invariant 1 of `Strong` holds by `# Safety` (1) and (3) of this fn, invariant 2 by (2).
        Self(unsafe { Strong::from_parts(value, allocator) })
    }

    /// Consumes the [`Rc`] and returns the pointer to its value, and its allocator.
    ///
    /// The caller now owns the strong reference, and can give it back with [`from_raw_in`](Self::from_raw_in).
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Arena, collections::Rc};
    ///
    /// let arena = Arena::new();
    /// let (pointer, allocator) = Rc::into_raw_with_allocator(Rc::new_in(5, &arena));
    /// // SAFETY: the pointer owns the reference of the line above.
    /// drop(unsafe { Rc::from_raw_in(pointer, allocator) });
    /// ```
    #[inline]
    #[must_use = "the value and its block leak unless the pointer goes back to `from_raw_in`"]
    pub fn into_raw_with_allocator(this: Self) -> (*const T, A) {
        let (value, allocator) = this.0.into_parts();
        (value.as_ptr(), allocator)
    }

    /// Returns a pointer to the value, which is valid while a strong reference is left. The counts do not change.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::Rc;
    ///
    /// let five = Rc::new(5);
    /// let other = Rc::clone(&five);
    /// assert_eq!(Rc::as_ptr(&five), Rc::as_ptr(&other));
    /// ```
    #[inline]
    #[must_use]
    pub fn as_ptr(this: &Self) -> *const T {
        this.0.as_ptr()
    }

    /// Counts one more strong reference to the value that `pointer` points to.
    ///
    /// # Safety
    ///
    /// 1. `pointer` and `allocator` meet conditions 1 and 3 of [`from_raw_in`](Self::from_raw_in).
    /// 2. There is at least one strong reference to the value during the call. The caller need not own it.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::Rc};
    ///
    /// let five = Rc::new_in(5, System);
    /// // SAFETY: the pointer is that of `five`, which holds a strong reference.
    /// unsafe { Rc::increment_strong_count_in(Rc::as_ptr(&five), System) };
    /// assert_eq!(Rc::strong_count(&five), 2);
    /// // SAFETY: this releases the reference that was counted above.
    /// unsafe { Rc::decrement_strong_count_in(Rc::as_ptr(&five), System) };
    /// ```
    #[inline]
    pub unsafe fn increment_strong_count_in(pointer: *const T, allocator: A) {
        // SAFETY: (1) and (3) by `# Safety` (1) of this fn. For (2), `borrowed` only borrows a reference that exists by
        // `# Safety` (2): it is taken apart below, so it does not release the reference.
        let borrowed = unsafe { Self::from_raw_in(pointer, allocator) };
        // SAFETY: there is a strong reference by `# Safety` (2) of this fn.
        unsafe { borrowed.0.counts().clone_strong() };
        let (_, allocator) = borrowed.0.into_parts();
        drop(allocator);
    }

    /// Releases a strong reference to the value that `pointer` points to. If it was the last, the value is dropped.
    ///
    /// # Safety
    ///
    /// The conditions of [`from_raw_in`](Self::from_raw_in).
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::Rc};
    ///
    /// let (pointer, allocator) = Rc::into_raw_with_allocator(Rc::new_in(5, System));
    /// // SAFETY: the pointer owns the reference of the line above.
    /// unsafe { Rc::decrement_strong_count_in(pointer, allocator) };
    /// ```
    #[inline]
    pub unsafe fn decrement_strong_count_in(pointer: *const T, allocator: A) {
        // SAFETY: by `# Safety` of this fn, which is the same.
        mem::drop(unsafe { Self::from_raw_in(pointer, allocator) });
    }
}
