//! A panic at any call of a callback leaves the same elements in a list as in std's, and the same number of live ones.

use std::collections::LinkedList as Std;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::{Numbers, list};
use crate::callbacks::{at_each_call, drop_result, maybe_panicking, outcome};
use crate::elements::{Element, Number, Unit, cancel_panic, live, maybe_panic, panic_after};
use crate::ledger::Ledger;

/// Runs `$work` on a list of 8 elements and on std's, with a panic at each call of a callback in turn, and compares the outcomes.
macro_rules! compare_with_std {
    ($element:ty, |$list:ident| $work:expr) => {
        at_each_call(stringify!($work), |calls, ledger| {
            [
                outcome(list::<$element>(ledger, 0..8), Numbers::numbers, calls, |$list| drop_result($work)),
                outcome((0..8).map(<$element>::new).collect::<Std<_>>(), Numbers::numbers, calls, |$list| drop_result($work)),
            ]
        });
    };
    ($(|$list:ident| $work:expr;)*) => {
        $(
            compare_with_std!(Number, |$list| $work);
            compare_with_std!(Unit, |$list| $work);
        )*
    };
}

#[test]
fn a_panicking_drop_behaves_as_in_std() {
    compare_with_std! {
        |list| list.clear();
        |list| list.pop_front();
        |list| list.split_off(3);
        |list| list.extract_if(|element| element.number() % 2 == 0).for_each(drop);
        |list| { let mut tail = list.split_off(3); tail.pop_back(); tail.into_iter().nth(2) };
        |list| { let clone = list.split_off(0); clone.into_iter().rev().for_each(drop) };
    }
}

#[test]
fn a_panicking_clone_behaves_as_in_std() {
    compare_with_std! {
        |list| list.clone();
        |list| { let mut few = list.clone(); few.split_off(5); list.clone_from(&few) };
        |list| { let mut few = list.clone(); few.split_off(5); few.clone_from(list) };
        |list| { let twin = list.clone(); list.extend(twin) };
        |list| list.clone().into_iter().clone();
        |list| list.contains(&Element::new(9));
    }
}

#[test]
fn a_panicking_closure_behaves_as_in_std() {
    compare_with_std! {
        |list| list.extract_if(|element| { maybe_panic(); element.number() % 2 == 0 }).for_each(drop);
        |list| list.extract_if(|_| { maybe_panic(); true }).next();
        |list| list.iter_mut().for_each(|element| { *element = maybe_panicking(Element::new(9)); });
    }
}

#[test]
fn a_panicking_iterator_behaves_as_in_std() {
    compare_with_std! {
        |list| list.extend((0..9).map(|n| maybe_panicking(Element::new(n))));
        |list| list.extend((0..9).filter(|n| n % 3 != 0).map(|n| maybe_panicking(Element::new(n))));
    }
}

/// Whichever element panics in its drop, all are dropped and all nodes are freed.
#[test]
fn a_panicking_drop_in_the_drop_of_the_list_leaks_nothing() {
    for calls in 0..9 {
        let ledger = Ledger::new();
        let numbers = list::<Number>(&ledger, 0..8);
        panic_after(calls);
        let panicked = catch_unwind(AssertUnwindSafe(|| drop(numbers))).is_err();
        cancel_panic();
        assert_eq!((panicked, live(), ledger.live()), (calls < 8, 0, 0));
    }
}

#[test]
fn a_panicking_comparison_changes_nothing() {
    for calls in 0..4 {
        let ledger = Ledger::new();
        let (one, other) = (list::<Number>(&ledger, 0..3), list::<Number>(&ledger, 0..3));
        panic_after(calls);
        let panicked = catch_unwind(|| one == other).is_err();
        cancel_panic();
        assert_eq!((panicked, one.numbers(), other.numbers()), (calls < 3, vec![0, 1, 2], vec![0, 1, 2]));
    }
}

#[test]
fn an_extract_if_dropped_halfway_leaves_a_valid_list() {
    let ledger = Ledger::new();
    let mut numbers = list::<Number>(&ledger, 0..8);
    assert!(numbers.extract_if(|element| element.number() % 2 == 1).next().is_some());
    assert_eq!(numbers.numbers(), [0, 2, 3, 4, 5, 6, 7]);
}
