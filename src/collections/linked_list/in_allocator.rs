//! Creating lists in a given allocator.

use super::{LinkedList, OnFailure, Panic, Return, TryReserveError, into_ok};
use crate::api::{Allocator, Global};
use crate::collections::{CloneIn, FromIn, FromIteratorIn};

impl<T, A: Allocator> LinkedList<T, A> {
    /// Creates a list in `allocator` from the elements of `iter`, as [`FromIteratorIn`] does.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Arena, collections::LinkedList};
    ///
    /// let arena = Arena::new();
    /// assert!(LinkedList::from_iter_in(0..4, &arena).into_iter().eq(0..4));
    /// ```
    #[inline]
    #[track_caller]
    pub fn from_iter_in(iter: impl IntoIterator<Item = T>, allocator: A) -> Self {
        into_ok(Self::collect::<Panic>(iter, allocator))
    }

    /// The twin of [`from_iter_in`](Self::from_iter_in) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns an error if the allocator refuses.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Null, collections::LinkedList};
    ///
    /// assert!(LinkedList::try_from_iter_in(0..4, Null).is_err());
    /// ```
    #[inline]
    pub fn try_from_iter_in(iter: impl IntoIterator<Item = T>, allocator: A) -> Result<Self, TryReserveError> {
        Self::collect::<Return>(iter, allocator)
    }

    #[inline]
    #[track_caller]
    fn collect<F: OnFailure>(iter: impl IntoIterator<Item = T>, allocator: A) -> Result<Self, F::Error> {
        let mut list = Self::new_in(allocator);
        list.extend_with::<F>(iter)?;
        Ok(list)
    }
}

impl<T, A: Allocator> FromIteratorIn<T> for LinkedList<T, A> {
    type Allocator = A;

    #[inline]
    #[track_caller]
    fn from_iter_in<I: IntoIterator<Item = T>>(iter: I, allocator: A) -> Self {
        LinkedList::from_iter_in(iter, allocator)
    }

    #[inline]
    fn try_from_iter_in<I: IntoIterator<Item = T>>(iter: I, allocator: A) -> Result<Self, TryReserveError> {
        LinkedList::try_from_iter_in(iter, allocator)
    }
}

impl<T, A: Allocator + Default> FromIterator<T> for LinkedList<T, A> {
    /// Creates a list of the elements, in the default value of the allocator type.
    /// [`collect_in`](crate::collections::CollectIn::collect_in) takes an allocator instead.
    #[inline]
    #[track_caller]
    fn from_iter<I: IntoIterator<Item = T>>(iter: I) -> Self {
        Self::from_iter_in(iter, A::default())
    }
}

impl<T, const N: usize> From<[T; N]> for LinkedList<T> {
    #[track_caller]
    fn from(elements: [T; N]) -> Self {
        Self::from_iter_in(elements, Global)
    }
}

/// Implements `FromIn` by moving the elements of the source.
macro_rules! from_in {
    ($([$($generics:tt)*] $source:ty;)*) => {
        $(
            impl<T, A: Allocator, $($generics)*> FromIn<$source> for LinkedList<T, A> {
                type Allocator = A;

                #[inline]
                #[track_caller]
                fn from_in(elements: $source, allocator: A) -> Self {
                    Self::from_iter_in(elements, allocator)
                }

                #[inline]
                fn try_from_in(elements: $source, allocator: A) -> Result<Self, TryReserveError> {
                    Self::try_from_iter_in(elements, allocator)
                }
            }
        )*
    };
}
from_in! {
    [const N: usize] [T; N];
    [B: Allocator] LinkedList<T, B>;
    [] alloc::collections::LinkedList<T>;
}

impl<T: CloneIn<B>, A: Allocator, B: Allocator + Clone> CloneIn<B> for LinkedList<T, A> {
    type Cloned = LinkedList<T::Cloned, B>;

    fn try_clone_in(&self, allocator: B) -> Result<Self::Cloned, TryReserveError> {
        let mut cloned = LinkedList::new_in(allocator.clone());
        for element in self {
            cloned.try_push_back(element.try_clone_in(allocator.clone())?)?;
        }
        Ok(cloned)
    }
}
