//! `LinkedList` behaves as std's, in any allocator.

mod behaviour;
mod failures;
mod panics;
mod random;
mod traits;

use std::collections::LinkedList as Std;

use janus_alloc::collections::LinkedList as ListIn;

use crate::elements::Element;
use crate::ledger::Ledger;

type List<'l, T> = ListIn<T, &'l Ledger>;

/// A list of ours or of std's.
trait Numbers {
    /// Returns the numbers of the elements. Asserts that both directions, the length and the ends agree.
    fn numbers(&self) -> Vec<u32>;
}

macro_rules! impl_numbers {
    ($($list:ty)*) => {$(
        impl<T: Element> Numbers for $list {
            fn numbers(&self) -> Vec<u32> {
                let numbers: Vec<u32> = self.iter().map(T::number).collect();
                let mut backwards: Vec<u32> = self.iter().rev().map(T::number).collect();
                backwards.reverse();
                assert_eq!(numbers, backwards);
                assert_eq!((numbers.len(), numbers.is_empty()), (self.len(), self.is_empty()));
                assert_eq!(self.front().map(T::number), numbers.first().copied());
                assert_eq!(self.back().map(T::number), numbers.last().copied());
                numbers
            }
        }
    )*};
}
impl_numbers! { List<'_, T> Std<T> }

fn list<T: Element>(ledger: &Ledger, numbers: impl IntoIterator<Item = u32>) -> List<'_, T> {
    ListIn::from_iter_in(numbers.into_iter().map(T::new), ledger)
}
