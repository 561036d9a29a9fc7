//! A value that several pointers own, all in one thread: [`Rc`], and the [`Weak`] pointers that do not keep it.
//!
//! # What differs from std's
//!
//! | std's | here | why |
//! | --- | --- | --- |
//! | `Rc<T>` becomes `Rc<dyn Trait>` by itself, `Weak<T>` too | [`unsize_rc!`](crate::unsize_rc), [`unsize_rc_weak!`](crate::unsize_rc_weak) | `CoerceUnsized` is not stable |
//! | a method takes `self: Rc<Self>` | not | only std's pointers can do that |
//! | an `Rc<&T>` may be dropped after the `T` | the `T` must outlive it | `may_dangle` is not stable |
//! | `==` of two pointers to one value of a `T: Eq` does not look at it | it does | no specialisation on stable |
//! | `pin_in` for `A: 'static` | for [`A: StaticAllocator`](crate::api::StaticAllocator) | see [`Box::pin_in`](crate::collections::Box::pin_in) |

mod convert;
mod counts;
mod forward;
mod raw;
mod slice;
mod uninit;
mod unique;
mod unsize;
mod vec;
mod weak;

pub use weak::Weak;

use core::ops::Deref;
use core::panic::{RefUnwindSafe, UnwindSafe};
use core::pin::Pin;

pub(super) use counts::Counts;
use counts::UsedInThreads;

use super::clone_to_uninit::CloneToUninit;
use super::counted::{Counts as _, Strong, WeakRef, fail};
use crate::api::{AllocError, Allocator, AllocatorClone, Global, Layout, StaticAllocator};

/// A value in a block of an allocator, which several pointers of one thread own; the last one drops it.
///
/// It is one word for an allocator of size 0, and two for a reference to one; [`Option<Rc<T, A>>`](Option) is no larger. The block has two
/// words for the counts, besides the value. Each pointer has a clone of the allocator, so what makes a new pointer asks for an
/// [`AllocatorClone`]: every reference is one. The [module docs](self) list the differences from std's.
///
/// With the last [`Rc`] the value is dropped. Its block is freed with the last [`Weak`] pointer, or at once if there is none, also if the
/// drop panicked; then the allocator of that pointer is dropped.
///
/// # Examples
///
/// ```
/// use janus_alloc::{Arena, collections::Rc};
///
/// let arena = Arena::new();
/// let name = Rc::new_in(String::from("Janus"), &arena);
/// let other = Rc::clone(&name);
/// assert_eq!((Rc::strong_count(&name), other.len()), (2, 5));
/// ```
///
/// Several collections can own one pool, without a lifetime: a pointer to an allocator is one.
///
/// ```
/// use janus_alloc::{Pool, collections::{Rc, Vec}};
///
/// struct Document {
///     lengths: Vec<usize, Rc<Pool>>,
///     bytes: Vec<u8, Rc<Pool>>,
/// }
///
/// let pool = Rc::new(Pool::new());
/// let mut document = Document { lengths: Vec::new_in(pool.clone()), bytes: Vec::new_in(pool) };
/// document.bytes.extend_from_slice(b"Janus");
/// document.lengths.push(5);
/// # drop(document);
/// ```
pub struct Rc<T: ?Sized, A: Allocator = Global>(Strong<T, A, Counts>);

// SAFETY: nothing implements `UsedInThreads`, which cannot be named elsewhere.
unsafe impl<T: ?Sized, A: Allocator + UsedInThreads> Send for Rc<T, A> {}
// SAFETY: as above.
unsafe impl<T: ?Sized, A: Allocator + UsedInThreads> Sync for Rc<T, A> {}
// The value is only shared, and the counts are not changed by anything that panics.
impl<T: ?Sized + RefUnwindSafe, A: Allocator + UnwindSafe> UnwindSafe for Rc<T, A> {}
impl<T: ?Sized + RefUnwindSafe, A: Allocator + UnwindSafe> RefUnwindSafe for Rc<T, A> {}
// The value does not move with its pointers.
impl<T: ?Sized, A: Allocator> Unpin for Rc<T, A> {}

impl<T> Rc<T> {
    /// Puts a value into a block of the default.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::Rc;
    ///
    /// assert_eq!(*Rc::new(5), 5);
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
    /// use janus_alloc::collections::Rc;
    ///
    /// assert_eq!(*Rc::try_new(5)?, 5);
    /// # Ok::<(), janus_alloc::api::AllocError>(())
    /// ```
    #[inline]
    pub fn try_new(value: T) -> Result<Self, AllocError> {
        Self::try_new_in(value, Global)
    }

    /// Makes a value that knows its own pointer, in the default: see [`new_cyclic_in`](Self::new_cyclic_in).
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{Rc, rc::Weak};
    ///
    /// struct Gadget {
    ///     me: Weak<Gadget>,
    /// }
    ///
    /// let gadget = Rc::new_cyclic(|me| Gadget { me: me.clone() });
    /// assert!(Rc::ptr_eq(&gadget, &gadget.me.upgrade().unwrap()));
    /// ```
    #[inline]
    #[must_use]
    pub fn new_cyclic(value: impl FnOnce(&Weak<T>) -> T) -> Self {
        Self::new_cyclic_in(value, Global)
    }

    /// The twin of [`new_cyclic`](Self::new_cyclic) that returns an error.
    ///
    /// # Errors
    ///
    /// The default has no memory. `value` is dropped, and not called.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::Rc;
    ///
    /// assert_eq!(*Rc::try_new_cyclic(|_| 5)?, 5);
    /// # Ok::<(), janus_alloc::api::AllocError>(())
    /// ```
    #[inline]
    pub fn try_new_cyclic(value: impl FnOnce(&Weak<T>) -> T) -> Result<Self, AllocError> {
        Self::try_new_cyclic_in(value, Global)
    }

    /// Puts a value into a block of the default and pins it there.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::Rc;
    ///
    /// assert_eq!(*Rc::pin(5), 5);
    /// ```
    #[inline]
    #[must_use]
    pub fn pin(value: T) -> Pin<Self> {
        Self::pin_in(value, Global)
    }
}

impl<T, A: Allocator> Rc<T, A> {
    /// Puts a value into a block of `allocator`.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::Rc};
    ///
    /// assert_eq!(*Rc::new_in(5, System), 5);
    /// ```
    #[inline]
    pub fn new_in(value: T, allocator: A) -> Self {
        Self(Strong::new(value, allocator).unwrap_or_else(|_| fail::<Counts>(Some(Layout::new::<T>()))))
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
    /// use janus_alloc::{Null, collections::Rc};
    ///
    /// assert!(Rc::try_new_in(5, Null).is_err());
    /// ```
    #[inline]
    pub fn try_new_in(value: T, allocator: A) -> Result<Self, AllocError> {
        Ok(Self(Strong::new(value, allocator)?))
    }

    /// Makes a value that knows its own pointer: `value` is given a [`Weak`] one, which cannot be upgraded before the value is there.
    ///
    /// If `value` panics, the block is freed with the last clone of that pointer.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Arena, collections::{Rc, rc::Weak}};
    ///
    /// struct Gadget<'a> {
    ///     me: Weak<Gadget<'a>, &'a Arena>,
    /// }
    ///
    /// let arena = Arena::new();
    /// let gadget = Rc::new_cyclic_in(
    ///     |me| {
    ///         assert!(me.upgrade().is_none());
    ///         Gadget { me: me.clone() }
    ///     },
    ///     &arena,
    /// );
    /// assert!(Rc::ptr_eq(&gadget, &gadget.me.upgrade().unwrap()));
    /// ```
    #[inline]
    pub fn new_cyclic_in(value: impl FnOnce(&Weak<T, A>) -> T, allocator: A) -> Self {
        Self::try_new_cyclic_in(value, allocator).unwrap_or_else(|_| fail::<Counts>(Some(Layout::new::<T>())))
    }

    /// The twin of [`new_cyclic_in`](Self::new_cyclic_in) that returns an error.
    ///
    /// # Errors
    ///
    /// The allocator has no memory. `value` and the allocator are dropped, and `value` is not called.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Null, collections::Rc};
    ///
    /// assert!(Rc::try_new_cyclic_in(|_| 5, Null).is_err());
    /// ```
    #[inline]
    pub fn try_new_cyclic_in(value: impl FnOnce(&Weak<T, A>) -> T, allocator: A) -> Result<Self, AllocError> {
        let weak = Weak(WeakRef::to_come(allocator)?);
        let value = value(&weak);
        // SAFETY: made by `to_come`.
        Ok(Self(unsafe { weak.0.come(value) }))
    }
}

impl<T, A: StaticAllocator> Rc<T, A> {
    /// Puts a value into a block of `allocator` and pins it there. [`Box::pin_in`](crate::collections::Box::pin_in)
    /// says why the allocator is a [`StaticAllocator`].
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::Rc};
    ///
    /// assert_eq!(*Rc::pin_in(5, System), 5);
    /// ```
    #[inline]
    pub fn pin_in(value: T, allocator: A) -> Pin<Self> {
        pinned(Self::new_in(value, allocator))
    }

    /// The twin of [`pin_in`](Self::pin_in) that returns an error.
    ///
    /// # Errors
    ///
    /// The allocator has no memory. Value and allocator are dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Null, collections::Rc};
    ///
    /// assert!(Rc::try_pin_in(5, Null).is_err());
    /// ```
    #[inline]
    pub fn try_pin_in(value: T, allocator: A) -> Result<Pin<Self>, AllocError> {
        Self::try_new_in(value, allocator).map(pinned)
    }
}

/// Pins a value that no pointer was cloned of yet: clones made later come from the pinned one, and are pinned too.
#[inline]
fn pinned<T: ?Sized, A: StaticAllocator>(new: Rc<T, A>) -> Pin<Rc<T, A>> {
    debug_assert!(new.0.counts().is_unique());
    // SAFETY: nobody has another pointer, which could move the value out or lend it mutably when it is alone. `Deref` and `Drop` do not move
    // it. Its block is neither freed nor used anew before it is dropped: only the last pointer frees it, and a `StaticAllocator` keeps it.
    unsafe { Pin::new_unchecked(new) }
}

impl<T: ?Sized + CloneToUninit> Rc<T> {
    /// A clone of a value behind a reference, which may be a slice or a string, in a block of the default.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::Rc;
    ///
    /// let name: Rc<str> = Rc::clone_from_ref("Janus");
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
    /// use janus_alloc::collections::Rc;
    ///
    /// assert_eq!(*Rc::try_clone_from_ref(&[2, 3, 5])?, [2, 3, 5]);
    /// # Ok::<(), janus_alloc::api::AllocError>(())
    /// ```
    #[inline]
    pub fn try_clone_from_ref(value: &T) -> Result<Self, AllocError> {
        Self::try_clone_from_ref_in(value, Global)
    }
}

impl<T: ?Sized + CloneToUninit, A: Allocator> Rc<T, A> {
    /// A clone of a value behind a reference, which may be a slice or a string, in a block of `allocator`.
    ///
    /// `T` is a type with [`Clone`], a slice of such, `str`, [`CStr`](core::ffi::CStr), or with std `OsStr` or `Path`.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Arena, collections::Rc};
    ///
    /// let arena = Arena::new();
    /// let name: Rc<str, _> = Rc::clone_from_ref_in("Janus", &arena);
    /// let primes: Rc<[i32], _> = Rc::clone_from_ref_in(&[2, 3, 5][..], &arena);
    /// assert_eq!((name.len(), primes.len()), (5, 3));
    /// ```
    #[inline]
    pub fn clone_from_ref_in(value: &T, allocator: A) -> Self {
        Self(Strong::clone_of(value, allocator).unwrap_or_else(|_| fail::<Counts>(Some(Layout::for_value(value)))))
    }

    /// The twin of [`clone_from_ref_in`](Self::clone_from_ref_in) that returns an error.
    ///
    /// # Errors
    ///
    /// The allocator has no memory. It is dropped, and nothing is cloned.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Null, collections::Rc};
    ///
    /// assert!(Rc::try_clone_from_ref_in("Janus", Null).is_err());
    /// ```
    #[inline]
    pub fn try_clone_from_ref_in(value: &T, allocator: A) -> Result<Self, AllocError> {
        Ok(Self(Strong::clone_of(value, allocator)?))
    }
}

impl<T: ?Sized, A: Allocator> Rc<T, A> {
    /// The allocator of the block.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Arena, collections::Rc};
    ///
    /// let arena = Arena::new();
    /// let one = Rc::new_in(1, &arena);
    /// let two = Rc::new_in(2, *Rc::allocator(&one));
    /// assert_eq!(*one + *two, 3);
    /// ```
    #[inline]
    #[must_use]
    pub fn allocator(this: &Self) -> &A {
        this.0.allocator()
    }

    /// A [`Weak`] pointer to the value, which does not keep it.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::Rc};
    ///
    /// let five = Rc::new_in(5, System);
    /// let weak = Rc::downgrade(&five);
    /// assert_eq!(weak.upgrade().as_deref(), Some(&5));
    /// drop(five);
    /// assert_eq!(weak.upgrade(), None);
    /// ```
    #[inline]
    #[must_use = "a weak pointer that is not kept does nothing"]
    pub fn downgrade(this: &Self) -> Weak<T, A>
    where
        A: AllocatorClone,
    {
        Weak(this.0.downgrade())
    }

    /// The number of [`Weak`] pointers to the value.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::Rc;
    ///
    /// let five = Rc::new(5);
    /// let _weak = Rc::downgrade(&five);
    /// assert_eq!(Rc::weak_count(&five), 1);
    /// ```
    #[inline]
    #[must_use]
    pub fn weak_count(this: &Self) -> usize {
        this.0.counts().weak()
    }

    /// The number of [`Rc`] pointers to the value.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::Rc;
    ///
    /// let five = Rc::new(5);
    /// let _other = Rc::clone(&five);
    /// assert_eq!(Rc::strong_count(&five), 2);
    /// ```
    #[inline]
    #[must_use]
    pub fn strong_count(this: &Self) -> usize {
        this.0.counts().strong()
    }

    /// Whether both point to the same value, and not only to equal ones. Metadata is not compared.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::Rc;
    ///
    /// let five = Rc::new(5);
    /// assert!(Rc::ptr_eq(&five, &Rc::clone(&five)));
    /// assert!(!Rc::ptr_eq(&five, &Rc::new(5)));
    /// ```
    #[inline]
    #[must_use]
    pub fn ptr_eq(this: &Self, other: &Self) -> bool {
        core::ptr::addr_eq(this.0.as_ptr(), other.0.as_ptr())
    }
}

impl<T: ?Sized, A: Allocator> Deref for Rc<T, A> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        self.0.get()
    }
}

impl<T: ?Sized, A: AllocatorClone> Clone for Rc<T, A> {
    /// One pointer more to the value.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::Rc;
    ///
    /// let five = Rc::new(5);
    /// let other = Rc::clone(&five);
    /// assert!(Rc::ptr_eq(&five, &other));
    /// ```
    #[inline]
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}
