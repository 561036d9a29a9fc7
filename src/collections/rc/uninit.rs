//! Pointers to values that are not initialised yet.

use core::mem::MaybeUninit;

use super::{Counts, Rc, Strong};
use crate::api::contents::Contents;
use crate::api::{AllocError, Allocator, Global, Layout};
use crate::collections::counted::fail;

impl<T> Rc<T> {
    /// Allocates a block from the default for a value that is not initialised yet.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::Rc;
    ///
    /// let mut five = Rc::<u32>::new_uninit();
    /// Rc::get_mut(&mut five).unwrap().write(5);
    /// // SAFETY: the line above initialises the value.
    /// assert_eq!(*unsafe { five.assume_init() }, 5);
    /// ```
    #[inline]
    #[must_use]
    pub fn new_uninit() -> Rc<MaybeUninit<T>> {
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
    /// assert!(janus_alloc::collections::Rc::<u32>::try_new_uninit().is_ok());
    /// ```
    #[inline]
    pub fn try_new_uninit() -> Result<Rc<MaybeUninit<T>>, AllocError> {
        Self::try_new_uninit_in(Global)
    }

    /// Allocates a block from the default for a value whose bytes are zero.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::Rc;
    ///
    /// // SAFETY: zero bytes are a valid `u32`.
    /// assert_eq!(*unsafe { Rc::<u32>::new_zeroed().assume_init() }, 0);
    /// ```
    #[inline]
    #[must_use]
    pub fn new_zeroed() -> Rc<MaybeUninit<T>> {
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
    /// assert!(janus_alloc::collections::Rc::<u32>::try_new_zeroed().is_ok());
    /// ```
    #[inline]
    pub fn try_new_zeroed() -> Result<Rc<MaybeUninit<T>>, AllocError> {
        Self::try_new_zeroed_in(Global)
    }
}

impl<T, A: Allocator> Rc<T, A> {
    /// Allocates a block from `allocator` for a value that is not initialised yet.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::Rc};
    ///
    /// let mut five = Rc::<u32, _>::new_uninit_in(System);
    /// Rc::get_mut(&mut five).unwrap().write(5);
    /// // SAFETY: the line above initialises the value.
    /// assert_eq!(*unsafe { five.assume_init() }, 5);
    /// ```
    #[inline]
    pub fn new_uninit_in(allocator: A) -> Rc<MaybeUninit<T>, A> {
        Self::try_new_uninit_in(allocator).unwrap_or_else(|_| fail::<Counts>(Some(Layout::new::<T>())))
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
    /// use janus_alloc::{Null, collections::Rc};
    ///
    /// assert!(Rc::<u32, _>::try_new_uninit_in(Null).is_err());
    /// ```
    #[inline]
    pub fn try_new_uninit_in(allocator: A) -> Result<Rc<MaybeUninit<T>, A>, AllocError> {
        Ok(Rc(Strong::<T, A, _>::uninit(Contents::Uninit, allocator)?))
    }

    /// Allocates a block from `allocator` for a value whose bytes are zero.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::Rc};
    ///
    /// // SAFETY: zero bytes are a valid `u32`.
    /// assert_eq!(*unsafe { Rc::<u32, _>::new_zeroed_in(System).assume_init() }, 0);
    /// ```
    #[inline]
    pub fn new_zeroed_in(allocator: A) -> Rc<MaybeUninit<T>, A> {
        Self::try_new_zeroed_in(allocator).unwrap_or_else(|_| fail::<Counts>(Some(Layout::new::<T>())))
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
    /// use janus_alloc::{Null, collections::Rc};
    ///
    /// assert!(Rc::<u32, _>::try_new_zeroed_in(Null).is_err());
    /// ```
    #[inline]
    pub fn try_new_zeroed_in(allocator: A) -> Result<Rc<MaybeUninit<T>, A>, AllocError> {
        Ok(Rc(Strong::<T, A, _>::uninit(Contents::Zeroed, allocator)?))
    }
}

impl<T, A: Allocator> Rc<MaybeUninit<T>, A> {
    /// Converts the pointer to one to the initialised value.
    ///
    /// # Safety
    ///
    /// The value is initialised.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::Rc};
    ///
    /// let mut five = Rc::<u32, _>::new_uninit_in(System);
    /// Rc::get_mut(&mut five).unwrap().write(5);
    /// // SAFETY: the line above initialises the value.
    /// assert_eq!(*unsafe { five.assume_init() }, 5);
    /// ```
    #[inline]
    pub unsafe fn assume_init(self) -> Rc<T, A> {
        // SAFETY: the value is initialised by `# Safety` of this fn.
        Rc(unsafe { self.0.assume_init() })
    }
}
