//! Compares `Vec` with std's.
#![no_main]

#[allow(dead_code, unused_imports, unused_macros, reason = "other targets use them")]
mod beside_std;

use arbitrary::Arbitrary;
use beside_std::elements::{Element, Unit, Wide, live};
use beside_std::ledger::Ledger;
use beside_std::*;
use janus_alloc::collections::{CollectIn, Vec as VecIn};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
enum Operation {
    Push(u8),
    Pop,
    PopIf(u8),
    Insert(u8, u8),
    Remove(u8),
    SwapRemove(u8),
    Truncate(u8),
    Clear,
    Extend(Numbers, Option<u8>),
    ExtendFromSlice(Numbers),
    ExtendFromWithin(IndexRange),
    Append(Numbers),
    SplitOff(u8),
    Drain(IndexRange, u8, u8),
    Splice(IndexRange, Numbers, Option<u8>, u8),
    ExtractIf(IndexRange, u8, u8),
    Retain(u8),
    Dedup(u8),
    Resize(u8, u8),
    ResizeWith(u8, Numbers),
    Reserve(u8),
    ReserveExact(u8),
    ShrinkTo(u8),
    Clone,
    CloneFrom(Numbers),
    ThroughBox,
    ThroughIterator(u8, u8),
}

fn step<'a, T: Element>(
    operation: &Operation,
    fault: Fault,
    [ledger, elsewhere]: [&'a Ledger; 2],
    ours: &mut VecIn<T, &'a Ledger>,
    std: &mut Vec<T>,
) {
    use Operation::*;
    let length = std.len();
    macro_rules! both {
        (|$vec:ident, $new:ident| $body:expr) => {{
            let (ours, std) = run_both!(
                (fault, fault),
                (ours, || VecIn::<T, _>::new_in(elsewhere)),
                (std, Vec::<T>::new),
                |$vec, $new| { $body }
            );
            assert_eq!(ours, std);
        }};
    }
    match *operation {
        Push(number) => both!(|vec, _new| vec.push(make(number))),
        Pop => both!(|vec, _new| vec.pop().map(|element| element.number())),
        PopIf(rest) => {
            both!(|vec, _new| numbers(vec.pop_if(|element| answer(element.number() % 2 == u32::from(rest) % 2))))
        }
        Insert(at, number) => both!(|vec, _new| vec.insert(index(at, length), make(number))),
        Remove(at) if length > 0 => both!(|vec, _new| vec.remove(index(at, length - 1)).number()),
        SwapRemove(at) if length > 0 => both!(|vec, _new| vec.swap_remove(index(at, length - 1)).number()),
        Remove(_) | SwapRemove(_) => {}
        Truncate(to) => both!(|vec, _new| vec.truncate(to.into())),
        Clear => both!(|vec, _new| vec.clear()),
        Extend(ref more, hint) => both!(|vec, _new| vec.extend(source(more, hint))),
        ExtendFromSlice(ref more) => {
            let more: Vec<T> = source(more, None).collect();
            both!(|vec, _new| vec.extend_from_slice(&more));
        }
        ExtendFromWithin(part) => both!(|vec, _new| vec.extend_from_within(part.within(length))),
        Append(ref more) => both!(|vec, new| {
            let mut other = new();
            other.extend(source(more, None));
            vec.append(&mut other);
            other.len()
        }),
        SplitOff(at) => both!(|vec, _new| numbers(vec.split_off(index(at, length)))),
        Drain(part, sides, most) => both!(|vec, _new| {
            let mut drain = vec.drain(part.within(length));
            let walked = numbers(walk(&mut drain, sides, most));
            drop(drain);
            walked
        }),
        Splice(part, ref more, hint, most) => {
            both!(|vec, _new| {
                let mut splice = vec.splice(part.within(length), source(more, hint));
                let walked = numbers(walk(&mut splice, most, most / 16));
                drop(splice);
                walked
            });
            // It is unspecified how much of the source was inserted before a panic.
            if matches!(fault, Fault::Panic(_)) {
                ours.clear();
                std.clear();
            }
        }
        ExtractIf(part, modulus, most) => both!(|vec, _new| {
            let extracted = vec.extract_if(part.within(length), |element| answer(is_kept(element, modulus)));
            numbers(extracted.take(most.into()))
        }),
        Retain(modulus) => both!(|vec, _new| vec.retain(|element| answer(is_kept(element, modulus)))),
        Dedup(modulus) => {
            both!(|vec, _new| vec.dedup_by(|one, other| answer(is_kept(one, modulus) == is_kept(other, modulus))))
        }
        Resize(to, number) => both!(|vec, _new| vec.resize(to.into(), make(number))),
        ResizeWith(to, ref more) => both!(|vec, _new| {
            let mut more = source(more, None);
            vec.resize_with(to.into(), || more.next().unwrap_or_else(|| make(0)));
        }),
        Reserve(more) => both!(|vec, _new| vec.reserve(more.into())),
        ReserveExact(more) => both!(|vec, _new| vec.reserve_exact(more.into())),
        ShrinkTo(to) => both!(|vec, _new| vec.shrink_to(to.into())),
        Clone => both!(|vec, _new| *vec = vec.clone()),
        CloneFrom(ref more) => both!(|vec, new| {
            let mut other = new();
            other.extend(source(more, None));
            vec.clone_from(&other);
        }),
        ThroughBox => both!(|vec, new| *vec = std::mem::replace(vec, new()).into_boxed_slice().into_vec()),
        ThroughIterator(sides, most) => {
            let mut rest = std::mem::replace(ours, VecIn::new_in(ledger)).into_iter();
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

/// Returns whether std's capacity may differ from ours after this operation.
fn capacity_may_differ(operation: &Operation, fault: Fault) -> bool {
    use Operation::*;
    !matches!(fault, Fault::None)
        || matches!(operation, Extend(_, Some(_)) | Splice(_, _, Some(_), _) | ThroughIterator(..))
}

fn is_kept<T: Element>(element: &T, modulus: u8) -> bool {
    element.number().is_multiple_of(u32::from(modulus) % 8 + 1)
}

fn run<T: Element>(steps: Vec<(Operation, Fault)>) {
    let (ledger, elsewhere) = (Ledger::new(), Ledger::new());
    let mut ours = VecIn::new_in(&ledger);
    let mut std = Vec::new();
    for (operation, fault) in steps {
        step::<T>(&operation, fault, [&ledger, &elsewhere], &mut ours, &mut std);
        assert!(ours.iter().eq(&std), "{ours:?}\n{std:?}");
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
