//! Slices.

use core::mem::MaybeUninit;
use core::ptr::NonNull;

use super::Arena;
use super::failure::{Failure, or_end, or_fail};
use super::growing::Growing;
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
        or_end(self.try_alloc_slice_copy(values), || Layout::for_value(values))
    }

    /// As [`alloc_slice_copy`](Self::alloc_slice_copy).
    ///
    /// # Errors
    ///
    /// The parent has no memory.
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
        let mut block = self.take(Layout::for_value(values)).map(|block| with_count(block, values.len()))?;
        // SAFETY: the block is as long as the values, and disjoint from them, being fresh.
        unsafe { NonNull::from(values).cast::<T>().copy_to_nonoverlapping(block.cast(), values.len()) };
        // SAFETY: the block is initialised now, nobody else's, and lives as long as the arena is borrowed.
        Ok(unsafe { block.as_mut() })
    }

    /// Clones each element of a slice into the arena.
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
        or_fail(self.slice_of(values.iter().cloned()))
    }

    /// As [`alloc_slice_clone`](Self::alloc_slice_clone).
    ///
    /// # Errors
    ///
    /// The parent has no memory.
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
        Ok(self.slice_of(values.iter().cloned())?)
    }

    /// A slice of `length` elements, each `T::default()`.
    ///
    /// # Panics
    ///
    /// No layout is so large.
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
        or_fail(self.slice_of((0..length).map(|_| T::default())))
    }

    /// As [`alloc_slice_default`](Self::alloc_slice_default).
    ///
    /// # Errors
    ///
    /// The parent has no memory, or no layout is so large. No element is made.
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
        Ok(self.slice_of((0..length).map(|_| T::default()))?)
    }

    /// A slice of `length` elements, each what `value` returns for its index.
    ///
    /// # Panics
    ///
    /// No layout is so large.
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
        or_fail(self.slice_of((0..length).map(value)))
    }

    /// As [`alloc_slice_fill_with`](Self::alloc_slice_fill_with).
    ///
    /// # Errors
    ///
    /// The parent has no memory, or no layout is so large. `value` is not called.
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
        Ok(self.slice_of((0..length).map(value))?)
    }

    /// A slice of `length` elements, each what `value` returns for its index, if that is `Ok` for all of them. The first `Err`
    /// ends it, and the bytes are free again, unless `value` has itself allocated here.
    ///
    /// # Errors
    ///
    /// That of `value`.
    ///
    /// # Panics
    ///
    /// No layout is so large.
    ///
    /// # Examples
    ///
    /// ```
    /// let arena = janus_alloc::Arena::new();
    /// let fields = ["8", "80", "http"];
    /// let ports = arena.alloc_slice_try_fill_with(2, |n| fields[n].parse::<u16>())?;
    /// assert_eq!(ports, [8, 80]);
    /// assert!(arena.alloc_slice_try_fill_with(3, |n| fields[n].parse::<u16>()).is_err());
    /// assert_eq!(arena.allocated_bytes(), 8); // of the first slice
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
        or_fail(self.slice_if_all(length, value))
    }

    /// As [`alloc_slice_try_fill_with`](Self::alloc_slice_try_fill_with).
    ///
    /// # Errors
    ///
    /// The outer one: the parent has no memory, or no layout is so large, and `value` was not called. The inner one is that of
    /// `value`.
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
        Ok(self.slice_if_all(length, value)?)
    }

    #[inline]
    fn slice_if_all<T, E>(
        &self,
        length: usize,
        mut value: impl FnMut(usize) -> Result<T, E>,
    ) -> Result<Result<&mut [T], E>, Failure> {
        let mut slice = Growing::with_capacity(self, length)?;
        for index in 0..length {
            match value(index) {
                Ok(value) => slice.push(value)?,
                Err(error) => return Ok(Err(error)),
            }
        }
        slice.finish().map(Ok)
    }

    /// A slice of what an iterator yields, which need not know how much that is. It may itself allocate here: then the slice is
    /// copied when it has to grow.
    ///
    /// The least that the iterator's `size_hint` promises is allocated before the first element is asked for, as
    /// `Vec::extend` does.
    ///
    /// # Panics
    ///
    /// No layout is so large, or none for as many elements as the iterator's `size_hint` promises.
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
        or_fail(self.slice_of(values))
    }

    /// As [`alloc_slice_fill_iter`](Self::alloc_slice_fill_iter).
    ///
    /// # Errors
    ///
    /// The parent has no memory, perhaps only after some elements; they are gone. Or no layout is so large.
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
        Ok(self.slice_of(values)?)
    }

    #[inline]
    fn slice_of<T>(&self, values: impl IntoIterator<Item = T>) -> Result<&mut [T], Failure> {
        let values = values.into_iter();
        let mut slice = Growing::with_capacity(self, values.size_hint().0)?;
        for value in values {
            slice.push(value)?;
        }
        slice.finish()
    }

    /// Places for `length` elements, to be written later.
    ///
    /// # Panics
    ///
    /// No layout is so large.
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
        or_fail(self.slice_of_places(length))
    }

    /// As [`alloc_slice_uninit`](Self::alloc_slice_uninit).
    ///
    /// # Errors
    ///
    /// The parent has no memory, or no layout is so large.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(janus_alloc::Arena::new().try_alloc_slice_uninit::<u64>(usize::MAX).is_err());
    /// ```
    #[inline]
    pub fn try_alloc_slice_uninit<T>(&self, length: usize) -> Result<&mut [MaybeUninit<T>], AllocError> {
        Ok(self.slice_of_places(length)?)
    }

    #[inline]
    fn slice_of_places<T>(&self, length: usize) -> Result<&mut [MaybeUninit<T>], Failure> {
        let layout = Layout::array::<T>(length).map_err(|_| Failure::CapacityOverflow)?;
        let block = self.take(layout).map_err(|AllocError| Failure::NoMemory(layout))?;
        // SAFETY: the block is aligned and long enough, nobody else's, and lives as long as the arena is borrowed.
        Ok(unsafe { with_count(block, length).as_mut() })
    }
}

fn with_count<T>(block: NonNull<u8>, count: usize) -> NonNull<[T]> {
    NonNull::slice_from_raw_parts(block.cast(), count)
}
