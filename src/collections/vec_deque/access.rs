//! Access to elements in place.

use core::ops::{Index, IndexMut, RangeBounds};

use super::{Iter, IterMut, VecDeque, out_of_bounds};
use crate::api::Allocator;
use crate::collections::bounds;

impl<T, A: Allocator> VecDeque<T, A> {
    /// Returns a reference to the element at `index`, or `None` if there is none. The first element has index 0.
    ///
    /// # Examples
    ///
    /// ```
    /// let numbers = janus_alloc::collections::VecDeque::from([3, 4]);
    /// assert_eq!((numbers.get(1), numbers.get(2)), (Some(&4), None));
    /// ```
    #[inline]
    pub fn get(&self, index: usize) -> Option<&T> {
        if index < self.length {
            // SAFETY: `index` is less than the length, so the place is within the buffer.
            let element = unsafe { self.address(self.place(index)) };
            // SAFETY: `index` is less than the length, so the element is initialised by invariant 3 of `VecDeque`.
            Some(unsafe { element.as_ref() })
        } else {
            None
        }
    }

    /// Returns a mutable reference to the element at `index`, or `None` if there is none.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::VecDeque::from([3, 4]);
    /// *numbers.get_mut(1).unwrap() = 7;
    /// assert_eq!(numbers, [3, 7]);
    /// ```
    #[inline]
    pub fn get_mut(&mut self, index: usize) -> Option<&mut T> {
        if index < self.length {
            // SAFETY: `index` is less than the length, so the place is within the buffer.
            let mut element = unsafe { self.address(self.place(index)) };
            // SAFETY: the element is initialised by invariant 3 of `VecDeque`, and the reference borrows the deque.
            Some(unsafe { element.as_mut() })
        } else {
            None
        }
    }

    /// Returns a reference to the first element, or `None` if the deque is empty.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(janus_alloc::collections::VecDeque::from([1, 2]).front(), Some(&1));
    /// ```
    #[inline]
    pub fn front(&self) -> Option<&T> {
        self.get(0)
    }

    /// Returns a mutable reference to the first element, or `None` if the deque is empty.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::VecDeque::from([1, 2]);
    /// *numbers.front_mut().unwrap() = 7;
    /// assert_eq!(numbers, [7, 2]);
    /// ```
    #[inline]
    pub fn front_mut(&mut self) -> Option<&mut T> {
        self.get_mut(0)
    }

    /// Returns a reference to the last element, or `None` if the deque is empty.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(janus_alloc::collections::VecDeque::from([1, 2]).back(), Some(&2));
    /// ```
    #[inline]
    pub fn back(&self) -> Option<&T> {
        self.get(self.length.wrapping_sub(1))
    }

    /// Returns a mutable reference to the last element, or `None` if the deque is empty.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::VecDeque::from([1, 2]);
    /// *numbers.back_mut().unwrap() = 7;
    /// assert_eq!(numbers, [1, 7]);
    /// ```
    #[inline]
    pub fn back_mut(&mut self) -> Option<&mut T> {
        self.get_mut(self.length.wrapping_sub(1))
    }

    /// Swaps the elements at `i` and `j`, which may be equal.
    ///
    /// # Panics
    ///
    /// Panics if `i` or `j` is not less than the length.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::VecDeque::from([1, 2, 3]);
    /// numbers.swap(0, 2);
    /// assert_eq!(numbers, [3, 2, 1]);
    /// ```
    #[track_caller]
    pub fn swap(&mut self, i: usize, j: usize) {
        let highest = i.max(j);
        if highest >= self.length {
            out_of_bounds("swap at", highest, self.length);
        }
        // SAFETY: `i` is less than the length, so the place is within the buffer.
        let left = unsafe { self.address(self.place(i)) };
        // SAFETY: same as for `i`.
        let right = unsafe { self.address(self.place(j)) };
        // SAFETY: by invariant 3 of `VecDeque` both are initialised, and nothing else refers to them.
        unsafe { left.swap(right) };
    }

    /// Returns the elements in order, in two slices. The second slice is empty if the elements are contiguous.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::VecDeque::from([1, 2]);
    /// numbers.push_front(0);
    /// assert_eq!(numbers.as_slices(), (&[0][..], &[1, 2][..]));
    /// ```
    #[inline]
    pub fn as_slices(&self) -> (&[T], &[T]) {
        // SAFETY: by invariant 3 of `VecDeque` all elements are initialised.
        unsafe { self.slices(0, self.length) }
    }

    /// Returns the elements in order, in two mutable slices. The second slice is empty if the elements are contiguous.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::VecDeque::from([1, 2]);
    /// numbers.push_front(0);
    /// numbers.as_mut_slices().1[0] = 7;
    /// assert_eq!(numbers, [0, 7, 2]);
    /// ```
    #[inline]
    pub fn as_mut_slices(&mut self) -> (&mut [T], &mut [T]) {
        // SAFETY: by invariant 3 of `VecDeque` all elements are initialised.
        unsafe { self.slices_mut(0, self.length) }
    }

    /// Returns an iterator over the elements.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(janus_alloc::collections::VecDeque::from([1, 2]).iter().rev().eq(&[2, 1]));
    /// ```
    #[inline]
    pub fn iter(&self) -> Iter<'_, T> {
        let (front, back) = self.as_slices();
        Iter::new(front.iter(), back.iter())
    }

    /// Returns an iterator over mutable references to the elements.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::VecDeque::from([1, 2]);
    /// numbers.iter_mut().for_each(|n| *n *= 2);
    /// assert_eq!(numbers, [2, 4]);
    /// ```
    #[inline]
    pub fn iter_mut(&mut self) -> IterMut<'_, T> {
        let (front, back) = self.as_mut_slices();
        IterMut::new(front.iter_mut(), back.iter_mut())
    }

    /// Returns an iterator over the elements in `range`.
    ///
    /// # Panics
    ///
    /// Panics if the start of the range exceeds its end, or its end exceeds the length.
    ///
    /// # Examples
    ///
    /// ```
    /// let numbers = janus_alloc::collections::VecDeque::from([1, 2, 3]);
    /// assert!(numbers.range(1..).eq(&[2, 3]));
    /// ```
    #[inline]
    #[track_caller]
    pub fn range(&self, range: impl RangeBounds<usize>) -> Iter<'_, T> {
        let range = bounds::indexes(range, self.length);
        // SAFETY: by invariant 3 of `VecDeque`, since `bounds::indexes` returns a range within the length.
        let (front, back) = unsafe { self.slices(range.start, range.len()) };
        Iter::new(front.iter(), back.iter())
    }

    /// Returns an iterator over mutable references to the elements in `range`.
    ///
    /// # Panics
    ///
    /// Panics if the start of the range exceeds its end, or its end exceeds the length.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::VecDeque::from([1, 2, 3]);
    /// numbers.range_mut(1..).for_each(|n| *n *= 2);
    /// assert_eq!(numbers, [1, 4, 6]);
    /// ```
    #[inline]
    #[track_caller]
    pub fn range_mut(&mut self, range: impl RangeBounds<usize>) -> IterMut<'_, T> {
        let range = bounds::indexes(range, self.length);
        // SAFETY: by invariant 3 of `VecDeque`, since `bounds::indexes` returns a range within the length.
        let (front, back) = unsafe { self.slices_mut(range.start, range.len()) };
        IterMut::new(front.iter_mut(), back.iter_mut())
    }
}

impl<T, A: Allocator> Index<usize> for VecDeque<T, A> {
    type Output = T;

    #[inline]
    #[track_caller]
    fn index(&self, index: usize) -> &T {
        match self.get(index) {
            Some(element) => element,
            None => no_element(index),
        }
    }
}

impl<T, A: Allocator> IndexMut<usize> for VecDeque<T, A> {
    #[inline]
    #[track_caller]
    fn index_mut(&mut self, index: usize) -> &mut T {
        if index >= self.length {
            no_element(index);
        }
        // SAFETY: `index` is less than the length, so the place is within the buffer.
        let mut element = unsafe { self.address(self.place(index)) };
        // SAFETY: the element is initialised by invariant 3 of `VecDeque`, and the reference borrows the deque.
        unsafe { element.as_mut() }
    }
}

/// Panics. It does not take the length, so that callers need not keep it in a register.
#[cold]
#[inline(never)]
#[track_caller]
fn no_element(index: usize) -> ! {
    panic!("a `VecDeque` has no element at index {index}");
}
