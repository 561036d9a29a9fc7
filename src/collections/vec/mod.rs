//! [`Vec`], a growable array in an allocator, and the types that its methods return.
//!
//! ```
//! use janus_alloc::{Arena, collections::vec::{Drain, Vec}};
//!
//! let arena = Arena::new();
//! let mut numbers = Vec::from_iter_in(0..10, &arena);
//! let drained: Drain<'_, i32, &Arena> = numbers.drain(2..8);
//! assert_eq!(drained.sum::<i32>(), 27);
//! assert_eq!(numbers, [0, 1, 8, 9]);
//! ```

mod boxed;
mod compare;
mod convert;
mod drain;
mod elements;
mod extend;
mod extract_if;
mod fill;
mod from_elem;
mod generations;
mod in_allocator;
mod into_iter;
mod macros;
mod retain;
mod room;
mod shared_traits;
mod splice;
#[cfg(feature = "std")]
mod write;

use core::fmt;
use core::mem::{ManuallyDrop, MaybeUninit};
use core::ptr::NonNull;
use core::slice;

use super::error::{OnFailure, Panic, Return, TryReserveError, into_ok};
use super::raw_buffer::RawBuffer;
use crate::api::contents::Contents;
use crate::api::{Allocator, Global};

pub use drain::Drain;
pub(super) use extend::clone_into;
pub use extract_if::ExtractIf;
pub use from_elem::Zeroable;
#[doc(hidden)]
pub use from_elem::{from_elem_in, try_from_elem_in};
pub use into_iter::IntoIter;
pub use splice::Splice;

/// A growable array in an allocator: std's `Vec<T>` for every [`Allocator`], on stable Rust.
///
/// Its methods, growth, panics, drop order, auto traits and variance are those of [`std::vec::Vec`] in Rust 1.95, and
/// it dereferences to a slice. In addition:
///
/// * `new_in`, `with_capacity_in` and `from_raw_parts_in` take an allocator; [`allocator`](Self::allocator) returns a
///   reference to it.
/// * Each method that may allocate has a `try_` twin. It returns a [`TryReserveError`] where the method would panic or
///   abort the process.
/// * Vectors with different allocators can be compared.
/// * Vectors of std and of other generations of allocator-api2 convert into it and back in constant time: see the
///   `From` impls.
///
/// # Cost
///
/// A vector takes three words plus the size of its allocator. A push without growth is a comparison and a write. Growth
/// doubles the capacity with [`Allocator::grow`], so the last block of an arena grows in place. A vector with capacity
/// 0 has no block, and neither has a vector of zero-sized elements.
///
/// # Differences from std
///
/// * The elements must outlive the vector. std's `Vec<&T>` may be dropped after the `T`, by means of `may_dangle`,
///   which is not stable.
/// * [`sort`](slice::sort) and other methods of slices that need temporary memory take it from the registered default.
/// * After an iterator that yields fewer elements than its `size_hint` claims, the capacity may be larger than std's.
///
/// # Examples
///
/// ```
/// use janus_alloc::{Arena, collections::Vec, vec_in};
///
/// let arena = Arena::new();
/// let mut faces = vec_in![in &arena; "past"];
/// faces.push("future");
/// assert_eq!(faces, ["past", "future"]);
/// assert_eq!(faces.iter().map(|face| face.len()).sum::<usize>(), 10);
///
/// let mut on_the_default: Vec<u8> = Vec::new();
/// assert!(on_the_default.try_extend_from_slice(b"janus").is_ok());
/// ```
pub struct Vec<T, A: Allocator = Global> {
    buffer: RawBuffer<T, A>,
    /// The number of elements.
    ///
    /// # Invariants
    ///
    /// They hold whenever code outside of this module can use the vector.
    ///
    /// 1. `length` is at most the capacity of `buffer`.
    /// 2. The first `length` elements of `buffer` are initialised, and belong to the vector alone.
    length: usize,
}

impl<T> Vec<T> {
    /// Creates an empty vector on the registered default, without allocating.
    ///
    /// # Examples
    ///
    /// ```
    /// static EMPTY: janus_alloc::collections::Vec<u64> = janus_alloc::collections::Vec::new();
    /// assert_eq!(EMPTY.capacity(), 0);
    /// ```
    #[inline]
    #[must_use]
    pub const fn new() -> Self {
        Self::new_in(Global)
    }

    /// Creates an empty vector on the registered default, with room for `capacity` elements.
    ///
    /// # Panics
    ///
    /// Panics if the elements need more than `isize::MAX` bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::Vec;
    ///
    /// assert!(Vec::<u64>::with_capacity(10).capacity() >= 10);
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
    /// use janus_alloc::collections::Vec;
    ///
    /// assert!(Vec::<u64>::try_with_capacity(usize::MAX).is_err());
    /// ```
    #[inline]
    pub fn try_with_capacity(capacity: usize) -> Result<Self, TryReserveError> {
        Self::try_with_capacity_in(capacity, Global)
    }

    /// Creates a vector from the parts that [`into_raw_parts`](Self::into_raw_parts) of this type or of std's `Vec`
    /// returns.
    ///
    /// # Safety
    ///
    /// Same as [`from_raw_parts_in`](Self::from_raw_parts_in), with the registered default as the allocator.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Global, collections::Vec, vec_in};
    ///
    /// let (start, length, capacity) = vec_in![in Global; 1, 2, 3].into_raw_parts();
    /// // SAFETY: these are the parts of one vector.
    /// assert_eq!(unsafe { Vec::from_raw_parts(start, length, capacity) }, [1, 2, 3]);
    /// ```
    #[inline]
    pub unsafe fn from_raw_parts(start: *mut T, length: usize, capacity: usize) -> Self {
        // SAFETY: by `# Safety` of this fn, which is the same.
        unsafe { Self::from_raw_parts_in(start, length, capacity, Global) }
    }

    /// Returns the address of the elements, their number and the capacity. The caller has to free the block.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::Vec;
    ///
    /// let (start, length, capacity) = Vec::from([1, 2, 3]).into_raw_parts();
    /// // SAFETY: these are the parts of one vector.
    /// drop(unsafe { Vec::from_raw_parts(start, length, capacity) });
    /// ```
    #[inline]
    #[must_use = "the block is leaked if the parts are dropped"]
    pub fn into_raw_parts(self) -> (*mut T, usize, usize) {
        let (start, length, capacity, Global) = self.into_raw_parts_with_allocator();
        (start, length, capacity)
    }
}

impl<T, A: Allocator> Vec<T, A> {
    /// Creates an empty vector in `allocator`, without allocating.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::Vec};
    ///
    /// let numbers: Vec<u64, System> = const { Vec::new_in(System) };
    /// assert!(numbers.is_empty());
    /// ```
    #[inline]
    #[must_use]
    pub const fn new_in(allocator: A) -> Self {
        Self { buffer: RawBuffer::new_in(allocator), length: 0 }
    }

    /// Creates an empty vector in `allocator`, with room for `capacity` elements.
    ///
    /// # Panics
    ///
    /// Panics if the elements need more than `isize::MAX` bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Arena, collections::Vec};
    ///
    /// let arena = Arena::new();
    /// let mut numbers = Vec::with_capacity_in(3, &arena);
    /// let start = numbers.as_ptr();
    /// numbers.extend([1, 2, 3]);
    /// assert_eq!(numbers.as_ptr(), start);
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
    /// use janus_alloc::{Null, collections::Vec};
    ///
    /// assert!(Vec::<u8, _>::try_with_capacity_in(1, Null).is_err());
    /// assert!(Vec::<u8, _>::try_with_capacity_in(0, Null).is_ok());
    /// ```
    #[inline]
    pub fn try_with_capacity_in(capacity: usize, allocator: A) -> Result<Self, TryReserveError> {
        Self::with_room::<Return>(capacity, allocator)
    }

    #[inline]
    #[track_caller]
    fn with_room<F: OnFailure>(capacity: usize, allocator: A) -> Result<Self, F::Error> {
        Ok(Self { buffer: RawBuffer::with_capacity_in::<F>(capacity, Contents::Uninit, allocator)?, length: 0 })
    }

    /// Creates a vector from the parts that [`into_raw_parts_with_allocator`](Self::into_raw_parts_with_allocator)
    /// returns, or from any block of the allocator.
    ///
    /// # Safety
    ///
    /// 1. `start` is not null, and aligned for `T`.
    /// 2. Unless `T` is zero-sized or `capacity` is 0, `start` is a live block of `allocator` that the layout of
    ///    `[T; capacity]` fits, and nothing else uses or frees it.
    /// 3. The first `length` elements are initialised. If `T` is not zero-sized, `length` is at most `capacity`.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::Vec, vec_in};
    ///
    /// let (start, length, capacity, allocator) = vec_in![in System; 1, 2, 3].into_raw_parts_with_allocator();
    /// // SAFETY: these are the parts of one vector.
    /// assert_eq!(unsafe { Vec::from_raw_parts_in(start, length, capacity, allocator) }, [1, 2, 3]);
    /// ```
    #[inline]
    pub unsafe fn from_raw_parts_in(start: *mut T, length: usize, capacity: usize, allocator: A) -> Self {
        debug_assert!(size_of::<T>() == 0 || length <= capacity, "length exceeds capacity");
        // SAFETY: `start` is not null by `# Safety` (1).
        let start = unsafe { NonNull::new_unchecked(start) };
        // SAFETY: by `# Safety` (1) and (2).
        let buffer = unsafe { RawBuffer::from_parts(start, capacity, allocator) };
        Self { buffer, length }
    }

    /// Returns the address of the elements, their number, the capacity and the allocator. The caller has to free the
    /// block.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::Vec, vec_in};
    ///
    /// let (start, length, capacity, allocator) = vec_in![in System; 1, 2, 3].into_raw_parts_with_allocator();
    /// // SAFETY: these are the parts of one vector.
    /// drop(unsafe { Vec::from_raw_parts_in(start, length, capacity, allocator) });
    /// ```
    #[inline]
    #[must_use = "the block is leaked if the parts are dropped"]
    pub fn into_raw_parts_with_allocator(self) -> (*mut T, usize, usize, A) {
        let length = self.length;
        let (start, capacity, allocator) = self.into_buffer().into_parts();
        (start.as_ptr(), length, capacity, allocator)
    }

    /// Returns the buffer without dropping the elements.
    #[inline]
    fn into_buffer(self) -> RawBuffer<T, A> {
        let this = ManuallyDrop::new(self);
        // SAFETY: `this` is not used again, so the buffer is moved out once.
        unsafe { (&raw const this.buffer).read() }
    }

    /// Returns a reference to the allocator.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Stats, System, collections::Vec};
    ///
    /// let numbers = Vec::<u64, _>::with_capacity_in(2, Stats::new(System));
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
    /// use janus_alloc::collections::Vec;
    ///
    /// assert_eq!(Vec::<u64>::with_capacity(10).capacity(), 10);
    /// assert_eq!(Vec::<()>::new().capacity(), usize::MAX);
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
    /// assert_eq!(janus_alloc::collections::Vec::from([1, 2, 3]).len(), 3);
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
    /// assert!(janus_alloc::collections::Vec::<u8>::new().is_empty());
    /// ```
    #[inline]
    pub const fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Sets the length, without dropping or initialising elements.
    ///
    /// # Safety
    ///
    /// 1. `length` is at most the capacity.
    /// 2. The first `length` elements are initialised.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::Vec;
    ///
    /// let mut bytes = Vec::<u8>::with_capacity(3);
    /// bytes.spare_capacity_mut()[..2].iter_mut().for_each(|byte| { byte.write(7); });
    /// // SAFETY: two elements were written just now.
    /// unsafe { bytes.set_len(2) };
    /// assert_eq!(bytes, [7, 7]);
    /// ```
    #[inline]
    pub unsafe fn set_len(&mut self, length: usize) {
        debug_assert!(length <= self.capacity(), "length exceeds capacity");
        self.length = length;
    }

    /// Returns the elements as a slice.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(janus_alloc::collections::Vec::from([1, 2]).as_slice(), &[1, 2]);
    /// ```
    #[inline]
    pub const fn as_slice(&self) -> &[T] {
        // SAFETY: by invariant 2 the first `length` elements are initialised.
        unsafe { slice::from_raw_parts(self.as_ptr(), self.length) }
    }

    /// Returns the elements as a mutable slice.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::Vec::from([2, 1]);
    /// numbers.as_mut_slice().sort();
    /// assert_eq!(numbers, [1, 2]);
    /// ```
    #[inline]
    pub const fn as_mut_slice(&mut self) -> &mut [T] {
        // SAFETY: by invariant 2 the first `length` elements are initialised, and the slice borrows the vector.
        unsafe { slice::from_raw_parts_mut(self.as_mut_ptr(), self.length) }
    }

    /// Returns the address of the first element. It is dangling but aligned if the vector has no block.
    ///
    /// The address is valid until the vector reallocates. The elements may be read through it while nothing else
    /// modifies them.
    ///
    /// # Examples
    ///
    /// ```
    /// let numbers = janus_alloc::collections::Vec::from([1, 2]);
    /// // SAFETY: there are two elements.
    /// assert_eq!(unsafe { *numbers.as_ptr().add(1) }, 2);
    /// ```
    #[inline]
    pub const fn as_ptr(&self) -> *const T {
        self.buffer.start().as_ptr()
    }

    /// Returns the address of the first element for writing. Otherwise it is like [`as_ptr`](Self::as_ptr).
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::Vec::from([1, 2]);
    /// // SAFETY: there are two elements.
    /// unsafe { *numbers.as_mut_ptr() = 7 };
    /// assert_eq!(numbers, [7, 2]);
    /// ```
    #[inline]
    pub const fn as_mut_ptr(&mut self) -> *mut T {
        self.buffer.start().as_ptr()
    }

    /// Returns the unused capacity after the elements. Initialise places from its start, then call
    /// [`set_len`](Self::set_len).
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::Vec;
    ///
    /// let mut numbers = Vec::with_capacity(10);
    /// numbers.spare_capacity_mut()[0].write(7);
    /// // SAFETY: the first element is initialised.
    /// unsafe { numbers.set_len(1) };
    /// assert_eq!(numbers, [7]);
    /// ```
    #[inline]
    pub fn spare_capacity_mut(&mut self) -> &mut [MaybeUninit<T>] {
        self.split_spare().1
    }

    /// Splits into the length and the unused capacity after the elements.
    #[inline]
    fn split_spare(&mut self) -> (&mut usize, &mut [MaybeUninit<T>]) {
        let spare = self.capacity() - self.length;
        // SAFETY: by invariant 1 the length is at most the capacity.
        let end = unsafe { self.buffer.start().add(self.length) };
        // SAFETY: that many places follow. `MaybeUninit` allows them to be uninitialised, and the slice borrows the
        // vector.
        let spare = unsafe { slice::from_raw_parts_mut(end.as_ptr().cast(), spare) };
        (&mut self.length, spare)
    }

    /// Leaks the vector, and returns its elements for as long as the allocator's memory lives. They are never dropped.
    ///
    /// The unused capacity stays allocated.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Arena, vec_in};
    ///
    /// let arena = Arena::new();
    /// let numbers: &mut [u8] = vec_in![in &arena; 1, 2, 3].leak();
    /// numbers[0] = 7;
    /// assert_eq!(numbers, [7, 2, 3]);
    /// ```
    #[inline]
    pub fn leak<'a>(self) -> &'a mut [T]
    where
        A: 'a,
    {
        let mut this = ManuallyDrop::new(self);
        // SAFETY: by invariant 2 the first `length` elements are initialised, and nothing else reaches them, since the
        // vector is forgotten. By rule 9 of `api` the block lives until the allocator is dropped or changed, or a
        // lifetime in its type ends: the forgotten allocator is neither dropped nor mutated, and `A: 'a`.
        unsafe { slice::from_raw_parts_mut(this.as_mut_ptr(), this.length) }
    }
}

impl<T, A: Allocator> Drop for Vec<T, A> {
    #[inline]
    fn drop(&mut self) {
        // The buffer is freed after this, also if the drop of an element unwinds.
        // SAFETY: by invariant 2 they are initialised, and they are not used again.
        unsafe { (&raw mut *self.as_mut_slice()).drop_in_place() };
    }
}

impl<T: fmt::Debug, A: Allocator> fmt::Debug for Vec<T, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_slice(), f)
    }
}
