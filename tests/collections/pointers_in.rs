//! `clone_in` and `collect_in` of `Box`, `Rc` and `Arc`: each clone has a value of its own, and each failure is an error.

use std::ffi::{CStr, OsStr};
use std::path::Path;

use janus_alloc::api::Layout;
use janus_alloc::collections::{
    Arc, Box as BoxIn, CloneIn, CollectIn, FromIteratorIn, Rc, String as StringIn, TryReserveError,
    TryReserveErrorKind, Vec as VecIn,
};
use janus_alloc::{Null, System, vec_in};

use crate::ledger::{Drops, Ledger, Value, each_failure, panics};

impl<B> CloneIn<B> for Value<'_> {
    type Cloned = Self;

    fn try_clone_in(&self, _: B) -> Result<Self, TryReserveError> {
        Ok(self.clone())
    }
}

/// A type of size 0 whose clone has a size.
struct Grows;

impl<B> CloneIn<B> for Grows {
    type Cloned = [u8; 1 << 10];

    fn try_clone_in(&self, _: B) -> Result<Self::Cloned, TryReserveError> {
        unreachable!("the allocation fails first")
    }
}

/// Returns an iterator of values that panics after `count` of them, if `count` is below 10.
fn panics_after<'d>(drops: &'d Drops, count: usize) -> impl Iterator<Item = Value<'d>> {
    (0..10).map(move |number| {
        assert!(number < count, "an iterator panics");
        drops.value()
    })
}

/// Clones a pointer to `$value` with each request failing in turn.
macro_rules! clone_with_failures {
    ($pointer:ident, $value:expr) => {
        let original = $pointer::clone_from_ref_in($value, System);
        each_failure(|ledger| {
            let cloned = original.try_clone_in(ledger)?;
            assert_eq!((ledger.live(), &*cloned), (1, $value));
            Ok::<_, TryReserveError>(())
        });
    };
}

macro_rules! pointers {
    ($($name:ident: $pointer:ident;)*) => {$(
        mod $name {
            use super::*;

            #[test]
            fn values_are_cloned() {
                let nested = $pointer::new_in(vec_in![in System; $pointer::new_in(1, System)], System);
                each_failure(|ledger| {
                    type In<'l, T> = $pointer<T, &'l Ledger>;
                    let cloned: In<'_, VecIn<In<'_, i32>, &Ledger>> = nested.try_clone_in(ledger)?;
                    assert_eq!((ledger.live(), *cloned[0]), (3, 1));
                    Ok::<_, TryReserveError>(())
                });
                let error = $pointer::new_in([0_u64; 3], System).try_clone_in(Null).unwrap_err();
                assert!(matches!(error.kind(), TryReserveErrorKind::AllocError { layout } if layout.size() == 24));

                let (ledger, drops) = (Ledger::new(), Drops::new());
                let value = $pointer::new_in(drops.value(), System);
                drops.panic_in_clone(0);
                assert!(panics(|| value.clone_in(&ledger)));
                assert_eq!((drops.live(), ledger.live()), (1, 0));
                drop(value.clone_in(&ledger));
                assert_eq!((drops.live(), ledger.live()), (1, 0));
            }

            #[test]
            fn slices_are_cloned() {
                let texts = || ["one", "two", "three"].into_iter().map(|text| StringIn::from_iter_in([text], System));
                let slice: $pointer<[StringIn<System>], _> = texts().collect_in(System);
                each_failure(|ledger| {
                    let cloned: $pointer<[StringIn<&Ledger>], &Ledger> = slice.try_clone_in(ledger)?;
                    assert_eq!(ledger.live(), 4);
                    assert!(cloned.iter().eq(["one", "two", "three"]));
                    Ok::<_, TryReserveError>(())
                });

                let (ledger, drops) = (Ledger::new(), Drops::new());
                let slice: $pointer<[Value<'_>], _> = (0..4).map(|_| drops.value()).collect_in(System);
                for nth in 0..4 {
                    drops.panic_in_clone(nth);
                    assert!(panics(|| slice.clone_in(&ledger)));
                    assert_eq!((drops.live(), ledger.live()), (4, 0));
                }
                let cloned = slice.clone_in(&ledger);
                assert_eq!((cloned.len(), drops.live(), ledger.live()), (4, 8, 1));
                drop(cloned);
                assert_eq!((drops.live(), ledger.live()), (4, 0));

                let empty: $pointer<[u64], System> = [].into_iter().collect_in(System);
                assert!(empty.clone_in(&ledger).is_empty());
                let many = $pointer::<[Grows], _>::new_uninit_slice_in(isize::MAX as usize >> 5, System);
                // SAFETY: `Grows` has size 0, so there are no bytes to initialize.
                let many = unsafe { many.assume_init() };
                assert_eq!(many.try_clone_in(Null).unwrap_err().kind(), TryReserveErrorKind::CapacityOverflow);
            }

            #[test]
            fn texts_are_cloned() {
                clone_with_failures!($pointer, "Janus");
                clone_with_failures!($pointer, c"Janus");
                clone_with_failures!($pointer, OsStr::new("Janus"));
                clone_with_failures!($pointer, Path::new("Janus"));
                let text: $pointer<CStr, _> = $pointer::clone_from_ref_in(c"Janus", System);
                let error = text.try_clone_in(Null).unwrap_err();
                assert!(matches!(error.kind(), TryReserveErrorKind::AllocError { layout } if layout.size() == 6));
            }

            #[test]
            fn slices_are_collected() {
                let numbers = || (0..20_u64).filter(|n| n % 3 == 0);
                each_failure(|ledger| {
                    let slice: $pointer<[u64], &Ledger> = numbers().try_collect_in(ledger)?;
                    assert_eq!(*slice, [0, 3, 6, 9, 12, 15, 18]);
                    assert_eq!(ledger.live(), 1);
                    Ok::<_, TryReserveError>(())
                });
                let ledger = Ledger::new();
                let slice = numbers().collect_in::<$pointer<[_], _>>(&ledger);
                assert!(slice.iter().copied().eq(numbers()));

                let drops = Drops::new();
                for count in 0..10 {
                    assert!(panics(|| panics_after(&drops, count).collect_in::<$pointer<[_], _>>(System)));
                    assert!(panics(|| panics_after(&drops, count).try_collect_in::<$pointer<[_], _>>(System)));
                    assert_eq!(drops.live(), 0);
                }
                drop(panics_after(&drops, 10).collect_in::<$pointer<[_], _>>(System));
                assert_eq!(drops.live(), 0);
            }
        }
    )*};
}

pointers! {
    boxes: BoxIn;
    rcs: Rc;
    arcs: Arc;
}

#[test]
fn clones_of_shared_pointers_are_not_shared() {
    let one = Rc::new_in(1, System);
    let [one, other] = [one.clone(), one].clone_in(System);
    assert!(one == other && !Rc::ptr_eq(&one, &other));
    assert_eq!((Rc::strong_count(&one), Rc::weak_count(&one)), (1, 0));
}

#[test]
fn boxes_of_size_zero_allocate_nothing() {
    let ledger = Ledger::new();
    drop(BoxIn::new_in((), System).clone_in(&ledger));
    drop(BoxIn::clone_from_ref_in("", System).clone_in(&ledger));
    drop(BoxIn::<[()], _>::clone_from_ref_in(&[(); 100], System).clone_in(&ledger));
    assert_eq!([(); 100].into_iter().collect_in::<BoxIn<[()], _>>(&ledger).len(), 100);
    assert!(["", ""].into_iter().collect_in::<BoxIn<str, _>>(&ledger).is_empty());
    assert_eq!(ledger.requests(), 0);
}

#[test]
fn texts_are_collected_into_boxes() {
    let text: BoxIn<str, _> = ["Jan", "us"].into_iter().collect_in(System);
    assert_eq!(&*text, "Janus");
    each_failure(|ledger| {
        let text: BoxIn<str, &Ledger> = "two faces".chars().rev().try_collect_in(ledger)?;
        assert_eq!((&*text, ledger.layouts()[0]), ("secaf owt", Layout::array::<u8>(9).unwrap()));
        Ok::<_, TryReserveError>(())
    });
}

/// `collect_in` of `Result`s and `Option`s reads the iterator as far as std's `collect`.
#[test]
fn collecting_stops_at_the_first_failure_as_in_std() {
    for failures in [[9, 9], [0, 3], [2, 2], [3, 4], [4, 0]] {
        let results = || (0..5).map(move |n| if failures.contains(&n) { Err(n) } else { Ok(n) });
        let (mut ours, mut std) = (results(), results());
        let collected: Result<VecIn<i32, System>, i32> = ours.by_ref().collect_in(System);
        assert_eq!(collected.map(|all| all.to_vec()), std.by_ref().collect::<Result<Vec<_>, _>>());
        assert!(ours.eq(std));

        let options = || results().map(Result::ok);
        let (mut ours, mut std) = (options(), options());
        let collected: Option<BoxIn<[i32], System>> = ours.by_ref().collect_in(System);
        assert_eq!(collected.map(|all| all.to_vec()), std.by_ref().collect::<Option<Vec<_>>>());
        assert!(ours.eq(std));

        let nested = || results().map(Some);
        let collected: Option<Result<VecIn<i32, System>, i32>> = nested().try_collect_in(System).unwrap();
        assert_eq!(
            collected.map(|result| result.map(|all| all.to_vec())),
            nested().collect::<Option<Result<Vec<_>, _>>>()
        );
    }
}

#[test]
fn failures_of_allocator_and_iterator_leak_nothing() {
    let drops = Drops::new();
    // An allocation failure is the result, even if a later item of the iterator is a failure too.
    each_failure(|ledger| {
        let all = (0..9).map(|_| Ok::<_, ()>(drops.value())).filter(|_| true);
        all.try_collect_in::<Result<VecIn<_, &Ledger>, ()>>(ledger).map(|all| assert_eq!(all.unwrap().len(), 9))
    });
    each_failure(|ledger| {
        let some = (0..9).map(|n| (n < 6).then(|| drops.value()));
        some.try_collect_in::<Option<Rc<[_], &Ledger>>>(ledger).map(|some| assert!(some.is_none()))
    });
    assert_eq!(drops.live(), 0);

    let ledger = Ledger::new();
    for count in 0..10 {
        assert!(panics(|| {
            panics_after(&drops, count).map(Some).collect_in::<Option<VecIn<_, _>>>(&ledger);
        }));
        assert_eq!((drops.live(), ledger.live()), (0, 0));
    }
}

/// Collecting ends at the first failure, even if the iterator goes on and has a wrong `size_hint`.
#[test]
fn collecting_ignores_wrong_size_hints() {
    /// Yields three items, then failures without end.
    struct WrongHint(usize);

    impl Iterator for WrongHint {
        type Item = Option<usize>;

        fn next(&mut self) -> Option<Option<usize>> {
            self.0 += 1;
            Some((self.0 < 4).then_some(self.0))
        }

        fn size_hint(&self) -> (usize, Option<usize>) {
            (usize::MAX, Some(1))
        }
    }

    /// Calls `next` once more after the end.
    struct CallsAfterEnd(usize);

    impl FromIteratorIn<usize> for CallsAfterEnd {
        type Allocator = ();

        fn try_from_iter_in<I: IntoIterator<Item = usize>>(iter: I, (): ()) -> Result<Self, TryReserveError> {
            let mut iter = iter.into_iter();
            let count = iter.by_ref().count();
            assert_eq!((iter.next(), iter.size_hint()), (None, (0, Some(0))));
            Ok(Self(count))
        }
    }

    let mut source = WrongHint(0);
    assert!(source.by_ref().collect_in::<Option<VecIn<_, _>>>(System).is_none());
    assert_eq!(source.0, 4);
    let mut source = WrongHint(0);
    assert!(source.by_ref().collect_in::<Option<CallsAfterEnd>>(()).is_none());
    assert_eq!(source.0, 4);
    assert_eq!([Some(1), Some(2)].into_iter().collect_in::<Option<CallsAfterEnd>>(()).map(|all| all.0), Some(2));
}
