//! Each `try_` method returns an error for each failed allocation, and leaves the deque as documented.

use janus_alloc::System;
use janus_alloc::collections::{
    CloneIn, CollectIn, FromIn, IntoIn, TryReserveError, TryReserveErrorKind, Vec as VecIn, VecDeque as DequeIn,
};

use crate::elements::{Element, Number, live, numbers};
use crate::ledger::{Ledger, each_failure, panics};

type Numbers<'l> = DequeIn<Number, &'l Ledger>;

fn elements() -> impl Iterator<Item = Number> + Clone {
    (0..5).map(Number::new)
}

/// Returns a deque with no spare capacity, whose elements wrap around the end of the buffer.
fn full(ledger: &Ledger) -> Result<Numbers<'_>, TryReserveError> {
    let mut deque = DequeIn::try_with_capacity_in(5, ledger)?;
    deque.extend((2..5).map(Number::new));
    deque.push_front(Number::new(1));
    deque.push_front(Number::new(0));
    assert_eq!((deque.capacity(), deque.as_slices().0.len()), (5, 2));
    Ok(deque)
}

/// Runs `work` on a full deque with each allocation failing in turn, and asserts that a failure leaves the deque unchanged.
fn unchanged_on_failure(work: impl Fn(&mut Numbers<'_>) -> Result<(), TryReserveError>) {
    let before = live();
    each_failure(|ledger| {
        let mut deque = full(ledger)?;
        work(&mut deque).inspect_err(|_| {
            assert_eq!(numbers(&deque), [0, 1, 2, 3, 4]);
            assert_eq!(deque.capacity(), 5);
        })
    });
    assert_eq!(live(), before);
}

#[test]
fn a_failed_operation_changes_nothing() {
    unchanged_on_failure(|deque| deque.try_push_back(Number::new(7)));
    unchanged_on_failure(|deque| deque.try_push_front(Number::new(7)));
    unchanged_on_failure(|deque| deque.try_push_back_mut(Number::new(7)).map(drop));
    unchanged_on_failure(|deque| deque.try_push_front_mut(Number::new(7)).map(drop));
    unchanged_on_failure(|deque| deque.try_insert(2, Number::new(7)));
    unchanged_on_failure(|deque| deque.try_insert_mut(2, Number::new(7)).map(drop));
    unchanged_on_failure(|deque| deque.try_reserve(1));
    unchanged_on_failure(|deque| deque.try_reserve_exact(1));
    unchanged_on_failure(|deque| deque.try_extend(elements()));
    unchanged_on_failure(|deque| deque.try_extend(VecIn::try_from_iter_in(elements(), *deque.allocator())?));
    unchanged_on_failure(|deque| deque.try_resize(9, Number::new(7)));
    unchanged_on_failure(|deque| deque.try_resize_with(9, || Number::new(7)));
    unchanged_on_failure(|deque| {
        let mut other = full(deque.allocator())?;
        deque.try_append(&mut other).inspect_err(|_| assert_eq!(numbers(&other), [0, 1, 2, 3, 4]))
    });
    unchanged_on_failure(|deque| deque.try_split_off(2).map(drop));
    unchanged_on_failure(|deque| deque.try_clone().map(drop));
    unchanged_on_failure(|deque| deque.try_clone_in(*deque.allocator()).map(drop));
}

#[test]
fn every_failure_of_a_constructor_is_an_error() {
    each_failure(|ledger| DequeIn::<u64, _>::try_with_capacity_in(3, ledger).map(drop));
    each_failure(|ledger| elements().try_collect_in::<Numbers<'_>>(ledger).map(drop));
    each_failure(|ledger| elements().filter(|_| true).try_collect_in::<Numbers<'_>>(ledger).map(drop));
    each_failure(|ledger| DequeIn::try_from_in(VecIn::from_iter_in(elements(), System), ledger).map(drop));
    each_failure(|ledger| DequeIn::try_from_in(DequeIn::from_iter_in(elements(), System), ledger).map(drop));
    each_failure(|ledger| {
        DequeIn::try_from_in(elements().collect::<std::collections::VecDeque<_>>(), ledger).map(drop)
    });
    each_failure(|ledger| [Number::new(1)].try_into_in::<Numbers<'_>>(ledger).map(drop));
    assert!(DequeIn::<u64>::try_with_capacity(3).is_ok());
    assert_eq!(live(), 0);
}

#[test]
fn every_failure_of_a_nested_clone_is_an_error() {
    let nested: DequeIn<_, _> =
        [vec![1, 2], vec![3], vec![]].into_iter().map(|inner| DequeIn::from_iter_in(inner, System)).collect_in(System);
    each_failure(|ledger| {
        let cloned: DequeIn<DequeIn<i32, &Ledger>, &Ledger> = nested.try_clone_in(ledger)?;
        assert_eq!(ledger.live(), 3);
        assert_eq!(cloned, nested);
        Ok::<_, TryReserveError>(())
    });
}

#[test]
fn a_failed_shrink_keeps_the_capacity() {
    each_failure(|ledger| {
        let mut deque = full(ledger)?;
        deque.truncate(3);
        deque.try_shrink_to(4).inspect_err(|_| assert_eq!((deque.capacity(), numbers(&deque)), (5, vec![0, 1, 2])))?;
        deque
            .try_shrink_to_fit()
            .inspect_err(|_| assert_eq!((deque.capacity(), numbers(&deque)), (4, vec![0, 1, 2])))?;
        assert_eq!((deque.capacity(), numbers(&deque)), (3, vec![0, 1, 2]));
        Ok::<_, TryReserveError>(())
    });
    assert_eq!(live(), 0);
}

#[test]
fn a_failed_extend_keeps_the_elements_added_before() {
    each_failure(|ledger| {
        let mut deque = full(ledger)?;
        deque.try_extend(elements().filter(|_| true).chain(elements()).chain(elements())).inspect_err(|_| {
            assert!(deque.len() >= 5 && deque.len() == deque.capacity());
            assert_eq!(numbers(&deque)[..5], [0, 1, 2, 3, 4]);
        })
    });
    each_failure(|ledger| {
        let mut deque = full(ledger)?;
        let source = DequeIn::try_from_iter_in(elements().chain(elements()), ledger)?;
        deque.try_clone_from(&source).inspect_err(|_| assert!(deque.is_empty() && deque.capacity() == 5))
    });
    assert_eq!(live(), 0);
}

#[test]
fn too_large_capacities_are_errors() {
    let too_large = isize::MAX as usize / 8 + 1;
    for capacity in [too_large, usize::MAX / 8, usize::MAX] {
        let error = DequeIn::<u64, _>::try_with_capacity_in(capacity, System).unwrap_err();
        assert_eq!(error.kind(), TryReserveErrorKind::CapacityOverflow);
        assert!(panics(|| DequeIn::<u64, _>::with_capacity_in(capacity, System)));
        let mut deque = DequeIn::from_iter_in([1_u64], System);
        for result in [
            deque.try_reserve(capacity),
            deque.try_reserve_exact(capacity),
            deque.try_resize(capacity, 7),
            deque.try_resize_with(capacity, || 7),
        ] {
            assert_eq!(result.unwrap_err().kind(), TryReserveErrorKind::CapacityOverflow);
        }
        assert!(panics(|| deque.reserve(capacity)));
        assert!(panics(|| deque.reserve_exact(capacity)));
        assert!(panics(|| deque.resize(capacity, 7)));
        assert_eq!(deque, [1]);
    }
}
