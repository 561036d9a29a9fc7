//! A value that several pointers own, in any thread: [`Arc`], and the [`Weak`] pointers that do not keep it. (std's are in `sync`.)
//!
//! # What differs from std's
//!
//! | std's | here | why |
//! | --- | --- | --- |
//! | `Arc<T>` becomes `Arc<dyn Trait>` by itself, `Weak<T>` too | [`unsize_arc!`](crate::unsize_arc), [`unsize_arc_weak!`](crate::unsize_arc_weak) | `CoerceUnsized` is not stable |
//! | a method takes `self: Arc<Self>` | not | only std's pointers can do that |
//! | an `Arc<&T>` may be dropped after the `T` | the `T` must outlive it | `may_dangle` is not stable |
//! | `==` of two pointers to one value of a `T: Eq` does not look at it | it does | no specialisation on stable |
//! | a `Waker` is made of an `Arc<impl Wake>` | not | std takes its own `Arc` only |
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

use super::clone_to_uninit::CloneToUninit;
use super::counted::{Counts as _, Strong, WeakRef, fail};
use crate::api::{AllocError, Allocator, AllocatorClone, Global, Layout, StaticAllocator};

/// A value in a block of an allocator, which several pointers own, in any thread; the last one drops it.
///
/// It is one word for an allocator of size 0, and two for a reference to one; [`Option<Arc<T, A>>`](Option) is no larger. The block has two
/// words for the counts, besides the value. Each pointer has a clone of the allocator, so what makes a new pointer asks for an
/// [`AllocatorClone`]: every reference is one. The [module docs](self) list the differences from std's.
///
/// With the last [`Arc`] the value is dropped. Its block is freed with the last [`Weak`] pointer, or at once if there is none, also if the
/// drop panicked; then the allocator of that pointer is dropped.
///
/// Threads share a pointer if the value is [`Send`] and [`Sync`], and the allocator too: `System`, or `&SharedPool`, but not `&Pool`.
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
/// Several collections can own one pool, without a lifetime: a pointer to an allocator is one.
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

// SAFETY: the counts are made for several threads. `T: Sync`, since the value is shared, and `T: Send`, since any thread may have the last
// pointer, and with it the value.
unsafe impl<T: ?Sized + Sync + Send, A: Allocator + Send> Send for Arc<T, A> {}
// SAFETY: as above; a shared pointer can be cloned, and shares its allocator.
unsafe impl<T: ?Sized + Sync + Send, A: Allocator + Sync> Sync for Arc<T, A> {}
// The value is only shared, and the counts are not changed by anything that panics.
impl<T: ?Sized + RefUnwindSafe, A: Allocator + UnwindSafe> UnwindSafe for Arc<T, A> {}
// The value does not move with its pointers.
impl<T: ?Sized, A: Allocator> Unpin for Arc<T, A> {}

impl<T> Arc<T> {
    /// Puts a value into a block of the default.
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
    /// The default has no memory. The value is dropped.
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

    /// Makes a value that knows its own pointer, in the default: see [`new_cyclic_in`](Self::new_cyclic_in).
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
    /// The default has no memory. `value` is dropped, and not called.
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

    /// Puts a value into a block of the default and pins it there.
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
    /// Puts a value into a block of `allocator`.
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
    /// The allocator has no memory. Value and allocator are dropped.
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

    /// Makes a value that knows its own pointer: `value` is given a [`Weak`] one, which cannot be upgraded before the value is there.
    ///
    /// If `value` panics, the block is freed with the last clone of that pointer.
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
    /// The allocator has no memory. `value` and the allocator are dropped, and `value` is not called.
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
        let weak = Weak(WeakRef::to_come(allocator)?);
        let value = value(&weak);
        // SAFETY: made by `to_come`.
        Ok(Self(unsafe { weak.0.come(value) }))
    }
}

impl<T, A: StaticAllocator> Arc<T, A> {
    /// Puts a value into a block of `allocator` and pins it there. [`Box::pin_in`](crate::collections::Box::pin_in)
    /// says why the allocator is a [`StaticAllocator`].
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
    /// use janus_alloc::{Null, collections::Arc};
    ///
    /// assert!(Arc::try_pin_in(5, Null).is_err());
    /// ```
    #[inline]
    pub fn try_pin_in(value: T, allocator: A) -> Result<Pin<Self>, AllocError> {
        Self::try_new_in(value, allocator).map(pinned)
    }
}

/// Pins a value that no pointer was cloned of yet: clones made later come from the pinned one, and are pinned too.
#[inline]
fn pinned<T: ?Sized, A: StaticAllocator>(new: Arc<T, A>) -> Pin<Arc<T, A>> {
    debug_assert!(new.0.counts().is_unique());
    // SAFETY: nobody has another pointer, which could move the value out or lend it mutably when it is alone. `Deref` and `Drop` do not move
    // it. Its block is neither freed nor used anew before it is dropped: only the last pointer frees it, and a `StaticAllocator` keeps it.
    unsafe { Pin::new_unchecked(new) }
}

impl<T: ?Sized + CloneToUninit> Arc<T> {
    /// A clone of a value behind a reference, which may be a slice or a string, in a block of the default.
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
    /// The default has no memory. Nothing is cloned.
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
    /// A clone of a value behind a reference, which may be a slice or a string, in a block of `allocator`.
    ///
    /// `T` is a type with [`Clone`], a slice of such, `str`, [`CStr`](core::ffi::CStr), or with std `OsStr` or `Path`.
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
    /// use janus_alloc::{Null, collections::Arc};
    ///
    /// assert!(Arc::try_clone_from_ref_in("Janus", Null).is_err());
    /// ```
    #[inline]
    pub fn try_clone_from_ref_in(value: &T, allocator: A) -> Result<Self, AllocError> {
        Ok(Self(Strong::clone_of(value, allocator)?))
    }
}

impl<T: ?Sized, A: Allocator> Arc<T, A> {
    /// The allocator of the block.
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

    /// A [`Weak`] pointer to the value, which does not keep it.
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
    #[must_use = "a weak pointer that is not kept does nothing"]
    pub fn downgrade(this: &Self) -> Weak<T, A>
    where
        A: AllocatorClone,
    {
        Weak(this.0.downgrade())
    }

    /// The number of [`Weak`] pointers to the value. Other threads may change that at any time.
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

    /// The number of [`Arc`] pointers to the value. Other threads may change that at any time.
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

    /// Whether both point to the same value, and not only to equal ones. Metadata is not compared.
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
    /// One pointer more to the value.
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
