//! A panic at any call of a callback leaves the same elements in a deque as in std's, and the same number of live ones.

use std::collections::VecDeque;

use janus_alloc::collections::VecDeque as DequeIn;

use crate::callbacks::{at_each_call, drop_result, maybe_panicking, outcome};
use crate::elements::{Element, Number, Unit, live, maybe_panic, numbers};
use crate::ranges::PanickingRange;

/// Runs `$work` on a deque of 8 elements and on std's, with a panic at each call of a callback in turn, and compares the outcomes. The
/// elements wrap around the end of the buffer.
macro_rules! compare_with_std {
    ($element:ty, |$deque:ident| $work:expr) => {
        at_each_call(stringify!($work), |calls, ledger| {
            let mut ours = DequeIn::with_capacity_in(11, ledger);
            let mut std = VecDeque::with_capacity(11);
            for n in 3..8 {
                ours.push_back(<$element>::new(n / 2));
                std.push_back(<$element>::new(n / 2));
            }
            for n in (0..3).rev() {
                ours.push_front(<$element>::new(n / 2));
                std.push_front(<$element>::new(n / 2));
            }
            [
                outcome(ours, |deque| numbers(deque), calls, |$deque| drop_result($work)),
                outcome(std, |deque| numbers(deque), calls, |$deque| drop_result($work)),
            ]
        });
    };
    ($(|$deque:ident| $work:expr;)*) => {
        $(
            compare_with_std!(Number, |$deque| $work);
            compare_with_std!(Unit, |$deque| $work);
        )*
    };
}

#[test]
fn a_panicking_drop_behaves_as_in_std() {
    compare_with_std! {
        |deque| deque.clear();
        |deque| deque.truncate(1);
        |deque| deque.truncate(5);
        |deque| deque.drain(2..5);
        |deque| deque.drain(1..7);
        |deque| deque.drain(..).next_back();
        |deque| deque.drain(5..).next();
        |deque| deque.retain(|element| element.number() % 2 == 1);
        |deque| deque.resize(2, Element::new(9));
        |deque| deque.pop_back();
        |deque| deque.pop_front();
        |deque| deque.remove(4);
        |deque| deque.swap_remove_back(1);
        |deque| { *deque = std::mem::replace(deque, deque.clone()) };
        |deque| { let mut iter = deque.clone().into_iter(); iter.next(); drop(iter) };
        |deque| deque.clone().into_iter().nth(4);
        |deque| deque.clone().into_iter().nth_back(6);
    }
}

#[test]
fn a_panicking_clone_behaves_as_in_std() {
    compare_with_std! {
        |deque| deque.clone();
        |deque| deque.resize(12, Element::new(9));
        |deque| { let mut twin = deque.clone(); twin.truncate(5); deque.clone_from(&twin) };
        |deque| { let mut twin = deque.clone(); twin.truncate(5); twin.clone_from(deque) };
        |deque| { let twin = deque.clone(); deque.extend(twin.iter().cloned()) };
        |deque| { let twin = deque.clone(); deque.extend(twin) };
        |deque| deque.clone().into_iter().clone();
    }
}

#[test]
fn a_panicking_closure_behaves_as_in_std() {
    compare_with_std! {
        |deque| deque.retain_mut(|element| { maybe_panic(); element.number() % 2 == 0 });
        |deque| deque.pop_front_if(|_| { maybe_panic(); true });
        |deque| deque.pop_back_if(|_| { maybe_panic(); true });
        |deque| deque.resize_with(20, || maybe_panicking(Element::new(9)));
        |deque| deque.drain(1..5).for_each(|_| maybe_panic());
        |deque| deque.drain(4..7).rev().for_each(|_| maybe_panic());
        |deque| { deque.clone().into_iter().fold((), |(), _| maybe_panic()) };
        |deque| { deque.clone().into_iter().rfold((), |(), _| maybe_panic()) };
        |deque| deque.binary_search_by(|element| { maybe_panic(); element.number().cmp(&2) });
        |deque| deque.partition_point(|element| { maybe_panic(); element.number() < 2 });
        |deque| { let sought = Element::new(3); deque.contains(&sought) };
    }
}

#[test]
fn a_panicking_iterator_behaves_as_in_std() {
    compare_with_std! {
        |deque| deque.extend((0..9).map(|n| maybe_panicking(Element::new(n))));
        |deque| deque.extend((0..2).map(|n| maybe_panicking(Element::new(n))));
        |deque| deque.extend((0..9).filter(|n| n % 3 != 0).map(|n| maybe_panicking(Element::new(n))));
        |deque| deque.extend((0..3).chain(5..8).map(|n| maybe_panicking(Element::new(n))));
        |deque| deque.extend((0..3).zip([0; 30]).zip([0; 40]).map(|((n, _), _)| maybe_panicking(Element::new(n))));
    }
}

#[test]
fn a_panicking_range_behaves_as_in_std() {
    compare_with_std! {
        |deque| deque.drain(PanickingRange(2, 5));
        |deque| deque.range(PanickingRange(2, 5)).count();
        |deque| deque.range_mut(PanickingRange(2, 5)).count();
    }
}

/// The deque keeps as many elements as std's would, and drops none of the leaked ones.
#[test]
fn a_forgotten_drain_leaks_elements() {
    let before = live();
    let mut deque = DequeIn::from_iter_in((0..8).map(Number::new), janus_alloc::System);
    deque.rotate_left(3);
    std::mem::forget(deque.drain(2..5));
    assert_eq!(deque.iter().map(Element::number).collect::<Vec<_>>(), [3, 4]);
    deque.push_back(Number::new(9));
    drop(deque);
    assert_eq!(live() - before, 8 - 2);
}
