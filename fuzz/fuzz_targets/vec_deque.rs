//! Compares `VecDeque` with std's.
#![no_main]

#[allow(dead_code, unused_imports, unused_macros, reason = "other targets use them")]
mod beside_std;

use std::collections::VecDeque;

use arbitrary::Arbitrary;
use beside_std::elements::{Element, Unit, Wide, live};
use beside_std::ledger::Ledger;
use beside_std::*;
use janus_alloc::collections::{CollectIn, Vec as VecIn, VecDeque as DequeIn};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
enum Operation {
    PushBack(u8),
    PushFront(u8),
    PopBack,
    PopFront,
    PopBackIf(u8),
    PopFrontIf(u8),
    Insert(u8, u8),
    Remove(u8),
    SwapRemoveBack(u8),
    SwapRemoveFront(u8),
    Swap(u8, u8),
    Truncate(u8),
    Clear,
    Extend(Numbers, Option<u8>),
    Append(Numbers, u8),
    SplitOff(u8),
    Drain(IndexRange, u8, u8),
    Retain(u8),
    Resize(u8, u8),
    ResizeWith(u8, Numbers),
    Reserve(u8),
    ReserveExact(u8),
    ShrinkTo(u8),
    RotateLeft(u8),
    RotateRight(u8),
    MakeContiguous,
    Iterate(IndexRange, u8, u8),
    Change(IndexRange, u8, u8),
    Search(u8),
    Clone,
    CloneFrom(Numbers, u8),
    ThroughVec,
    ThroughIterator(u8, u8),
}

fn step<'a, T: Element>(
    operation: &Operation,
    fault: Fault,
    [ledger, elsewhere]: [&'a Ledger; 2],
    ours: &mut DequeIn<T, &'a Ledger>,
    std: &mut VecDeque<T>,
) {
    use Operation::*;
    let length = std.len();
    macro_rules! both {
        (|$deque:ident, $new:ident| $body:expr) => {{
            let our_new = || DequeIn::<T, _>::new_in(elsewhere);
            let (ours, std) =
                run_both!((fault, fault), (ours, our_new), (std, VecDeque::<T>::new), |$deque, $new| $body);
            assert_eq!(ours, std);
        }};
    }
    match *operation {
        PushBack(number) => both!(|deque, _new| deque.push_back(make(number))),
        PushFront(number) => both!(|deque, _new| deque.push_front(make(number))),
        PopBack => both!(|deque, _new| numbers(deque.pop_back())),
        PopFront => both!(|deque, _new| numbers(deque.pop_front())),
        PopBackIf(modulus) => {
            both!(|deque, _new| numbers(deque.pop_back_if(|element| answer(is_kept(element, modulus)))))
        }
        PopFrontIf(modulus) => {
            both!(|deque, _new| numbers(deque.pop_front_if(|element| answer(is_kept(element, modulus)))))
        }
        Insert(at, number) => both!(|deque, _new| deque.insert(index(at, length), make(number))),
        Remove(at) => both!(|deque, _new| numbers(deque.remove(index(at, length)))),
        SwapRemoveBack(at) => both!(|deque, _new| numbers(deque.swap_remove_back(index(at, length)))),
        SwapRemoveFront(at) => both!(|deque, _new| numbers(deque.swap_remove_front(index(at, length)))),
        Swap(one, other) if length > 0 => {
            both!(|deque, _new| deque.swap(index(one, length - 1), index(other, length - 1)))
        }
        Swap(..) => {}
        Truncate(to) => both!(|deque, _new| deque.truncate(to.into())),
        Clear => both!(|deque, _new| deque.clear()),
        Extend(ref more, hint) => both!(|deque, _new| deque.extend(source(more, hint))),
        Append(ref more, turned) => both!(|deque, new| {
            let mut other = new();
            other.extend(source(more, None));
            other.rotate_left(index(turned, more.len()));
            deque.append(&mut other);
            other.len()
        }),
        SplitOff(at) => both!(|deque, _new| numbers(deque.split_off(index(at, length)))),
        Drain(part, sides, most) => both!(|deque, _new| {
            let mut drain = deque.drain(part.within(length));
            let walked = numbers(walk(&mut drain, sides, most));
            drop(drain);
            walked
        }),
        Retain(modulus) => both!(|deque, _new| deque.retain(|element| answer(is_kept(element, modulus)))),
        Resize(to, number) => both!(|deque, _new| deque.resize(to.into(), make(number))),
        ResizeWith(to, ref more) => both!(|deque, _new| {
            let mut more = source(more, None);
            deque.resize_with(to.into(), || more.next().unwrap_or_else(|| make(0)));
        }),
        Reserve(more) => both!(|deque, _new| deque.reserve(more.into())),
        ReserveExact(more) => both!(|deque, _new| deque.reserve_exact(more.into())),
        ShrinkTo(to) => both!(|deque, _new| deque.shrink_to(to.into())),
        RotateLeft(by) => both!(|deque, _new| deque.rotate_left(index(by, length))),
        RotateRight(by) => both!(|deque, _new| deque.rotate_right(index(by, length))),
        MakeContiguous => both!(|deque, _new| deque.make_contiguous().iter().map(T::number).collect::<Vec<_>>()),
        Iterate(part, sides, most) => both!(|deque, _new| {
            let mut range = deque.range(part.within(length));
            let walked: Vec<_> = walk(&mut range, sides, most).into_iter().map(T::number).collect();
            (walked, range.len(), range.nth(usize::from(sides) % 8).map(T::number), range.nth_back(1).map(T::number))
        }),
        Change(part, sides, number) => both!(|deque, _new| {
            for element in walk(&mut deque.range_mut(part.within(length)), sides, 9) {
                *element = make(number);
            }
        }),
        Search(number) => {
            // Any of several equal elements may be found, and none if the elements are not sorted. The number of
            // comparisons is unspecified, too.
            run_with(fault, || {
                match ours.binary_search_by_key(&number.into(), T::number) {
                    Ok(at) => assert_eq!(ours[at].number(), u32::from(number)),
                    Err(at) => assert!(at <= length),
                }
                assert!(ours.partition_point(|element| answer(element.number() < number.into())) <= length);
            });
            both!(|deque, _new| deque.contains(&make(number)));
        }
        Clone => both!(|deque, _new| *deque = deque.clone()),
        CloneFrom(ref more, turned) => both!(|deque, new| {
            let mut other = new();
            other.extend(source(more, None));
            other.rotate_left(index(turned, more.len()));
            deque.clone_from(&other);
        }),
        ThroughVec => {
            *ours = DequeIn::from(VecIn::from(std::mem::replace(ours, DequeIn::new_in(ledger))));
            *std = VecDeque::from(Vec::from(std::mem::take(std)));
        }
        ThroughIterator(sides, most) => {
            let mut rest = std::mem::replace(ours, DequeIn::new_in(ledger)).into_iter();
            let mut std_rest = std::mem::take(std).into_iter();
            let (walked, std_walked) =
                run_both!((fault, fault), (&mut rest, ()), (&mut std_rest, ()), |iterator, _new| {
                    numbers(walk(iterator, sides, most))
                });
            assert_eq!(walked, std_walked);
            assert_eq!(rest.len(), std_rest.len());
            *ours = rest.collect_in(ledger);
            *std = std_rest.collect();
        }
    }
}

fn is_kept<T: Element>(element: &T, modulus: u8) -> bool {
    element.number().is_multiple_of(u32::from(modulus) % 8 + 1)
}

/// Returns whether std's capacity may differ from ours after this operation.
fn capacity_may_differ(operation: &Operation, fault: Fault) -> bool {
    use Operation::*;
    !matches!(fault, Fault::None) || matches!(operation, Extend(_, Some(_)) | ThroughIterator(..))
}

fn run<T: Element>(steps: Vec<(Operation, Fault)>) {
    let (ledger, elsewhere) = (Ledger::new(), Ledger::new());
    let mut ours = DequeIn::new_in(&ledger);
    let mut std = VecDeque::new();
    for (operation, fault) in steps {
        step::<T>(&operation, fault, [&ledger, &elsewhere], &mut ours, &mut std);
        assert!(ours.iter().eq(&std), "{ours:?}\n{std:?}");
        let (front, back) = ours.as_slices();
        assert!(front.iter().chain(back).eq(&std));
        if capacity_may_differ(&operation, fault) {
            ours.shrink_to_fit();
            std.shrink_to_fit();
        }
        assert_eq!(ours.capacity(), std.capacity());
        assert_eq!(live(), 2 * std.len() as isize);
        ours.truncate(300);
        std.truncate(300);
    }
    drop((ours, std));
    assert_eq!(live(), 0);
}

fuzz_target!(init: ignore_expected_panics(), |input: Input<Operation>| for_kind!(input, run));
