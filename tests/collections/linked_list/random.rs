//! Random operations on a list and on one of std's. After each, both have the same elements, and each node is a block.
#![expect(clippy::incompatible_msrv, reason = "std's methods are newer than the crate's MSRV")]

use std::collections::LinkedList as Std;

use janus_alloc::collections::{CloneIn, CollectIn, LinkedList as ListIn};
use proptest::collection::vec;
use proptest::prelude::*;

use super::{List, Numbers, list};
use crate::elements::{Element, live};
use crate::ledger::Ledger;
use crate::steps::{Step, both, with_all_elements};

fn run<T: Element>(steps: &[Step]) {
    // A node of one ledger that is freed to the other makes that one panic.
    let (ledger, other_ledger) = (Ledger::new(), Ledger::new());
    let before = live();
    let mut ours: List<'_, T> = ListIn::new_in(&ledger);
    let mut std: Std<T> = Std::new();
    for (&(operation, left, right), number) in steps.iter().zip(0..) {
        let length = std.len();
        let index = usize::from(left) % (length + 1);
        let few = u32::from(right) % 20;
        let number_of = |element: Option<T>| element.map(|element| element.number());
        match operation % 24 {
            0..3 => both!(ours, std, |list| list.push_back(T::new(number))),
            3..6 => both!(ours, std, |list| list.push_front(T::new(number))),
            6 => both!(ours, std, |list| number_of(list.pop_back())),
            7 => both!(ours, std, |list| number_of(list.pop_front())),
            8 => both!(ours, std, |list| {
                *list.push_back_mut(T::new(0)) = T::new(number);
                *list.push_front_mut(T::new(0)) = T::new(number + 1);
            }),
            9 => both!(ours, std, |list| list.split_off(index).numbers()),
            10 => both!(ours, std, |list| {
                let mut tail = list.split_off(index);
                std::mem::swap(list, &mut tail);
                tail.numbers()
            }),
            11 => {
                let mut more = list(&other_ledger, 0..few);
                ours.append(&mut more);
                assert!(more.is_empty() && more.numbers().is_empty());
                assert_eq!(other_ledger.live(), 0);
                std.append(&mut (0..few).map(T::new).collect());
            }
            12 => {
                let mut more = list(&ledger, 0..few);
                // SAFETY: both lists have the allocator `&ledger`.
                unsafe { ours.append_nodes(&mut more) };
                assert!(more.is_empty() && more.numbers().is_empty());
                std.append(&mut (0..few).map(T::new).collect());
            }
            13 => both!(ours, std, |list| {
                let taken = list.extract_if(|element| element.number() % 2 == 0);
                taken.map(|element| element.number()).collect::<Vec<_>>()
            }),
            14 => both!(ours, std, |list| {
                let mut taken = list.extract_if(|element| {
                    *element = T::new(element.number() / 2);
                    element.number() % 3 == 0
                });
                (number_of(taken.next()), taken.size_hint(), number_of(taken.next()), taken.size_hint())
            }),
            15 => both!(ours, std, |list| list.extend((0..few).map(T::new))),
            16 => both!(ours, std, |list| {
                let mut iter = list.iter_mut();
                for _ in 0..few {
                    if let Some(element) = iter.next() {
                        *element = T::new(number);
                    }
                    if let Some(element) = iter.next_back() {
                        *element = T::new(number + 1);
                    }
                }
                iter.len()
            }),
            17 => {
                ours = ours.clone();
                std = std.clone();
            }
            18 => {
                ours.clone_from(&list(&other_ledger, 0..few).iter().cloned().collect_in(&ledger));
                std.clone_from(&(0..few).map(T::new).collect());
            }
            19 => {
                let (mut our_iter, mut std_iter) = (ours.into_iter(), std.into_iter());
                both!(our_iter, std_iter, |iter| {
                    let ends =
                        (number_of(iter.next()), number_of(iter.next_back()), number_of(iter.nth(few as usize / 4)));
                    (ends, iter.len(), iter.clone().map(|element| element.number()).collect::<Vec<_>>())
                });
                ours = our_iter.collect_in(&ledger);
                std = std_iter.collect();
            }
            20 if left % 4 == 0 => both!(ours, std, |list| list.clear()),
            21 => both!(ours, std, |list| list.contains(&T::new(few))),
            22 => {
                ours.try_clone_from(&list::<T>(&other_ledger, 0..few)).unwrap();
                std = (0..few).map(T::new).collect();
            }
            23 => both!(ours, std, |list| {
                if let Some(element) = list.front_mut() {
                    *element = T::new(number);
                }
                if let Some(element) = list.back_mut() {
                    *element = T::new(number + 1);
                }
                (list.iter().nth(index).map(T::number), list.iter().skip(1).min_by_key(|e| e.number()).map(T::number))
            }),
            _ => {}
        }
        assert_eq!(ours.numbers(), std.numbers(), "after {operation}");
        assert_eq!(live() - before, 2 * std.len() as isize);
        assert_eq!((ledger.live(), other_ledger.live()), (ours.len(), 0));
    }
    drop((ours, std));
    assert_eq!(live(), before);
}

with_all_elements!(run);

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn clones_and_comparisons_behave_as_in_std(one in vec(0_u8..4, 0..6), other in vec(0_u8..4, 0..6)) {
        let ledger = Ledger::new();
        let (std_one, std_other): (Std<u8>, Std<u8>) = (one.iter().copied().collect(), other.iter().copied().collect());
        let one: ListIn<u8> = one.into_iter().collect();
        let other = other.into_iter().collect::<ListIn<u8>>().clone_in(&ledger);
        prop_assert_eq!(one == other, std_one == std_other);
        prop_assert_eq!(one.partial_cmp(&other), std_one.partial_cmp(&std_other));
        prop_assert_eq!(one.cmp(&other.clone_in(janus_alloc::Global)), std_one.cmp(&std_other));
    }
}
