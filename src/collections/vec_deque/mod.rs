//! [`VecDeque`], a double-ended queue in an allocator, and the iterators that its methods return.
//!
//! ```
//! use janus_alloc::{Arena, collections::vec_deque::{Drain, VecDeque}};
//!
//! let arena = Arena::new();
//! let mut numbers = VecDeque::from_iter_in(0..10, &arena);
//! let drained: Drain<'_, i32, &Arena> = numbers.drain(2..8);
//! assert_eq!(drained.sum::<i32>(), 27);
//! assert_eq!(numbers, [0, 1, 8, 9]);
//! ```

mod access;
mod compare;
mod convert;
mod drain;
mod elements;
mod ends;
mod extend;
mod in_allocator;
mod into_iter;
#[cfg(feature = "std")]
mod io;
mod iter;
mod iter_mut;
mod order;
mod retain;
mod ring;
mod room;
mod search;
mod shared_traits;

use super::error::{OnFailure, Panic, Return, TryReserveError, into_ok};
use super::raw_buffer::RawBuffer;
use crate::api::contents::Contents;
use crate::api::{Allocator, Global};

pub use drain::Drain;
pub use into_iter::IntoIter;
pub use iter::Iter;
pub use iter_mut::IterMut;

/// A double-ended queue in an allocator: std's `VecDeque<T>` for every [`Allocator`], on stable Rust.
///
/// Its methods, growth, panics, drop order, auto traits and variance are those of [`std::collections::VecDeque`] in
/// Rust 1.95. In addition:
///
/// * `new_in` and `with_capacity_in` take an allocator; [`allocator`](Self::allocator) returns a reference to it.
/// * Each method that may allocate has a `try_` twin. It returns a [`TryReserveError`] where the method would panic or
///   abort the process.
/// * Deques with different allocators can be compared.
/// * It converts into a [`Vec`](super::Vec) in the same block, and from a vector in constant time. So it converts into
///   std's deque and back without a new block: see the `From` impls.
///
/// # Cost
///
/// A deque takes four words plus the size of its allocator. The elements are in a ring buffer: a push or pop at either
/// end without growth is a comparison, the computation of an address, and a write or read. An insertion or removal
/// moves the elements on one side, the shorter one. Growth doubles the capacity with [`Allocator::grow`], so the last
/// block of an arena grows in place. A deque with capacity 0 has no block, and neither has a deque of zero-sized
/// elements.
///
/// # Differences from std
///
/// * The elements must outlive the deque. std's `VecDeque<&T>` may be dropped after the `T`, by means of `may_dangle`,
///   which is not stable.
/// * After an iterator that yields fewer elements than its `size_hint` claims, the capacity may be larger than std's.
///
/// # Examples
///
/// ```
/// use janus_alloc::{Arena, collections::VecDeque};
///
/// let arena = Arena::new();
/// let mut doors = VecDeque::new_in(&arena);
/// doors.push_back("end");
/// doors.push_front("beginning");
/// assert_eq!(doors, ["beginning", "end"]);
/// assert_eq!(doors.pop_back(), Some("end"));
///
/// let mut on_the_default: VecDeque<u8> = VecDeque::new();
/// assert!(on_the_default.try_push_back(1).is_ok());
/// ```
pub struct VecDeque<T, A: Allocator = Global> {
    /// The place of the first element.
    ///
    /// # Invariants
    ///
    /// They hold whenever code outside of this module can use the deque. A place is a position in the buffer. Place 0
    /// follows the last place, so the places form a ring.
    ///
    /// 1. `head` is less than the capacity. It is 0 if the capacity is 0, or if `T` is zero-sized.
    /// 2. `length` is at most the capacity.
    /// 3. The `length` places from `head` on are initialised, and their elements belong to the deque alone.
    head: usize,
    /// The number of elements.
    length: usize,
    buffer: RawBuffer<T, A>,
}

impl<T> VecDeque<T> {
    /// Creates an empty deque on the registered default, without allocating.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::VecDeque;
    ///
    /// const EMPTY: VecDeque<u64> = VecDeque::new();
    /// assert_eq!(EMPTY.capacity(), 0);
    /// ```
    #[inline]
    #[must_use]
    pub const fn new() -> Self {
        Self::new_in(Global)
    }

    /// Creates an empty deque on the registered default, with room for `capacity` elements.
    ///
    /// # Panics
    ///
    /// Panics if the elements need more than `isize::MAX` bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::VecDeque;
    ///
    /// assert!(VecDeque::<u64>::with_capacity(10).capacity() >= 10);
    /// ```
    #[inline]
    #[must_use]
    #[track_caller]
    pub fn with_capacity(capacity: usize) -> Self {
        Self::with_capacity_in(capacity, Global)
    }

    /// The twin of [`with_capacity`](Self::with_capacity) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns an error if the elements need more than `isize::MAX` bytes, or if the allocation fails.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::VecDeque;
    ///
    /// assert!(VecDeque::<u64>::try_with_capacity(usize::MAX).is_err());
    /// ```
    #[inline]
    pub fn try_with_capacity(capacity: usize) -> Result<Self, TryReserveError> {
        Self::try_with_capacity_in(capacity, Global)
    }
}

impl<T, A: Allocator> VecDeque<T, A> {
    /// Creates an empty deque in `allocator`, without allocating.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::VecDeque};
    ///
    /// let numbers: VecDeque<u64, System> = const { VecDeque::new_in(System) };
    /// assert!(numbers.is_empty());
    /// ```
    #[inline]
    #[must_use]
    pub const fn new_in(allocator: A) -> Self {
        Self { head: 0, length: 0, buffer: RawBuffer::new_in(allocator) }
    }

    /// Creates an empty deque in `allocator`, with room for `capacity` elements.
    ///
    /// # Panics
    ///
    /// Panics if the elements need more than `isize::MAX` bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Arena, collections::VecDeque};
    ///
    /// let arena = Arena::new();
    /// let numbers: VecDeque<u64, _> = VecDeque::with_capacity_in(3, &arena);
    /// assert_eq!(numbers.capacity(), 3);
    /// ```
    #[inline]
    #[must_use]
    #[track_caller]
    pub fn with_capacity_in(capacity: usize, allocator: A) -> Self {
        into_ok(Self::with_room::<Panic>(capacity, allocator))
    }

    /// The twin of [`with_capacity_in`](Self::with_capacity_in) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns an error if the elements need more than `isize::MAX` bytes, or if the allocation fails.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Null, collections::VecDeque};
    ///
    /// assert!(VecDeque::<u8, _>::try_with_capacity_in(1, Null).is_err());
    /// assert!(VecDeque::<u8, _>::try_with_capacity_in(0, Null).is_ok());
    /// ```
    #[inline]
    pub fn try_with_capacity_in(capacity: usize, allocator: A) -> Result<Self, TryReserveError> {
        Self::with_room::<Return>(capacity, allocator)
    }

    #[inline]
    #[track_caller]
    fn with_room<F: OnFailure>(capacity: usize, allocator: A) -> Result<Self, F::Error> {
        let buffer = RawBuffer::with_capacity_in::<F>(capacity, Contents::Uninit, allocator)?;
        Ok(Self { head: 0, length: 0, buffer })
    }

    /// Returns a reference to the allocator.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Stats, System, collections::VecDeque};
    ///
    /// let numbers = VecDeque::<u64, _>::with_capacity_in(2, Stats::new(System));
    /// assert_eq!(numbers.allocator().snapshot().live_bytes, 16);
    /// ```
    #[inline]
    pub const fn allocator(&self) -> &A {
        self.buffer.allocator()
    }

    /// Returns the number of elements that fit without reallocation, which is `usize::MAX` if they are zero-sized.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::VecDeque;
    ///
    /// assert_eq!(VecDeque::<u64>::with_capacity(10).capacity(), 10);
    /// assert_eq!(VecDeque::<()>::new().capacity(), usize::MAX);
    /// ```
    #[inline]
    pub const fn capacity(&self) -> usize {
        self.buffer.capacity()
    }

    /// Returns the number of elements.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(janus_alloc::collections::VecDeque::from([1, 2, 3]).len(), 3);
    /// ```
    #[inline]
    pub const fn len(&self) -> usize {
        self.length
    }

    /// Returns whether there are no elements.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(janus_alloc::collections::VecDeque::<u8>::new().is_empty());
    /// ```
    #[inline]
    pub const fn is_empty(&self) -> bool {
        self.length == 0
    }
}

impl<T, A: Allocator> Drop for VecDeque<T, A> {
    fn drop(&mut self) {
        // The buffer is freed after this, also if the drop of an element unwinds.
        // SAFETY: the length is at most the capacity.
        let parts = unsafe { self.parts(0, self.length) };
        // SAFETY: by invariant 3 all elements are initialised, and they are not used again.
        unsafe { ring::drop_parts(parts) };
    }
}

#[cold]
#[inline(never)]
#[track_caller]
fn out_of_bounds(action: &str, index: usize, length: usize) -> ! {
    panic!("cannot {action} index {index} of a `VecDeque` of length {length}");
}
