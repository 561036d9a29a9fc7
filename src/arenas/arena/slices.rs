//! Slices and strings.

use core::ffi::CStr;
use core::fmt;
use core::mem::MaybeUninit;
use core::ptr::NonNull;

use super::Arena;
use super::growing::Growing;
use super::values::{NotDropped, or_end};
use crate::api::{AllocError, Allocator, Layout};

/// The layout to report when there is no memory for it, or no layout that large.
fn layout_of<T>(length: usize) -> impl FnOnce() -> Layout {
    move || Layout::array::<T>(length).unwrap_or(Layout::new::<T>())
}

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
        or_end(self.try_alloc_slice_copy(values), layout_of::<T>(values.len()))
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
        let () = NotDropped::<T>::IS_FINE;
        or_end(self.try_alloc_slice_clone(values), layout_of::<T>(values.len()))
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
        let () = NotDropped::<T>::IS_FINE;
        self.try_alloc_slice_fill_iter(values.iter().cloned())
    }

    /// A slice of `length` elements, each what `value` returns for its index.
    ///
    /// # Examples
    ///
    /// ```
    /// let arena = janus_alloc::Arena::new();
    /// assert_eq!(arena.alloc_slice_fill_with(4, |n| n * n), [0, 1, 4, 9]);
    /// ```
    #[inline]
    pub fn alloc_slice_fill_with<T>(&self, length: usize, value: impl FnMut(usize) -> T) -> &mut [T] {
        let () = NotDropped::<T>::IS_FINE;
        or_end(self.try_alloc_slice_fill_with(length, value), layout_of::<T>(length))
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
        let () = NotDropped::<T>::IS_FINE;
        self.try_alloc_slice_fill_iter((0..length).map(value))
    }

    /// A slice of what an iterator yields, which need not know how much that is. It may itself allocate here: then the slice is
    /// copied when it has to grow.
    ///
    /// # Examples
    ///
    /// ```
    /// let arena = janus_alloc::Arena::new();
    /// let words = arena.alloc_slice_fill_iter("any iterator will do".split(' ').filter(|word| word.len() > 3));
    /// assert_eq!(words, ["iterator", "will"]);
    /// ```
    #[inline]
    pub fn alloc_slice_fill_iter<T>(&self, values: impl IntoIterator<Item = T>) -> &mut [T] {
        let () = NotDropped::<T>::IS_FINE;
        let values = values.into_iter();
        let least = values.size_hint().0;
        or_end(self.try_alloc_slice_fill_iter(values), layout_of::<T>(least))
    }

    /// As [`alloc_slice_fill_iter`](Self::alloc_slice_fill_iter).
    ///
    /// # Errors
    ///
    /// The parent has no memory, perhaps only after some elements; they are gone.
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
        let () = NotDropped::<T>::IS_FINE;
        let values = values.into_iter();
        let mut slice = Growing::with_capacity(self, values.size_hint().0)?;
        for value in values {
            slice.push(value)?;
        }
        slice.finish()
    }

    /// Places for `length` elements, to be written later.
    ///
    /// # Examples
    ///
    /// ```
    /// let arena = janus_alloc::Arena::new();
    /// let places = arena.alloc_slice_uninit::<u8>(16);
    /// places[3].write(1);
    /// ```
    #[inline]
    pub fn alloc_slice_uninit<T>(&self, length: usize) -> &mut [MaybeUninit<T>] {
        or_end(self.try_alloc_slice_uninit(length), layout_of::<T>(length))
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
        let block = self.take(Layout::array::<T>(length).map_err(|_| AllocError)?)?;
        // SAFETY: the block is aligned and long enough, nobody else's, and lives as long as the arena is borrowed.
        Ok(unsafe { with_count(block, length).as_mut() })
    }

    /// Copies a string into the arena.
    ///
    /// # Examples
    ///
    /// ```
    /// let arena = janus_alloc::Arena::new();
    /// assert_eq!(arena.alloc_str("janus"), "janus");
    /// ```
    #[inline]
    pub fn alloc_str(&self, text: &str) -> &mut str {
        or_end(self.try_alloc_str(text), layout_of::<u8>(text.len()))
    }

    /// As [`alloc_str`](Self::alloc_str).
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
    /// assert!(Arena::new_in(Null).try_alloc_str("janus").is_err());
    /// ```
    #[inline]
    pub fn try_alloc_str(&self, text: &str) -> Result<&mut str, AllocError> {
        let bytes = self.try_alloc_slice_copy(text.as_bytes())?;
        // SAFETY: they were copied from a `str`.
        Ok(unsafe { core::str::from_utf8_unchecked_mut(bytes) })
    }

    /// Formats into the arena, as `format!` does into a `String`, without a `String` between.
    ///
    /// # Panics
    ///
    /// A `Display` or the like returns an error although writing succeeded; as `format!` does.
    ///
    /// # Examples
    ///
    /// ```
    /// let arena = janus_alloc::Arena::new();
    /// assert_eq!(arena.alloc_fmt(format_args!("{} + {}", 1, 2)), "1 + 2");
    /// ```
    #[inline]
    pub fn alloc_fmt(&self, arguments: fmt::Arguments<'_>) -> &mut str {
        or_end(self.try_alloc_fmt(arguments), layout_of::<u8>(1))
    }

    /// As [`alloc_fmt`](Self::alloc_fmt).
    ///
    /// # Errors
    ///
    /// The parent has no memory.
    ///
    /// # Panics
    ///
    /// As [`alloc_fmt`](Self::alloc_fmt).
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Arena, Null};
    ///
    /// assert!(Arena::new_in(Null).try_alloc_fmt(format_args!("{}", 1)).is_err());
    /// ```
    pub fn try_alloc_fmt(&self, arguments: fmt::Arguments<'_>) -> Result<&mut str, AllocError> {
        if let Some(text) = arguments.as_str() {
            return self.try_alloc_str(text);
        }
        let mut text = Text { bytes: Growing::with_capacity(self, 0)?, failed: false };
        let written = fmt::write(&mut text, arguments);
        if text.failed {
            return Err(AllocError);
        }
        written.expect("a formatting trait implementation returned an error although the memory was there");
        let bytes = text.bytes.finish()?;
        // SAFETY: `str`s were written one after the other.
        Ok(unsafe { core::str::from_utf8_unchecked_mut(bytes) })
    }

    /// Copies a C string into the arena, with its end.
    ///
    /// # Examples
    ///
    /// ```
    /// let arena = janus_alloc::Arena::new();
    /// assert_eq!(arena.alloc_cstr(c"for C").to_bytes_with_nul(), b"for C\0");
    /// ```
    #[inline]
    pub fn alloc_cstr(&self, text: &CStr) -> &CStr {
        or_end(self.try_alloc_cstr(text), layout_of::<u8>(text.count_bytes() + 1))
    }

    /// As [`alloc_cstr`](Self::alloc_cstr).
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
    /// assert!(Arena::new_in(Null).try_alloc_cstr(c"for C").is_err());
    /// ```
    #[inline]
    pub fn try_alloc_cstr(&self, text: &CStr) -> Result<&CStr, AllocError> {
        let bytes = self.try_alloc_slice_copy(text.to_bytes_with_nul())?;
        // SAFETY: they were copied from a `CStr`.
        Ok(unsafe { CStr::from_bytes_with_nul_unchecked(bytes) })
    }
}

fn with_count<T>(block: NonNull<u8>, count: usize) -> NonNull<[T]> {
    NonNull::slice_from_raw_parts(block.cast(), count)
}

/// What is being formatted.
struct Text<'a, A: Allocator, const MIN_ALIGN: usize> {
    bytes: Growing<'a, u8, A, MIN_ALIGN>,
    /// For want of memory.
    failed: bool,
}

impl<A: Allocator, const MIN_ALIGN: usize> fmt::Write for Text<'_, A, MIN_ALIGN> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.bytes.extend_from_slice(text.as_bytes()).map_err(|AllocError| {
            self.failed = true;
            fmt::Error
        })
    }
}
