//! Iterators with wrong size hints.

use std::marker::PhantomData;

use crate::elements::Element;

/// An iterator over `remaining` elements, with the size hint `hint`. Each element's number is the count of those after it.
///
/// `PADDING` makes the iterator larger: collections run other loops over large iterators than over small ones.
pub(crate) struct WrongHint<T, const PADDING: usize> {
    remaining: u32,
    hint: (usize, Option<usize>),
    _padding: [usize; PADDING],
    _elements: PhantomData<T>,
}

impl<T, const PADDING: usize> WrongHint<T, PADDING> {
    pub(crate) fn new(remaining: u32, hint: (usize, Option<usize>)) -> Self {
        Self { remaining, hint, _padding: [0; PADDING], _elements: PhantomData }
    }
}

impl<T: Element, const PADDING: usize> Iterator for WrongHint<T, PADDING> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        self.remaining = self.remaining.checked_sub(1)?;
        Some(T::new(self.remaining))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.hint
    }
}

impl<T: Element, const PADDING: usize> ExactSizeIterator for WrongHint<T, PADDING> {}

/// Returns correct and wrong hints, exact and inexact ones, around `length`.
pub(crate) fn hints(length: usize) -> [(usize, Option<usize>); 4] {
    [(length, Some(length)), (length, None), (0, Some(length)), (length, Some(2 * length + 1))]
}
