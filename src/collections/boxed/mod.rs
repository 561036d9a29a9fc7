//! [`Box`], a pointer that owns a value in a block of an allocator.
//!
//! # Differences from std
//!
//! | std's `Box` | this `Box` | reason |
//! | --- | --- | --- |
//! | `Box<T>` coerces to `Box<dyn Trait>` | [`unsize_box!`](crate::unsize_box) converts it | `CoerceUnsized` is not stable |
//! | `boxed(argument)` calls an `Fn` or `FnMut` | the same, by dereference | |
//! | `Box<F>` implements `Fn`, `FnMut` and `FnOnce` | it implements none of them: pass `\|x\| boxed(x)` | they cannot be implemented on stable Rust |
//! | a `Box<dyn FnOnce()>` can be called | it cannot: keep an `Option<F>` in a `dyn FnMut()`, or use [`Box::into_std`] | only std can move an unsized value |
//! | `*boxed` moves the value out | [`Box::into_inner`] | built into the compiler for std's `Box` only |
//! | a pattern moves fields out of `*boxed`; a method takes `self: Box<Self>` | not supported | built into the compiler for std's `Box` only |
//! | a `Box<&T>` may be dropped after the `T` | the `T` must outlive the box | `may_dangle` is not stable |
//! | `Box<I>` is an iterator for every iterator `I` | for every sized one, and every [`BoxedIterator`] | `[T]` could implement `Iterator` one day |
//! | `From<&str>` and `From<String>` for `Box<dyn Error>` | not implemented | `&str` and `String` could implement `Error` one day |
//! | `pin_in` and `into_pin` for `A: 'static` | for [`A: StaticAllocator`](crate::api::StaticAllocator) | see [`Box::pin_in`] |

mod clone;
mod convert;
mod downcast;
mod forward;
mod from_others;
#[cfg(feature = "std")]
mod io;
mod iter;
mod pin;
mod raw;
mod slice;
mod uninit;
mod vec;

pub use iter::BoxedIterator;
pub use slice::from_boxed_utf8_unchecked;

use core::marker::PhantomData;
use core::mem::MaybeUninit;
use core::ops::{Deref, DerefMut};
use core::panic::UnwindSafe;
use core::ptr::NonNull;

use super::block::OwnedBlock;
use super::clone_to_uninit::CloneToUninit;
use crate::api::{AllocError, Allocator, Global, Layout};

/// A pointer that owns a value in a block of an allocator.
///
/// For a sized `T`, a box is one word with a zero-sized allocator, and two words with a reference to an allocator;
/// [`Option<Box<T, A>>`](Option) has the same size. A value of size 0 needs no block: the allocator is not called. The
/// [module docs](self) list the differences from std's `Box`.
///
/// Dropping a box drops the value, then frees its block (even if the value's drop panics), and then drops the allocator.
///
/// # Invariants
///
/// 1. `value` is aligned and points to an initialised `T` that only this box uses. The pointer is valid for the whole block.
/// 2. If the size of the `T` is not 0, the `T` is in a live block of `allocator` that its [`Layout::for_value`] fits
///    and that only this box frees. Otherwise there is no block.
///
/// # Examples
///
/// ```
/// use janus_alloc::{Arena, collections::Box};
///
/// struct Node<'a> {
///     value: u32,
///     next: Option<Box<Node<'a>, &'a Arena>>,
/// }
///
/// let arena = Arena::new();
/// let mut list = None;
/// for value in 0..3 {
///     list = Some(Box::new_in(Node { value, next: list.take() }, &arena));
/// }
/// let mut node = &list;
/// let values = std::iter::from_fn(|| {
///     let here = node.as_ref()?;
///     node = &here.next;
///     Some(here.value)
/// });
/// assert!(values.eq([2, 1, 0]));
/// ```
pub struct Box<T: ?Sized, A: Allocator = Global> {
    value: NonNull<T>,
    allocator: A,
    owned: PhantomData<T>,
}

// SAFETY: a box owns its value and its allocator, and gives the same access to them as plain fields would.
unsafe impl<T: ?Sized + Send, A: Allocator + Send> Send for Box<T, A> {}
// SAFETY: as above.
unsafe impl<T: ?Sized + Sync, A: Allocator + Sync> Sync for Box<T, A> {}
impl<T: ?Sized + UnwindSafe, A: Allocator + UnwindSafe> UnwindSafe for Box<T, A> {}
// Moving a box does not move its value.
impl<T: ?Sized, A: Allocator> Unpin for Box<T, A> {}

impl<T> Box<T> {
    /// Allocates a block from the default and moves `value` into it.
    ///
    /// # Examples
    ///
    /// ```
    /// let five = janus_alloc::collections::Box::new(5);
    /// assert_eq!(*five, 5);
    /// ```
    #[inline]
    #[must_use]
    pub fn new(value: T) -> Self {
        Self::new_in(value, Global)
    }

    /// The twin of [`new`](Self::new) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns [`AllocError`] if allocation fails. The value is then dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// let five = janus_alloc::collections::Box::try_new(5)?;
    /// assert_eq!(*five, 5);
    /// # Ok::<(), janus_alloc::api::AllocError>(())
    /// ```
    #[inline]
    pub fn try_new(value: T) -> Result<Self, AllocError> {
        Self::try_new_in(value, Global)
    }
}

impl<T, A: Allocator> Box<T, A> {
    /// Allocates a block from `allocator` and moves `value` into it.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::Box};
    ///
    /// let five = Box::new_in(5, System);
    /// assert_eq!(*five, 5);
    /// ```
    #[inline]
    pub fn new_in(value: T, allocator: A) -> Self {
        Box::write(Self::new_uninit_in(allocator), value)
    }

    /// The twin of [`new_in`](Self::new_in) that returns an error.
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
    /// assert!(Box::try_new_in(5, Null).is_err());
    /// assert!(Box::try_new_in((), Null).is_ok());
    /// ```
    #[inline]
    pub fn try_new_in(value: T, allocator: A) -> Result<Self, AllocError> {
        match Self::try_new_uninit_in(allocator) {
            Ok(boxed) => Ok(Box::write(boxed, value)),
            Err(error) => Err(error),
        }
    }

    /// Moves the value out and frees the block. With std's `Box` this is `*boxed`.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::Box};
    ///
    /// let boxed = Box::new_in("Janus".to_string(), System);
    /// let name: String = Box::into_inner(boxed);
    /// assert_eq!(name, "Janus");
    /// ```
    #[inline]
    pub fn into_inner(boxed: Self) -> T {
        let (value, allocator) = Self::into_non_null_with_allocator(boxed);
        // SAFETY: the value is initialised by invariant 1, and is not used as a `T` again.
        let inner = unsafe { value.read() };
        // SAFETY: pointer and allocator are those of `boxed`. A `MaybeUninit<T>` has the layout of a `T`, is always
        // initialised and drops nothing.
        drop(unsafe { Box::from_non_null_in(value.cast::<MaybeUninit<T>>(), allocator) });
        inner
    }
}

impl<T: ?Sized + CloneToUninit> Box<T> {
    /// Clones `value`, which may be a slice or a string, into a new block of the default.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::Box;
    ///
    /// let name: Box<str> = Box::clone_from_ref("Janus");
    /// assert_eq!(&*name, "Janus");
    /// ```
    #[inline]
    #[must_use]
    pub fn clone_from_ref(value: &T) -> Self {
        Self::clone_from_ref_in(value, Global)
    }

    /// The twin of [`clone_from_ref`](Self::clone_from_ref) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns [`AllocError`] if allocation fails. Nothing is then cloned.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::Box;
    ///
    /// assert_eq!(*Box::try_clone_from_ref(&[2, 3, 5])?, [2, 3, 5]);
    /// # Ok::<(), janus_alloc::api::AllocError>(())
    /// ```
    #[inline]
    pub fn try_clone_from_ref(value: &T) -> Result<Self, AllocError> {
        Self::try_clone_from_ref_in(value, Global)
    }
}

impl<T: ?Sized, A: Allocator> Deref for Box<T, A> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: by invariant 1, the value is initialised and only used through this box, which stays borrowed.
        unsafe { self.value.as_ref() }
    }
}

impl<T: ?Sized, A: Allocator> DerefMut for Box<T, A> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: by invariant 1, the value is initialised and only used through this box, which stays mutably borrowed.
        unsafe { self.value.as_mut() }
    }
}

impl<T: ?Sized, A: Allocator> Drop for Box<T, A> {
    #[inline]
    fn drop(&mut self) {
        let layout = Layout::for_value::<T>(self);
        // Frees the block even if the drop of the value panics.
        // SAFETY: by invariant 2; the box is not used again.
        let _block = unsafe { OwnedBlock::new(self.value.cast(), layout, &self.allocator) };
        // SAFETY: by invariant 1, the value is initialised and only this box uses it, which does not use it again.
        unsafe { self.value.drop_in_place() };
    }
}
