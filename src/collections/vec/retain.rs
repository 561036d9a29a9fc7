//! Elements dropped where a predicate says so.

use core::ptr::NonNull;

use super::Vec;
use crate::api::Allocator;

impl<T, A: Allocator> Vec<T, A> {
    /// Drops the elements for which `keep` is false. It sees each once, in order.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::Vec::from([1, 2, 3, 4]);
    /// numbers.retain(|n| n % 2 == 0);
    /// assert_eq!(numbers, [2, 4]);
    /// ```
    pub fn retain(&mut self, mut keep: impl FnMut(&T) -> bool) {
        self.retain_mut(|element| keep(element));
    }

    /// Drops the elements for which `keep` is false. It sees each once, in order, and may change it.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::Vec::from([1, 2, 3]);
    /// numbers.retain_mut(|n| { *n *= 2; *n > 2 });
    /// assert_eq!(numbers, [4, 6]);
    /// ```
    pub fn retain_mut(&mut self, mut keep: impl FnMut(&mut T) -> bool) {
        let count = self.length;
        let mut seen = 0;
        // Nothing moves before the first one goes.
        loop {
            if seen == count {
                return;
            }
            // SAFETY: less than the length.
            let element = unsafe { self.get_unchecked_mut(seen) };
            if !keep(element) {
                break;
            }
            seen += 1;
        }
        let mut gap = Gap::new(self, seen);
        gap.drop_next();
        while gap.read < count {
            // SAFETY: not yet read, so initialised, and nobody else looks at it now.
            let element = unsafe { &mut *gap.next() };
            if keep(element) {
                gap.keep_next();
            } else {
                gap.drop_next();
            }
        }
    }

    /// Drops each element that `same` says is the same as the one kept before it. `same` gets the element first, then that one.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut words = janus_alloc::collections::Vec::from(["a", "A", "b", "B", "a"]);
    /// words.dedup_by(|word, before| word.eq_ignore_ascii_case(before));
    /// assert_eq!(words, ["a", "b", "a"]);
    /// ```
    pub fn dedup_by(&mut self, mut same: impl FnMut(&mut T, &mut T) -> bool) {
        let count = self.length;
        let start = self.buffer.start();
        let mut seen = 1;
        // Nothing moves before the first one goes.
        loop {
            if seen >= count {
                return;
            }
            // SAFETY: less than the length.
            let element = unsafe { start.add(seen) };
            // SAFETY: there is one before it.
            let before = unsafe { element.sub(1) };
            // SAFETY: initialised, and nobody else looks at it now.
            let element = unsafe { &mut *element.as_ptr() };
            // SAFETY: as above, and another one.
            let before = unsafe { &mut *before.as_ptr() };
            if same(element, before) {
                break;
            }
            seen += 1;
        }
        let mut gap = Gap::new(self, seen);
        gap.drop_next();
        while gap.read < count {
            // SAFETY: at least one is kept.
            let before = unsafe { start.add(gap.written - 1) };
            // SAFETY: not yet read, so initialised, and nobody else looks at it now.
            let element = unsafe { &mut *gap.next() };
            // SAFETY: kept, so initialised, and another one.
            let before = unsafe { &mut *before.as_ptr() };
            if same(element, before) {
                gap.drop_next();
            } else {
                gap.keep_next();
            }
        }
    }

    /// Drops each element whose `key` equals that of the one kept before it.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::Vec::from([10, 11, 20, 12]);
    /// numbers.dedup_by_key(|n| *n / 10);
    /// assert_eq!(numbers, [10, 20, 12]);
    /// ```
    #[inline]
    pub fn dedup_by_key<K: PartialEq>(&mut self, mut key: impl FnMut(&mut T) -> K) {
        self.dedup_by(|element, before| key(element) == key(before));
    }

    /// Drops each element that equals the one before it.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::Vec::from([1, 1, 2, 1]);
    /// numbers.dedup();
    /// assert_eq!(numbers, [1, 2, 1]);
    /// ```
    #[inline]
    pub fn dedup(&mut self)
    where
        T: PartialEq,
    {
        self.dedup_by(|element, before| element == before);
    }
}

/// A vector while some of its elements go: those that are kept, a gap, and those not yet read. If one of them is dropped or
/// looked at and that unwinds, the gap is closed.
///
/// # Invariants
///
/// 1. `written < read <= count`, but for the moment before the first element goes, when they are equal.
/// 2. Elements below `written` and from `read` to `count` are initialised.
struct Gap<'v, T, A: Allocator> {
    vec: &'v mut Vec<T, A>,
    /// The first element.
    start: NonNull<T>,
    written: usize,
    read: usize,
    /// The number of elements at the start.
    count: usize,
}

impl<'v, T, A: Allocator> Gap<'v, T, A> {
    /// An empty gap before the element at `at`.
    #[inline]
    fn new(vec: &'v mut Vec<T, A>, at: usize) -> Self {
        let count = vec.length;
        // If this is forgotten, all are leaked.
        vec.length = 0;
        let start = vec.buffer.start();
        Self { vec, start, written: at, read: at, count }
    }

    /// The next element to be read.
    #[inline]
    fn next(&self) -> *mut T {
        debug_assert!(self.read < self.count);
        // SAFETY: less than the capacity.
        unsafe { self.start.add(self.read) }.as_ptr()
    }

    /// Moves the next element over the gap. There is one, and the gap is not empty.
    #[inline]
    fn keep_next(&mut self) {
        debug_assert!(self.written < self.read);
        // SAFETY: less than the capacity.
        let place = unsafe { self.start.add(self.written) };
        // SAFETY: by (2) it is initialised; by (1) the place is another one, and in the gap.
        unsafe { self.next().copy_to_nonoverlapping(place.as_ptr(), 1) };
        self.written += 1;
        self.read += 1;
    }

    /// Drops the next element. There is one.
    #[inline]
    fn drop_next(&mut self) {
        let element = self.next();
        // First, so that it is not dropped twice if that unwinds.
        self.read += 1;
        // SAFETY: by (2) it was initialised, and it is in the gap now.
        unsafe { element.drop_in_place() };
    }
}

impl<T, A: Allocator> Drop for Gap<'_, T, A> {
    #[inline]
    fn drop(&mut self) {
        let rest = self.count - self.read;
        if rest > 0 {
            // SAFETY: less than the capacity.
            let place = unsafe { self.start.add(self.written) };
            // SAFETY: by (2) so many are initialised.
            unsafe { self.next().copy_to(place.as_ptr(), rest) };
        }
        self.vec.length = self.written + rest;
    }
}
