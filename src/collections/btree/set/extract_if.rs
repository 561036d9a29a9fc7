//! Removal of elements by a predicate.

use core::fmt;
use core::iter::FusedIterator;
use core::ops::RangeBounds;

use super::super::map::Extraction;
use crate::api::{Allocator, Global};

/// An iterator that removes the elements chosen by a predicate: see
/// [`BTreeSet::extract_if`](super::BTreeSet::extract_if).
///
/// # Examples
///
/// ```
/// use janus_alloc::collections::BTreeSet;
///
/// let mut set = BTreeSet::from([0, 1, 2, 3]);
/// let mut odd = set.extract_if(.., |value| value % 2 == 1);
/// assert_eq!(odd.next(), Some(1));
/// drop(odd); // elements not visited yet stay
/// assert!(set.iter().eq(&[0, 2, 3]));
/// ```
#[must_use = "iterators are lazy and do nothing unless consumed; use `retain` to remove and drop elements"]
pub struct ExtractIf<'a, T, R, F, A: Allocator = Global> {
    pub(super) extraction: Extraction<'a, T, (), R, A>,
    pub(super) remove: F,
}

impl<T, R, F, A> Iterator for ExtractIf<'_, T, R, F, A>
where
    T: PartialOrd,
    R: RangeBounds<T>,
    F: FnMut(&T) -> bool,
    A: Allocator,
{
    type Item = T;

    fn next(&mut self) -> Option<T> {
        self.extraction.next(|value, ()| (self.remove)(value)).map(|(value, ())| value)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.extraction.max_len()))
    }
}

impl<T, R, F, A> FusedIterator for ExtractIf<'_, T, R, F, A>
where
    T: PartialOrd,
    R: RangeBounds<T>,
    F: FnMut(&T) -> bool,
    A: Allocator,
{
}

impl<T: fmt::Debug, R, F, A: Allocator> fmt::Debug for ExtractIf<'_, T, R, F, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let peek = self.extraction.peek().map(|(value, ())| value);
        f.debug_struct("ExtractIf").field("peek", &peek).finish_non_exhaustive()
    }
}
