//! Pointers that do not keep the value.

use core::fmt;
use core::ptr::NonNull;

use super::counts::UsedInThreads;
use super::{Counts, Rc};
use crate::api::{Allocator, AllocatorClone, Global};
use crate::collections::counted::{Counts as _, WeakRef};

/// A pointer to the value of an [`Rc`] that does not keep it: as long as an [`Rc`] does, [`upgrade`](Self::upgrade) gives
/// another.
///
/// It does keep the memory, whose size is as large as the value is.
///
/// # Examples
///
/// ```
/// use std::cell::RefCell;
///
/// use janus_alloc::{Pool, collections::{Rc, rc::Weak}};
///
/// struct Node<'p> {
///     parent: RefCell<Weak<Node<'p>, &'p Pool>>,
///     name: &'static str,
/// }
///
/// let pool = Pool::new();
/// let child = Rc::new_in(Node { parent: RefCell::new(Weak::new_in(&pool)), name: "child" }, &pool);
/// assert!(child.parent.borrow().upgrade().is_none());
///
/// let parent = Rc::new_in(Node { parent: RefCell::new(Weak::new_in(&pool)), name: "parent" }, &pool);
/// *child.parent.borrow_mut() = Rc::downgrade(&parent);
/// assert_eq!(child.parent.borrow().upgrade().unwrap().name, "parent");
/// ```
pub struct Weak<T: ?Sized, A: Allocator = Global>(pub(super) WeakRef<T, A, Counts>);

// SAFETY: nothing implements `UsedInThreads`, which cannot be named elsewhere.
unsafe impl<T: ?Sized, A: Allocator + UsedInThreads> Send for Weak<T, A> {}
// SAFETY: as above.
unsafe impl<T: ?Sized, A: Allocator + UsedInThreads> Sync for Weak<T, A> {}

impl<T> Weak<T> {
    /// A pointer to nothing, which no memory is asked for.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::rc::Weak;
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
    /// A pointer to nothing, which no memory is asked for.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::rc::Weak};
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
    /// A pointer of the default from a raw one. See [`from_raw_in`](Self::from_raw_in).
    ///
    /// # Safety
    ///
    /// Same as for [`from_raw_in`](Self::from_raw_in) with [`Global`].
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{Rc, rc::Weak};
    ///
    /// let five = Rc::new(5);
    /// let pointer = Rc::downgrade(&five).into_raw();
    /// // SAFETY: the reference of the line above.
    /// assert_eq!(unsafe { Weak::from_raw(pointer) }.upgrade(), Some(five));
    /// ```
    #[inline]
    pub unsafe fn from_raw(pointer: *const T) -> Self {
        // SAFETY: by `# Safety` of this fn.
        unsafe { Self::from_raw_in(pointer, Global) }
    }

    /// The raw pointer of one of the default, whose reference is now the caller's to give back to [`from_raw`](Self::from_raw).
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{Rc, rc::Weak};
    ///
    /// let five = Rc::new(5);
    /// let pointer = Rc::downgrade(&five).into_raw();
    /// // SAFETY: the reference of the line above.
    /// drop(unsafe { Weak::from_raw(pointer) });
    /// ```
    #[inline]
    #[must_use = "nobody releases the reference behind the pointer"]
    pub fn into_raw(self) -> *const T {
        self.into_raw_with_allocator().0
    }
}

impl<T: ?Sized, A: Allocator> Weak<T, A> {
    /// A pointer from a raw one and the allocator of its block.
    ///
    /// # Safety
    ///
    /// 1. `pointer` is one of [`into_raw_with_allocator`](Self::into_raw_with_allocator), [`into_raw`](Weak::into_raw) or
    ///    [`as_ptr`](Self::as_ptr) of a [`Weak`], perhaps cast as for [`Rc::from_raw_in`].
    /// 2. It stands for a weak reference, which this one takes over, or for none if it is that of a [`Weak::new`].
    /// 3. `allocator` is the one of that [`Weak`], or as good as a clone of it.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::{Rc, rc::Weak}};
    ///
    /// let five = Rc::new_in(5, System);
    /// let (pointer, allocator) = Rc::downgrade(&five).into_raw_with_allocator();
    /// // SAFETY: the reference of the line above.
    /// assert_eq!(unsafe { Weak::from_raw_in(pointer, allocator) }.upgrade(), Some(five));
    /// ```
    #[inline]
    pub unsafe fn from_raw_in(pointer: *const T, allocator: A) -> Self {
        // SAFETY: not null by (1) of `# Safety` of this fn.
        let value = unsafe { NonNull::new_unchecked(pointer.cast_mut()) };
        // SAFETY: by `# Safety` of this fn.
        Self(unsafe { WeakRef::from_parts(value, allocator) })
    }

    /// The raw pointer and the allocator; the reference is now the caller's to give back to [`from_raw_in`](Self::from_raw_in).
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::{Rc, rc::Weak}};
    ///
    /// let five = Rc::new_in(5, System);
    /// let (pointer, allocator) = Rc::downgrade(&five).into_raw_with_allocator();
    /// // SAFETY: the reference of the line above.
    /// drop(unsafe { Weak::from_raw_in(pointer, allocator) });
    /// ```
    #[inline]
    #[must_use = "nobody releases the reference behind the pointer"]
    pub fn into_raw_with_allocator(self) -> (*const T, A) {
        let (value, allocator) = self.0.into_parts();
        (value.as_ptr(), allocator)
    }

    /// A pointer to the value, good for as long as an [`Rc`] keeps it. Of a [`Weak::new`] it is dangling, and may be unaligned.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::Rc;
    ///
    /// let five = Rc::new(5);
    /// assert_eq!(Rc::downgrade(&five).as_ptr(), Rc::as_ptr(&five));
    /// ```
    #[inline]
    #[must_use]
    pub fn as_ptr(&self) -> *const T {
        self.0.as_ptr()
    }

    /// The allocator of the block.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Pool, collections::{Rc, rc::Weak}};
    ///
    /// let pool = Pool::new();
    /// let nothing: Weak<u32, _> = Weak::new_in(&pool);
    /// assert_eq!(*Rc::new_in(5, *nothing.allocator()), 5);
    /// ```
    #[inline]
    #[must_use]
    pub fn allocator(&self) -> &A {
        self.0.allocator()
    }

    /// An [`Rc`] to the value, if there still is one.
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
    #[must_use = "an `Rc` that is not kept does nothing"]
    pub fn upgrade(&self) -> Option<Rc<T, A>>
    where
        A: AllocatorClone,
    {
        self.0.upgrade().map(Rc)
    }

    /// The number of [`Rc`] pointers to the value; 0 for a [`Weak::new`].
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{Rc, rc::Weak};
    ///
    /// let five = Rc::new(5);
    /// assert_eq!(Rc::downgrade(&five).strong_count(), 1);
    /// assert_eq!(Weak::<u32>::new().strong_count(), 0);
    /// ```
    #[inline]
    #[must_use]
    pub fn strong_count(&self) -> usize {
        self.0.counts().map_or(0, |counts| counts.strong())
    }

    /// The number of [`Weak`] pointers to the value; 0 if no [`Rc`] is left.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::Rc;
    ///
    /// let five = Rc::new(5);
    /// let weak = Rc::downgrade(&five);
    /// assert_eq!(weak.weak_count(), 1);
    /// drop(five);
    /// assert_eq!(weak.weak_count(), 0);
    /// ```
    #[inline]
    #[must_use]
    pub fn weak_count(&self) -> usize {
        self.0.counts().map_or(0, |counts| counts.weak())
    }

    /// Whether both point to the same value, or both to nothing. Metadata is not compared.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{Rc, rc::Weak};
    ///
    /// let five = Rc::new(5);
    /// assert!(Rc::downgrade(&five).ptr_eq(&Rc::downgrade(&five)));
    /// assert!(!Rc::downgrade(&five).ptr_eq(&Weak::new()));
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
    /// A pointer to nothing.
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
