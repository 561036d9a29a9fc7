//! Removing elements that a predicate selects.

use core::ptr::NonNull;

use super::Vec;
use crate::api::Allocator;

impl<T, A: Allocator> Vec<T, A> {
    /// Keeps only the elements for which `keep` returns `true`, and drops the others. Calls `keep` once for each, in
    /// order.
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

    /// Keeps only the elements for which `keep` returns `true`, and drops the others. Calls `keep` once for each, in
    /// order; it may modify the element.
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
        // Until the first element is dropped, nothing moves.
        loop {
            if seen == count {
                return;
            }
            // SAFETY: `seen` is less than the length.
            let element = unsafe { self.get_unchecked_mut(seen) };
            if !keep(element) {
                break;
            }
            seen += 1;
        }
        // SAFETY: `seen` is less than the length, and the next line drops that element.
        let mut gap = unsafe { Gap::new(self, seen) };
        // SAFETY: `read` is `seen`, which is less than `count`.
        unsafe { gap.drop_next() };
        while gap.read < count {
            // SAFETY: `read` is less than `count`.
            let element = unsafe { gap.next() };
            // SAFETY: by invariant 2 of `Gap` it is initialised, and nothing else refers to it.
            let element = unsafe { &mut *element };
            if keep(element) {
                // SAFETY: `read` is less than `count`, and an element was dropped before.
                unsafe { gap.keep_next() };
            } else {
                // SAFETY: `read` is less than `count`.
                unsafe { gap.drop_next() };
            }
        }
    }

    /// Drops each element for which `same` returns `true`. The arguments of `same` are the element and the last one
    /// kept before it.
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
        // Until the first element is dropped, nothing moves.
        loop {
            if seen >= count {
                return;
            }
            // SAFETY: `seen` is less than the length.
            let element = unsafe { start.add(seen) };
            // SAFETY: `seen` is at least 1.
            let before = unsafe { element.sub(1) };
            // SAFETY: by invariant 2 of `Vec` it is initialised, and nothing else refers to it.
            let element = unsafe { &mut *element.as_ptr() };
            // SAFETY: as above, and it is another element.
            let before = unsafe { &mut *before.as_ptr() };
            if same(element, before) {
                break;
            }
            seen += 1;
        }
        // SAFETY: `seen` is less than the length, and the next line drops that element.
        let mut gap = unsafe { Gap::new(self, seen) };
        // SAFETY: `read` is `seen`, which is less than `count`.
        unsafe { gap.drop_next() };
        while gap.read < count {
            // SAFETY: at least the first element was kept, so `written` is at least 1.
            let before = unsafe { start.add(gap.written - 1) };
            // SAFETY: `read` is less than `count`.
            let element = unsafe { gap.next() };
            // SAFETY: by invariant 2 of `Gap` it is initialised, and nothing else refers to it.
            let element = unsafe { &mut *element };
            // SAFETY: as above, and it is another element, since `written` is at most `read`.
            let before = unsafe { &mut *before.as_ptr() };
            if same(element, before) {
                // SAFETY: `read` is less than `count`.
                unsafe { gap.drop_next() };
            } else {
                // SAFETY: `read` is less than `count`, and an element was dropped before.
                unsafe { gap.keep_next() };
            }
        }
    }

    /// Drops each element whose `key` equals that of the last one kept before it.
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

    /// Drops each element that equals the last one kept before it.
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

/// Removes elements from a vector. It holds the kept elements, then a gap, then the unread elements. Dropping it closes
/// the gap, also if a call of the predicate or the drop of an element unwinds.
///
/// # Invariants
///
/// 1. `written < read <= count`; between `new` and the first `drop_next` `written == read`. `count` is at most the
///    capacity.
/// 2. The elements before `written`, and from `read` to `count`, are initialised and belong to the `Gap` alone: the
///    length of `vec` is 0.
struct Gap<'v, T, A: Allocator> {
    vec: &'v mut Vec<T, A>,
    /// The address of the first element.
    start: NonNull<T>,
    written: usize,
    read: usize,
    /// The length that the vector had before.
    count: usize,
}

impl<'v, T, A: Allocator> Gap<'v, T, A> {
    /// Creates an empty gap before the element at `at`.
    ///
    /// # Safety
    ///
    /// `at` is less than the length, and the first call is [`drop_next`](Self::drop_next).
    #[inline]
    unsafe fn new(vec: &'v mut Vec<T, A>, at: usize) -> Self {
        let count = vec.length;
        // If the `Gap` is forgotten, all elements are leaked.
        vec.length = 0;
        let start = vec.buffer.start();
        Self { vec, start, written: at, read: at, count }
    }

    /// Returns the address of the next unread element.
    ///
    /// # Safety
    ///
    /// `read < count`.
    #[inline]
    unsafe fn next(&self) -> *mut T {
        debug_assert!(self.read < self.count);
        // SAFETY: `read` is less than `count` by `# Safety` of this fn, so within the capacity by invariant 1.
        unsafe { self.start.add(self.read) }.as_ptr()
    }

    /// Keeps the next element, by moving it to the start of the gap.
    ///
    /// # Safety
    ///
    /// `read < count`, and the gap is not empty.
    #[inline]
    unsafe fn keep_next(&mut self) {
        debug_assert!(self.written < self.read);
        // SAFETY: `written` is less than `count`, so within the capacity by invariant 1.
        let place = unsafe { self.start.add(self.written) };
        // SAFETY: by `# Safety` of this fn.
        let element = unsafe { self.next() };
        // SAFETY: by invariant 2 the element is initialised. By invariant 1 the place is in the gap, so it is another
        // one.
        unsafe { element.copy_to_nonoverlapping(place.as_ptr(), 1) };
        self.written += 1;
        self.read += 1;
    }

    /// Drops the next element.
    ///
    /// # Safety
    ///
    /// `read < count`.
    #[inline]
    unsafe fn drop_next(&mut self) {
        // SAFETY: by `# Safety` of this fn.
        let element = unsafe { self.next() };
        // Counted before the drop, so that the element is not dropped twice if that unwinds.
        self.read += 1;
        // SAFETY: by invariant 2 it was initialised, and now it is in the gap.
        unsafe { element.drop_in_place() };
    }
}

impl<T, A: Allocator> Drop for Gap<'_, T, A> {
    #[inline]
    fn drop(&mut self) {
        let rest = self.count - self.read;
        if rest > 0 {
            // SAFETY: `written` is at most `count`, so within the capacity by invariant 1.
            let place = unsafe { self.start.add(self.written) };
            // SAFETY: `rest` is not 0.
            let unread = unsafe { self.next() };
            // SAFETY: by invariant 2 that many elements are initialised.
            unsafe { unread.copy_to(place.as_ptr(), rest) };
        }
        self.vec.length = self.written + rest;
    }
}
