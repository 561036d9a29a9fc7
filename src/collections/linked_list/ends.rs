//! Access, insertion and removal at the ends.

use super::chain::{self, Link};
use super::{LinkedList, OnFailure, Panic, Return, TryReserveError, into_ok};
use crate::api::Allocator;

impl<T, A: Allocator> LinkedList<T, A> {
    /// Returns a reference to the first element.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(janus_alloc::collections::LinkedList::from([7]).front(), Some(&7));
    /// ```
    #[inline]
    #[must_use]
    pub fn front(&self) -> Option<&T> {
        // SAFETY: it is a node of the list, which is borrowed as long as the element is.
        self.chain.head.map(|node| unsafe { &(*node.as_ptr()).element })
    }

    /// Returns a mutable reference to the first element.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::LinkedList::from([1]);
    /// *numbers.front_mut().unwrap() += 1;
    /// assert_eq!(numbers.front(), Some(&2));
    /// ```
    #[inline]
    #[must_use]
    pub fn front_mut(&mut self) -> Option<&mut T> {
        // SAFETY: it is a node of the list, which is borrowed exclusively as long as the element is.
        self.chain.head.map(|node| unsafe { &mut (*node.as_ptr()).element })
    }

    /// Adds an element at the front.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::LinkedList::from([1]);
    /// numbers.push_front(7);
    /// assert!(numbers.into_iter().eq([7, 1]));
    /// ```
    #[inline]
    #[track_caller]
    pub fn push_front(&mut self, value: T) {
        into_ok(self.prepend_one::<Panic>(value));
    }

    /// The twin of [`push_front`](Self::push_front) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns an error if the allocator refuses. The list is then unchanged, and `value` is dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Null, collections::LinkedList};
    ///
    /// assert!(LinkedList::new_in(Null).try_push_front(7).is_err());
    /// ```
    #[inline]
    pub fn try_push_front(&mut self, value: T) -> Result<(), TryReserveError> {
        self.prepend_one::<Return>(value).map(drop)
    }

    /// Adds an element at the front, and returns a mutable reference to it.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::LinkedList::from([1]);
    /// *numbers.push_front_mut(6) += 1;
    /// assert!(numbers.into_iter().eq([7, 1]));
    /// ```
    #[inline]
    #[track_caller]
    #[must_use = "use `push_front` if the reference is not needed"]
    pub fn push_front_mut(&mut self, value: T) -> &mut T {
        let node = into_ok(self.prepend_one::<Panic>(value));
        // SAFETY: it is a node of the list, which is borrowed exclusively as long as the element is.
        unsafe { &mut (*node.as_ptr()).element }
    }

    /// The twin of [`push_front_mut`](Self::push_front_mut) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns an error if the allocator refuses. The list is then unchanged, and `value` is dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::LinkedList::new();
    /// assert_eq!(numbers.try_push_front_mut(7), Ok(&mut 7));
    /// ```
    #[inline]
    pub fn try_push_front_mut(&mut self, value: T) -> Result<&mut T, TryReserveError> {
        let node = self.prepend_one::<Return>(value)?;
        // SAFETY: it is a node of the list, which is borrowed exclusively as long as the element is.
        Ok(unsafe { &mut (*node.as_ptr()).element })
    }

    /// The common body of [`push_front`](Self::push_front) and its variants.
    #[inline]
    #[track_caller]
    fn prepend_one<F: OnFailure>(&mut self, value: T) -> Result<Link<T>, F::Error> {
        let node = chain::allocate::<T, A, F>(value, &self.allocator)?;
        // SAFETY: the node is new, and comes from the allocator of the list.
        unsafe { self.chain.push_front(node) };
        Ok(node)
    }

    /// Removes and returns the first element.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::LinkedList::from([7]);
    /// assert_eq!(numbers.pop_front(), Some(7));
    /// assert_eq!(numbers.pop_front(), None);
    /// ```
    #[inline]
    pub fn pop_front(&mut self) -> Option<T> {
        let node = self.chain.pop_front()?;
        // SAFETY: by the invariant of `LinkedList`. The node is unlinked.
        Some(unsafe { chain::take_element(node, &self.allocator) })
    }

    /// Returns a reference to the last element.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(janus_alloc::collections::LinkedList::from([7]).back(), Some(&7));
    /// ```
    #[inline]
    #[must_use]
    pub fn back(&self) -> Option<&T> {
        // SAFETY: it is a node of the list, which is borrowed as long as the element is.
        self.chain.tail.map(|node| unsafe { &(*node.as_ptr()).element })
    }

    /// Returns a mutable reference to the last element.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::LinkedList::from([1]);
    /// *numbers.back_mut().unwrap() += 1;
    /// assert_eq!(numbers.back(), Some(&2));
    /// ```
    #[inline]
    #[must_use]
    pub fn back_mut(&mut self) -> Option<&mut T> {
        // SAFETY: it is a node of the list, which is borrowed exclusively as long as the element is.
        self.chain.tail.map(|node| unsafe { &mut (*node.as_ptr()).element })
    }

    /// Adds an element at the back.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::LinkedList::from([1]);
    /// numbers.push_back(7);
    /// assert!(numbers.into_iter().eq([1, 7]));
    /// ```
    #[inline]
    #[track_caller]
    pub fn push_back(&mut self, value: T) {
        into_ok(self.append_one::<Panic>(value));
    }

    /// The twin of [`push_back`](Self::push_back) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns an error if the allocator refuses. The list is then unchanged, and `value` is dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Null, collections::LinkedList};
    ///
    /// assert!(LinkedList::new_in(Null).try_push_back(7).is_err());
    /// ```
    #[inline]
    pub fn try_push_back(&mut self, value: T) -> Result<(), TryReserveError> {
        self.append_one::<Return>(value).map(drop)
    }

    /// Adds an element at the back, and returns a mutable reference to it.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::LinkedList::from([1]);
    /// *numbers.push_back_mut(6) += 1;
    /// assert!(numbers.into_iter().eq([1, 7]));
    /// ```
    #[inline]
    #[track_caller]
    #[must_use = "use `push_back` if the reference is not needed"]
    pub fn push_back_mut(&mut self, value: T) -> &mut T {
        let node = into_ok(self.append_one::<Panic>(value));
        // SAFETY: it is a node of the list, which is borrowed exclusively as long as the element is.
        unsafe { &mut (*node.as_ptr()).element }
    }

    /// The twin of [`push_back_mut`](Self::push_back_mut) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns an error if the allocator refuses. The list is then unchanged, and `value` is dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::LinkedList::new();
    /// assert_eq!(numbers.try_push_back_mut(7), Ok(&mut 7));
    /// ```
    #[inline]
    pub fn try_push_back_mut(&mut self, value: T) -> Result<&mut T, TryReserveError> {
        let node = self.append_one::<Return>(value)?;
        // SAFETY: it is a node of the list, which is borrowed exclusively as long as the element is.
        Ok(unsafe { &mut (*node.as_ptr()).element })
    }

    /// The common body of [`push_back`](Self::push_back) and its variants.
    #[inline]
    #[track_caller]
    pub(super) fn append_one<F: OnFailure>(&mut self, value: T) -> Result<Link<T>, F::Error> {
        let node = chain::allocate::<T, A, F>(value, &self.allocator)?;
        // SAFETY: the node is new, and comes from the allocator of the list.
        unsafe { self.chain.push_back(node) };
        Ok(node)
    }

    /// Removes and returns the last element.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::LinkedList::from([7]);
    /// assert_eq!(numbers.pop_back(), Some(7));
    /// assert_eq!(numbers.pop_back(), None);
    /// ```
    #[inline]
    pub fn pop_back(&mut self) -> Option<T> {
        let node = self.chain.pop_back()?;
        // SAFETY: by the invariant of `LinkedList`. The node is unlinked.
        Some(unsafe { chain::take_element(node, &self.allocator) })
    }
}
