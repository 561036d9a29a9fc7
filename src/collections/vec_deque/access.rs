//! Elements looked at where they are.

use core::ops::{Index, IndexMut, RangeBounds};

use super::{Iter, IterMut, VecDeque, out_of_bounds};
use crate::api::Allocator;
use crate::collections::bounds;

impl<T, A: Allocator> VecDeque<T, A> {
    /// The element at `index`, if there is one. The first has index 0.
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
            // SAFETY: a place of the buffer.
            let element = unsafe { self.address(self.place(index)) };
            // SAFETY: less than the length, so initialised.
            Some(unsafe { element.as_ref() })
        } else {
            None
        }
    }

    /// The element at `index`, to be changed, if there is one.
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
            // SAFETY: a place of the buffer.
            let mut element = unsafe { self.address(self.place(index)) };
            // SAFETY: less than the length, so initialised, and borrowed as the deque is.
            Some(unsafe { element.as_mut() })
        } else {
            None
        }
    }

    /// The first element, if there is one.
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

    /// The first element, to be changed, if there is one.
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

    /// The last element, if there is one.
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

    /// The last element, to be changed, if there is one.
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

    /// Exchanges the elements at `i` and `j`, which may be the same.
    ///
    /// # Panics
    ///
    /// If there is no element at one of them.
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
        // SAFETY: a place of the buffer.
        let left = unsafe { self.address(self.place(i)) };
        // SAFETY: a place of the buffer.
        let right = unsafe { self.address(self.place(j)) };
        // SAFETY: both are initialised, and nobody else looks at them.
        unsafe { left.swap(right) };
    }

    /// The elements in order, in two slices. The second is empty if all lie one behind the other.
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
        // SAFETY: all are initialised.
        unsafe { self.slices(0, self.length) }
    }

    /// The elements in order, to be changed, in two slices. The second is empty if all lie one behind the other.
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
        // SAFETY: all are initialised.
        unsafe { self.slices_mut(0, self.length) }
    }

    /// The elements, one by one.
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

    /// The elements, one by one, to be changed.
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

    /// The elements in `range`, one by one.
    ///
    /// # Panics
    ///
    /// If the range ends before it starts or behind the last element.
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
        // SAFETY: the range was within the length when it was asked for its bounds.
        let (front, back) = unsafe { self.slices(range.start, range.len()) };
        Iter::new(front.iter(), back.iter())
    }

    /// The elements in `range`, one by one, to be changed.
    ///
    /// # Panics
    ///
    /// If the range ends before it starts or behind the last element.
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
        // SAFETY: the range was within the length when it was asked for its bounds.
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
        // SAFETY: a place of the buffer.
        let mut element = unsafe { self.address(self.place(index)) };
        // SAFETY: less than the length, so initialised, and borrowed as the deque is.
        unsafe { element.as_mut() }
    }
}

/// Is not told the length, so that who calls need not keep it in a register.
#[cold]
#[inline(never)]
#[track_caller]
fn no_element(index: usize) -> ! {
    panic!("a `VecDeque` has no element at index {index}");
}
