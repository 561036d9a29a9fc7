//! Conversions into a deque in a given allocator. On the default allocator they are std's `From` and `FromIterator`.

use core::mem::ManuallyDrop;

use super::{VecDeque, into_ok};
use crate::api::Allocator;
use crate::collections::error::{OnFailure, Panic, Return, TryReserveError};
use crate::collections::{CloneIn, FromIn, FromIteratorIn, Vec};

impl<T, A: Allocator> VecDeque<T, A> {
    /// Collects the elements of `iter`, in `allocator`. It is [`FromIteratorIn`] without the trait.
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
    /// assert_eq!(VecDeque::from_iter_in(0..4, &arena), [0, 1, 2, 3]);
    /// ```
    #[inline]
    #[track_caller]
    pub fn from_iter_in(iter: impl IntoIterator<Item = T>, allocator: A) -> Self {
        Vec::from_iter_in(iter, allocator).into()
    }

    /// The twin of [`from_iter_in`](Self::from_iter_in) that returns an error.
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
    /// assert!(VecDeque::try_from_iter_in(0..4, Null).is_err());
    /// ```
    #[inline]
    pub fn try_from_iter_in(iter: impl IntoIterator<Item = T>, allocator: A) -> Result<Self, TryReserveError> {
        Vec::try_from_iter_in(iter, allocator).map(Self::from)
    }

    #[inline]
    #[track_caller]
    pub(super) fn from_array<F: OnFailure, const N: usize>(elements: [T; N], allocator: A) -> Result<Self, F::Error> {
        let mut deque = Self::with_room::<F>(N, allocator)?;
        let elements = ManuallyDrop::new(elements);
        // SAFETY: the array is in other memory, and its elements are not used again.
        unsafe { deque.take_all::<F>(elements.as_slice()) }?;
        Ok(deque)
    }

    #[inline]
    #[track_caller]
    fn move_from<F: OnFailure, B: Allocator>(deque: VecDeque<T, B>, allocator: A) -> Result<Self, F::Error> {
        let mut moved = Self::with_room::<F>(deque.length, allocator)?;
        let mut elements = deque.into_iter();
        // SAFETY: `elements` are in another deque. If this succeeds, the next line makes the iterator forget them.
        unsafe { moved.take_parts::<F>(elements.parts()) }?;
        elements.forget_rest();
        Ok(moved)
    }
}

impl<T, A: Allocator> FromIteratorIn<T> for VecDeque<T, A> {
    type Allocator = A;

    #[inline]
    #[track_caller]
    fn from_iter_in<I: IntoIterator<Item = T>>(iter: I, allocator: A) -> Self {
        VecDeque::from_iter_in(iter, allocator)
    }

    #[inline]
    fn try_from_iter_in<I: IntoIterator<Item = T>>(iter: I, allocator: A) -> Result<Self, TryReserveError> {
        VecDeque::try_from_iter_in(iter, allocator)
    }
}

impl<T, A: Allocator, const N: usize> FromIn<[T; N]> for VecDeque<T, A> {
    type Allocator = A;

    #[inline]
    #[track_caller]
    fn from_in(elements: [T; N], allocator: A) -> Self {
        into_ok(Self::from_array::<Panic, N>(elements, allocator))
    }

    #[inline]
    fn try_from_in(elements: [T; N], allocator: A) -> Result<Self, TryReserveError> {
        Self::from_array::<Return, N>(elements, allocator)
    }
}

impl<T, B: Allocator, A: Allocator> FromIn<VecDeque<T, B>> for VecDeque<T, A> {
    type Allocator = A;

    #[inline]
    #[track_caller]
    fn from_in(deque: VecDeque<T, B>, allocator: A) -> Self {
        into_ok(Self::move_from::<Panic, B>(deque, allocator))
    }

    #[inline]
    fn try_from_in(deque: VecDeque<T, B>, allocator: A) -> Result<Self, TryReserveError> {
        Self::move_from::<Return, B>(deque, allocator)
    }
}

impl<T, A: Allocator> FromIn<alloc::collections::VecDeque<T>> for VecDeque<T, A> {
    type Allocator = A;

    #[inline]
    #[track_caller]
    fn from_in(deque: alloc::collections::VecDeque<T>, allocator: A) -> Self {
        Self::from_in(VecDeque::from(deque), allocator)
    }

    #[inline]
    fn try_from_in(deque: alloc::collections::VecDeque<T>, allocator: A) -> Result<Self, TryReserveError> {
        Self::try_from_in(VecDeque::from(deque), allocator)
    }
}

impl<T, B: Allocator, A: Allocator> FromIn<Vec<T, B>> for VecDeque<T, A> {
    type Allocator = A;

    #[inline]
    #[track_caller]
    fn from_in(vec: Vec<T, B>, allocator: A) -> Self {
        Vec::from_in(vec, allocator).into()
    }

    #[inline]
    fn try_from_in(vec: Vec<T, B>, allocator: A) -> Result<Self, TryReserveError> {
        Vec::try_from_in(vec, allocator).map(Self::from)
    }
}

impl<T: CloneIn<B>, A: Allocator, B: Allocator + Clone> CloneIn<B> for VecDeque<T, A> {
    type Cloned = VecDeque<T::Cloned, B>;

    fn try_clone_in(&self, allocator: B) -> Result<Self::Cloned, TryReserveError> {
        let mut cloned = VecDeque::try_with_capacity_in(self.len(), allocator.clone())?;
        for element in self {
            cloned.try_push_back(element.try_clone_in(allocator.clone())?)?;
        }
        Ok(cloned)
    }
}
