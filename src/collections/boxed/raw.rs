//! Conversions between boxes and raw pointers.

use core::marker::PhantomData;
use core::mem::{self, ManuallyDrop};
use core::ptr::NonNull;

use super::Box;
use crate::api::{Allocator, Global};

impl<T: ?Sized> Box<T> {
    /// Constructs a box of the default from a raw pointer. See [`from_raw_in`](Self::from_raw_in).
    ///
    /// # Safety
    ///
    /// The conditions of [`from_raw_in`](Self::from_raw_in), with [`Global`] as the allocator.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::Box;
    ///
    /// let pointer = Box::into_raw(Box::new(5));
    /// // SAFETY: the pointer is that of the box above, and is used only once.
    /// assert_eq!(*unsafe { Box::from_raw(pointer) }, 5);
    /// ```
    #[inline]
    #[must_use = "call `drop(Box::from_raw(pointer))` to drop the value and free its block"]
    pub unsafe fn from_raw(value: *mut T) -> Self {
        // SAFETY: by `# Safety` of this fn, which requires the same.
        unsafe { Self::from_raw_in(value, Global) }
    }

    /// Constructs a box of the default from a [`NonNull`] pointer. See [`from_raw_in`](Self::from_raw_in).
    ///
    /// # Safety
    ///
    /// The conditions of [`from_raw_in`](Self::from_raw_in), with [`Global`] as the allocator.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::Box;
    ///
    /// let pointer = Box::into_non_null(Box::new(5));
    /// // SAFETY: the pointer is that of the box above, and is used only once.
    /// assert_eq!(*unsafe { Box::from_non_null(pointer) }, 5);
    /// ```
    #[inline]
    #[must_use = "call `drop(Box::from_non_null(pointer))` to drop the value and free its block"]
    pub unsafe fn from_non_null(value: NonNull<T>) -> Self {
        // SAFETY: by `# Safety` of this fn, which requires the same.
        unsafe { Self::from_non_null_in(value, Global) }
    }

    /// Consumes a box of the default and returns the pointer to its value.
    ///
    /// The caller now owns the value and its block, and can give both back with [`from_raw`](Self::from_raw). For a box
    /// of another allocator, use [`into_raw_with_allocator`](Self::into_raw_with_allocator).
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::Box;
    ///
    /// let pointer = Box::into_raw(Box::new("Janus".to_string()));
    /// // SAFETY: the pointer is that of the box above, and is used only once.
    /// drop(unsafe { Box::from_raw(pointer) });
    /// ```
    #[inline]
    #[must_use = "the value and its block leak unless the pointer goes back to `from_raw`"]
    pub fn into_raw(boxed: Self) -> *mut T {
        Self::into_raw_with_allocator(boxed).0
    }

    /// Consumes a box of the default and returns the [`NonNull`] pointer to its value. See [`into_raw`](Self::into_raw).
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::Box;
    ///
    /// let pointer = Box::into_non_null(Box::new("Janus".to_string()));
    /// // SAFETY: the pointer is that of the box above, and is used only once.
    /// drop(unsafe { Box::from_non_null(pointer) });
    /// ```
    #[inline]
    #[must_use = "the value and its block leak unless the pointer goes back to `from_non_null`"]
    pub fn into_non_null(boxed: Self) -> NonNull<T> {
        Self::into_non_null_with_allocator(boxed).0
    }
}

impl<T: ?Sized, A: Allocator> Box<T, A> {
    /// Constructs a box from a raw pointer and the allocator of its block.
    ///
    /// # Safety
    ///
    /// 1. `value` is not null, is aligned, and points to an initialised `T` that only the new box uses.
    /// 2. If the size of the `T` is not 0, `value` is the start of a live block of `allocator` that
    ///    [`Layout::for_value`](core::alloc::Layout::for_value) of the `T` fits and that only the new box frees, and
    ///    the pointer is valid for the whole block. A pointer from
    ///    [`into_raw_with_allocator`](Self::into_raw_with_allocator) meets this.
    /// 3. Conditions 1 and 2 hold until the box is gone, whatever the lifetimes in its type say.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::Box};
    ///
    /// let (pointer, allocator) = Box::into_raw_with_allocator(Box::new_in(5, System));
    /// // SAFETY: pointer and allocator are those of one box, and the pointer is used only once.
    /// assert_eq!(*unsafe { Box::from_raw_in(pointer, allocator) }, 5);
    /// ```
    #[inline]
    pub const unsafe fn from_raw_in(value: *mut T, allocator: A) -> Self {
        // SAFETY: `value` is not null by `# Safety` (1) of this fn.
        let value = unsafe { NonNull::new_unchecked(value) };
        // SAFETY: by `# Safety` (1) to (3) of this fn, which are the same.
        unsafe { Self::from_non_null_in(value, allocator) }
    }

    /// Constructs a box from a [`NonNull`] pointer and the allocator of its block. See [`from_raw_in`](Self::from_raw_in).
    ///
    /// # Safety
    ///
    /// The conditions of [`from_raw_in`](Self::from_raw_in).
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::Box};
    ///
    /// let (pointer, allocator) = Box::into_non_null_with_allocator(Box::new_in(5, System));
    /// // SAFETY: pointer and allocator are those of one box, and the pointer is used only once.
    /// assert_eq!(*unsafe { Box::from_non_null_in(pointer, allocator) }, 5);
    /// ```
    #[inline]
    pub const unsafe fn from_non_null_in(value: NonNull<T>, allocator: A) -> Self {
        Self { value, allocator, owned: PhantomData }
    }

    /// Consumes the box and returns the pointer to its value, and its allocator.
    ///
    /// The caller now owns the value and its block, and can give both back with [`from_raw_in`](Self::from_raw_in).
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Arena, collections::Box};
    ///
    /// let arena = Arena::new();
    /// let (pointer, allocator) = Box::into_raw_with_allocator(Box::new_in(5, &arena));
    /// // SAFETY: pointer and allocator are those of one box, and the pointer is used only once.
    /// drop(unsafe { Box::from_raw_in(pointer, allocator) });
    /// ```
    #[inline]
    #[must_use = "the value and its block leak unless the pointer goes back to `from_raw_in`"]
    pub fn into_raw_with_allocator(boxed: Self) -> (*mut T, A) {
        let (value, allocator) = Self::into_non_null_with_allocator(boxed);
        (value.as_ptr(), allocator)
    }

    /// Consumes the box and returns the [`NonNull`] pointer to its value, and its allocator. See
    /// [`into_raw_with_allocator`](Self::into_raw_with_allocator).
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Arena, collections::Box};
    ///
    /// let arena = Arena::new();
    /// let (pointer, allocator) = Box::into_non_null_with_allocator(Box::new_in(5, &arena));
    /// // SAFETY: pointer and allocator are those of one box, and the pointer is used only once.
    /// drop(unsafe { Box::from_non_null_in(pointer, allocator) });
    /// ```
    #[inline]
    #[must_use = "the value and its block leak unless the pointer goes back to `from_non_null_in`"]
    pub fn into_non_null_with_allocator(boxed: Self) -> (NonNull<T>, A) {
        let boxed = ManuallyDrop::new(boxed);
        // SAFETY: `boxed` is neither dropped nor used again, so the allocator is moved out only once.
        let allocator = unsafe { (&raw const boxed.allocator).read() };
        (boxed.value, allocator)
    }

    /// Returns a pointer to the value, which the box keeps. It must not be written through, except inside an `UnsafeCell`.
    ///
    /// This creates no reference to the value, so pointers from earlier calls of [`as_mut_ptr`](Self::as_mut_ptr) stay
    /// valid.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::Box};
    ///
    /// let mut five = Box::new_in(5, System);
    /// let write = Box::as_mut_ptr(&mut five);
    /// let read = Box::as_ptr(&five);
    /// // SAFETY: the box is alive, and nothing else uses its value meanwhile.
    /// unsafe { write.write(6) };
    /// // SAFETY: as above.
    /// assert_eq!(unsafe { read.read() }, 6);
    /// ```
    #[inline]
    #[must_use]
    pub fn as_ptr(boxed: &Self) -> *const T {
        boxed.value.as_ptr()
    }

    /// Returns a pointer to the value, which the box keeps. It may be written through.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::Box};
    ///
    /// let mut five = Box::new_in(5, System);
    /// let pointer = Box::as_mut_ptr(&mut five);
    /// // SAFETY: the box is alive, and nothing else uses its value meanwhile.
    /// unsafe { pointer.write(6) };
    /// assert_eq!(*five, 6);
    /// ```
    #[inline]
    #[must_use]
    pub fn as_mut_ptr(boxed: &mut Self) -> *mut T {
        boxed.value.as_ptr()
    }

    /// Returns the allocator of the box.
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

    /// Consumes the box and returns a reference to its value, which is never dropped.
    ///
    /// The block is not freed either, except by what ends all blocks of its allocator, such as the reset of an arena;
    /// the lifetime `'a` ends before that. The allocator value in the box is forgotten, so if it owns memory, that
    /// memory leaks, too.
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
        // SAFETY: by invariant 1 of `Box`, the value is initialised and nothing else uses it. Its block is live for
        // `'a`: nothing frees it, the allocator is neither dropped nor mutably borrowed again, and the lifetimes in `A`
        // outlive `'a`.
        unsafe { value.as_mut() }
    }
}
