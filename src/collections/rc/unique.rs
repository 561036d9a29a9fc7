//! Exclusive access to a value that has only one pointer.

use super::{Counts, Rc};
use crate::api::{AllocError, Allocator, Layout};
use crate::collections::clone_to_uninit::CloneToUninit;
use crate::collections::counted::fail;

impl<T: ?Sized, A: Allocator> Rc<T, A> {
    /// Returns a mutable reference to the value, if there is no other pointer to it, not even a [`Weak`](super::Weak) one.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::Rc;
    ///
    /// let mut five = Rc::new(5);
    /// *Rc::get_mut(&mut five).unwrap() += 1;
    /// let other = Rc::clone(&five);
    /// assert!(Rc::get_mut(&mut five).is_none());
    /// assert_eq!(*other, 6);
    /// ```
    #[inline]
    pub fn get_mut(this: &mut Self) -> Option<&mut T> {
        this.0.get_mut()
    }
}

impl<T: ?Sized + CloneToUninit, A: Allocator> Rc<T, A> {
    /// Returns a mutable reference to the value, after making this the only pointer to it.
    ///
    /// If there are other [`Rc`] pointers, the value is cloned into a new block for this one. If there are only
    /// [`Weak`](super::Weak) pointers, the value is moved to a new block, and they can no longer be upgraded.
    ///
    /// `T` is a type that implements [`Clone`], a slice of such a type, `str`, [`CStr`](core::ffi::CStr), or, with the
    /// feature `std`, `OsStr` or `Path`.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::Rc};
    ///
    /// let mut five = Rc::new_in(5, System);
    /// let other = Rc::clone(&five);
    /// *Rc::make_mut(&mut five) += 1;
    /// assert_eq!((*five, *other), (6, 5));
    ///
    /// let weak = Rc::downgrade(&five);
    /// *Rc::make_mut(&mut five) += 1;
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
    /// use janus_alloc::{FixedArena, collections::Rc};
    ///
    /// let mut bytes = [std::mem::MaybeUninit::uninit(); 200];
    /// let arena = FixedArena::new(&mut bytes);
    /// let mut zeroes = Rc::new_in([0_u8; 100], &arena);
    /// let other = Rc::clone(&zeroes);
    /// assert!(Rc::try_make_mut(&mut zeroes).is_err());
    /// drop(other);
    /// Rc::try_make_mut(&mut zeroes)?[0] = 1;
    /// # Ok::<(), janus_alloc::api::AllocError>(())
    /// ```
    #[inline]
    pub fn try_make_mut(this: &mut Self) -> Result<&mut T, AllocError> {
        this.0.make_unique()?;
        // SAFETY: `make_unique` left no other reference to the value.
        Ok(unsafe { this.0.get_mut_unchecked() })
    }
}

impl<T, A: Allocator> Rc<T, A> {
    /// Returns the value, if there is no other [`Rc`] pointer to it.
    ///
    /// # Errors
    ///
    /// Returns the pointer if there is another [`Rc`] pointer to the value.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::Rc};
    ///
    /// let five = Rc::new_in(5, System);
    /// let other = Rc::clone(&five);
    /// let five = Rc::try_unwrap(five).unwrap_err();
    /// drop(other);
    /// assert_eq!(Rc::try_unwrap(five), Ok(5));
    /// ```
    #[inline]
    pub fn try_unwrap(this: Self) -> Result<T, Self> {
        this.0.try_unwrap().map_err(Self)
    }

    /// Returns the value, if there is no other [`Rc`] pointer to it. Otherwise, drops the pointer and returns `None`.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::Rc};
    ///
    /// let five = Rc::new_in(5, System);
    /// assert_eq!(Rc::into_inner(Rc::clone(&five)), None);
    /// assert_eq!(Rc::into_inner(five), Some(5));
    /// ```
    #[inline]
    pub fn into_inner(this: Self) -> Option<T> {
        this.0.into_inner()
    }

    /// Returns the value, if there is no other [`Rc`] pointer to it, and a clone of it otherwise.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::Rc};
    ///
    /// let name = Rc::new_in(String::from("Janus"), System);
    /// let start = name.as_ptr();
    /// assert_ne!(Rc::unwrap_or_clone(Rc::clone(&name)).as_ptr(), start);
    /// assert_eq!(Rc::unwrap_or_clone(name).as_ptr(), start);
    /// ```
    #[inline]
    pub fn unwrap_or_clone(this: Self) -> T
    where
        T: Clone,
    {
        Self::try_unwrap(this).unwrap_or_else(|shared| T::clone(&shared))
    }
}
