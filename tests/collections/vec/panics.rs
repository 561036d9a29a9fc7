//! A panic at any call of a callback leaves the same elements in a vector as in std's, and the same number of live ones.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use janus_alloc::collections::Vec as VecIn;

use crate::callbacks::{at_each_call, drop_result, maybe_panicking, outcome};
use crate::elements::{Element, Number, Unit, cancel_panic, live, maybe_panic, numbers, panic_after};
use crate::ledger::Ledger;
use crate::ranges::PanickingRange;

/// Runs `$work` on a vector of 8 elements and on std's, with a panic at each call of a callback in turn, and compares the outcomes.
macro_rules! compare_with_std {
    ($element:ty, |$vec:ident| $work:expr) => {
        at_each_call(stringify!($work), |calls, ledger| {
            let elements = || (0..8).map(|n| <$element>::new(n / 2));
            [
                outcome(VecIn::from_iter_in(elements(), ledger), |vec| numbers(vec), calls, |$vec| drop_result($work)),
                outcome(elements().collect::<Vec<_>>(), |vec| numbers(vec), calls, |$vec| drop_result($work)),
            ]
        });
    };
    ($(|$vec:ident| $work:expr;)*) => {
        $(
            compare_with_std!(Number, |$vec| $work);
            compare_with_std!(Unit, |$vec| $work);
        )*
    };
}

#[test]
fn a_panicking_drop_behaves_as_in_std() {
    compare_with_std! {
        |vec| vec.clear();
        |vec| vec.truncate(3);
        |vec| vec.drain(2..5);
        |vec| vec.drain(..).next_back();
        |vec| vec.retain(|element| element.number() % 2 == 1);
        |vec| vec.dedup_by_key(|element| element.number());
        |vec| vec.resize(2, Element::new(9));
        |vec| vec.pop();
        |vec| vec.splice(2..5, None);
    }
    // The drop of the iterator drops the 7 elements left.
    let drop_panics = |calls: usize| {
        let before = live();
        let mut iter = VecIn::from_iter_in((0..8).map(Number::new), &janus_alloc::System).into_iter();
        iter.next();
        panic_after(calls);
        let panicked = catch_unwind(AssertUnwindSafe(|| drop(iter))).is_err();
        cancel_panic();
        assert_eq!(live(), before);
        panicked
    };
    assert_eq!((0..10).map(drop_panics).filter(|panicked| *panicked).count(), 7);
}

#[test]
fn a_panicking_clone_behaves_as_in_std() {
    compare_with_std! {
        |vec| vec.clone();
        |vec| { let twin = vec.clone(); vec.extend_from_slice(&twin) };
        |vec| vec.extend_from_within(1..);
        |vec| vec.resize(12, Element::new(9));
        |vec| { let mut twin = vec.clone(); twin.truncate(5); vec.clone_from(&twin) };
        |vec| { let mut twin = vec.clone(); twin.truncate(5); twin.clone_from(vec) };
        |vec| { let twin = vec.clone(); vec.extend(twin.iter().cloned()) };
        |vec| { let twin = vec.clone(); vec.extend(twin) };
        |vec| vec.clone().into_iter().clone();
    }
}

#[test]
fn a_panicking_closure_behaves_as_in_std() {
    compare_with_std! {
        |vec| vec.retain_mut(|element| { maybe_panic(); element.number() % 2 == 0 });
        |vec| vec.dedup_by(|left, right| { maybe_panic(); left.number() == right.number() });
        |vec| vec.dedup();
        |vec| vec.pop_if(|_| { maybe_panic(); true });
        |vec| vec.resize_with(20, || maybe_panicking(Element::new(9)));
        |vec| vec.extract_if(.., |element| { maybe_panic(); element.number() % 2 == 0 }).for_each(drop);
        |vec| vec.extract_if(2..6, |_| { maybe_panic(); true }).next();
        |vec| vec.drain(1..5).for_each(|_| maybe_panic());
        |vec| { vec.clone().into_iter().fold((), |(), _| maybe_panic()) };
        |vec| { vec.clone().into_iter().rfold((), |(), _| maybe_panic()) };
    }
}

#[test]
fn a_panicking_iterator_behaves_as_in_std() {
    compare_with_std! {
        |vec| vec.extend((0..9).map(|n| maybe_panicking(Element::new(n))));
        |vec| vec.extend((0..9).filter(|n| n % 3 != 0).map(|n| maybe_panicking(Element::new(n))));
        |vec| vec.extend((0..3).chain(5..8).map(|n| maybe_panicking(Element::new(n))));
        |vec| vec.extend((0..3).zip([0; 30]).zip([0; 40]).map(|((n, _), _)| maybe_panicking(Element::new(n))));
        |vec| vec.splice(2..5, (0..9).map(|n| maybe_panicking(Element::new(n))));
        |vec| vec.splice(2.., (0..9).map(|n| maybe_panicking(Element::new(n))));
        |vec| vec.splice(2..5, (0..2).map(|n| maybe_panicking(Element::new(n))));
    }
}

#[test]
fn a_panicking_range_behaves_as_in_std() {
    compare_with_std! {
        |vec| vec.drain(PanickingRange(2, 5));
        |vec| vec.extend_from_within(PanickingRange(2, 5));
        |vec| vec.splice(PanickingRange(2, 5), None);
        |vec| vec.extract_if(PanickingRange(2, 5), |_| true).for_each(drop);
    }
}

/// At a panic, std drops the elements beyond the size hint, which it has collected first. Our vector keeps those already in place. No
/// element leaks or is dropped twice.
#[test]
fn a_panicking_splice_without_a_size_hint_keeps_the_elements_in_place() {
    for calls in 0..40 {
        let ledger = Ledger::new();
        let vec = VecIn::from_iter_in((0..8).map(Number::new), &ledger);
        let (panicked, numbers_left, live_with_vec, live_after_drop) = outcome(
            vec,
            |vec| numbers(vec),
            calls,
            |vec: &mut VecIn<_, &Ledger>| {
                drop(vec.splice(2..4, (10..30).filter(|n| n % 2 == 0).map(|n| maybe_panicking(Element::new(n)))));
            },
        );
        assert_eq!((live_with_vec, live_after_drop), (numbers_left.len() as isize, 0));
        assert!(numbers_left.starts_with(&[0, 1]) && numbers_left.ends_with(&[4, 5, 6, 7]), "{numbers_left:?}");
        assert!(panicked || numbers_left.len() == 16);
    }
}

/// The vector keeps as many elements as std's would, and drops none of the leaked ones.
#[test]
fn a_forgotten_iterator_leaks_elements() {
    let kept = Cell::new(0);
    let before = live();
    for forget in [0, 1, 2] {
        let mut vec = VecIn::from_iter_in((0..8).map(Number::new), janus_alloc::System);
        match forget {
            0 => std::mem::forget(vec.drain(2..5)),
            1 => std::mem::forget(vec.splice(2..5, None)),
            _ => std::mem::forget(vec.extract_if(2..5, |_| true)),
        }
        kept.set(kept.get() + vec.len());
    }
    assert_eq!(kept.get(), 4);
    assert_eq!(live() - before, 3 * 8 - 4);
}
