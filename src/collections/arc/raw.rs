//! Pointers as raw ones.

use core::mem;
use core::ptr::NonNull;

use super::{Arc, Strong};
use crate::api::{Allocator, Global};
use crate::collections::counted::Counts as _;

impl<T: ?Sized> Arc<T> {
    /// A pointer of the default from a raw one. See [`from_raw_in`](Self::from_raw_in).
    ///
    /// # Safety
    ///
    /// Same as for [`from_raw_in`](Self::from_raw_in) with [`Global`].
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::Arc;
    ///
    /// let pointer = Arc::into_raw(Arc::new(5));
    /// // SAFETY: the reference of the line above.
    /// assert_eq!(*unsafe { Arc::from_raw(pointer) }, 5);
    /// ```
    #[inline]
    pub unsafe fn from_raw(pointer: *const T) -> Self {
        // SAFETY: by `# Safety` of this fn.
        unsafe { Self::from_raw_in(pointer, Global) }
    }

    /// The raw pointer of one of the default, whose reference is now the caller's to give back to [`from_raw`](Self::from_raw).
    ///
    /// For other allocators there is [`into_raw_with_allocator`](Self::into_raw_with_allocator).
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::Arc;
    ///
    /// let pointer = Arc::into_raw(Arc::new(5));
    /// // SAFETY: the reference of the line above.
    /// drop(unsafe { Arc::from_raw(pointer) });
    /// ```
    #[inline]
    #[must_use = "nobody releases the reference behind the pointer"]
    pub fn into_raw(this: Self) -> *const T {
        Self::into_raw_with_allocator(this).0
    }

    /// Counts one strong reference more, in the default: see [`increment_strong_count_in`](Self::increment_strong_count_in).
    ///
    /// # Safety
    ///
    /// Same as for [`increment_strong_count_in`](Self::increment_strong_count_in) with [`Global`].
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::Arc;
    ///
    /// let five = Arc::new(5);
    /// let pointer = Arc::as_ptr(&five);
    /// // SAFETY: there is a pointer to the value.
    /// unsafe { Arc::increment_strong_count(pointer) };
    /// assert_eq!(Arc::strong_count(&five), 2);
    /// // SAFETY: the reference that was counted above.
    /// unsafe { Arc::decrement_strong_count(pointer) };
    /// ```
    #[inline]
    pub unsafe fn increment_strong_count(pointer: *const T) {
        // SAFETY: by `# Safety` of this fn.
        unsafe { Self::increment_strong_count_in(pointer, Global) };
    }

    /// Releases a strong reference, in the default: see [`decrement_strong_count_in`](Self::decrement_strong_count_in).
    ///
    /// # Safety
    ///
    /// Same as for [`decrement_strong_count_in`](Self::decrement_strong_count_in) with [`Global`].
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::Arc;
    ///
    /// let pointer = Arc::into_raw(Arc::new(5));
    /// // SAFETY: the reference of the line above.
    /// unsafe { Arc::decrement_strong_count(pointer) };
    /// ```
    #[inline]
    pub unsafe fn decrement_strong_count(pointer: *const T) {
        // SAFETY: by `# Safety` of this fn.
        unsafe { Self::decrement_strong_count_in(pointer, Global) };
    }
}

impl<T: ?Sized, A: Allocator> Arc<T, A> {
    /// A pointer from a raw one and the allocator of its block.
    ///
    /// # Safety
    ///
    /// 1. `pointer` is one of [`into_raw_with_allocator`](Self::into_raw_with_allocator), [`into_raw`](Arc::into_raw) or
    ///    [`as_ptr`](Self::as_ptr) of an [`Arc`], perhaps cast to a type of the same size, align and, where it matters, contents.
    /// 2. It stands for a strong reference, which this one takes over: that of an [`Arc`] which was turned into it, or one of
    ///    [`increment_strong_count_in`](Self::increment_strong_count_in).
    /// 3. `allocator` is the one of that [`Arc`], or as good as a clone of it.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::Arc};
    ///
    /// let (pointer, allocator) = Arc::into_raw_with_allocator(Arc::new_in(5, System));
    /// // SAFETY: the reference of the line above.
    /// assert_eq!(*unsafe { Arc::from_raw_in(pointer, allocator) }, 5);
    /// ```
    #[inline]
    pub unsafe fn from_raw_in(pointer: *const T, allocator: A) -> Self {
        // SAFETY: not null by (1) of `# Safety` of this fn.
        let value = unsafe { NonNull::new_unchecked(pointer.cast_mut()) };
        // SAFETY: by `# Safety` of this fn.
        Self(unsafe { Strong::from_parts(value, allocator) })
    }

    /// The raw pointer and the allocator; the reference is now the caller's to give back to [`from_raw_in`](Self::from_raw_in).
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Arena, collections::Arc};
    ///
    /// let arena = Arena::new();
    /// let (pointer, allocator) = Arc::into_raw_with_allocator(Arc::new_in(5, &arena));
    /// // SAFETY: the reference of the line above.
    /// drop(unsafe { Arc::from_raw_in(pointer, allocator) });
    /// ```
    #[inline]
    #[must_use = "nobody releases the reference behind the pointer"]
    pub fn into_raw_with_allocator(this: Self) -> (*const T, A) {
        let (value, allocator) = this.0.into_parts();
        (value.as_ptr(), allocator)
    }

    /// A pointer to the value, good for as long as a strong reference is left. The counts stay as they are.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::Arc;
    ///
    /// let five = Arc::new(5);
    /// let other = Arc::clone(&five);
    /// assert_eq!(Arc::as_ptr(&five), Arc::as_ptr(&other));
    /// ```
    #[inline]
    #[must_use]
    pub fn as_ptr(this: &Self) -> *const T {
        this.0.as_ptr()
    }

    /// Counts one strong reference more to the value behind the pointer.
    ///
    /// # Safety
    ///
    /// `pointer` and `allocator` are as for [`from_raw_in`](Self::from_raw_in), and there is at least one strong reference,
    /// whoever has it.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::Arc};
    ///
    /// let five = Arc::new_in(5, System);
    /// // SAFETY: there is a pointer to the value.
    /// unsafe { Arc::increment_strong_count_in(Arc::as_ptr(&five), System) };
    /// assert_eq!(Arc::strong_count(&five), 2);
    /// // SAFETY: the reference that was counted above.
    /// unsafe { Arc::decrement_strong_count_in(Arc::as_ptr(&five), System) };
    /// ```
    #[inline]
    pub unsafe fn increment_strong_count_in(pointer: *const T, allocator: A) {
        // SAFETY: by `# Safety` of this fn; the reference is not this one's, and it is left alone below.
        let borrowed = unsafe { Self::from_raw_in(pointer, allocator) };
        // SAFETY: there is one by `# Safety` of this fn.
        unsafe { borrowed.0.counts().clone_strong() };
        let (_, allocator) = borrowed.0.into_parts();
        drop(allocator);
    }

    /// Releases a strong reference to the value behind the pointer. If it was the last, the value is dropped.
    ///
    /// # Safety
    ///
    /// Same as for [`from_raw_in`](Self::from_raw_in).
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::Arc};
    ///
    /// let (pointer, allocator) = Arc::into_raw_with_allocator(Arc::new_in(5, System));
    /// // SAFETY: the reference of the line above.
    /// unsafe { Arc::decrement_strong_count_in(pointer, allocator) };
    /// ```
    #[inline]
    pub unsafe fn decrement_strong_count_in(pointer: *const T, allocator: A) {
        // SAFETY: by `# Safety` of this fn.
        mem::drop(unsafe { Self::from_raw_in(pointer, allocator) });
    }
}
