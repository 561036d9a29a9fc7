//! Random operations on a vector and on one of std's. After each, both have the same elements and capacity.
#![expect(clippy::incompatible_msrv, reason = "std's methods are newer than the crate's MSRV")]

use janus_alloc::collections::{CollectIn, Vec as VecIn};

use crate::elements::{Element, live, numbers};
use crate::ledger::Ledger;
use crate::steps::{Step, both, range, with_all_elements};

fn run<T: Element>(steps: &[Step]) {
    let ledger = Ledger::new();
    let before = live();
    let mut ours: VecIn<T, &Ledger> = VecIn::new_in(&ledger);
    let mut std: Vec<T> = Vec::new();
    let mut next = 0..;
    for &(operation, left, right) in steps {
        let number = next.next().unwrap();
        let length = std.len();
        let index = usize::from(left) % (length + 1);
        let few = u32::from(right) % 20;
        let part = range(length, left, right);
        match operation % 42 {
            0..4 => both!(ours, std, |vec| vec.push(T::new(number))),
            4 => both!(ours, std, |vec| vec.push_mut(T::new(number)).number()),
            5 => both!(ours, std, |vec| vec.insert(index, T::new(number))),
            6 => both!(ours, std, |vec| vec.insert_mut(index, T::new(number)).number()),
            7 if index < length => both!(ours, std, |vec| vec.remove(index).number()),
            8 if index < length => both!(ours, std, |vec| vec.swap_remove(index).number()),
            9 => both!(ours, std, |vec| vec.pop().map(|element| element.number())),
            10 => {
                both!(ours, std, |vec| {
                    let popped = vec.pop_if(|element| element.number() % 2 == 0);
                    popped.map(|element| element.number())
                });
            }
            11 => both!(ours, std, |vec| vec.truncate(index)),
            12 if left % 8 == 0 => both!(ours, std, |vec| vec.clear()),
            13 => {
                let mut more_ours: VecIn<T, &Ledger> = VecIn::from_iter_in((0..few).map(T::new), &ledger);
                let mut more_std: Vec<T> = (0..few).map(T::new).collect();
                ours.append(&mut more_ours);
                std.append(&mut more_std);
                assert!(more_ours.is_empty() && more_ours.capacity() == more_std.capacity());
            }
            14 => both!(ours, std, |vec| {
                let tail = vec.split_off(index);
                (numbers(&tail), tail.capacity())
            }),
            15 => both!(ours, std, |vec| vec.retain(|element| element.number() % 3 != 0)),
            16 => both!(ours, std, |vec| vec.retain_mut(|element| element.number() % 5 != 0)),
            17 => both!(ours, std, |vec| vec.dedup()),
            18 => both!(ours, std, |vec| vec.dedup_by_key(|element| element.number() / 4)),
            19 => both!(ours, std, |vec| numbers(&vec.drain(part.clone()).collect::<Vec<_>>())),
            20 => both!(ours, std, |vec| {
                let mut drain = vec.drain(part.clone());
                let taken = (drain.next().map(|e| e.number()), drain.next_back().map(|e| e.number()));
                (taken, numbers(drain.as_slice()))
            }),
            21 => both!(ours, std, |vec| {
                let splice = vec.splice(part.clone(), (0..few).map(T::new));
                numbers(&splice.collect::<Vec<_>>())
            }),
            22 => both!(ours, std, |vec| {
                drop(vec.splice(part.clone(), (0..few).filter(|n| n % 2 == 0).map(T::new)));
                // A gap that grows step by step may leave another capacity than in std.
                vec.shrink_to_fit();
            }),
            23 => both!(ours, std, |vec| {
                let taken = vec.extract_if(part.clone(), |element| element.number() % 2 == 0);
                numbers(&taken.collect::<Vec<_>>())
            }),
            24 => both!(ours, std, |vec| {
                let mut taken = vec.extract_if(.., |element| element.number() % 3 == 0);
                taken.next().map(|element| element.number())
            }),
            25 => both!(ours, std, |vec| vec.extend((0..few).map(T::new))),
            26 => both!(ours, std, |vec| vec.extend((0..few).filter(|n| n % 2 == 0).map(T::new))),
            27 => both!(ours, std, |vec| vec.extend((0..few).map(T::new).chain((0..2).map(T::new)))),
            28 => both!(ours, std, |vec| vec.extend((0..few).map(T::new).collect::<Vec<_>>())),
            29 => {
                let more: VecIn<T, &Ledger> = VecIn::from_iter_in((0..few).map(T::new), &ledger);
                let mut more = more.into_iter();
                more.next_back();
                ours.extend(more);
                std.extend((0..few.saturating_sub(1)).map(T::new));
            }
            30 => {
                let slice: Vec<T> = (0..few).map(T::new).collect();
                both!(ours, std, |vec| vec.extend_from_slice(&slice));
            }
            31 => both!(ours, std, |vec| vec.extend_from_within(part.clone())),
            32 => both!(ours, std, |vec| vec.resize(index + few as usize / 2, T::new(number))),
            33 => both!(ours, std, |vec| vec.resize_with(index + few as usize / 2, || T::new(number))),
            34 => {
                ours = ours.clone();
                std = std.clone();
            }
            35 => {
                let source: Vec<T> = (0..few).map(T::new).collect();
                ours.clone_from(&source.iter().cloned().collect_in(&ledger));
                std.clone_from(&source);
            }
            36 => both!(ours, std, |vec| vec.shrink_to(index)),
            37 => both!(ours, std, |vec| vec.reserve(few as usize)),
            38 => both!(ours, std, |vec| vec.reserve_exact(few as usize)),
            39 => {
                let rest = |next: Option<T>| next.map(|element| element.number());
                let (mut our_iter, mut std_iter) = (ours.into_iter(), std.into_iter());
                both!(our_iter, std_iter, |iter| {
                    let taken =
                        (rest(iter.next()), rest(iter.nth(few as usize / 4)), rest(iter.nth_back(few as usize / 8)));
                    (taken, iter.len(), numbers(iter.as_slice()), iter.clone().count())
                });
                both!(our_iter, std_iter, |iter| numbers(&iter.clone().rev().collect::<Vec<_>>()));
                both!(our_iter, std_iter, |iter| rest(iter.clone().last()));
                both!(our_iter, std_iter, |iter| iter
                    .clone()
                    .fold(0_u32, |sum, element| sum.wrapping_mul(31).wrapping_add(element.number())));
                ours = our_iter.collect_in(&ledger);
                std = std_iter.as_slice().to_vec();
                ours.shrink_to_fit();
                std.shrink_to_fit();
            }
            40 => {
                ours = VecIn::from(ours.into_boxed_slice());
                std = Vec::from(std.into_boxed_slice());
            }
            41 => {
                assert_eq!(ours[part.clone()], std[part.clone()]);
                assert_eq!(ours.first(), std.first());
                both!(ours, std, |vec| vec.reverse());
            }
            _ => {}
        }
        assert_eq!(numbers(&ours), numbers(&std));
        assert_eq!(ours, std);
        assert_eq!(ours.capacity(), std.capacity(), "after {operation}");
        assert_eq!(live() - before, 2 * std.len() as isize);
        // The only block is that of the vector, if it has capacity.
        let blocks = usize::from(size_of::<T>() != 0 && ours.capacity() != 0);
        assert_eq!(ledger.live(), blocks);
        if blocks == 1 {
            assert_eq!(ledger.layouts()[0].size(), ours.capacity() * size_of::<T>());
        }
    }
    drop((ours, std));
    assert_eq!(live(), before);
}

with_all_elements!(run);
