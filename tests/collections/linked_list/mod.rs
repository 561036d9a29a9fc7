//! `LinkedList`, beside std's.

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

/// A list of either kind.
trait Listed {
    /// The numbers of its elements, forwards. Asserts that backwards they are the same, and that as many are counted.
    fn numbers(&self) -> Vec<u32>;
}

macro_rules! listed {
    ($($list:ty)*) => {$(
        impl<T: Element> Listed for $list {
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
listed! { List<'_, T> Std<T> }

fn list<T: Element>(ledger: &Ledger, numbers: impl IntoIterator<Item = u32>) -> List<'_, T> {
    ListIn::from_iter_in(numbers.into_iter().map(T::new), ledger)
}
