//! Collections that many threads read although their allocator serves one.
//!
//! # Adding a collection
//!
//! 1. Implement `Sealed` and [`Freezable`] for it here, after a look at each of its impls of the traits that [`Frozen`] forwards.
//! 2. If it dereferences, implement [`Borrow`] and [`AsRef`] of its target; never by a blanket impl, since each type borrows as
//!    itself.
//! 3. Otherwise forward its look-ups in a file of its own.

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

/// A read-only face of a collection, which threads may share although its allocator is not `Sync`.
///
/// A `Vec<T, &Arena>` is neither `Send` nor `Sync`, since a `&Vec` leads to the arena, which serves one thread. A `&Frozen`
/// gives access to the elements and never to the allocator: a `Frozen` collection is `Sync` if its elements are. So a map that one thread builds in an arena can be read by many,
/// without a copy and without a lock. The thread that owns the arena may go on to allocate in it meanwhile, since no allocator
/// reads or writes live blocks.
///
/// * **Collections**: all of [`collections`](crate::collections). What dereferences does so frozen, too: a `Frozen<Vec<T, _>>` is
///   a slice. The others have their look-ups and iterators.
/// * **Shared** access reaches elements and never the allocator. So there is no `Clone`, which would allocate.
/// * **Exclusive** access is to the collection: [`get_mut`](Self::get_mut) and [`into_inner`](Self::into_inner).
/// * **Elements** that are collections themselves have to be frozen too, before they are put in:
///   `Vec<Frozen<String<&Arena>>, &Arena>`. Otherwise the compiler says that the arena cannot be shared between threads. A map
///   with keys `Frozen<String<_>>` is asked by `&str`.
/// * **Cost**: none. It is the collection itself.
/// * **Sending**: it is `Send` only if the collection is, since whoever drops it uses the allocator. One in a `&Arena` or `Rc<Arena>` cannot be
///   moved to a thread: lend it to scoped threads. One that owns its `Arena` can, also in an `Arc`.
/// * **Not needed** where the allocator is `Sync`: a collection in an `Arc<SyncArena>` is.
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
/// With an arena that the vector owns, so that threads without a scope share it:
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
/// Nested, where keys are collections:
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

/// A collection that a [`Frozen`] may hold. Sealed.
///
/// # Safety
///
/// 1. No method of the type that [`Frozen`] calls by `&` reaches the allocator, nor does what that returns. Besides look-ups and
///    iterators these are the methods of `Deref`, `IntoIterator` for a reference, `Debug`, `Display`, `PartialEq`, `PartialOrd`,
///    `Ord`, `Hash`, and with the feature `serde` `Serialize`. (No other crate can implement one of those for such a type, by
///    the orphan rule.)
/// 2. What these lend may be shared between threads: elements and hasher are `Sync`.
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
    note = "a `Frozen` holds a collection of `janus_alloc::collections`, of elements that are `Sync`: freeze those that are collections"
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
    /// The collection. It leads to the allocator, so whoever asks keeps to what [`Freezable`] allows.
    #[cfg(feature = "serde")]
    pub(super) const fn collection(&self) -> &C {
        &self.0
    }

    /// The collection, to be changed for a while. Nobody reads it meanwhile.
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

    /// The collection, which can be changed again.
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

// SAFETY: shared access reaches what `Freezable` allows: elements and hashers, which are `Sync`, and never the allocator. That
// is all that keeps the collection from being `Sync`. Other values of the allocator, or references to it, may be in use by the
// thread that has them: by rule 2 of `api` they leave live blocks alone. An allocator that lies in the collection is reached by
// nobody.
unsafe impl<C: Freezable> Sync for Frozen<C> {}

impl<T, A: Allocator> private::Sealed for Vec<T, A> {}
// SAFETY: (1) all is done with the slice of elements, (2) which are `Sync`.
unsafe impl<T: Sync, A: Allocator> Freezable for Vec<T, A> {}

impl<A: Allocator> private::Sealed for String<A> {}
// SAFETY: (1) all is done with the text, (2) which is `Sync`.
unsafe impl<A: Allocator> Freezable for String<A> {}

impl<T, A: Allocator> private::Sealed for VecDeque<T, A> {}
// SAFETY: (1) all is done with the two slices of elements, (2) which are `Sync`.
unsafe impl<T: Sync, A: Allocator> Freezable for VecDeque<T, A> {}

impl<T: ?Sized, A: Allocator> private::Sealed for Box<T, A> {}
// SAFETY: (1) all is done with the value, (2) which is `Sync`.
unsafe impl<T: ?Sized + Sync, A: Allocator> Freezable for Box<T, A> {}

impl<T: ?Sized, A: Allocator> private::Sealed for Rc<T, A> {}
// SAFETY: (1) all is done with the value, and nothing with the counts, (2) which is `Sync`. Other pointers to it may be cloned
// and dropped by the thread that has them: that touches the counts alone, since this pointer keeps the value, and keeps it
// shared.
unsafe impl<T: ?Sized + Sync, A: Allocator> Freezable for Rc<T, A> {}

#[cfg(target_has_atomic = "ptr")]
impl<T: ?Sized, A: Allocator> private::Sealed for Arc<T, A> {}
// SAFETY: as for the `Rc`. The value is not sent, since the last pointer is dropped where the allocator is.
#[cfg(target_has_atomic = "ptr")]
unsafe impl<T: ?Sized + Sync, A: Allocator> Freezable for Arc<T, A> {}

impl<T, A: Allocator> private::Sealed for LinkedList<T, A> {}
// SAFETY: (1) all is done with the nodes, and iterators have pointers to those; (2) the elements are `Sync`, and the links are
// only read.
unsafe impl<T: Sync, A: Allocator> Freezable for LinkedList<T, A> {}

impl<T, A: Allocator> private::Sealed for BinaryHeap<T, A> {}
// SAFETY: (1) all is done with the slice of elements, (2) which are `Sync`.
unsafe impl<T: Sync, A: Allocator> Freezable for BinaryHeap<T, A> {}

impl<K, V, S, A: Allocator> private::Sealed for HashMap<K, V, S, A> {}
// SAFETY: (1) all is done with the control bytes, the elements and the hasher; iterators have pointers to the former two; (2)
// those are bytes, and the others are `Sync`.
unsafe impl<K: Sync, V: Sync, S: Sync, A: Allocator> Freezable for HashMap<K, V, S, A> {}

impl<T, S, A: Allocator> private::Sealed for HashSet<T, S, A> {}
// SAFETY: as for the map.
unsafe impl<T: Sync, S: Sync, A: Allocator> Freezable for HashSet<T, S, A> {}

impl<T, A: Allocator> private::Sealed for HashTable<T, A> {}
// SAFETY: as for the map, without a hasher.
unsafe impl<T: Sync, A: Allocator> Freezable for HashTable<T, A> {}

impl<K, V, A: Allocator> private::Sealed for BTreeMap<K, V, A> {}
// SAFETY: (1) all is done with the tree, and iterators have pointers into that; (2) the elements are `Sync`.
unsafe impl<K: Sync, V: Sync, A: Allocator> Freezable for BTreeMap<K, V, A> {}

impl<T, A: Allocator> private::Sealed for BTreeSet<T, A> {}
// SAFETY: as for the map.
unsafe impl<T: Sync, A: Allocator> Freezable for BTreeSet<T, A> {}

// -- what is forwarded for all: by (1) of `Freezable`

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
    /// [`Frozen::new`].
    #[inline]
    fn from(collection: C) -> Self {
        Self::new(collection)
    }
}

// -- for what dereferences

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
