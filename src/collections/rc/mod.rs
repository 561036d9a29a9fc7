//! [`Rc`], a single-threaded reference-counted pointer to a value in a block of an allocator, and its [`Weak`] pointers.
//!
//! # Differences from std
//!
//! | std's `Rc` | this `Rc` | reason |
//! | --- | --- | --- |
//! | `Rc<T>` coerces to `Rc<dyn Trait>`, and `Weak` likewise | [`unsize_rc!`], [`unsize_rc_weak!`] | `CoerceUnsized` is not stable |
//! | a method takes `self: Rc<Self>` | not supported | built into the compiler for std's pointers only |
//! | an `Rc<&T>` may be dropped after the `T` | the `T` must outlive the pointer | `may_dangle` is not stable |
//! | `==` skips the comparison if `T: Eq` and both pointers are to the same value | it always compares the values | specialisation is not stable |
//! | `pin_in` for `A: 'static` | for [`A: StaticAllocator`](crate::api::StaticAllocator) | see [`Box::pin_in`](crate::collections::Box::pin_in) |
//!
//! [`unsize_rc!`]: crate::unsize_rc
//! [`unsize_rc_weak!`]: crate::unsize_rc_weak

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

/// A single-threaded reference-counted pointer to a value in a block of an allocator. The last pointer drops the value.
///
/// For a sized `T`, a pointer is one word with a zero-sized allocator, and two words with a reference to an allocator;
/// [`Option<Rc<T, A>>`](Option) has the same size. The block holds two words for the counts in front of the value. Each
/// pointer has its own clone of the allocator, so methods that create another pointer require an [`AllocatorClone`], as
/// every reference is. The [module docs](self) list the differences from std's `Rc`.
///
/// Dropping the last [`Rc`] drops the value. The block is freed when the last [`Weak`] pointer is gone, too, even if
/// the value's drop panics. Each pointer drops its clone of the allocator last.
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
/// A pointer to an allocator is itself an allocator, so several collections can own one pool, without a lifetime:
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

// SAFETY: never applies, since nothing implements `UsedInThreads`, and no other crate can name it.
unsafe impl<T: ?Sized, A: Allocator + UsedInThreads> Send for Rc<T, A> {}
// SAFETY: as above.
unsafe impl<T: ?Sized, A: Allocator + UsedInThreads> Sync for Rc<T, A> {}
// Pointers only give shared access to the value, and no operation that changes the counts can panic.
impl<T: ?Sized + RefUnwindSafe, A: Allocator + UnwindSafe> UnwindSafe for Rc<T, A> {}
impl<T: ?Sized + RefUnwindSafe, A: Allocator + UnwindSafe> RefUnwindSafe for Rc<T, A> {}
// Moving a pointer does not move its value.
impl<T: ?Sized, A: Allocator> Unpin for Rc<T, A> {}

impl<T> Rc<T> {
    /// Allocates a block from the default and moves `value` into it.
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
    /// Returns [`AllocError`] if allocation fails. The value is then dropped.
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

    /// Constructs a value that holds a [`Weak`] pointer to itself, in the default. See
    /// [`new_cyclic_in`](Self::new_cyclic_in).
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
    /// Returns [`AllocError`] if allocation fails. `value` is then dropped without being called.
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

    /// Allocates a block from the default, moves `value` into it and pins it there.
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
    /// Allocates a block from `allocator` and moves `value` into it.
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
    /// Returns [`AllocError`] if allocation fails. The value and the allocator are then dropped.
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

    /// Constructs a value that holds a [`Weak`] pointer to itself.
    ///
    /// `value` is called with that pointer, which cannot be upgraded before this function returns. If `value` panics,
    /// the block is freed with the last clone of the pointer.
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
    /// Returns [`AllocError`] if allocation fails. `value` is then dropped without being called, and the allocator is
    /// dropped.
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
        let weak = Weak(WeakRef::uninit(allocator)?);
        let value = value(&weak);
        // SAFETY: `weak` is the pointer from `uninit`; `value` got clones of it at most.
        Ok(Self(unsafe { weak.0.init(value) }))
    }
}

impl<T, A: StaticAllocator> Rc<T, A> {
    /// Allocates a block from `allocator`, moves `value` into it and pins it there.
    ///
    /// [`Box::pin_in`](crate::collections::Box::pin_in) explains why the allocator must be a [`StaticAllocator`].
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
        pin_unique(Self::new_in(value, allocator))
    }

    /// The twin of [`pin_in`](Self::pin_in) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns [`AllocError`] if allocation fails. The value and the allocator are then dropped.
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
        Self::try_new_in(value, allocator).map(pin_unique)
    }
}

/// Pins a value whose only pointer is `new`. Clones of the pinned pointer are pinned, too.
#[inline]
fn pin_unique<T: ?Sized, A: StaticAllocator>(new: Rc<T, A>) -> Pin<Rc<T, A>> {
    debug_assert!(new.0.counts().is_unique());
    // SAFETY: there is no unpinned pointer, which could move the value out or lend it mutably once it is the last.
    // `Deref` and `Drop` do not move the value. Its block is neither freed nor reused before the value is dropped: the
    // pointers free it only after that, and a `StaticAllocator` keeps it until then.
    unsafe { Pin::new_unchecked(new) }
}

impl<T: ?Sized + CloneToUninit> Rc<T> {
    /// Clones `value`, which may be a slice or a string, into a new block of the default.
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
    /// Returns [`AllocError`] if allocation fails. Nothing is then cloned.
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
    /// Clones `value`, which may be a slice or a string, into a new block of `allocator`.
    ///
    /// `T` is a type that implements [`Clone`], a slice of such a type, `str`, [`CStr`](core::ffi::CStr), or, with the
    /// feature `std`, `OsStr` or `Path`.
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
        Self(
            Strong::clone_from_ref(value, allocator).unwrap_or_else(|_| fail::<Counts>(Some(Layout::for_value(value)))),
        )
    }

    /// The twin of [`clone_from_ref_in`](Self::clone_from_ref_in) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns [`AllocError`] if allocation fails. The allocator is then dropped, and nothing is cloned.
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
        Ok(Self(Strong::clone_from_ref(value, allocator)?))
    }
}

impl<T: ?Sized, A: Allocator> Rc<T, A> {
    /// Returns the allocator of the pointer.
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

    /// Returns a new [`Weak`] pointer to the value.
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
    #[must_use = "a weak pointer has no effect unless it is kept"]
    pub fn downgrade(this: &Self) -> Weak<T, A>
    where
        A: AllocatorClone,
    {
        Weak(this.0.downgrade())
    }

    /// Returns the number of [`Weak`] pointers to the value.
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

    /// Returns the number of [`Rc`] pointers to the value.
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

    /// Returns whether both point to the same value, and not just to equal values. Metadata is not compared.
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
    /// Returns another pointer to the same value.
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
