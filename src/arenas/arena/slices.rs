//! Methods of `Arena` that place slices.

use core::mem::MaybeUninit;
use core::ptr::NonNull;

use super::Arena;
use super::failure::{Failure, unwrap_or_abort, unwrap_or_fail};
use super::growing_slice::GrowingSlice;
use super::values::require_no_drop;
use crate::api::{AllocError, Allocator, Layout};

#[expect(clippy::mut_from_ref, reason = "each call returns another block")]
impl<A: Allocator, const MIN_ALIGN: usize> Arena<A, MIN_ALIGN> {
    /// Copies a slice into the arena.
    ///
    /// # Examples
    ///
    /// ```
    /// let arena = janus_alloc::Arena::new();
    /// let primes = arena.alloc_slice_copy(&[2, 3, 5]);
    /// primes[0] = 7;
    /// assert_eq!(primes, [7, 3, 5]);
    /// ```
    #[inline]
    pub fn alloc_slice_copy<T: Copy>(&self, values: &[T]) -> &mut [T] {
        unwrap_or_abort(self.try_alloc_slice_copy(values), || Layout::for_value(values))
    }

    /// Copies a slice into the arena like [`alloc_slice_copy`](Self::alloc_slice_copy), but returns an error if there is no memory.
    ///
    /// # Errors
    ///
    /// Returns an error if the parent has no memory.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Arena, Null};
    ///
    /// assert!(Arena::new_in(Null).try_alloc_slice_copy(&[1]).is_err());
    /// ```
    #[inline]
    pub fn try_alloc_slice_copy<T: Copy>(&self, values: &[T]) -> Result<&mut [T], AllocError> {
        let mut block = self.allocate_block(Layout::for_value(values)).map(|block| slice_at(block, values.len()))?;
        // SAFETY: the block has room for the values, and is disjoint from them, because it is fresh.
        unsafe { NonNull::from(values).cast::<T>().copy_to_nonoverlapping(block.cast(), values.len()) };
        // SAFETY: the block is initialised now. Nothing else uses it, and it stays valid as long as the arena is borrowed.
        Ok(unsafe { block.as_mut() })
    }

    /// Clones the elements of a slice into the arena.
    ///
    /// # Examples
    ///
    /// ```
    /// let arena = janus_alloc::Arena::new();
    /// assert_eq!(arena.alloc_slice_clone(&[Some(1..2), None]), [Some(1..2), None]);
    /// ```
    #[inline]
    pub fn alloc_slice_clone<T: Clone>(&self, values: &[T]) -> &mut [T] {
        const { require_no_drop::<T>() };
        unwrap_or_fail(self.collect_slice(values.iter().cloned()))
    }

    /// Clones a slice into the arena like [`alloc_slice_clone`](Self::alloc_slice_clone), but returns an error if there is no memory.
    ///
    /// # Errors
    ///
    /// Returns an error if the parent has no memory.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Arena, Null};
    ///
    /// assert!(Arena::new_in(Null).try_alloc_slice_clone(&[Some(1)]).is_err());
    /// ```
    #[inline]
    pub fn try_alloc_slice_clone<T: Clone>(&self, values: &[T]) -> Result<&mut [T], AllocError> {
        const { require_no_drop::<T>() };
        Ok(self.collect_slice(values.iter().cloned())?)
    }

    /// Creates a slice of `length` elements, each `T::default()`.
    ///
    /// # Panics
    ///
    /// Panics if the slice would exceed `isize::MAX` bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// let arena = janus_alloc::Arena::new();
    /// let counts = arena.alloc_slice_default::<u32>(3);
    /// counts[1] += 1;
    /// assert_eq!(counts, [0, 1, 0]);
    /// ```
    #[inline]
    #[track_caller]
    pub fn alloc_slice_default<T: Default>(&self, length: usize) -> &mut [T] {
        const { require_no_drop::<T>() };
        unwrap_or_fail(self.collect_slice((0..length).map(|_| T::default())))
    }

    /// Allocates a slice like [`alloc_slice_default`](Self::alloc_slice_default), but returns an error if there is no memory.
    ///
    /// # Errors
    ///
    /// Returns an error if the parent has no memory or the slice would exceed `isize::MAX` bytes. No element is created.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Arena, Null};
    ///
    /// assert!(Arena::new_in(Null).try_alloc_slice_default::<u32>(3).is_err());
    /// ```
    #[inline]
    pub fn try_alloc_slice_default<T: Default>(&self, length: usize) -> Result<&mut [T], AllocError> {
        const { require_no_drop::<T>() };
        Ok(self.collect_slice((0..length).map(|_| T::default()))?)
    }

    /// Creates a slice of `length` elements by calling `value` with each index.
    ///
    /// # Panics
    ///
    /// Panics if the slice would exceed `isize::MAX` bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// let arena = janus_alloc::Arena::new();
    /// assert_eq!(arena.alloc_slice_fill_with(4, |n| n * n), [0, 1, 4, 9]);
    /// ```
    #[inline]
    #[track_caller]
    pub fn alloc_slice_fill_with<T>(&self, length: usize, value: impl FnMut(usize) -> T) -> &mut [T] {
        const { require_no_drop::<T>() };
        unwrap_or_fail(self.collect_slice((0..length).map(value)))
    }

    /// Allocates a slice like [`alloc_slice_fill_with`](Self::alloc_slice_fill_with), but returns an error if there is no memory.
    ///
    /// # Errors
    ///
    /// Returns an error if the parent has no memory or the slice would exceed `isize::MAX` bytes. `value` is not called.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(janus_alloc::Arena::new().try_alloc_slice_fill_with(usize::MAX, |n| n).is_err());
    /// ```
    #[inline]
    pub fn try_alloc_slice_fill_with<T>(
        &self,
        length: usize,
        value: impl FnMut(usize) -> T,
    ) -> Result<&mut [T], AllocError> {
        const { require_no_drop::<T>() };
        Ok(self.collect_slice((0..length).map(value))?)
    }

    /// Creates a slice of `length` elements by calling `value` with each index, if all calls return `Ok`. At the first `Err` it stops
    /// and frees the bytes, unless `value` has itself allocated in this arena.
    ///
    /// # Errors
    ///
    /// Returns the error of `value`.
    ///
    /// # Panics
    ///
    /// Panics if the slice would exceed `isize::MAX` bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// let arena = janus_alloc::Arena::new();
    /// let fields = ["8", "80", "http"];
    /// let ports = arena.alloc_slice_try_fill_with(2, |n| fields[n].parse::<u16>())?;
    /// assert_eq!(ports, [8, 80]);
    /// assert!(arena.alloc_slice_try_fill_with(3, |n| fields[n].parse::<u16>()).is_err());
    /// assert_eq!(arena.allocated_bytes(), 8); // the first slice
    /// # Ok::<(), std::num::ParseIntError>(())
    /// ```
    #[inline]
    #[track_caller]
    pub fn alloc_slice_try_fill_with<T, E>(
        &self,
        length: usize,
        value: impl FnMut(usize) -> Result<T, E>,
    ) -> Result<&mut [T], E> {
        const { require_no_drop::<T>() };
        unwrap_or_fail(self.collect_slice_if_ok(length, value))
    }

    /// Allocates a slice like [`alloc_slice_try_fill_with`](Self::alloc_slice_try_fill_with), but returns an error if there is no memory.
    ///
    /// # Errors
    ///
    /// The outer error means that the parent has no memory or the slice would exceed `isize::MAX` bytes; `value` was not called. The
    /// inner error is that of `value`.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Arena, Null};
    ///
    /// assert!(Arena::new_in(Null).try_alloc_slice_try_fill_with(9, |n| u8::try_from(n)).is_err());
    /// assert!(matches!(Arena::new().try_alloc_slice_try_fill_with(999, |n| u8::try_from(n)), Ok(Err(_))));
    /// ```
    #[inline]
    pub fn try_alloc_slice_try_fill_with<T, E>(
        &self,
        length: usize,
        value: impl FnMut(usize) -> Result<T, E>,
    ) -> Result<Result<&mut [T], E>, AllocError> {
        const { require_no_drop::<T>() };
        Ok(self.collect_slice_if_ok(length, value)?)
    }

    #[inline]
    fn collect_slice_if_ok<T, E>(
        &self,
        length: usize,
        mut value: impl FnMut(usize) -> Result<T, E>,
    ) -> Result<Result<&mut [T], E>, Failure> {
        let mut slice = GrowingSlice::with_capacity(self, length)?;
        for index in 0..length {
            match value(index) {
                Ok(value) => slice.push(value)?,
                Err(error) => return Ok(Err(error)),
            }
        }
        slice.finish().map(Ok)
    }

    /// Collects an iterator of any length into a slice. The iterator may itself allocate in this arena; the slice then moves when it
    /// has to grow.
    ///
    /// The lower bound of the iterator's `size_hint` is allocated before the first call of `next`, as `Vec::extend` does.
    ///
    /// # Panics
    ///
    /// Panics if the slice, or the lower bound of the iterator's `size_hint`, would exceed `isize::MAX` bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// let arena = janus_alloc::Arena::new();
    /// let words = arena.alloc_slice_fill_iter("any iterator will do".split(' ').filter(|word| word.len() > 3));
    /// assert_eq!(words, ["iterator", "will"]);
    /// ```
    #[inline]
    #[track_caller]
    pub fn alloc_slice_fill_iter<T>(&self, values: impl IntoIterator<Item = T>) -> &mut [T] {
        const { require_no_drop::<T>() };
        unwrap_or_fail(self.collect_slice(values))
    }

    /// Allocates a slice like [`alloc_slice_fill_iter`](Self::alloc_slice_fill_iter), but returns an error if there is no memory.
    ///
    /// # Errors
    ///
    /// Returns an error if the parent has no memory, or if the slice or the lower bound of the `size_hint` would exceed `isize::MAX`
    /// bytes. The elements collected so far are lost.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Arena, Null};
    ///
    /// assert!(Arena::new_in(Null).try_alloc_slice_fill_iter(1..9).is_err());
    /// ```
    #[inline]
    pub fn try_alloc_slice_fill_iter<T>(&self, values: impl IntoIterator<Item = T>) -> Result<&mut [T], AllocError> {
        const { require_no_drop::<T>() };
        Ok(self.collect_slice(values)?)
    }

    #[inline]
    fn collect_slice<T>(&self, values: impl IntoIterator<Item = T>) -> Result<&mut [T], Failure> {
        let values = values.into_iter();
        let mut slice = GrowingSlice::with_capacity(self, values.size_hint().0)?;
        for value in values {
            slice.push(value)?;
        }
        slice.finish()
    }

    /// Creates an uninitialised slice of `length` elements, to be written later.
    ///
    /// # Panics
    ///
    /// Panics if the slice would exceed `isize::MAX` bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// let arena = janus_alloc::Arena::new();
    /// let places = arena.alloc_slice_uninit::<u8>(16);
    /// places[3].write(1);
    /// ```
    #[inline]
    #[track_caller]
    pub fn alloc_slice_uninit<T>(&self, length: usize) -> &mut [MaybeUninit<T>] {
        unwrap_or_fail(self.allocate_uninit_slice(length))
    }

    /// Allocates a slice like [`alloc_slice_uninit`](Self::alloc_slice_uninit), but returns an error if there is no memory.
    ///
    /// # Errors
    ///
    /// Returns an error if the parent has no memory or the slice would exceed `isize::MAX` bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(janus_alloc::Arena::new().try_alloc_slice_uninit::<u64>(usize::MAX).is_err());
    /// ```
    #[inline]
    pub fn try_alloc_slice_uninit<T>(&self, length: usize) -> Result<&mut [MaybeUninit<T>], AllocError> {
        Ok(self.allocate_uninit_slice(length)?)
    }

    #[inline]
    fn allocate_uninit_slice<T>(&self, length: usize) -> Result<&mut [MaybeUninit<T>], Failure> {
        let layout = Layout::array::<T>(length).map_err(|_| Failure::CapacityOverflow)?;
        let block = self.allocate_block(layout).map_err(|AllocError| Failure::NoMemory(layout))?;
        // SAFETY: the block is aligned and large enough. Nothing else uses it, and it stays valid as long as the arena is borrowed.
        Ok(unsafe { slice_at(block, length).as_mut() })
    }
}

fn slice_at<T>(block: NonNull<u8>, length: usize) -> NonNull<[T]> {
    NonNull::slice_from_raw_parts(block.cast(), length)
}
