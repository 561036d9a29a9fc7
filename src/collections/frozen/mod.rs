//! Read-only collections, which threads may share although their allocator serves one thread.
//!
//! # Adding a collection
//!
//! 1. Check each of its impls of the traits that [`Frozen`] forwards. Then implement `Sealed` and [`Freezable`] for it
//!    here.
//! 2. If it dereferences, implement [`Borrow`] and [`AsRef`] for its target. Do not write a blanket impl, since each
//!    type also borrows as itself.
//! 3. Otherwise, forward its look-ups in a file of its own.

mod binary_heap;
mod btree;
mod hash;
mod linked_list;
mod vec_deque;

use core::borrow::Borrow;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::ops::Deref;

#[cfg(target_has_atomic = "ptr")]
use super::Arc;
use super::{BTreeMap, BTreeSet, BinaryHeap, Box, HashMap, HashSet, HashTable, LinkedList, Rc, String, Vec, VecDeque};
use crate::api::Allocator;

/// A read-only wrapper of a collection, which threads may share although its allocator is not `Sync`.
///
/// A `Vec<T, &Arena>` is neither `Send` nor `Sync`: a `&Vec` gives access to the arena, which serves one thread. A
/// `&Frozen` gives access to the elements, but never to the allocator. So a `Frozen` collection is `Sync` if its
/// elements are, and many threads can read a map that one thread has built in an arena, without copies or locks. The
/// thread that owns the arena may go on allocating in it meanwhile, since no allocator reads or writes live blocks.
///
/// * **Collections**: all of [`collections`](crate::collections). A collection that dereferences also does so when it
///   is frozen: a `Frozen<Vec<T, _>>` is a slice. The others have their look-ups and iterators.
/// * **Shared access** reaches only the elements. There is no `Clone`, since that would allocate.
/// * **Exclusive access** reaches the collection: see [`get_mut`](Self::get_mut) and [`into_inner`](Self::into_inner).
/// * **Elements** that are collections must be frozen before they are inserted: `Vec<Frozen<String<&Arena>>, &Arena>`.
///   Otherwise the compiler reports that the arena cannot be shared between threads. The look-ups of a map with keys
///   `Frozen<String<_>>` take a `&str`.
/// * **Cost**: none. It is the collection itself.
/// * **Sending**: it is `Send` only if the collection is, since dropping it uses the allocator. A collection in a
///   `&Arena` or `Rc<Arena>` cannot be moved to another thread: lend it to scoped threads. A collection that owns its
///   `Arena` can be moved, also in an `Arc`.
/// * **Not needed** if the allocator is `Sync`: a collection in an `Arc<SyncArena>` can be shared without it.
///
/// # Examples
///
/// ```
/// use janus_alloc::Arena;
/// use janus_alloc::collections::{Frozen, HashMap};
///
/// let arena = Arena::new();
/// let mut squares = HashMap::new_in(&arena);
/// squares.extend((0..100_000_u64).map(|n| (n, n * n)));
///
/// let squares = Frozen::new(squares);
/// std::thread::scope(|threads| {
///     for n in 0..4 {
///         let squares = &squares;
///         threads.spawn(move || assert_eq!(squares.get(&n), Some(&(n * n))));
///     }
///     arena.alloc_str("meanwhile");
/// });
/// ```
///
/// A vector that owns its arena can be shared by threads without a scope:
///
/// ```
/// use std::{sync::Arc, thread};
///
/// use janus_alloc::Arena;
/// use janus_alloc::collections::{Frozen, Vec};
///
/// let mut squares: Vec<u64, Arena> = Vec::new_in(Arena::new());
/// squares.extend((0..1000).map(|n| n * n));
///
/// let squares: Arc<Frozen<Vec<u64, Arena>>> = Arc::new(Frozen::new(squares));
/// let other = Arc::clone(&squares);
/// let thread = thread::spawn(move || other[3]);
/// assert_eq!(squares[4] + thread.join().unwrap(), 25);
/// ```
///
/// Keys that are collections are frozen, too:
///
/// ```
/// use janus_alloc::{Arena, collections::IntoIn};
/// use janus_alloc::collections::{BTreeMap, Frozen, String};
///
/// let arena = Arena::new();
/// let mut numbers: BTreeMap<Frozen<String<&Arena>>, u32, &Arena> = BTreeMap::new_in(&arena);
/// for (number, name) in (1..).zip(["one", "two", "three"]) {
///     numbers.insert(Frozen::new(name.into_in(&arena)), number);
/// }
///
/// let numbers = Frozen::new(numbers);
/// std::thread::scope(|threads| {
///     threads.spawn(|| assert_eq!(numbers["two"], 2));
/// });
/// ```
pub struct Frozen<C>(C);

/// A collection that [`Frozen`] may hold. Other crates cannot implement this trait.
///
/// # Safety
///
/// 1. No method that [`Frozen`] calls on a `&Self` reaches the allocator, and nothing that it returns does. These
///    methods are the look-ups and iterators, and those of `Deref`, `IntoIterator` for a reference, `Debug`, `Display`,
///    `PartialEq`, `PartialOrd`, `Ord`, `Hash` and, with the feature `serde`, `Serialize`. (By the orphan rule no other
///    crate can implement one of these traits for the type.)
/// 2. Everything that these methods return may be shared between threads: the elements and the hasher are `Sync`.
///
/// # Examples
///
/// ```
/// use janus_alloc::Arena;
/// use janus_alloc::collections::{Freezable, Frozen, Vec};
///
/// fn shared_sum<C: Freezable + Send>(_: &'static Frozen<C>) {}
///
/// let mut numbers = Vec::new_in(Arena::new());
/// numbers.push(1);
/// shared_sum(Box::leak(Box::new(Frozen::new(numbers))));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be frozen",
    label = "not a collection that a `Frozen` may hold",
    note = "a `Frozen` holds a collection of `janus_alloc::collections` whose elements are `Sync`: freeze elements that are collections"
)]
pub unsafe trait Freezable: private::Sealed {}

mod private {
    pub trait Sealed {}
}

impl<C: Freezable> Frozen<C> {
    /// Freezes a collection.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Arena, collections::Frozen, vec_in};
    ///
    /// let arena = Arena::new();
    /// let primes = Frozen::new(vec_in![in &arena; 2, 3, 5]);
    /// assert_eq!(std::thread::scope(|s| s.spawn(|| primes.iter().sum::<i32>()).join().unwrap()), 10);
    /// ```
    #[inline]
    #[must_use]
    pub const fn new(collection: C) -> Self {
        Self(collection)
    }
}

impl<C> Frozen<C> {
    /// Returns the collection. It gives access to the allocator, so callers must restrict themselves to the methods
    /// that [`Freezable`] allows.
    #[cfg(feature = "serde")]
    pub(super) const fn collection(&self) -> &C {
        &self.0
    }

    /// Returns a mutable reference to the collection. No other thread reads it meanwhile.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{Frozen, Vec};
    ///
    /// let mut numbers = Frozen::new(Vec::<u8>::new());
    /// numbers.get_mut().push(1);
    /// assert_eq!(numbers[0], 1);
    /// ```
    #[inline]
    pub const fn get_mut(&mut self) -> &mut C {
        &mut self.0
    }

    /// Returns the collection, which can then be changed again.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{Frozen, Vec};
    ///
    /// let mut numbers = Frozen::new(Vec::<u8>::new()).into_inner();
    /// numbers.push(1);
    /// ```
    #[inline]
    pub fn into_inner(self) -> C {
        self.0
    }
}

// SAFETY: by (1) and (2) of `Freezable` a shared reference reaches only the elements and the hasher, which are `Sync`.
// It never reaches the allocator, which alone keeps the collection from being `Sync`. The thread that owns other values
// of the allocator, or references to it, may use them meanwhile: by rule 2 of `api` they leave live blocks alone. An
// allocator that lies inside the collection is not reachable.
unsafe impl<C: Freezable> Sync for Frozen<C> {}

impl<T, A: Allocator> private::Sealed for Vec<T, A> {}
// SAFETY: (1) all methods use only the slice of elements, (2) which are `Sync`.
unsafe impl<T: Sync, A: Allocator> Freezable for Vec<T, A> {}

impl<A: Allocator> private::Sealed for String<A> {}
// SAFETY: (1) all methods use only the text, (2) which is `Sync`.
unsafe impl<A: Allocator> Freezable for String<A> {}

impl<T, A: Allocator> private::Sealed for VecDeque<T, A> {}
// SAFETY: (1) all methods use only the two slices of elements, (2) which are `Sync`.
unsafe impl<T: Sync, A: Allocator> Freezable for VecDeque<T, A> {}

impl<T: ?Sized, A: Allocator> private::Sealed for Box<T, A> {}
// SAFETY: (1) all methods use only the value, (2) which is `Sync`.
unsafe impl<T: ?Sized + Sync, A: Allocator> Freezable for Box<T, A> {}

impl<T: ?Sized, A: Allocator> private::Sealed for Rc<T, A> {}
// SAFETY: (1) all methods use only the value, not the counts, (2) and it is `Sync`. Other pointers to it may be cloned
// and dropped by the thread that has them. That changes only the counts, since this pointer keeps the value alive and
// shared.
unsafe impl<T: ?Sized + Sync, A: Allocator> Freezable for Rc<T, A> {}

#[cfg(target_has_atomic = "ptr")]
impl<T: ?Sized, A: Allocator> private::Sealed for Arc<T, A> {}
// SAFETY: as for `Rc`. The value is not sent to another thread, since the last pointer is dropped where the allocator
// is.
#[cfg(target_has_atomic = "ptr")]
unsafe impl<T: ?Sized + Sync, A: Allocator> Freezable for Arc<T, A> {}

impl<T, A: Allocator> private::Sealed for LinkedList<T, A> {}
// SAFETY: (1) all methods use only the nodes, and iterators point to these. (2) The elements are `Sync`, and the links
// are only read.
unsafe impl<T: Sync, A: Allocator> Freezable for LinkedList<T, A> {}

impl<T, A: Allocator> private::Sealed for BinaryHeap<T, A> {}
// SAFETY: (1) all methods use only the slice of elements, (2) which are `Sync`.
unsafe impl<T: Sync, A: Allocator> Freezable for BinaryHeap<T, A> {}

impl<K, V, S, A: Allocator> private::Sealed for HashMap<K, V, S, A> {}
// SAFETY: (1) all methods use only the control bytes, the elements and the hasher, and iterators point to the former
// two. (2) The control bytes are only read, and the others are `Sync`.
unsafe impl<K: Sync, V: Sync, S: Sync, A: Allocator> Freezable for HashMap<K, V, S, A> {}

impl<T, S, A: Allocator> private::Sealed for HashSet<T, S, A> {}
// SAFETY: as for `HashMap`.
unsafe impl<T: Sync, S: Sync, A: Allocator> Freezable for HashSet<T, S, A> {}

impl<T, A: Allocator> private::Sealed for HashTable<T, A> {}
// SAFETY: as for `HashMap`, without a hasher.
unsafe impl<T: Sync, A: Allocator> Freezable for HashTable<T, A> {}

impl<K, V, A: Allocator> private::Sealed for BTreeMap<K, V, A> {}
// SAFETY: (1) all methods use only the tree, and iterators point into it. (2) The elements are `Sync`, and the rest of
// the tree is only read.
unsafe impl<K: Sync, V: Sync, A: Allocator> Freezable for BTreeMap<K, V, A> {}

impl<T, A: Allocator> private::Sealed for BTreeSet<T, A> {}
// SAFETY: as for `BTreeMap`.
unsafe impl<T: Sync, A: Allocator> Freezable for BTreeSet<T, A> {}

// Forwarded for all collections, as (1) of `Freezable` allows.

impl<C: Freezable + Deref> Deref for Frozen<C> {
    type Target = C::Target;

    #[inline]
    fn deref(&self) -> &C::Target {
        &self.0
    }
}

impl<'a, C: Freezable> IntoIterator for &'a Frozen<C>
where
    &'a C: IntoIterator,
{
    type Item = <&'a C as IntoIterator>::Item;
    type IntoIter = <&'a C as IntoIterator>::IntoIter;

    #[inline]
    fn into_iter(self) -> Self::IntoIter {
        (&self.0).into_iter()
    }
}

impl<C: Freezable + fmt::Debug> fmt::Debug for Frozen<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<C: Freezable + fmt::Display> fmt::Display for Frozen<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<C: Freezable + PartialEq<D>, D: Freezable> PartialEq<Frozen<D>> for Frozen<C> {
    #[inline]
    fn eq(&self, other: &Frozen<D>) -> bool {
        self.0 == other.0
    }
}

impl<C: Freezable + Eq> Eq for Frozen<C> {}

impl<C: Freezable + PartialOrd> PartialOrd for Frozen<C> {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<core::cmp::Ordering> {
        self.0.partial_cmp(&other.0)
    }
}

impl<C: Freezable + Ord> Ord for Frozen<C> {
    #[inline]
    fn cmp(&self, other: &Self) -> core::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}

impl<C: Freezable + Hash> Hash for Frozen<C> {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<C: Freezable + Default> Default for Frozen<C> {
    fn default() -> Self {
        Self::new(C::default())
    }
}

impl<C: Freezable> From<C> for Frozen<C> {
    /// Freezes a collection, as [`Frozen::new`] does.
    #[inline]
    fn from(collection: C) -> Self {
        Self::new(collection)
    }
}

// Forwarded for the collections that dereference.

impl<T: Sync, A: Allocator> Borrow<[T]> for Frozen<Vec<T, A>> {
    #[inline]
    fn borrow(&self) -> &[T] {
        self
    }
}

impl<T: Sync, A: Allocator> AsRef<[T]> for Frozen<Vec<T, A>> {
    #[inline]
    fn as_ref(&self) -> &[T] {
        self
    }
}

impl<A: Allocator> Borrow<str> for Frozen<String<A>> {
    #[inline]
    fn borrow(&self) -> &str {
        self
    }
}

impl<A: Allocator> AsRef<str> for Frozen<String<A>> {
    #[inline]
    fn as_ref(&self) -> &str {
        self
    }
}

impl<T: ?Sized + Sync, A: Allocator> Borrow<T> for Frozen<Box<T, A>> {
    #[inline]
    fn borrow(&self) -> &T {
        self
    }
}

impl<T: ?Sized + Sync, A: Allocator> AsRef<T> for Frozen<Box<T, A>> {
    #[inline]
    fn as_ref(&self) -> &T {
        self
    }
}

impl<T: ?Sized + Sync, A: Allocator> Borrow<T> for Frozen<Rc<T, A>> {
    #[inline]
    fn borrow(&self) -> &T {
        self
    }
}

impl<T: ?Sized + Sync, A: Allocator> AsRef<T> for Frozen<Rc<T, A>> {
    #[inline]
    fn as_ref(&self) -> &T {
        self
    }
}

#[cfg(target_has_atomic = "ptr")]
impl<T: ?Sized + Sync, A: Allocator> Borrow<T> for Frozen<Arc<T, A>> {
    #[inline]
    fn borrow(&self) -> &T {
        self
    }
}

#[cfg(target_has_atomic = "ptr")]
impl<T: ?Sized + Sync, A: Allocator> AsRef<T> for Frozen<Arc<T, A>> {
    #[inline]
    fn as_ref(&self) -> &T {
        self
    }
}
