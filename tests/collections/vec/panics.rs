//! A panic at each call of a callback leaves a vector as std's is left: the same elements, and the same number live.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use janus_alloc::collections::Vec as VecIn;

use crate::callbacks::{at_each_call, ended, outcome, ticking};
use crate::elements::{Element, Number, Unit, extinguish, light, live, numbers, tick};
use crate::ledger::Ledger;
use crate::ranges::Ticking;

/// Does `$work` with a vector of 8 elements, with a panic at each call of a callback, and in std's as well.
macro_rules! as_std {
    ($element:ty, |$vec:ident| $work:expr) => {
        at_each_call(stringify!($work), |calls, ledger| {
            let elements = || (0..8).map(|n| <$element>::new(n / 2));
            [
                outcome(VecIn::from_iter_in(elements(), ledger), |vec| numbers(vec), calls, |$vec| ended($work)),
                outcome(elements().collect::<Vec<_>>(), |vec| numbers(vec), calls, |$vec| ended($work)),
            ]
        });
    };
    ($(|$vec:ident| $work:expr;)*) => {
        $(
            as_std!(Number, |$vec| $work);
            as_std!(Unit, |$vec| $work);
        )*
    };
}

#[test]
fn drops() {
    as_std! {
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
    let calls = |fuse: usize| {
        let before = live();
        let mut iter = VecIn::from_iter_in((0..8).map(Number::new), &janus_alloc::System).into_iter();
        iter.next();
        light(fuse);
        let panicked = catch_unwind(AssertUnwindSafe(|| drop(iter))).is_err();
        extinguish();
        assert_eq!(live(), before);
        panicked
    };
    assert_eq!((0..10).map(calls).filter(|panicked| *panicked).count(), 7);
}

#[test]
fn clones() {
    as_std! {
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
fn closures() {
    as_std! {
        |vec| vec.retain_mut(|element| { tick(); element.number() % 2 == 0 });
        |vec| vec.dedup_by(|left, right| { tick(); left.number() == right.number() });
        |vec| vec.dedup();
        |vec| vec.pop_if(|_| { tick(); true });
        |vec| vec.resize_with(20, || ticking(Element::new(9)));
        |vec| vec.extract_if(.., |element| { tick(); element.number() % 2 == 0 }).for_each(drop);
        |vec| vec.extract_if(2..6, |_| { tick(); true }).next();
        |vec| vec.drain(1..5).for_each(|_| tick());
        |vec| { vec.clone().into_iter().fold((), |(), _| tick()) };
        |vec| { vec.clone().into_iter().rfold((), |(), _| tick()) };
    }
}

#[test]
fn iterators() {
    as_std! {
        |vec| vec.extend((0..9).map(|n| ticking(Element::new(n))));
        |vec| vec.extend((0..9).filter(|n| n % 3 != 0).map(|n| ticking(Element::new(n))));
        |vec| vec.extend((0..3).chain(5..8).map(|n| ticking(Element::new(n))));
        |vec| vec.extend((0..3).zip([0; 30]).zip([0; 40]).map(|((n, _), _)| ticking(Element::new(n))));
        |vec| vec.splice(2..5, (0..9).map(|n| ticking(Element::new(n))));
        |vec| vec.splice(2.., (0..9).map(|n| ticking(Element::new(n))));
        |vec| vec.splice(2..5, (0..2).map(|n| ticking(Element::new(n))));
    }
}

#[test]
fn ranges() {
    as_std! {
        |vec| vec.drain(Ticking(2, 5));
        |vec| vec.extend_from_within(Ticking(2, 5));
        |vec| vec.splice(Ticking(2, 5), None);
        |vec| vec.extract_if(Ticking(2, 5), |_| true).for_each(drop);
    }
}

/// Here std collects what is beyond the hint first, and drops it; we keep what is already in its place. Nothing is lost or dropped twice.
#[test]
fn splices_without_a_hint() {
    for calls in 0..40 {
        let ledger = Ledger::new();
        let vec = VecIn::from_iter_in((0..8).map(Number::new), &ledger);
        let (panicked, left, with, without) = outcome(
            vec,
            |vec| numbers(vec),
            calls,
            |vec: &mut VecIn<_, &Ledger>| {
                drop(vec.splice(2..4, (10..30).filter(|n| n % 2 == 0).map(|n| ticking(Element::new(n)))));
            },
        );
        assert_eq!((with, without), (left.len() as isize, 0));
        assert!(left.starts_with(&[0, 1]) && left.ends_with(&[4, 5, 6, 7]), "{left:?}");
        assert!(panicked || left.len() == 16);
    }
}

/// What is forgotten is leaked, and no more than std leaks.
#[test]
fn forgotten() {
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
