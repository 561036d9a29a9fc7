//! [`Arc`], a thread-safe reference-counted pointer to a value in a block of an allocator, and its [`Weak`] pointers.
//!
//! std's are in `std::sync`.
//!
//! # Differences from std
//!
//! | std's `Arc` | this `Arc` | reason |
//! | --- | --- | --- |
//! | `Arc<T>` coerces to `Arc<dyn Trait>`, and `Weak` likewise | [`unsize_arc!`], [`unsize_arc_weak!`] | `CoerceUnsized` is not stable |
//! | a method takes `self: Arc<Self>` | not supported | built into the compiler for std's pointers only |
//! | an `Arc<&T>` may be dropped after the `T` | the `T` must outlive the pointer | `may_dangle` is not stable |
//! | `==` skips the comparison if `T: Eq` and both pointers are to the same value | it always compares the values | specialisation is not stable |
//! | an `Arc<impl Wake>` converts to a `Waker` | not supported | std accepts its own `Arc` only |
//! | `pin_in` for `A: 'static` | for [`A: StaticAllocator`](crate::api::StaticAllocator) | see [`Box::pin_in`](crate::collections::Box::pin_in) |
//!
//! [`unsize_arc!`]: crate::unsize_arc
//! [`unsize_arc_weak!`]: crate::unsize_arc_weak

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

use super::clone_to_uninit::CloneToUninit;
use super::counted::{Counts as _, Strong, WeakRef, fail};
use crate::api::{AllocError, Allocator, AllocatorClone, Global, Layout, StaticAllocator};

/// A thread-safe reference-counted pointer to a value in a block of an allocator. The last pointer drops the value.
///
/// For a sized `T`, a pointer is one word with a zero-sized allocator, and two words with a reference to an allocator;
/// [`Option<Arc<T, A>>`](Option) has the same size. The block holds two words for the counts in front of the value.
/// Each pointer has its own clone of the allocator, so methods that create another pointer require an
/// [`AllocatorClone`], as every reference is. The [module docs](self) list the differences from std's `Arc`.
///
/// Dropping the last [`Arc`] drops the value. The block is freed when the last [`Weak`] pointer is gone, too, even if
/// the value's drop panics. Each pointer drops its clone of the allocator last.
///
/// An `Arc` is [`Send`] and [`Sync`] if the value and the allocator are both, as `System` and `&SharedPool` are.
/// `&Pool` is neither.
///
/// # Examples
///
/// ```
/// use std::thread;
///
/// use janus_alloc::{SharedPool, collections::Arc};
///
/// let pool = SharedPool::new();
/// let names = Arc::new_in(["Janus", "Portunus"], &pool);
/// thread::scope(|scope| {
///     for index in 0..2 {
///         let names = Arc::clone(&names);
///         scope.spawn(move || assert!(names[index].ends_with("us")));
///     }
/// });
/// ```
///
/// A pointer to an allocator is itself an allocator, so several collections can own one pool, without a lifetime:
///
/// ```
/// use std::thread;
///
/// use janus_alloc::{SharedPool, collections::{Arc, Vec}};
///
/// let pool = Arc::new(SharedPool::new());
/// let mut here = Vec::new_in(pool.clone());
/// let mut there = Vec::new_in(pool);
/// here.push(1);
/// let thread = thread::spawn(move || {
///     there.push(2);
///     there[0]
/// });
/// assert_eq!(here[0] + thread.join().unwrap(), 3);
/// ```
pub struct Arc<T: ?Sized, A: Allocator = Global>(Strong<T, A, Counts>);

// SAFETY: the counts are atomic. Pointers in several threads share the value, so `T: Sync`. Any thread may drop the
// last pointer, and the value with it, so `T: Send`.
unsafe impl<T: ?Sized + Sync + Send, A: Allocator + Send> Send for Arc<T, A> {}
// SAFETY: as above, since a shared pointer can be cloned. It also shares its allocator, so `A: Sync`.
unsafe impl<T: ?Sized + Sync + Send, A: Allocator + Sync> Sync for Arc<T, A> {}
// Pointers only give shared access to the value, and no operation that changes the counts can panic.
impl<T: ?Sized + RefUnwindSafe, A: Allocator + UnwindSafe> UnwindSafe for Arc<T, A> {}
// Moving a pointer does not move its value.
impl<T: ?Sized, A: Allocator> Unpin for Arc<T, A> {}

impl<T> Arc<T> {
    /// Allocates a block from the default and moves `value` into it.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::Arc;
    ///
    /// assert_eq!(*Arc::new(5), 5);
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
    /// use janus_alloc::collections::Arc;
    ///
    /// assert_eq!(*Arc::try_new(5)?, 5);
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
    /// use janus_alloc::collections::{Arc, arc::Weak};
    ///
    /// struct Gadget {
    ///     me: Weak<Gadget>,
    /// }
    ///
    /// let gadget = Arc::new_cyclic(|me| Gadget { me: me.clone() });
    /// assert!(Arc::ptr_eq(&gadget, &gadget.me.upgrade().unwrap()));
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
    /// use janus_alloc::collections::Arc;
    ///
    /// assert_eq!(*Arc::try_new_cyclic(|_| 5)?, 5);
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
    /// use janus_alloc::collections::Arc;
    ///
    /// assert_eq!(*Arc::pin(5), 5);
    /// ```
    #[inline]
    #[must_use]
    pub fn pin(value: T) -> Pin<Self> {
        Self::pin_in(value, Global)
    }
}

impl<T, A: Allocator> Arc<T, A> {
    /// Allocates a block from `allocator` and moves `value` into it.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::Arc};
    ///
    /// assert_eq!(*Arc::new_in(5, System), 5);
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
    /// use janus_alloc::{Null, collections::Arc};
    ///
    /// assert!(Arc::try_new_in(5, Null).is_err());
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
    /// use janus_alloc::{Arena, collections::{Arc, arc::Weak}};
    ///
    /// struct Gadget<'a> {
    ///     me: Weak<Gadget<'a>, &'a Arena>,
    /// }
    ///
    /// let arena = Arena::new();
    /// let gadget = Arc::new_cyclic_in(
    ///     |me| {
    ///         assert!(me.upgrade().is_none());
    ///         Gadget { me: me.clone() }
    ///     },
    ///     &arena,
    /// );
    /// assert!(Arc::ptr_eq(&gadget, &gadget.me.upgrade().unwrap()));
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
    /// use janus_alloc::{Null, collections::Arc};
    ///
    /// assert!(Arc::try_new_cyclic_in(|_| 5, Null).is_err());
    /// ```
    #[inline]
    pub fn try_new_cyclic_in(value: impl FnOnce(&Weak<T, A>) -> T, allocator: A) -> Result<Self, AllocError> {
        let weak = Weak(WeakRef::uninit(allocator)?);
        let value = value(&weak);
        // SAFETY: `weak` is the pointer from `uninit`; `value` got clones of it at most.
        Ok(Self(unsafe { weak.0.init(value) }))
    }
}

impl<T, A: StaticAllocator> Arc<T, A> {
    /// Allocates a block from `allocator`, moves `value` into it and pins it there.
    ///
    /// [`Box::pin_in`](crate::collections::Box::pin_in) explains why the allocator must be a [`StaticAllocator`].
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::Arc};
    ///
    /// assert_eq!(*Arc::pin_in(5, System), 5);
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
    /// use janus_alloc::{Null, collections::Arc};
    ///
    /// assert!(Arc::try_pin_in(5, Null).is_err());
    /// ```
    #[inline]
    pub fn try_pin_in(value: T, allocator: A) -> Result<Pin<Self>, AllocError> {
        Self::try_new_in(value, allocator).map(pin_unique)
    }
}

/// Pins a value whose only pointer is `new`. Clones of the pinned pointer are pinned, too.
#[inline]
fn pin_unique<T: ?Sized, A: StaticAllocator>(new: Arc<T, A>) -> Pin<Arc<T, A>> {
    debug_assert!(new.0.counts().is_unique());
    // SAFETY: there is no unpinned pointer, which could move the value out or lend it mutably once it is the last.
    // `Deref` and `Drop` do not move the value. Its block is neither freed nor reused before the value is dropped: the
    // pointers free it only after that, and a `StaticAllocator` keeps it until then.
    unsafe { Pin::new_unchecked(new) }
}

impl<T: ?Sized + CloneToUninit> Arc<T> {
    /// Clones `value`, which may be a slice or a string, into a new block of the default.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::Arc;
    ///
    /// let name: Arc<str> = Arc::clone_from_ref("Janus");
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
    /// use janus_alloc::collections::Arc;
    ///
    /// assert_eq!(*Arc::try_clone_from_ref(&[2, 3, 5])?, [2, 3, 5]);
    /// # Ok::<(), janus_alloc::api::AllocError>(())
    /// ```
    #[inline]
    pub fn try_clone_from_ref(value: &T) -> Result<Self, AllocError> {
        Self::try_clone_from_ref_in(value, Global)
    }
}

impl<T: ?Sized + CloneToUninit, A: Allocator> Arc<T, A> {
    /// Clones `value`, which may be a slice or a string, into a new block of `allocator`.
    ///
    /// `T` is a type that implements [`Clone`], a slice of such a type, `str`, [`CStr`](core::ffi::CStr), or, with the
    /// feature `std`, `OsStr` or `Path`.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Arena, collections::Arc};
    ///
    /// let arena = Arena::new();
    /// let name: Arc<str, _> = Arc::clone_from_ref_in("Janus", &arena);
    /// let primes: Arc<[i32], _> = Arc::clone_from_ref_in(&[2, 3, 5][..], &arena);
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
    /// use janus_alloc::{Null, collections::Arc};
    ///
    /// assert!(Arc::try_clone_from_ref_in("Janus", Null).is_err());
    /// ```
    #[inline]
    pub fn try_clone_from_ref_in(value: &T, allocator: A) -> Result<Self, AllocError> {
        Ok(Self(Strong::clone_from_ref(value, allocator)?))
    }
}

impl<T: ?Sized, A: Allocator> Arc<T, A> {
    /// Returns the allocator of the pointer.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Arena, collections::Arc};
    ///
    /// let arena = Arena::new();
    /// let one = Arc::new_in(1, &arena);
    /// let two = Arc::new_in(2, *Arc::allocator(&one));
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
    /// use janus_alloc::{System, collections::Arc};
    ///
    /// let five = Arc::new_in(5, System);
    /// let weak = Arc::downgrade(&five);
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

    /// Returns the number of [`Weak`] pointers to the value. Other threads may change it at any time.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::Arc;
    ///
    /// let five = Arc::new(5);
    /// let _weak = Arc::downgrade(&five);
    /// assert_eq!(Arc::weak_count(&five), 1);
    /// ```
    #[inline]
    #[must_use]
    pub fn weak_count(this: &Self) -> usize {
        this.0.counts().weak()
    }

    /// Returns the number of [`Arc`] pointers to the value. Other threads may change it at any time.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::Arc;
    ///
    /// let five = Arc::new(5);
    /// let _other = Arc::clone(&five);
    /// assert_eq!(Arc::strong_count(&five), 2);
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
    /// use janus_alloc::collections::Arc;
    ///
    /// let five = Arc::new(5);
    /// assert!(Arc::ptr_eq(&five, &Arc::clone(&five)));
    /// assert!(!Arc::ptr_eq(&five, &Arc::new(5)));
    /// ```
    #[inline]
    #[must_use]
    pub fn ptr_eq(this: &Self, other: &Self) -> bool {
        core::ptr::addr_eq(this.0.as_ptr(), other.0.as_ptr())
    }
}

impl<T: ?Sized, A: Allocator> Deref for Arc<T, A> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        self.0.get()
    }
}

impl<T: ?Sized, A: AllocatorClone> Clone for Arc<T, A> {
    /// Returns another pointer to the same value.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::Arc;
    ///
    /// let five = Arc::new(5);
    /// let other = Arc::clone(&five);
    /// assert!(Arc::ptr_eq(&five, &other));
    /// ```
    #[inline]
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}
