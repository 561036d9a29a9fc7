//! A panic at each call of a callback leaves a list as std's is left: the same elements, and the same number live.

use std::collections::LinkedList as Std;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::{Listed, list};
use crate::callbacks::{at_each_call, ended, outcome, ticking};
use crate::elements::{Element, Number, Unit, extinguish, light, live, tick};
use crate::ledger::Ledger;

/// Does `$work` with a list of 8 elements, with a panic at each call of a callback, and in std's as well.
macro_rules! as_std {
    ($element:ty, |$list:ident| $work:expr) => {
        at_each_call(stringify!($work), |calls, ledger| {
            [
                outcome(list::<$element>(ledger, 0..8), Listed::numbers, calls, |$list| ended($work)),
                outcome((0..8).map(<$element>::new).collect::<Std<_>>(), Listed::numbers, calls, |$list| ended($work)),
            ]
        });
    };
    ($(|$list:ident| $work:expr;)*) => {
        $(
            as_std!(Number, |$list| $work);
            as_std!(Unit, |$list| $work);
        )*
    };
}

#[test]
fn drops() {
    as_std! {
        |list| list.clear();
        |list| list.pop_front();
        |list| list.split_off(3);
        |list| list.extract_if(|element| element.number() % 2 == 0).for_each(drop);
        |list| { let mut tail = list.split_off(3); tail.pop_back(); tail.into_iter().nth(2) };
        |list| { let clone = list.split_off(0); clone.into_iter().rev().for_each(drop) };
    }
}

#[test]
fn clones() {
    as_std! {
        |list| list.clone();
        |list| { let mut few = list.clone(); few.split_off(5); list.clone_from(&few) };
        |list| { let mut few = list.clone(); few.split_off(5); few.clone_from(list) };
        |list| { let twin = list.clone(); list.extend(twin) };
        |list| list.clone().into_iter().clone();
        |list| list.contains(&Element::new(9));
    }
}

#[test]
fn closures() {
    as_std! {
        |list| list.extract_if(|element| { tick(); element.number() % 2 == 0 }).for_each(drop);
        |list| list.extract_if(|_| { tick(); true }).next();
        |list| list.iter_mut().for_each(|element| { *element = ticking(Element::new(9)); });
    }
}

#[test]
fn iterators() {
    as_std! {
        |list| list.extend((0..9).map(|n| ticking(Element::new(n))));
        |list| list.extend((0..9).filter(|n| n % 3 != 0).map(|n| ticking(Element::new(n))));
    }
}

/// Of the elements of one list each is dropped, whichever's drop panics, and each node is freed.
#[test]
fn drop_of_the_list() {
    for fuse in 0..9 {
        let ledger = Ledger::new();
        let numbers = list::<Number>(&ledger, 0..8);
        light(fuse);
        let panicked = catch_unwind(AssertUnwindSafe(|| drop(numbers))).is_err();
        extinguish();
        assert_eq!((panicked, live(), ledger.live()), (fuse < 8, 0, 0));
    }
}

/// A comparison of elements may panic in each comparison of lists.
#[test]
fn comparisons() {
    for fuse in 0..4 {
        let ledger = Ledger::new();
        let (one, other) = (list::<Number>(&ledger, 0..3), list::<Number>(&ledger, 0..3));
        light(fuse);
        let panicked = catch_unwind(|| one == other).is_err();
        extinguish();
        assert_eq!((panicked, one.numbers(), other.numbers()), (fuse < 3, vec![0, 1, 2], vec![0, 1, 2]));
    }
}

/// Left in the midst, the iterator that takes elements out leaves a whole list.
#[test]
fn left_in_the_midst() {
    let ledger = Ledger::new();
    let mut numbers = list::<Number>(&ledger, 0..8);
    assert!(numbers.extract_if(|element| element.number() % 2 == 1).next().is_some());
    assert_eq!(numbers.numbers(), [0, 2, 3, 4, 5, 6, 7]);
}
