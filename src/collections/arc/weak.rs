//! Weak pointers.

use core::fmt;
use core::ptr::NonNull;

use super::{Arc, Counts};
use crate::api::{Allocator, AllocatorClone, Global};
use crate::collections::counted::{Counts as _, WeakRef};

/// A pointer to the value of an [`Arc`] that does not keep the value alive. [`upgrade`](Self::upgrade) returns an
/// [`Arc`] while one is left.
///
/// It does keep the block, which has at least the size of the value.
///
/// # Examples
///
/// ```
/// use std::sync::Mutex;
///
/// use janus_alloc::{SharedPool, collections::{Arc, arc::Weak}};
///
/// struct Node<'p> {
///     parent: Mutex<Weak<Node<'p>, &'p SharedPool>>,
///     name: &'static str,
/// }
///
/// let pool = SharedPool::new();
/// let child = Arc::new_in(Node { parent: Mutex::new(Weak::new_in(&pool)), name: "child" }, &pool);
/// assert!(child.parent.lock().unwrap().upgrade().is_none());
///
/// let parent = Arc::new_in(Node { parent: Mutex::new(Weak::new_in(&pool)), name: "parent" }, &pool);
/// *child.parent.lock().unwrap() = Arc::downgrade(&parent);
/// assert_eq!(child.parent.lock().unwrap().upgrade().unwrap().name, "parent");
/// ```
pub struct Weak<T: ?Sized, A: Allocator = Global>(pub(super) WeakRef<T, A, Counts>);

// SAFETY: as for `Arc`, to which a weak pointer can be upgraded.
unsafe impl<T: ?Sized + Sync + Send, A: Allocator + Send> Send for Weak<T, A> {}
// SAFETY: as above.
unsafe impl<T: ?Sized + Sync + Send, A: Allocator + Sync> Sync for Weak<T, A> {}

impl<T> Weak<T> {
    /// Returns a pointer without a value, without allocating. It can never be upgraded.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::arc::Weak;
    ///
    /// let nothing: Weak<u32> = Weak::new();
    /// assert!(nothing.upgrade().is_none());
    /// ```
    #[inline]
    #[must_use]
    pub const fn new() -> Self {
        Self::new_in(Global)
    }
}

impl<T, A: Allocator> Weak<T, A> {
    /// Returns a pointer without a value, without allocating. It can never be upgraded.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::arc::Weak};
    ///
    /// let nothing: Weak<u32, System> = Weak::new_in(System);
    /// assert!(nothing.upgrade().is_none());
    /// ```
    #[inline]
    pub const fn new_in(allocator: A) -> Self {
        Self(WeakRef::dangling(allocator))
    }
}

impl<T: ?Sized> Weak<T> {
    /// Constructs a [`Weak`] pointer of the default from a raw pointer. See [`from_raw_in`](Self::from_raw_in).
    ///
    /// # Safety
    ///
    /// The conditions of [`from_raw_in`](Self::from_raw_in), with [`Global`] as the allocator.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{Arc, arc::Weak};
    ///
    /// let five = Arc::new(5);
    /// let pointer = Arc::downgrade(&five).into_raw();
    /// // SAFETY: the pointer owns the reference of the line above.
    /// assert_eq!(unsafe { Weak::from_raw(pointer) }.upgrade(), Some(five));
    /// ```
    #[inline]
    pub unsafe fn from_raw(pointer: *const T) -> Self {
        // SAFETY: by `# Safety` of this fn, which requires the same.
        unsafe { Self::from_raw_in(pointer, Global) }
    }

    /// Consumes a pointer of the default and returns the raw pointer.
    ///
    /// The caller now owns the weak reference, and can give it back with [`from_raw`](Self::from_raw).
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{Arc, arc::Weak};
    ///
    /// let five = Arc::new(5);
    /// let pointer = Arc::downgrade(&five).into_raw();
    /// // SAFETY: the pointer owns the reference of the line above.
    /// drop(unsafe { Weak::from_raw(pointer) });
    /// ```
    #[inline]
    #[must_use = "the block leaks unless the pointer goes back to `from_raw`"]
    pub fn into_raw(self) -> *const T {
        self.into_raw_with_allocator().0
    }
}

impl<T: ?Sized, A: Allocator> Weak<T, A> {
    /// Constructs a [`Weak`] pointer from a raw pointer and the allocator of its block.
    ///
    /// # Safety
    ///
    /// 1. `pointer` is from [`into_raw_with_allocator`](Self::into_raw_with_allocator), [`into_raw`](Weak::into_raw) or
    ///    [`as_ptr`](Self::as_ptr) of a [`Weak`]. It may have been cast as for [`Arc::from_raw_in`].
    /// 2. The caller owns a weak reference to the block and gives it up, unless the pointer is that of a [`Weak::new`],
    ///    which has none.
    /// 3. `allocator` is the allocator of that [`Weak`], or can free its block as a clone of that allocator can.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::{Arc, arc::Weak}};
    ///
    /// let five = Arc::new_in(5, System);
    /// let (pointer, allocator) = Arc::downgrade(&five).into_raw_with_allocator();
    /// // SAFETY: the pointer owns the reference of the line above.
    /// assert_eq!(unsafe { Weak::from_raw_in(pointer, allocator) }.upgrade(), Some(five));
    /// ```
    #[inline]
    pub unsafe fn from_raw_in(pointer: *const T, allocator: A) -> Self {
        // SAFETY: the pointer of a `Weak` is not null, and this is one by `# Safety` (1) of this fn.
        let value = unsafe { NonNull::new_unchecked(pointer.cast_mut()) };
        // SAFETY: invariant 1 of `WeakRef` holds by `# Safety` (1) and (3) of this fn, invariant 2 by (2).
        Self(unsafe { WeakRef::from_parts(value, allocator) })
    }

    /// Consumes the pointer and returns the raw pointer and the allocator.
    ///
    /// The caller now owns the weak reference, and can give it back with [`from_raw_in`](Self::from_raw_in).
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::{Arc, arc::Weak}};
    ///
    /// let five = Arc::new_in(5, System);
    /// let (pointer, allocator) = Arc::downgrade(&five).into_raw_with_allocator();
    /// // SAFETY: the pointer owns the reference of the line above.
    /// drop(unsafe { Weak::from_raw_in(pointer, allocator) });
    /// ```
    #[inline]
    #[must_use = "the block leaks unless the pointer goes back to `from_raw_in`"]
    pub fn into_raw_with_allocator(self) -> (*const T, A) {
        let (value, allocator) = self.0.into_parts();
        (value.as_ptr(), allocator)
    }

    /// Returns a pointer to the value, which is valid while an [`Arc`] is left. That of a [`Weak::new`] is dangling and
    /// maybe unaligned.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::Arc;
    ///
    /// let five = Arc::new(5);
    /// assert_eq!(Arc::downgrade(&five).as_ptr(), Arc::as_ptr(&five));
    /// ```
    #[inline]
    #[must_use]
    pub fn as_ptr(&self) -> *const T {
        self.0.as_ptr()
    }

    /// Returns the allocator of the pointer.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Pool, collections::{Arc, arc::Weak}};
    ///
    /// let pool = Pool::new();
    /// let nothing: Weak<u32, _> = Weak::new_in(&pool);
    /// assert_eq!(*Arc::new_in(5, *nothing.allocator()), 5);
    /// ```
    #[inline]
    #[must_use]
    pub fn allocator(&self) -> &A {
        self.0.allocator()
    }

    /// Returns a new [`Arc`] pointer to the value, or `None` if no [`Arc`] is left.
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
    #[must_use = "an `Arc` has no effect unless it is kept"]
    pub fn upgrade(&self) -> Option<Arc<T, A>>
    where
        A: AllocatorClone,
    {
        self.0.upgrade().map(Arc)
    }

    /// Returns the number of [`Arc`] pointers to the value; 0 for a [`Weak::new`]. Other threads may change it at any time.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{Arc, arc::Weak};
    ///
    /// let five = Arc::new(5);
    /// assert_eq!(Arc::downgrade(&five).strong_count(), 1);
    /// assert_eq!(Weak::<u32>::new().strong_count(), 0);
    /// ```
    #[inline]
    #[must_use]
    pub fn strong_count(&self) -> usize {
        self.0.counts().map_or(0, |counts| counts.strong())
    }

    /// Returns the number of [`Weak`] pointers to the value; 0 if no [`Arc`] is left. Other threads may change it at
    /// any time.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::Arc;
    ///
    /// let five = Arc::new(5);
    /// let weak = Arc::downgrade(&five);
    /// assert_eq!(weak.weak_count(), 1);
    /// drop(five);
    /// assert_eq!(weak.weak_count(), 0);
    /// ```
    #[inline]
    #[must_use]
    pub fn weak_count(&self) -> usize {
        self.0.counts().map_or(0, |counts| counts.weak())
    }

    /// Returns whether both point to the same value, or both have none, as from [`new_in`](Self::new_in). Metadata is
    /// not compared.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{Arc, arc::Weak};
    ///
    /// let five = Arc::new(5);
    /// assert!(Arc::downgrade(&five).ptr_eq(&Arc::downgrade(&five)));
    /// assert!(!Arc::downgrade(&five).ptr_eq(&Weak::new()));
    /// assert!(Weak::<u32>::new().ptr_eq(&Weak::new()));
    /// ```
    #[inline]
    #[must_use]
    pub fn ptr_eq(&self, other: &Self) -> bool {
        core::ptr::addr_eq(self.as_ptr(), other.as_ptr())
    }
}

impl<T: ?Sized, A: AllocatorClone> Clone for Weak<T, A> {
    #[inline]
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T, A: Allocator + Default> Default for Weak<T, A> {
    /// Returns a pointer without a value: see [`new_in`](Self::new_in).
    #[inline]
    fn default() -> Self {
        Self::new_in(A::default())
    }
}

impl<T: ?Sized, A: Allocator> fmt::Debug for Weak<T, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(Weak)")
    }
}
