//! Each `try_` method returns an error for each failed allocation, and leaves the vector as documented.

use janus_alloc::collections::{
    CloneIn, CollectIn, FromIn, IntoIn, TryReserveError, TryReserveErrorKind, Vec as VecIn,
};
use janus_alloc::{System, try_vec_in, vec_in};

use crate::elements::{Element, Number, live, numbers};
use crate::ledger::{Ledger, each_failure, panics};

type Numbers<'l> = VecIn<Number, &'l Ledger>;

fn elements() -> impl Iterator<Item = Number> + Clone {
    (0..5).map(Number::new)
}

/// Returns a vector with no spare capacity.
fn full(ledger: &Ledger) -> Result<Numbers<'_>, TryReserveError> {
    let vec = VecIn::try_from_iter_in(elements(), ledger)?;
    assert_eq!(vec.capacity(), 5);
    Ok(vec)
}

/// Runs `work` on a full vector with each allocation failing in turn, and asserts that a failure leaves the vector unchanged.
fn unchanged_on_failure(work: impl Fn(&mut Numbers<'_>) -> Result<(), TryReserveError>) {
    let before = live();
    each_failure(|ledger| {
        let mut vec = full(ledger)?;
        let address = vec.as_ptr();
        work(&mut vec).inspect_err(|_| {
            assert_eq!(numbers(&vec), [0, 1, 2, 3, 4]);
            assert_eq!((vec.as_ptr(), vec.capacity()), (address, 5));
        })
    });
    assert_eq!(live(), before);
}

#[test]
fn a_failed_operation_changes_nothing() {
    unchanged_on_failure(|vec| vec.try_push(Number::new(7)));
    unchanged_on_failure(|vec| vec.try_push_mut(Number::new(7)).map(drop));
    unchanged_on_failure(|vec| vec.try_insert(2, Number::new(7)));
    unchanged_on_failure(|vec| vec.try_insert_mut(2, Number::new(7)).map(drop));
    unchanged_on_failure(|vec| vec.try_reserve(1));
    unchanged_on_failure(|vec| vec.try_reserve_exact(1));
    unchanged_on_failure(|vec| vec.try_extend(elements()));
    unchanged_on_failure(|vec| vec.try_extend_from_slice(&[Number::new(7)]));
    unchanged_on_failure(|vec| vec.try_extend_from_within(1..3));
    unchanged_on_failure(|vec| vec.try_resize(9, Number::new(7)));
    unchanged_on_failure(|vec| vec.try_resize_with(9, || Number::new(7)));
    unchanged_on_failure(|vec| vec.try_append(&mut full(vec.allocator())?));
    unchanged_on_failure(|vec| vec.try_split_off(2).map(drop));
    unchanged_on_failure(|vec| vec.try_clone().map(drop));
    unchanged_on_failure(|vec| vec.try_clone_in(*vec.allocator()).map(drop));
}

impl<'l> CloneIn<&'l Ledger> for Number {
    type Cloned = Self;

    fn try_clone_in(&self, _: &'l Ledger) -> Result<Self, TryReserveError> {
        Ok(self.clone())
    }
}

#[test]
fn every_failure_of_a_constructor_is_an_error() {
    each_failure(|ledger| VecIn::<u64, _>::try_with_capacity_in(3, ledger).map(drop));
    each_failure(|ledger| VecIn::<u64, _>::try_zeroed_in(3, ledger).map(drop));
    each_failure(|ledger| try_vec_in![in ledger; Number::new(1), Number::new(2)].map(drop));
    each_failure(|ledger| try_vec_in![in ledger; Number::new(1); 9].map(drop));
    each_failure(|ledger| try_vec_in![in ledger; 0_u64; 9].map(drop));
    each_failure(|ledger| try_vec_in![in ledger; 1_u64; 9].map(drop));
    each_failure(|ledger| elements().try_collect_in::<Numbers<'_>>(ledger).map(drop));
    each_failure(|ledger| elements().filter(|_| true).try_collect_in::<Numbers<'_>>(ledger).map(drop));
    each_failure(|ledger| VecIn::try_from_in("janus", ledger).map(drop));
    each_failure(|ledger| VecIn::try_from_in(elements().collect::<Vec<_>>(), ledger).map(drop));
    each_failure(|ledger| VecIn::try_from_in(VecIn::from_iter_in(elements(), System), ledger).map(drop));
    each_failure(|ledger| [Number::new(1)].try_into_in::<Numbers<'_>>(ledger).map(drop));
    assert_eq!(live(), 0);
}

#[test]
fn every_failure_of_a_nested_clone_is_an_error() {
    let nested = vec_in![in System; vec_in![in System; 1, 2], vec_in![in System; 3], VecIn::new_in(System)];
    each_failure(|ledger| {
        let cloned: VecIn<VecIn<i32, &Ledger>, &Ledger> = nested.try_clone_in(ledger)?;
        assert_eq!(ledger.live(), 3);
        assert_eq!(cloned[0], [1, 2]);
        Ok::<_, TryReserveError>(())
    });
}

#[test]
fn a_failed_shrink_keeps_the_capacity() {
    each_failure(|ledger| {
        let mut vec = full(ledger)?;
        vec.truncate(2);
        vec.try_shrink_to(4).inspect_err(|_| assert_eq!((vec.capacity(), numbers(&vec)), (5, vec![0, 1])))?;
        vec.try_shrink_to_fit().inspect_err(|_| assert_eq!((vec.capacity(), numbers(&vec)), (4, vec![0, 1])))?;
        vec.try_reserve_exact(3)?;
        let boxed = vec.try_into_boxed_slice()?;
        assert_eq!(numbers(&boxed), [0, 1]);
        Ok::<_, TryReserveError>(())
    });
    assert_eq!(live(), 0);
}

#[test]
fn a_failed_extend_keeps_the_elements_added_before() {
    each_failure(|ledger| {
        let mut vec = full(ledger)?;
        vec.try_extend(elements().filter(|_| true).chain(elements()).chain(elements())).inspect_err(|_| {
            assert!(vec.len() >= 5 && vec.len() == vec.capacity());
            assert_eq!(numbers(&vec)[..5], [0, 1, 2, 3, 4]);
        })
    });
    each_failure(|ledger| {
        let mut vec = full(ledger)?;
        vec.try_clone_from(&elements().chain(elements()).collect::<Vec<_>>())
            .inspect_err(|_| assert_eq!(numbers(&vec), [0, 1, 2, 3, 4]))
    });
    each_failure(|ledger| {
        let mut vec = full(ledger)?;
        let result = vec.splice(1..3, (10..40).filter(|n| n % 2 == 0).map(Number::new)).try_finish();
        let left = numbers(&vec);
        assert_eq!((left[0], &left[left.len() - 2..]), (0, &[3, 4][..]));
        assert!((1..left.len() - 2).all(|index| left[index] as usize == 8 + 2 * index));
        assert_eq!(result.is_ok(), left.len() == 18);
        result
    });
    each_failure(|ledger| {
        let mut vec = full(ledger)?;
        let result = vec.splice(1.., (10..40).map(Number::new)).try_finish();
        assert_eq!(vec.len(), if result.is_ok() { 31 } else { 1 });
        result
    });
    assert_eq!(live(), 0);
}

#[test]
fn too_large_capacities_are_errors() {
    let too_large = isize::MAX as usize / 8 + 1;
    for capacity in [too_large, usize::MAX / 8, usize::MAX] {
        let overflow = |result: Result<_, TryReserveError>| {
            result.map(drop).unwrap_err().kind() == TryReserveErrorKind::CapacityOverflow
        };
        assert!(overflow(VecIn::<u64, _>::try_with_capacity_in(capacity, System)));
        assert!(overflow(VecIn::<u64, _>::try_zeroed_in(capacity, System)));
        assert!(overflow(try_vec_in![in System; 7_u64; capacity]));
        assert!(overflow(try_vec_in![in System; 0_u64; capacity]));
        assert!(panics(|| VecIn::<u64, _>::with_capacity_in(capacity, System)));
        assert!(panics(|| VecIn::<u64, _>::zeroed_in(capacity, System)));
        assert!(panics(|| vec_in![in System; 7_u64; capacity]));
        let mut vec = vec_in![in System; 1_u64];
        for result in [
            vec.try_reserve(capacity),
            vec.try_reserve_exact(capacity),
            vec.try_resize(capacity, 7),
            vec.try_resize_with(capacity, || 7),
        ] {
            assert_eq!(result.unwrap_err().kind(), TryReserveErrorKind::CapacityOverflow);
        }
        assert!(panics(|| vec.reserve(capacity)));
        assert!(panics(|| vec.reserve_exact(capacity)));
        assert!(panics(|| vec.resize(capacity, 7)));
        assert_eq!(vec, [1]);
    }
    // The largest valid capacity is refused by the allocator.
    let error = VecIn::<u64, _>::try_with_capacity_in(too_large - 1, System).unwrap_err();
    assert!(matches!(error.kind(), TryReserveErrorKind::AllocError { layout } if layout.size() == 8 * (too_large - 1)));
}
