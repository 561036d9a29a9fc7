//! Compares `LinkedList` with std's.
#![no_main]

#[allow(dead_code, unused_imports, unused_macros, reason = "other targets use them")]
mod beside_std;

use std::collections::LinkedList;

use arbitrary::Arbitrary;
use beside_std::elements::{Element, Unit, Wide, live};
use beside_std::ledger::Ledger;
use beside_std::*;
use janus_alloc::collections::LinkedList as ListIn;
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
enum Operation {
    PushBack(u8),
    PushFront(u8),
    PopBack,
    PopFront,
    ChangeEnds(u8),
    Extend(Numbers, Option<u8>),
    Append(Numbers),
    AppendNodes(Numbers),
    Divide(u8, bool),
    SplitOff(u8),
    ExtractIf(u8, u8),
    Iterate(u8, u8),
    Change(u8, u8),
    Contains(u8),
    Clone,
    CloneFrom(Numbers),
    TakeApart(u8, u8),
    Clear,
}

fn step<'a, T: Element>(
    operation: &Operation,
    fault: Fault,
    elsewhere: &'a Ledger,
    ours: &mut ListIn<T, &'a Ledger>,
    std: &mut LinkedList<T>,
) {
    use Operation::*;
    let length = std.len();
    macro_rules! both {
        (|$list:ident, $new:ident| $body:expr) => {{
            let our_new = || ListIn::<T, _>::new_in(elsewhere);
            let (ours, std) =
                run_both!((fault, fault), (ours, our_new), (std, LinkedList::<T>::new), |$list, $new| $body);
            assert_eq!(ours, std);
        }};
    }
    match *operation {
        PushBack(number) => both!(|list, _new| list.push_back(make(number))),
        PushFront(number) => both!(|list, _new| list.push_front(make(number))),
        PopBack => both!(|list, _new| numbers(list.pop_back())),
        PopFront => both!(|list, _new| numbers(list.pop_front())),
        ChangeEnds(number) => both!(|list, _new| {
            for end in [list.front_mut().map(|end| *end = make(number)), list.back_mut().map(|end| *end = make(number))]
            {
                assert_eq!(end.is_some(), length > 0);
            }
        }),
        Extend(ref more, hint) => both!(|list, _new| list.extend(source(more, hint))),
        Append(ref more) => both!(|list, new| {
            let mut other = new();
            other.extend(source(more, None));
            list.append(&mut other);
            other.len()
        }),
        AppendNodes(ref more) => {
            let mut other = ListIn::new_in(*ours.allocator());
            other.extend(source(more, None));
            // SAFETY: both lists use the same ledger.
            unsafe { ours.append_nodes(&mut other) };
            std.extend(source(more, None));
            assert!(other.is_empty());
        }
        Divide(at, front) => {
            let (mut tail, mut std_tail) = (ours.split_off(index(at, length)), std.split_off(index(at, length)));
            assert!(ours.iter().eq(&*std) && tail.iter().eq(&std_tail));
            if front {
                std::mem::swap(ours, &mut tail);
                std::mem::swap(std, &mut std_tail);
            }
            ours.append(&mut tail);
            std.append(&mut std_tail);
        }
        SplitOff(at) => both!(|list, _new| numbers(list.split_off(index(at, length)))),
        ExtractIf(modulus, most) => {
            both!(|list, _new| numbers(list.extract_if(|element| answer(is_kept(element, modulus))).take(most.into())))
        }
        Iterate(sides, most) => both!(|list, _new| {
            let mut iterator = list.iter();
            let walked: Vec<_> = walk(&mut iterator, sides, most).into_iter().map(T::number).collect();
            (walked, iterator.len(), iterator.map(T::number).collect::<Vec<_>>())
        }),
        Change(sides, number) => both!(|list, _new| {
            for element in walk(&mut list.iter_mut(), sides, 9) {
                *element = make(number);
            }
        }),
        Contains(number) => both!(|list, _new| list.contains(&make(number))),
        Clone => both!(|list, _new| *list = list.clone()),
        CloneFrom(ref more) => both!(|list, new| {
            let mut other = new();
            other.extend(source(more, None));
            list.clone_from(&other);
        }),
        TakeApart(sides, most) => both!(|list, new| {
            let mut rest = std::mem::replace(list, new()).into_iter();
            let walked = numbers(walk(&mut rest, sides, most));
            let left = rest.len();
            list.extend(rest);
            (walked, left)
        }),
        Clear => both!(|list, _new| list.clear()),
    }
}

fn is_kept<T: Element>(element: &T, modulus: u8) -> bool {
    element.number().is_multiple_of(u32::from(modulus) % 8 + 1)
}

fn run<T: Element>(steps: Vec<(Operation, Fault)>) {
    let (ledger, elsewhere) = (Ledger::new(), Ledger::new());
    let mut ours = ListIn::new_in(&ledger);
    let mut std = LinkedList::new();
    for (operation, fault) in steps {
        step::<T>(&operation, fault, &elsewhere, &mut ours, &mut std);
        assert_eq!(ours.len(), std.len());
        assert!(ours.iter().eq(&std), "{ours:?}\n{std:?}");
        assert!(ours.iter().rev().eq(std.iter().rev()));
        assert_eq!(live(), 2 * std.len() as isize);
    }
    drop((ours, std));
    assert_eq!(live(), 0);
}

fuzz_target!(init: ignore_expected_panics(), |input: Input<Operation>| for_kind!(input, run));
