//! [`Vec`], a growing array in an allocator, and what its methods return.
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

use super::block::Contents;
use super::error::{OnFailure, Panic, Return, TryReserveError, sure};
use super::raw_buffer::RawBuffer;
use crate::api::{Allocator, Global};

pub use drain::Drain;
pub(super) use extend::clone_into;
pub use extract_if::ExtractIf;
pub use from_elem::Zeroable;
#[doc(hidden)]
pub use from_elem::{from_elem_in, try_from_elem_in};
pub use into_iter::IntoIter;
pub use splice::Splice;

/// A growing array in an allocator: `Vec<T>` of std for every [`Allocator`], on stable Rust.
///
/// Methods, growth, panics, drop order, auto traits and variance are those of [`std::vec::Vec`] in Rust 1.95, and it
/// dereferences to a slice. In addition:
///
/// * `new_in`, `with_capacity_in` and `from_raw_parts_in` take the allocator; [`allocator`](Self::allocator) lends it.
/// * Each method that may allocate has a `try_` twin, which returns a [`TryReserveError`] where the method would panic or end
///   the process.
/// * Two vectors can be compared whatever their allocators.
/// * It becomes a vector of std or of another generation of allocator-api2 in constant time, and back: see the `From` impls.
///
/// # Cost
///
/// Three words, and the allocator, which takes none if it has size 0. A push where there is room is a comparison and a write.
/// Growth doubles the capacity by [`Allocator::grow`], so a last block of an arena grows where it is. Size 0 never reaches the
/// allocator: neither an empty vector nor one of elements without a size has a block.
///
/// # What differs from std's
///
/// * The elements must outlive the vector: stable Rust has no `may_dangle`, with which a `Vec<&T>` may be dropped after the `T`.
/// * [`sort`](slice::sort) and the other methods of slices that need memory for a moment take it from the registered default.
/// * An iterator that promises a length and gives less may leave more capacity than std would.
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
    /// The first `length` places of `buffer` are initialised, unless a method that borrows the vector says otherwise. At most
    /// the capacity.
    length: usize,
}

impl<T> Vec<T> {
    /// An empty vector on the registered default. It does not allocate.
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

    /// An empty vector on the registered default, with room for `capacity` elements.
    ///
    /// # Panics
    ///
    /// If the elements need more than `isize::MAX` bytes.
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
    /// If the elements need more than `isize::MAX` bytes, or the default refuses.
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

    /// A vector of what [`into_raw_parts`](Self::into_raw_parts) of this vector or of std's returned.
    ///
    /// # Safety
    ///
    /// That of [`from_raw_parts_in`](Self::from_raw_parts_in), the allocator being the registered default.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Global, collections::Vec, vec_in};
    ///
    /// let (start, length, capacity) = vec_in![in Global; 1, 2, 3].into_raw_parts();
    /// // SAFETY: the parts of one vector.
    /// assert_eq!(unsafe { Vec::from_raw_parts(start, length, capacity) }, [1, 2, 3]);
    /// ```
    #[inline]
    pub unsafe fn from_raw_parts(start: *mut T, length: usize, capacity: usize) -> Self {
        // SAFETY: by `# Safety` of this fn.
        unsafe { Self::from_raw_parts_in(start, length, capacity, Global) }
    }

    /// The address of the elements, their number and the capacity. Whoever gets them has to free the block.
    ///
    /// # Examples
    ///
    /// See [`from_raw_parts`](Self::from_raw_parts).
    #[inline]
    #[must_use = "the block is lost"]
    pub fn into_raw_parts(self) -> (*mut T, usize, usize) {
        let (start, length, capacity, Global) = self.into_raw_parts_with_allocator();
        (start, length, capacity)
    }
}

impl<T, A: Allocator> Vec<T, A> {
    /// An empty vector in `allocator`. It does not allocate.
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

    /// An empty vector in `allocator`, with room for `capacity` elements.
    ///
    /// # Panics
    ///
    /// If the elements need more than `isize::MAX` bytes.
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
        sure(Self::with_room::<Panic>(capacity, allocator))
    }

    /// The twin of [`with_capacity_in`](Self::with_capacity_in) that returns an error.
    ///
    /// # Errors
    ///
    /// If the elements need more than `isize::MAX` bytes, or the allocator refuses.
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
        Ok(Self { buffer: RawBuffer::with_capacity_in::<F>(capacity, Contents::Uninitialised, allocator)?, length: 0 })
    }

    /// A vector of what [`into_raw_parts_with_allocator`](Self::into_raw_parts_with_allocator) returned, or of a block that is
    /// one.
    ///
    /// # Safety
    ///
    /// 1. `start` is aligned for `T` and not null. If `T` has a size and `capacity` is not 0, it is a live block of `allocator`
    ///    that the layout of `[T; capacity]` fits, and belongs to nobody else.
    /// 2. The first `length` elements are initialised, and `length` is at most `capacity`.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::Vec, vec_in};
    ///
    /// let (start, length, capacity, allocator) = vec_in![in System; 1, 2, 3].into_raw_parts_with_allocator();
    /// // SAFETY: the parts of one vector.
    /// assert_eq!(unsafe { Vec::from_raw_parts_in(start, length, capacity, allocator) }, [1, 2, 3]);
    /// ```
    #[inline]
    pub unsafe fn from_raw_parts_in(start: *mut T, length: usize, capacity: usize, allocator: A) -> Self {
        debug_assert!(size_of::<T>() == 0 || length <= capacity, "more elements than there is room for");
        // SAFETY: not null by (1).
        let start = unsafe { NonNull::new_unchecked(start) };
        // SAFETY: by (1).
        let buffer = unsafe { RawBuffer::from_parts(start, capacity, allocator) };
        Self { buffer, length }
    }

    /// The address of the elements, their number, the capacity and the allocator. Whoever gets them has to free the block.
    ///
    /// # Examples
    ///
    /// See [`from_raw_parts_in`](Self::from_raw_parts_in).
    #[inline]
    #[must_use = "the block is lost"]
    pub fn into_raw_parts_with_allocator(self) -> (*mut T, usize, usize, A) {
        let length = self.length;
        let (start, capacity, allocator) = self.into_buffer().into_parts();
        (start.as_ptr(), length, capacity, allocator)
    }

    /// The buffer, whose elements are not dropped.
    #[inline]
    fn into_buffer(self) -> RawBuffer<T, A> {
        let this = ManuallyDrop::new(self);
        // SAFETY: `this` is not used again, so the buffer is moved out once.
        unsafe { (&raw const this.buffer).read() }
    }

    /// The allocator.
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

    /// The number of elements there is room for without another block. `usize::MAX` if they have no size.
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

    /// The number of elements.
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

    /// Whether there are no elements.
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

    /// Says how many elements there are.
    ///
    /// # Safety
    ///
    /// `length` is at most the capacity, and so many elements are initialised.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::Vec;
    ///
    /// let mut bytes = Vec::<u8>::with_capacity(3);
    /// bytes.spare_capacity_mut()[..2].iter_mut().for_each(|byte| { byte.write(7); });
    /// // SAFETY: two were written just now.
    /// unsafe { bytes.set_len(2) };
    /// assert_eq!(bytes, [7, 7]);
    /// ```
    #[inline]
    pub unsafe fn set_len(&mut self, length: usize) {
        debug_assert!(length <= self.capacity(), "more elements than there is room for");
        self.length = length;
    }

    /// The elements.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(janus_alloc::collections::Vec::from([1, 2]).as_slice(), &[1, 2]);
    /// ```
    #[inline]
    pub const fn as_slice(&self) -> &[T] {
        // SAFETY: so many elements are initialised.
        unsafe { slice::from_raw_parts(self.as_ptr(), self.length) }
    }

    /// The elements, to be changed.
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
        // SAFETY: so many elements are initialised, and borrowed as the vector is.
        unsafe { slice::from_raw_parts_mut(self.as_mut_ptr(), self.length) }
    }

    /// The address of the first element: dangling, but aligned, if the vector has no block.
    ///
    /// It is that of the elements until the vector reallocates, and may be read through while nothing else changes them.
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

    /// The address of the first element, to write through. Otherwise as [`as_ptr`](Self::as_ptr).
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

    /// The room behind the elements, to be initialised before [`set_len`](Self::set_len).
    ///
    /// # Examples
    ///
    /// See [`set_len`](Self::set_len).
    #[inline]
    pub fn spare_capacity_mut(&mut self) -> &mut [MaybeUninit<T>] {
        self.split_spare().1
    }

    /// The number of elements, and the room behind them.
    #[inline]
    fn split_spare(&mut self) -> (&mut usize, &mut [MaybeUninit<T>]) {
        let spare = self.capacity() - self.length;
        // SAFETY: the length is at most the capacity.
        let end = unsafe { self.buffer.start().add(self.length) };
        // SAFETY: so many places follow, which may be uninitialised, and are borrowed as the vector is.
        let spare = unsafe { slice::from_raw_parts_mut(end.as_ptr().cast(), spare) };
        (&mut self.length, spare)
    }

    /// The elements, for as long as the allocator's memory lives: they are neither dropped nor freed.
    ///
    /// Room behind them stays allocated.
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
        // SAFETY: so many elements are initialised, and nobody else has them, now that the vector is forgotten. The block lives
        // as long as the allocator, which is neither dropped nor reached again, and that is valid for `'a`.
        unsafe { slice::from_raw_parts_mut(this.as_mut_ptr(), this.length) }
    }
}

impl<T, A: Allocator> Drop for Vec<T, A> {
    #[inline]
    fn drop(&mut self) {
        // The buffer is freed behind this, also if an element's drop unwinds.
        // SAFETY: the elements are not used again.
        unsafe { (&raw mut *self.as_mut_slice()).drop_in_place() };
    }
}

impl<T: fmt::Debug, A: Allocator> fmt::Debug for Vec<T, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_slice(), f)
    }
}
