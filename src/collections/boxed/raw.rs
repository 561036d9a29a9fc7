//! Boxes and raw pointers.

use core::marker::PhantomData;
use core::mem::{self, ManuallyDrop};
use core::ptr::NonNull;

use super::Box;
use crate::api::{Allocator, Global};

impl<T: ?Sized> Box<T> {
    /// A box of the default from a raw pointer. See [`from_raw_in`](Self::from_raw_in).
    ///
    /// # Safety
    ///
    /// Same as for [`from_raw_in`](Self::from_raw_in) with [`Global`].
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::Box;
    ///
    /// let pointer = Box::into_raw(Box::new(5));
    /// // SAFETY: the pointer of a box, which nobody else has.
    /// assert_eq!(*unsafe { Box::from_raw(pointer) }, 5);
    /// ```
    #[inline]
    #[must_use = "call `drop(Box::from_raw(pointer))` to drop the value and free its block"]
    pub unsafe fn from_raw(value: *mut T) -> Self {
        // SAFETY: by `# Safety` of this fn.
        unsafe { Self::from_raw_in(value, Global) }
    }

    /// A box of the default from a raw pointer known not to be null. See [`from_raw_in`](Self::from_raw_in).
    ///
    /// # Safety
    ///
    /// Same as for [`from_raw_in`](Self::from_raw_in) with [`Global`].
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::Box;
    ///
    /// let pointer = Box::into_non_null(Box::new(5));
    /// // SAFETY: the pointer of a box, which nobody else has.
    /// assert_eq!(*unsafe { Box::from_non_null(pointer) }, 5);
    /// ```
    #[inline]
    #[must_use = "call `drop(Box::from_non_null(pointer))` to drop the value and free its block"]
    pub unsafe fn from_non_null(value: NonNull<T>) -> Self {
        // SAFETY: by `# Safety` of this fn.
        unsafe { Self::from_non_null_in(value, Global) }
    }

    /// The pointer of a box of the default, which is now the caller's to give back to [`from_raw`](Self::from_raw).
    ///
    /// For boxes of other allocators there is [`into_raw_with_allocator`](Self::into_raw_with_allocator).
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::Box;
    ///
    /// let pointer = Box::into_raw(Box::new("Janus".to_string()));
    /// // SAFETY: the pointer of a box, which nobody else has.
    /// drop(unsafe { Box::from_raw(pointer) });
    /// ```
    #[inline]
    #[must_use = "nobody drops the value behind the pointer"]
    pub fn into_raw(boxed: Self) -> *mut T {
        Self::into_raw_with_allocator(boxed).0
    }

    /// The pointer of a box of the default, known not to be null. See [`into_raw`](Self::into_raw).
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::Box;
    ///
    /// let pointer = Box::into_non_null(Box::new("Janus".to_string()));
    /// // SAFETY: the pointer of a box, which nobody else has.
    /// drop(unsafe { Box::from_non_null(pointer) });
    /// ```
    #[inline]
    #[must_use = "nobody drops the value behind the pointer"]
    pub fn into_non_null(boxed: Self) -> NonNull<T> {
        Self::into_non_null_with_allocator(boxed).0
    }
}

impl<T: ?Sized, A: Allocator> Box<T, A> {
    /// A box from a raw pointer and the allocator of its block.
    ///
    /// # Safety
    ///
    /// 1. `value` points to an initialised `T`, is aligned and not null, and nobody else uses it as long as the box is there.
    /// 2. If the `T` has a size, `value` is a live block of `allocator`, which
    ///    [`Layout::for_value`](core::alloc::Layout::for_value) of the `T` fits, and the pointer may be used for all of it. A
    ///    pointer of [`into_raw_with_allocator`](Self::into_raw_with_allocator) is one.
    /// 3. Both hold for the rest of the box's life, whatever lifetime is in the types.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::Box};
    ///
    /// let (pointer, allocator) = Box::into_raw_with_allocator(Box::new_in(5, System));
    /// // SAFETY: both are of the same box.
    /// assert_eq!(*unsafe { Box::from_raw_in(pointer, allocator) }, 5);
    /// ```
    #[inline]
    pub const unsafe fn from_raw_in(value: *mut T, allocator: A) -> Self {
        // SAFETY: not null by (1) of `# Safety` of this fn.
        let value = unsafe { NonNull::new_unchecked(value) };
        // SAFETY: by `# Safety` of this fn.
        unsafe { Self::from_non_null_in(value, allocator) }
    }

    /// A box from a raw pointer known not to be null, and the allocator of its block. See [`from_raw_in`](Self::from_raw_in).
    ///
    /// # Safety
    ///
    /// Same as for [`from_raw_in`](Self::from_raw_in).
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::Box};
    ///
    /// let (pointer, allocator) = Box::into_non_null_with_allocator(Box::new_in(5, System));
    /// // SAFETY: both are of the same box.
    /// assert_eq!(*unsafe { Box::from_non_null_in(pointer, allocator) }, 5);
    /// ```
    #[inline]
    pub const unsafe fn from_non_null_in(value: NonNull<T>, allocator: A) -> Self {
        Self { value, allocator, owned: PhantomData }
    }

    /// The pointer of the value and its allocator, which are now the caller's to give back to [`from_raw_in`](Self::from_raw_in).
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Arena, collections::Box};
    ///
    /// let arena = Arena::new();
    /// let (pointer, allocator) = Box::into_raw_with_allocator(Box::new_in(5, &arena));
    /// // SAFETY: both are of the same box.
    /// drop(unsafe { Box::from_raw_in(pointer, allocator) });
    /// ```
    #[inline]
    #[must_use = "nobody drops the value behind the pointer"]
    pub fn into_raw_with_allocator(boxed: Self) -> (*mut T, A) {
        let (value, allocator) = Self::into_non_null_with_allocator(boxed);
        (value.as_ptr(), allocator)
    }

    /// The pointer of the value, known not to be null, and its allocator. See
    /// [`into_raw_with_allocator`](Self::into_raw_with_allocator).
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Arena, collections::Box};
    ///
    /// let arena = Arena::new();
    /// let (pointer, allocator) = Box::into_non_null_with_allocator(Box::new_in(5, &arena));
    /// // SAFETY: both are of the same box.
    /// drop(unsafe { Box::from_non_null_in(pointer, allocator) });
    /// ```
    #[inline]
    #[must_use = "nobody drops the value behind the pointer"]
    pub fn into_non_null_with_allocator(boxed: Self) -> (NonNull<T>, A) {
        let boxed = ManuallyDrop::new(boxed);
        // SAFETY: the box is not used again, so the allocator is moved out once.
        let allocator = unsafe { (&raw const boxed.allocator).read() };
        (boxed.value, allocator)
    }

    /// A pointer to the value. The box keeps it.
    ///
    /// No reference is made, so earlier pointers of [`as_mut_ptr`](Self::as_mut_ptr) stay valid. The pointer itself may be
    /// written through only if it comes from there.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::Box};
    ///
    /// let mut five = Box::new_in(5, System);
    /// let write = Box::as_mut_ptr(&mut five);
    /// let read = Box::as_ptr(&five);
    /// // SAFETY: the box is there, and nobody else uses its value.
    /// unsafe { write.write(6) };
    /// // SAFETY: as above.
    /// assert_eq!(unsafe { read.read() }, 6);
    /// ```
    #[inline]
    #[must_use]
    pub fn as_ptr(boxed: &Self) -> *const T {
        boxed.value.as_ptr()
    }

    /// A pointer to the value, which may be written through. The box keeps the value.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::Box};
    ///
    /// let mut five = Box::new_in(5, System);
    /// let pointer = Box::as_mut_ptr(&mut five);
    /// // SAFETY: the box is there, and nobody else uses its value.
    /// unsafe { pointer.write(6) };
    /// assert_eq!(*five, 6);
    /// ```
    #[inline]
    #[must_use]
    pub fn as_mut_ptr(boxed: &mut Self) -> *mut T {
        boxed.value.as_ptr()
    }

    /// The allocator of the block.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Arena, collections::Box};
    ///
    /// let arena = Arena::new();
    /// let one = Box::new_in(1, &arena);
    /// let two = Box::new_in(2, *Box::allocator(&one));
    /// assert_eq!(*one + *two, 3);
    /// ```
    #[inline]
    #[must_use]
    pub const fn allocator(boxed: &Self) -> &A {
        &boxed.allocator
    }

    /// The value for as long as its allocator is there: it is never dropped, and its block is not freed on its own. The
    /// allocator is forgotten, so if it is a value that owns its memory, that memory stays as well.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Arena, collections::Box};
    ///
    /// let arena = Arena::new();
    /// let number: &mut i32 = Box::leak(Box::new_in(5, &arena));
    /// *number += 1;
    /// assert_eq!(*number, 6);
    /// ```
    #[inline]
    pub fn leak<'a>(boxed: Self) -> &'a mut T
    where
        A: 'a,
    {
        let (mut value, allocator) = Self::into_non_null_with_allocator(boxed);
        mem::forget(allocator);
        // SAFETY: by invariant 1 of `Box`. The block stays: nobody frees it, the allocator is never dropped nor borrowed
        // mutably, and its lifetimes are at least `'a`.
        unsafe { value.as_mut() }
    }
}
