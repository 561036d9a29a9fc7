//! Compares `BinaryHeap` with std's.
#![no_main]

#[allow(dead_code, unused_imports, unused_macros, reason = "other targets use them")]
mod beside_std;

use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;

use arbitrary::Arbitrary;
use beside_std::elements::{Element, Unit, Wide, live};
use beside_std::ledger::Ledger;
use beside_std::*;
use janus_alloc::collections::BinaryHeap as HeapIn;
use janus_alloc::collections::binary_heap::PeekMut as OurPeekMut;
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
enum Operation {
    Push(u8),
    Pop,
    Change(u8),
    PopPeeked(Option<u8>),
    Extend(Numbers, Option<u8>),
    Append(Numbers),
    Retain(u8),
    Drain(u8, u8),
    Clear,
    ShrinkTo(u8),
    Reserve(u8),
    Clone,
    Sort,
    Rebuild(Numbers),
}

type Ours<'a, T> = HeapIn<Ordered<T>, &'a Ledger>;
type Std<T> = BinaryHeap<Ordered<T>>;

fn step<'a, T: Element>(
    operation: &Operation,
    fault: Fault,
    [ledger, elsewhere]: [&'a Ledger; 2],
    ours: &mut Ours<'a, T>,
    std: &mut Std<T>,
) {
    use Operation::*;
    macro_rules! compare {
        ($results:expr) => {
            if let (Some(ours), Some(std)) = $results {
                assert_eq!(ours, std);
            } else {
                // The contents are unspecified after a fault, but no element may be lost or duplicated.
                assert_eq!(live(), (ours.len() + std.len()) as isize);
                *ours = Ours::new_in(ledger);
                *std = Std::new();
            }
        };
    }
    macro_rules! both {
        (|$heap:ident, $new:ident| $body:expr) => {
            compare!(run_both!(
                (fault, Fault::None),
                (ours, || Ours::<T>::new_in(elsewhere)),
                (std, Std::<T>::new),
                |$heap, $new| $body
            ))
        };
    }
    match *operation {
        Push(number) => both!(|heap, _new| heap.push(Ordered(make(number)))),
        Pop => both!(|heap, _new| numbers(heap.pop().map(|element| element.0))),
        Change(number) => both!(|heap, _new| {
            if let Some(mut first) = heap.peek_mut() {
                first.0 = make(number);
            }
        }),
        PopPeeked(number) => {
            macro_rules! pop {
                ($heap:ident, $fault:expr, $peek:ident) => {
                    run_with($fault, || {
                        $heap.peek_mut().map(|mut first| {
                            if let Some(number) = number {
                                first.0 = make(number);
                            }
                            $peek::pop(first).0.number()
                        })
                    })
                };
            }
            compare!((pop!(ours, fault, OurPeekMut), pop!(std, Fault::None, PeekMut)));
        }
        Extend(ref more, hint) => both!(|heap, _new| heap.extend(source(more, hint).map(Ordered))),
        Append(ref more) => both!(|heap, new| {
            let mut other = new();
            other.extend(source(more, None).map(Ordered));
            heap.append(&mut other);
            other.len()
        }),
        Retain(modulus) => both!(|heap, _new| {
            heap.retain(|element| answer(element.0.number() % (u32::from(modulus) % 8 + 1) != 0))
        }),
        Drain(sides, most) => both!(|heap, _new| {
            let mut drain = heap.drain();
            let walked = numbers(walk(&mut drain, sides, most).into_iter().map(|element| element.0));
            drop(drain);
            walked
        }),
        Clear => both!(|heap, _new| heap.clear()),
        ShrinkTo(to) => both!(|heap, _new| heap.shrink_to(to.into())),
        Reserve(more) => both!(|heap, _new| heap.reserve(more.into())),
        Clone => both!(|heap, _new| *heap = heap.clone()),
        Sort => both!(|heap, new| {
            let sorted = std::mem::replace(heap, new()).into_sorted_vec();
            *heap = sorted.into();
        }),
        Rebuild(ref more) => {
            both!(|heap, new| {
                let mut vec = std::mem::replace(heap, new()).into_vec();
                vec.extend(source(more, None).map(Ordered));
                *heap = vec.into();
            })
        }
    }
}

fn run<T: Element>(steps: Vec<(Operation, Fault)>) {
    let (ledger, elsewhere) = (Ledger::new(), Ledger::new());
    let mut ours = Ours::new_in(&ledger);
    let mut std = Std::new();
    for (operation, fault) in steps {
        step::<T>(&operation, fault, [&ledger, &elsewhere], &mut ours, &mut std);
        assert!(ours.iter().eq(&std), "{ours:?}\n{std:?}");
        assert_eq!(ours.peek(), std.peek());
        assert_eq!(live(), 2 * std.len() as isize);
        if std.len() > 300 {
            ours = Ours::new_in(&ledger);
            std = Std::new();
        }
    }
    drop((ours, std));
    assert_eq!(live(), 0);
}

fuzz_target!(init: ignore_expected_panics(), |input: Input<Operation>| for_kind!(input, run));
