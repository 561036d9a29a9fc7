//! A value in a block of an allocator: [`Box`].
//!
//! # What differs from std's
//!
//! | std's | here | why |
//! | --- | --- | --- |
//! | `Box<T>` becomes `Box<dyn Trait>` by itself | [`unsize_box!`](crate::unsize_box) | `CoerceUnsized` is not stable |
//! | `boxed(argument)` for `Fn` and `FnMut` | the same, by dereference | |
//! | a `Box<F>` is itself an `Fn`, `FnMut` or `FnOnce` | it is none: pass `\|x\| boxed(x)` | those traits cannot be implemented on stable |
//! | a `Box<dyn FnOnce()>` can be called | not: keep an `Option<F>` in a `dyn FnMut()`, or [`Box::into_std`] | only std can move a value without a size |
//! | `*boxed` moves the value out | [`Box::into_inner`] | only std's `Box` has that |
//! | a pattern or a method looks through `Box` to `self: Box<Self>` | not | only std's `Box` has that |
//! | a `Box<&T>` may be dropped after the `T` | the `T` must outlive it | `may_dangle` is not stable |
//! | a `Box<I>` is an iterator for any `I` | for sized ones, and those of [`BoxedIterator`] | `[T]` could become an iterator one day |
//! | `From<&str>` and `From<String>` for `Box<dyn Error>` | not | `str` could become an error one day |
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

/// A value in a block of an allocator, which is dropped and freed with the box.
///
/// It is one word for an allocator of size 0, and two for a reference to one; [`Option<Box<T, A>>`](Option) is no larger. A
/// value of size 0 needs no block: the allocator is not asked. The [module docs](self) list the differences from std's.
///
/// First the value is dropped, then its block is freed, also if the drop panicked, and last the allocator is dropped.
///
/// # Invariants
///
/// 1. `value` points to an initialised `T`, aligned, which nobody else may use; the pointer may be used for all of its block.
/// 2. If the `T` has a size, it is in a live block of `allocator`, which [`Layout::for_value`] fits. If not, there is no block.
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

// SAFETY: a box owns its value and its allocator, and gives access to them as its own fields would.
unsafe impl<T: ?Sized + Send, A: Allocator + Send> Send for Box<T, A> {}
// SAFETY: as above.
unsafe impl<T: ?Sized + Sync, A: Allocator + Sync> Sync for Box<T, A> {}
impl<T: ?Sized + UnwindSafe, A: Allocator + UnwindSafe> UnwindSafe for Box<T, A> {}
// The value does not move with its box.
impl<T: ?Sized, A: Allocator> Unpin for Box<T, A> {}

impl<T> Box<T> {
    /// Puts a value into a block of the default.
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
    /// The default has no memory. The value is dropped.
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
    /// Puts a value into a block of `allocator`.
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
    /// The allocator has no memory. Value and allocator are dropped.
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

    /// Takes the value out, and frees the block. For std's `Box` that is `*boxed`.
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
        // SAFETY: initialised by invariant 1, and not used again as a `T`.
        let inner = unsafe { value.read() };
        // SAFETY: by invariant 1 and 2 this is a box of the same block, of a type that drops nothing.
        drop(unsafe { Box::from_non_null_in(value.cast::<MaybeUninit<T>>(), allocator) });
        inner
    }
}

impl<T: ?Sized + CloneToUninit> Box<T> {
    /// A clone of a value behind a reference, which may be a slice or a string, in a block of the default.
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
    /// The default has no memory. Nothing is cloned.
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
        // SAFETY: by invariant 1, for as long as the box is borrowed.
        unsafe { self.value.as_ref() }
    }
}

impl<T: ?Sized, A: Allocator> DerefMut for Box<T, A> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: by invariant 1, for as long as the box is borrowed mutably.
        unsafe { self.value.as_mut() }
    }
}

impl<T: ?Sized, A: Allocator> Drop for Box<T, A> {
    #[inline]
    fn drop(&mut self) {
        let layout = Layout::for_value::<T>(self);
        // SAFETY: by invariant 2, and the box is not used again.
        let _freed_also_by_a_panic = unsafe { OwnedBlock::new(self.value.cast(), layout, &self.allocator) };
        // SAFETY: by invariant 1, and the value is not used again.
        unsafe { self.value.drop_in_place() };
    }
}
