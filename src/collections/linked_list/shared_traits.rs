//! Comparison, `Clone`, `Default`, `Extend` and `Hash`.

use core::cmp::Ordering;
use core::hash::{Hash, Hasher};

use super::{LinkedList, OnFailure, Panic, Return, TryReserveError, into_ok};
use crate::api::Allocator;

impl<T, A: Allocator> LinkedList<T, A> {
    /// The twin of [`extend`](Extend::extend) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns an error if the allocator refuses. The earlier elements are then in the list. The element that did not
    /// fit and the rest of the iterator are dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{FixedArena, collections::LinkedList};
    /// use std::mem::MaybeUninit;
    ///
    /// let mut bytes = [MaybeUninit::uninit(); 500];
    /// let arena = FixedArena::new(&mut bytes);
    /// let mut numbers = LinkedList::new_in(&arena);
    /// assert!(numbers.try_extend(0..8).is_ok());
    /// assert!(numbers.try_extend(8..100).is_err());
    /// assert!(numbers.iter().copied().eq(0..numbers.len()));
    /// ```
    #[inline]
    pub fn try_extend(&mut self, iter: impl IntoIterator<Item = T>) -> Result<(), TryReserveError> {
        self.extend_with::<Return>(iter)
    }

    #[inline]
    #[track_caller]
    pub(super) fn extend_with<F: OnFailure>(&mut self, iter: impl IntoIterator<Item = T>) -> Result<(), F::Error> {
        iter.into_iter().try_for_each(|element| self.append_one::<F>(element).map(drop))
    }

    /// The twin of [`clone`](Clone::clone) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns an error if the allocator refuses. The clones made so far are then dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// let numbers = janus_alloc::collections::LinkedList::from([1, 2]);
    /// assert_eq!(numbers.try_clone().unwrap(), numbers);
    /// ```
    #[inline]
    pub fn try_clone(&self) -> Result<Self, TryReserveError>
    where
        T: Clone,
        A: Clone,
    {
        self.clone_list::<Return>()
    }

    #[inline]
    #[track_caller]
    fn clone_list<F: OnFailure>(&self) -> Result<Self, F::Error>
    where
        T: Clone,
        A: Clone,
    {
        let mut list = Self::new_in(self.allocator.clone());
        list.extend_with::<F>(self.iter().cloned())?;
        Ok(list)
    }

    /// The twin of [`clone_from`](Clone::clone_from) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns an error if the allocator refuses. The list then holds clones of the first elements of `source`, as many
    /// as there was memory for.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::{FromIn, LinkedList}};
    ///
    /// let mut numbers = LinkedList::from([1]);
    /// assert!(numbers.try_clone_from(&LinkedList::from_in([2, 3], System)).is_ok());
    /// assert!(numbers.into_iter().eq([2, 3]));
    /// ```
    #[inline]
    pub fn try_clone_from<B: Allocator>(&mut self, source: &LinkedList<T, B>) -> Result<(), TryReserveError>
    where
        T: Clone,
    {
        self.clone_elements::<Return, B>(source)
    }

    #[track_caller]
    fn clone_elements<F: OnFailure, B: Allocator>(&mut self, source: &LinkedList<T, B>) -> Result<(), F::Error>
    where
        T: Clone,
    {
        self.truncate(source.len());
        let mut elements = source.iter();
        // `zip` advances `iter_mut` first. When that is at its end, `zip` takes no element from `elements`.
        for (target, element) in self.iter_mut().zip(&mut elements) {
            target.clone_from(element);
        }
        self.extend_with::<F>(elements.cloned())
    }
}

impl<T, A: Allocator> Extend<T> for LinkedList<T, A> {
    #[inline]
    #[track_caller]
    fn extend<I: IntoIterator<Item = T>>(&mut self, iter: I) {
        into_ok(self.extend_with::<Panic>(iter));
    }
}

impl<'a, T: Copy + 'a, A: Allocator> Extend<&'a T> for LinkedList<T, A> {
    #[inline]
    #[track_caller]
    fn extend<I: IntoIterator<Item = &'a T>>(&mut self, iter: I) {
        self.extend(iter.into_iter().copied());
    }
}

impl<T: Clone, A: Allocator + Clone> Clone for LinkedList<T, A> {
    /// Clones the elements into a new list, in a clone of the allocator.
    #[inline]
    #[track_caller]
    fn clone(&self) -> Self {
        into_ok(self.clone_list::<Panic>())
    }

    /// Clones the elements of `source` into this list, and reuses its nodes.
    #[inline]
    #[track_caller]
    fn clone_from(&mut self, source: &Self) {
        into_ok(self.clone_elements::<Panic, A>(source));
    }
}

impl<T, A: Allocator + Default> Default for LinkedList<T, A> {
    /// Creates an empty list, without allocating.
    #[inline]
    fn default() -> Self {
        Self::new_in(A::default())
    }
}

impl<T: PartialEq, A: Allocator, B: Allocator> PartialEq<LinkedList<T, B>> for LinkedList<T, A> {
    fn eq(&self, other: &LinkedList<T, B>) -> bool {
        self.len() == other.len() && self.iter().eq(other)
    }
}

impl<T: Eq, A: Allocator> Eq for LinkedList<T, A> {}

impl<T: PartialOrd, A: Allocator, B: Allocator> PartialOrd<LinkedList<T, B>> for LinkedList<T, A> {
    fn partial_cmp(&self, other: &LinkedList<T, B>) -> Option<Ordering> {
        self.iter().partial_cmp(other)
    }
}

impl<T: Ord, A: Allocator> Ord for LinkedList<T, A> {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        self.iter().cmp(other)
    }
}

impl<T: Hash, A: Allocator> Hash for LinkedList<T, A> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_usize(self.len());
        for element in self {
            element.hash(state);
        }
    }
}
