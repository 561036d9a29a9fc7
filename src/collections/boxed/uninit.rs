//! Boxes of values that are not initialised yet.

use core::mem::MaybeUninit;

use super::Box;
use crate::api::contents::Contents;
use crate::api::{AllocError, Allocator, Global, Layout};
use crate::collections::block::{allocate, fail};

impl<T> Box<T> {
    /// Allocates a block from the default for a value that is not initialised yet.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::Box;
    ///
    /// let five = Box::write(Box::<u32>::new_uninit(), 5);
    /// assert_eq!(*five, 5);
    /// ```
    #[inline]
    #[must_use]
    pub fn new_uninit() -> Box<MaybeUninit<T>> {
        Self::new_uninit_in(Global)
    }

    /// The twin of [`new_uninit`](Self::new_uninit) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns [`AllocError`] if allocation fails.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::Box;
    ///
    /// assert_eq!(*Box::write(Box::<u32>::try_new_uninit()?, 5), 5);
    /// # Ok::<(), janus_alloc::api::AllocError>(())
    /// ```
    #[inline]
    pub fn try_new_uninit() -> Result<Box<MaybeUninit<T>>, AllocError> {
        Self::try_new_uninit_in(Global)
    }

    /// Allocates a block from the default for a value whose bytes are zero.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::Box;
    ///
    /// // SAFETY: zero bytes are a valid `u32`.
    /// assert_eq!(*unsafe { Box::<u32>::new_zeroed().assume_init() }, 0);
    /// ```
    #[inline]
    #[must_use]
    pub fn new_zeroed() -> Box<MaybeUninit<T>> {
        Self::new_zeroed_in(Global)
    }

    /// The twin of [`new_zeroed`](Self::new_zeroed) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns [`AllocError`] if allocation fails.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::Box;
    ///
    /// // SAFETY: zero bytes are a valid `u32`.
    /// assert_eq!(*unsafe { Box::<u32>::try_new_zeroed()?.assume_init() }, 0);
    /// # Ok::<(), janus_alloc::api::AllocError>(())
    /// ```
    #[inline]
    pub fn try_new_zeroed() -> Result<Box<MaybeUninit<T>>, AllocError> {
        Self::try_new_zeroed_in(Global)
    }
}

impl<T, A: Allocator> Box<T, A> {
    /// Allocates a block from `allocator` for a value that is not initialised yet.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::Box};
    ///
    /// let five = Box::write(Box::<u32, _>::new_uninit_in(System), 5);
    /// assert_eq!(*five, 5);
    /// ```
    #[inline]
    pub fn new_uninit_in(allocator: A) -> Box<MaybeUninit<T>, A> {
        Self::try_new_uninit_in(allocator).unwrap_or_else(|_| fail(Some(Layout::new::<T>())))
    }

    /// The twin of [`new_uninit_in`](Self::new_uninit_in) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns [`AllocError`] if allocation fails. The allocator is then dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Null, collections::Box};
    ///
    /// assert!(Box::<u32, _>::try_new_uninit_in(Null).is_err());
    /// ```
    #[inline]
    pub fn try_new_uninit_in(allocator: A) -> Result<Box<MaybeUninit<T>, A>, AllocError> {
        new_in(allocator, Contents::Uninit)
    }

    /// Allocates a block from `allocator` for a value whose bytes are zero.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Pages, collections::Box};
    ///
    /// let table = Box::<[u64; 100_000], _>::new_zeroed_in(Pages::new());
    /// // SAFETY: zero bytes are valid integers.
    /// assert_eq!(unsafe { table.assume_init() }[99_999], 0);
    /// ```
    #[inline]
    pub fn new_zeroed_in(allocator: A) -> Box<MaybeUninit<T>, A> {
        Self::try_new_zeroed_in(allocator).unwrap_or_else(|_| fail(Some(Layout::new::<T>())))
    }

    /// The twin of [`new_zeroed_in`](Self::new_zeroed_in) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns [`AllocError`] if allocation fails. The allocator is then dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Null, collections::Box};
    ///
    /// assert!(Box::<u32, _>::try_new_zeroed_in(Null).is_err());
    /// ```
    #[inline]
    pub fn try_new_zeroed_in(allocator: A) -> Result<Box<MaybeUninit<T>, A>, AllocError> {
        new_in(allocator, Contents::Zeroed)
    }
}

#[inline]
fn new_in<T, A: Allocator>(allocator: A, contents: Contents) -> Result<Box<MaybeUninit<T>, A>, AllocError> {
    let block = allocate(&allocator, Layout::new::<T>(), contents)?;
    // SAFETY: a `MaybeUninit<T>` needs no initialisation and has the layout of a `T`. The block is new and has that
    // layout, or the size is 0 and the pointer is aligned and dangling.
    Ok(unsafe { Box::from_non_null_in(block.cast(), allocator) })
}

impl<T, A: Allocator> Box<MaybeUninit<T>, A> {
    /// Converts the box to one of the initialised value.
    ///
    /// # Safety
    ///
    /// The value is initialised.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::Box};
    ///
    /// let mut five = Box::<u32, _>::new_uninit_in(System);
    /// five.write(5);
    /// // SAFETY: the line above initialises the value.
    /// assert_eq!(*unsafe { five.assume_init() }, 5);
    /// ```
    #[inline]
    pub unsafe fn assume_init(self) -> Box<T, A> {
        let (value, allocator) = Self::into_non_null_with_allocator(self);
        // SAFETY: pointer and allocator are those of a box of the same layout, whose contents are initialised by
        // `# Safety` of this fn.
        unsafe { Box::from_non_null_in(value.cast(), allocator) }
    }

    /// Writes `value` into the block and returns the box of it.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::Box};
    ///
    /// let empty = Box::<[u8; 1000], _>::new_uninit_in(System);
    /// assert_eq!(Box::write(empty, [7; 1000]).len(), 1000);
    /// ```
    #[inline]
    pub fn write(mut boxed: Self, value: T) -> Box<T, A> {
        MaybeUninit::write(&mut *boxed, value);
        // SAFETY: the line above initialises the value.
        unsafe { boxed.assume_init() }
    }
}

impl<T, A: Allocator> Box<[MaybeUninit<T>], A> {
    /// Converts the box to one of the initialised values.
    ///
    /// # Safety
    ///
    /// Every value is initialised.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::Box};
    ///
    /// let mut squares = Box::<[usize], _>::new_uninit_slice_in(4, System);
    /// for (n, place) in squares.iter_mut().enumerate() {
    ///     place.write(n * n);
    /// }
    /// // SAFETY: the loop wrote every value.
    /// assert_eq!(*unsafe { squares.assume_init() }, [0, 1, 4, 9]);
    /// ```
    #[inline]
    pub unsafe fn assume_init(self) -> Box<[T], A> {
        let (values, allocator) = Self::into_raw_with_allocator(self);
        // SAFETY: pointer and allocator are those of a box of the same layout, whose contents are initialised by
        // `# Safety` of this fn.
        unsafe { Box::from_raw_in(values as *mut [T], allocator) }
    }
}
