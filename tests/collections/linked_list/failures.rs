//! Each `try_` method returns an error for each failed allocation, and leaves the list as documented.

use janus_alloc::collections::{
    CloneIn, CollectIn, FromIn, LinkedList as ListIn, TryReserveError, TryReserveErrorKind,
};
use janus_alloc::{Null, System};

use super::{List, Numbers, list};
use crate::elements::{Element, Number, live};
use crate::ledger::{Ledger, each_failure};

fn elements() -> impl Iterator<Item = Number> + Clone {
    (0..5).map(Number::new)
}

/// Runs `work` on a list of 5 elements with each allocation failing in turn, and asserts that a failure leaves the list unchanged.
fn unchanged_on_failure(work: impl Fn(&mut List<'_, Number>) -> Result<(), TryReserveError>) {
    let before = live();
    each_failure(|ledger| {
        let mut numbers = ListIn::try_from_iter_in(elements(), ledger)?;
        work(&mut numbers).inspect_err(|_| {
            assert_eq!(numbers.numbers(), [0, 1, 2, 3, 4]);
            assert_eq!(live() - before, 5);
        })
    });
    assert_eq!(live(), before);
}

#[test]
fn a_failed_operation_changes_nothing() {
    unchanged_on_failure(|list| list.try_push_back(Number::new(7)));
    unchanged_on_failure(|list| list.try_push_front(Number::new(7)));
    unchanged_on_failure(|list| list.try_push_back_mut(Number::new(7)).map(drop));
    unchanged_on_failure(|list| list.try_push_front_mut(Number::new(7)).map(drop));
    unchanged_on_failure(|list| list.try_clone().map(drop));
    unchanged_on_failure(|list| list.try_clone_in(*list.allocator()).map(drop));
}

#[test]
fn every_failure_of_a_constructor_is_an_error() {
    each_failure(|ledger| elements().try_collect_in::<List<'_, Number>>(ledger).map(drop));
    each_failure(|ledger| ListIn::try_from_in([Number::new(1), Number::new(2)], ledger).map(drop));
    each_failure(|ledger| ListIn::try_from_in(ListIn::from_iter_in(elements(), System), ledger).map(drop));
    each_failure(|ledger| {
        ListIn::try_from_in(elements().collect::<std::collections::LinkedList<_>>(), ledger).map(drop)
    });
    let nested = ListIn::from([ListIn::from([1, 2]), ListIn::new(), ListIn::from([3])]);
    each_failure(|ledger| {
        let clone: ListIn<List<'_, i32>, &Ledger> = nested.try_clone_in(ledger)?;
        assert_eq!((clone.len(), ledger.live()), (3, 6));
        Ok::<_, TryReserveError>(())
    });
    assert_eq!(live(), 0);
}

#[test]
fn a_failed_append_changes_neither_list() {
    each_failure(|ledger| {
        let other_ledger = Ledger::new();
        let mut numbers = ListIn::try_from_iter_in(elements(), ledger)?;
        let mut other = list::<Number>(&other_ledger, 5..8);
        // The annotation gives both lists one lifetime.
        let other: &mut List<'_, Number> = &mut other;
        let result = numbers.try_append(other);
        if result.is_ok() {
            assert_eq!((numbers.numbers(), other.numbers()), ((0..8).collect(), vec![]));
            assert_eq!((ledger.live(), other_ledger.live()), (8, 0));
        } else {
            assert_eq!((numbers.numbers(), other.numbers()), ((0..5).collect(), (5..8).collect()));
            assert_eq!((ledger.live(), other_ledger.live()), (5, 3));
        }
        assert_eq!(live(), 8);
        other.push_back(Number::new(9));
        other.push_front(Number::new(9));
        result
    });
    assert_eq!(live(), 0);
}

#[test]
fn a_failed_extend_keeps_the_elements_added_before() {
    each_failure(|ledger| {
        let mut numbers = ListIn::try_from_iter_in(elements(), ledger)?;
        numbers.try_extend(elements()).inspect_err(|_| {
            let left = numbers.numbers();
            assert!((5..10).contains(&left.len()) && left.iter().enumerate().all(|(n, &left)| left == n as u32 % 5));
        })
    });
    each_failure(|ledger| {
        let mut numbers = ListIn::try_from_iter_in(elements(), ledger)?;
        numbers.try_clone_from(&ListIn::from_iter_in((10..18).map(Number::new), System)).inspect_err(|_| {
            let left = numbers.numbers();
            assert!((5..8).contains(&left.len()) && left.iter().zip(10..).all(|(&left, n)| left == n));
        })
    });
    assert_eq!(live(), 0);
}

#[test]
fn an_error_holds_the_layout_of_a_node() {
    let error = ListIn::new_in(Null).try_push_back(7_u64).unwrap_err();
    let TryReserveErrorKind::AllocError { layout } = error.kind() else { panic!("{error}") };
    assert_eq!((layout.size(), layout.align()), (8 + 2 * size_of::<usize>(), 8));
}
