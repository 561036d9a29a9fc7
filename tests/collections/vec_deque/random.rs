//! Random operations on a deque and on one of std's. After each, both have the same elements and capacity.
#![expect(clippy::incompatible_msrv, reason = "std's methods are newer than the crate's MSRV")]

use std::collections::VecDeque;

use janus_alloc::collections::{CollectIn, Vec as VecIn, VecDeque as DequeIn};

use crate::elements::{Element, live};
use crate::ledger::Ledger;
use crate::steps::{Step, both, range, with_all_elements};

fn number<T: Element>(element: T) -> u32 {
    element.number()
}

fn run<T: Element>(steps: &[Step]) {
    let ledger = Ledger::new();
    let before = live();
    let mut ours: DequeIn<T, &Ledger> = DequeIn::new_in(&ledger);
    let mut std: VecDeque<T> = VecDeque::new();
    let mut next = 0..;
    for &(operation, left, right) in steps {
        let new = next.next().unwrap();
        let length = std.len();
        let index = usize::from(left) % (length + 1);
        let few = u32::from(right) % 20;
        let part = range(length, left, right);
        match operation % 50 {
            0..3 => both!(ours, std, |deque| deque.push_back(T::new(new))),
            3..6 => both!(ours, std, |deque| deque.push_front(T::new(new))),
            6 => both!(ours, std, |deque| deque.push_back_mut(T::new(new)).number()),
            7 => both!(ours, std, |deque| deque.push_front_mut(T::new(new)).number()),
            8 => both!(ours, std, |deque| deque.insert(index, T::new(new))),
            9 => both!(ours, std, |deque| deque.insert_mut(index, T::new(new)).number()),
            10 => both!(ours, std, |deque| deque.remove(index).map(number)),
            11 => both!(ours, std, |deque| deque.swap_remove_front(index).map(number)),
            12 => both!(ours, std, |deque| deque.swap_remove_back(index).map(number)),
            13..15 => both!(ours, std, |deque| deque.pop_front().map(number)),
            15..17 => both!(ours, std, |deque| deque.pop_back().map(number)),
            17 => both!(ours, std, |deque| deque.pop_front_if(|element| element.number() % 2 == 0).map(number)),
            18 => both!(ours, std, |deque| deque.pop_back_if(|element| element.number() % 2 == 0).map(number)),
            19 => both!(ours, std, |deque| deque.truncate(index)),
            20 if left % 8 == 0 => both!(ours, std, |deque| deque.clear()),
            21 => {
                let mut more_ours: DequeIn<T, &Ledger> = DequeIn::from_iter_in((0..few).map(T::new), &ledger);
                let mut more_std: VecDeque<T> = (0..few).map(T::new).collect();
                both!(more_ours, more_std, |deque| deque.rotate_left(few as usize / 3));
                both!(more_ours, more_std, |deque| deque.push_front(T::new(new)));
                ours.append(&mut more_ours);
                std.append(&mut more_std);
                assert!(more_ours.is_empty() && more_ours.capacity() == more_std.capacity());
            }
            22 => both!(ours, std, |deque| {
                let tail = deque.split_off(index);
                (tail.iter().map(T::number).collect::<Vec<_>>(), tail.capacity())
            }),
            23 => both!(ours, std, |deque| deque.retain(|element| element.number() % 3 != 0)),
            24 => both!(ours, std, |deque| deque.retain_mut(|element| element.number() % 5 != 0)),
            25 => both!(ours, std, |deque| deque.drain(part.clone()).map(number).collect::<Vec<_>>()),
            26 => both!(ours, std, |deque| {
                let mut drain = deque.drain(part.clone());
                (drain.next().map(number), drain.next_back().map(number), drain.len())
            }),
            27 => both!(ours, std, |deque| deque.extend((0..few).map(T::new))),
            28 => both!(ours, std, |deque| deque.extend((0..few).filter(|n| n % 2 == 0).map(T::new))),
            29 => both!(ours, std, |deque| deque.extend((0..few).map(T::new).chain((0..2).map(T::new)))),
            30 => both!(ours, std, |deque| deque.extend((0..few).map(T::new).collect::<Vec<_>>())),
            31 => {
                let more: VecIn<T, &Ledger> = VecIn::from_iter_in((0..few).map(T::new), &ledger);
                ours.extend(more);
                std.extend((0..few).map(T::new).collect::<Vec<_>>());
            }
            32 => both!(ours, std, |deque| deque.resize(index + few as usize / 2, T::new(new))),
            33 => both!(ours, std, |deque| deque.resize_with(index + few as usize / 2, || T::new(new))),
            34 => {
                ours = ours.clone();
                std = std.clone();
            }
            35 => {
                let mut our_source = (0..few).map(T::new).collect_in::<DequeIn<_, _>>(&ledger);
                let mut std_source = (0..few).map(T::new).collect::<VecDeque<_>>();
                both!(our_source, std_source, |deque| deque.push_front(T::new(new)));
                ours.clone_from(&our_source);
                std.clone_from(&std_source);
            }
            36 => both!(ours, std, |deque| deque.shrink_to(index)),
            37 => both!(ours, std, |deque| deque.shrink_to_fit()),
            38 => both!(ours, std, |deque| deque.reserve(few as usize)),
            39 => both!(ours, std, |deque| deque.reserve_exact(few as usize)),
            40 => {
                let (mut our_iter, mut std_iter) = (ours.into_iter(), std.into_iter());
                both!(our_iter, std_iter, |iter| {
                    let skip = few as usize / 4;
                    (
                        iter.next().map(number),
                        iter.nth(skip).map(number),
                        iter.nth_back(skip / 2).map(number),
                        iter.len(),
                    )
                });
                both!(our_iter, std_iter, |iter| iter.clone().rev().map(number).collect::<Vec<_>>());
                both!(our_iter, std_iter, |iter| (iter.clone().last().map(number), iter.clone().count()));
                let hash = |sum: u32, element: T| sum.wrapping_mul(31).wrapping_add(element.number());
                both!(our_iter, std_iter, |iter| (iter.clone().fold(0, hash), iter.clone().rfold(0, hash)));
                ours = our_iter.collect_in(&ledger);
                std = std_iter.collect();
                ours.shrink_to_fit();
                std.shrink_to_fit();
            }
            41 => {
                ours = DequeIn::from(VecIn::from(ours));
                std = VecDeque::from(Vec::from(std));
            }
            42 => both!(ours, std, |deque| deque.make_contiguous().reverse()),
            43 => both!(ours, std, |deque| deque.rotate_left(index)),
            44 => both!(ours, std, |deque| deque.rotate_right(index)),
            45 if length > 0 => {
                both!(ours, std, |deque| deque.swap(index.min(length - 1), usize::from(right) % length));
            }
            46 => both!(ours, std, |deque| {
                let all = deque.range(part.clone()).map(T::number).collect::<Vec<_>>();
                let mut iter = deque.iter();
                let skip = few as usize / 3;
                let some = (iter.nth(skip).map(T::number), iter.nth_back(skip).map(T::number), iter.len());
                let ends = (iter.next().map(T::number), iter.next_back().map(T::number));
                (all, some, ends, iter.map(T::number).collect::<Vec<_>>())
            }),
            47 => both!(ours, std, |deque| {
                let reversed = deque.range_mut(part.clone()).rev().map(|element| element.number()).collect::<Vec<_>>();
                let mut iter = deque.iter_mut();
                let skip = few as usize / 3;
                let some = (iter.nth(skip).map(|e| e.number()), iter.nth_back(skip).map(|e| e.number()), iter.len());
                (reversed, some, iter.rfold(0_u32, |sum, e| sum.wrapping_mul(31).wrapping_add(e.number())))
            }),
            48 => {
                let elements: Vec<T> = (0..few).map(T::new).collect();
                both!(ours, std, |deque| deque.extend(elements.iter().cloned()));
            }
            _ => both!(ours, std, |deque| {
                let ends = (deque.front().map(T::number), deque.back().map(T::number), deque.get(index).map(T::number));
                (ends, deque.contains(&T::new(few)))
            }),
        }
        assert!(ours.iter().eq(&std), "after {operation}");
        let (front, back) = ours.as_slices();
        assert_eq!(front.len() + back.len(), ours.len());
        assert!(front.iter().chain(back).eq(&std));
        assert_eq!(ours.capacity(), std.capacity(), "after {operation}");
        assert_eq!(live() - before, 2 * std.len() as isize);
        // The only block is that of the deque, if it has capacity.
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
