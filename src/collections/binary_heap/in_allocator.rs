//! Creating heaps in a given allocator.

use super::BinaryHeap;
use crate::api::Allocator;
use crate::collections::error::TryReserveError;
use crate::collections::{CloneIn, FromIn, FromIteratorIn, Vec};

impl<T: Ord, A: Allocator> BinaryHeap<T, A> {
    /// Creates a heap in `allocator` from the elements of `iter`, as [`FromIteratorIn`] does.
    ///
    /// # Panics
    ///
    /// Panics if the elements need more than `isize::MAX` bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Arena, collections::BinaryHeap};
    ///
    /// let arena = Arena::new();
    /// assert_eq!(BinaryHeap::from_iter_in(0..4, &arena).peek(), Some(&3));
    /// ```
    #[track_caller]
    pub fn from_iter_in(iter: impl IntoIterator<Item = T>, allocator: A) -> Self {
        Self::from(Vec::from_iter_in(iter, allocator))
    }

    /// The twin of [`from_iter_in`](Self::from_iter_in) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns an error if the elements need more than `isize::MAX` bytes, or if the allocator refuses.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Null, collections::BinaryHeap};
    ///
    /// assert!(BinaryHeap::try_from_iter_in(0..4, Null).is_err());
    /// ```
    pub fn try_from_iter_in(iter: impl IntoIterator<Item = T>, allocator: A) -> Result<Self, TryReserveError> {
        Vec::try_from_iter_in(iter, allocator).map(Self::from)
    }
}

impl<T: Ord, A: Allocator> FromIteratorIn<T> for BinaryHeap<T, A> {
    type Allocator = A;

    #[track_caller]
    fn from_iter_in<I: IntoIterator<Item = T>>(iter: I, allocator: A) -> Self {
        BinaryHeap::from_iter_in(iter, allocator)
    }

    fn try_from_iter_in<I: IntoIterator<Item = T>>(iter: I, allocator: A) -> Result<Self, TryReserveError> {
        BinaryHeap::try_from_iter_in(iter, allocator)
    }
}

/// Implements `FromIn` through the impl for [`Vec`].
macro_rules! from_in {
    ($([$($generics:tt)*] $source:ty, by |$value:ident| $elements:expr, |$vec:ident| $heap:expr;)*) => {
        $(
            impl<T: Ord, A: Allocator, $($generics)*> FromIn<$source> for BinaryHeap<T, A> {
                type Allocator = A;

                #[track_caller]
                fn from_in($value: $source, allocator: A) -> Self {
                    let $vec = Vec::from_in($elements, allocator);
                    $heap
                }

                fn try_from_in($value: $source, allocator: A) -> Result<Self, TryReserveError> {
                    let $vec = Vec::try_from_in($elements, allocator)?;
                    Ok($heap)
                }
            }
        )*
    };
}
// A source that is a heap already has the order of a heap.
from_in! {
    [const N: usize] [T; N], by |array| array, |elements| Self::from(elements);
    [B: Allocator] Vec<T, B>, by |vec| vec, |elements| Self::from(elements);
    [B: Allocator] BinaryHeap<T, B>, by |heap| heap.elements, |elements| Self { elements };
    [] alloc::collections::BinaryHeap<T>, by |heap| heap.into_vec(), |elements| Self { elements };
}

impl<T: CloneIn<B, Cloned: Ord>, A: Allocator, B: Allocator + Clone> CloneIn<B> for BinaryHeap<T, A> {
    type Cloned = BinaryHeap<T::Cloned, B>;

    fn try_clone_in(&self, allocator: B) -> Result<Self::Cloned, TryReserveError> {
        // The clones may be of another type, which may have another order.
        Ok(BinaryHeap::from(self.elements.try_clone_in(allocator)?))
    }
}
