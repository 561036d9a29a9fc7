//! Exclusive access to a value that has only one pointer.

use super::{Arc, Counts};
use crate::api::{AllocError, Allocator, Layout};
use crate::collections::clone_to_uninit::CloneToUninit;
use crate::collections::counted::fail;

impl<T: ?Sized, A: Allocator> Arc<T, A> {
    /// Returns a mutable reference to the value, if there is no other pointer to it, not even a [`Weak`](super::Weak) one.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::Arc;
    ///
    /// let mut five = Arc::new(5);
    /// *Arc::get_mut(&mut five).unwrap() += 1;
    /// let other = Arc::clone(&five);
    /// assert!(Arc::get_mut(&mut five).is_none());
    /// assert_eq!(*other, 6);
    /// ```
    #[inline]
    pub fn get_mut(this: &mut Self) -> Option<&mut T> {
        this.0.get_mut()
    }
}

impl<T: ?Sized + CloneToUninit, A: Allocator> Arc<T, A> {
    /// Returns a mutable reference to the value, after making this the only pointer to it.
    ///
    /// If there are other [`Arc`] pointers, the value is cloned into a new block for this one. If there are only
    /// [`Weak`](super::Weak) pointers, the value is moved to a new block, and they can no longer be upgraded.
    ///
    /// `T` is a type that implements [`Clone`], a slice of such a type, `str`, [`CStr`](core::ffi::CStr), or, with the
    /// feature `std`, `OsStr` or `Path`.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::Arc};
    ///
    /// let mut five = Arc::new_in(5, System);
    /// let other = Arc::clone(&five);
    /// *Arc::make_mut(&mut five) += 1;
    /// assert_eq!((*five, *other), (6, 5));
    ///
    /// let weak = Arc::downgrade(&five);
    /// *Arc::make_mut(&mut five) += 1;
    /// assert_eq!((*five, weak.upgrade()), (7, None));
    /// ```
    #[inline]
    pub fn make_mut(this: &mut Self) -> &mut T {
        if this.0.make_unique().is_err() {
            fail::<Counts>(Some(Layout::for_value::<T>(this)));
        }
        // SAFETY: `make_unique` left no other reference to the value.
        unsafe { this.0.get_mut_unchecked() }
    }

    /// The twin of [`make_mut`](Self::make_mut) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns [`AllocError`] if the value has other pointers and allocation fails. All pointers are then unchanged.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{FixedArena, collections::Arc};
    ///
    /// let mut bytes = [std::mem::MaybeUninit::uninit(); 200];
    /// let arena = FixedArena::new(&mut bytes);
    /// let mut zeroes = Arc::new_in([0_u8; 100], &arena);
    /// let other = Arc::clone(&zeroes);
    /// assert!(Arc::try_make_mut(&mut zeroes).is_err());
    /// drop(other);
    /// Arc::try_make_mut(&mut zeroes)?[0] = 1;
    /// # Ok::<(), janus_alloc::api::AllocError>(())
    /// ```
    #[inline]
    pub fn try_make_mut(this: &mut Self) -> Result<&mut T, AllocError> {
        this.0.make_unique()?;
        // SAFETY: `make_unique` left no other reference to the value.
        Ok(unsafe { this.0.get_mut_unchecked() })
    }
}

impl<T, A: Allocator> Arc<T, A> {
    /// Returns the value, if there is no other [`Arc`] pointer to it.
    ///
    /// If threads call this at once for the last pointers to a value and drop the pointers that they get back, it may
    /// be that none of them gets the value. With [`into_inner`](Self::into_inner), one of them does.
    ///
    /// # Errors
    ///
    /// Returns the pointer if there is another [`Arc`] pointer to the value.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::Arc};
    ///
    /// let five = Arc::new_in(5, System);
    /// let other = Arc::clone(&five);
    /// let five = Arc::try_unwrap(five).unwrap_err();
    /// drop(other);
    /// assert_eq!(Arc::try_unwrap(five), Ok(5));
    /// ```
    #[inline]
    pub fn try_unwrap(this: Self) -> Result<T, Self> {
        this.0.try_unwrap().map_err(Self)
    }

    /// Returns the value, if there is no other [`Arc`] pointer to it. Otherwise, drops the pointer and returns `None`.
    ///
    /// If threads call this at once for all pointers to a value, exactly one of them gets the value.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::Arc};
    ///
    /// let five = Arc::new_in(5, System);
    /// assert_eq!(Arc::into_inner(Arc::clone(&five)), None);
    /// assert_eq!(Arc::into_inner(five), Some(5));
    /// ```
    #[inline]
    pub fn into_inner(this: Self) -> Option<T> {
        this.0.into_inner()
    }

    /// Returns the value, if there is no other [`Arc`] pointer to it, and a clone of it otherwise.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::Arc};
    ///
    /// let name = Arc::new_in(String::from("Janus"), System);
    /// let start = name.as_ptr();
    /// assert_ne!(Arc::unwrap_or_clone(Arc::clone(&name)).as_ptr(), start);
    /// assert_eq!(Arc::unwrap_or_clone(name).as_ptr(), start);
    /// ```
    #[inline]
    pub fn unwrap_or_clone(this: Self) -> T
    where
        T: Clone,
    {
        Self::try_unwrap(this).unwrap_or_else(|shared| T::clone(&shared))
    }
}
