//! `BinaryHeap` behaves as std's, in any allocator.

use std::cell::Cell;
use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::rc::Rc;

use janus_alloc::collections::binary_heap::{Drain, IntoIter, Iter, PeekMut};
use janus_alloc::collections::{
    BinaryHeap as HeapIn, CloneIn, CollectIn, FromIn, IntoIn, TryReserveError, TryReserveErrorKind, Vec as VecIn,
};
use janus_alloc::{Arena, Global, System, vec_in};
use proptest::collection::vec;
use proptest::prelude::*;
use static_assertions::{assert_eq_size, assert_impl_all, assert_not_impl_any};

use crate::callbacks::{at_each_call, drop_result, outcome};
use crate::elements::{Element, Number, Unit, live, maybe_panic};
use crate::ledger::{Ledger, each_failure, panics};
use crate::steps::{Step, both, with_all_elements};

/// An element whose order ignores the lowest two bits of the number, so that equal elements can differ. A comparison may panic.
#[derive(Clone, Debug)]
struct Ordered<T>(T);

impl<T: Element> Ordered<T> {
    fn new(number: u32) -> Self {
        Self(T::new(number))
    }
}

impl<T: Element> PartialEq for Ordered<T> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl<T: Element> Eq for Ordered<T> {}

impl<T: Element> PartialOrd for Ordered<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T: Element> Ord for Ordered<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        maybe_panic();
        (self.0.number() / 4).cmp(&(other.0.number() / 4))
    }
}

impl<T: Element, A> CloneIn<A> for Ordered<T> {
    type Cloned = Self;

    fn try_clone_in(&self, _: A) -> Result<Self, TryReserveError> {
        Ok(self.clone())
    }
}

fn number<T: Element>(element: Ordered<T>) -> u32 {
    element.0.number()
}

fn numbers<'e, T: Element>(elements: impl IntoIterator<Item = &'e Ordered<T>>) -> Vec<u32> {
    elements.into_iter().map(|element| element.0.number()).collect()
}

/// Runs the steps on our heap and on std's. After each, both have the same elements, in the same places.
fn run<T: Element>(steps: &[Step]) {
    let ledger = Ledger::new();
    let before = live();
    let mut ours: HeapIn<Ordered<T>, &Ledger> = HeapIn::new_in(&ledger);
    let mut std: BinaryHeap<Ordered<T>> = BinaryHeap::new();
    for &(operation, left, right) in steps {
        let new = u32::from(left) % 100;
        let few = u32::from(right) % 30;
        let some = || (0..few).map(|n| Ordered::new(n.wrapping_mul(u32::from(left)) % 100));
        match operation % 24 {
            0..4 => both!(ours, std, |heap| heap.push(Ordered::new(new))),
            4..7 => both!(ours, std, |heap| heap.pop().map(number)),
            7 => both!(ours, std, |heap| heap.extend(some())),
            8 => both!(ours, std, |heap| heap.extend(some().filter(|_| true))),
            9 => {
                let mut more_ours = HeapIn::from_iter_in(some(), &ledger);
                let mut more_std: BinaryHeap<_> = some().collect();
                ours.append(&mut more_ours);
                std.append(&mut more_std);
                assert!(more_ours.is_empty() && more_ours.capacity() == more_std.capacity());
            }
            10 => both!(ours, std, |heap| heap.retain(|element| element.0.number() % 3 != 0)),
            11 => both!(ours, std, |heap| heap.retain(|element| element.0.number() != new)),
            12 if few == 0 => both!(ours, std, |heap| heap.drain().map(number).collect::<Vec<_>>()),
            13 if few == 0 => both!(ours, std, |heap| heap.clear()),
            14 => {
                if let (Some(mut our_first), Some(mut std_first)) = (ours.peek_mut(), std.peek_mut()) {
                    *our_first = Ordered::new(new);
                    *std_first = Ordered::new(new);
                    our_first.0 = T::new(new / 2);
                    std_first.0 = T::new(new / 2);
                }
            }
            15 => {
                if let (Some(mut our_first), Some(mut std_first)) = (ours.peek_mut(), std.peek_mut()) {
                    if few % 2 == 0 {
                        *our_first = Ordered::new(new);
                        *std_first = Ordered::new(new);
                    }
                    assert_eq!(
                        number(PeekMut::pop(our_first)),
                        number(std::collections::binary_heap::PeekMut::pop(std_first))
                    );
                }
            }
            16 => {
                ours = ours.clone();
                std = std.clone();
            }
            17 => {
                ours.clone_from(&HeapIn::from_iter_in(some(), &ledger));
                std.clone_from(&some().collect());
            }
            18 => {
                assert_eq!(numbers(&ours.clone().into_sorted_vec()), numbers(&std.clone().into_sorted_vec()));
                ours = HeapIn::from(ours.into_vec());
                std = BinaryHeap::from(std.into_vec());
            }
            19 => {
                let mut elements = std::mem::replace(&mut ours, HeapIn::new_in(&ledger)).into_iter();
                let mut std_elements = std::mem::take(&mut std).into_iter();
                assert_eq!(elements.next_back().map(number), std_elements.next_back().map(number));
                assert_eq!(elements.nth(1).map(number), std_elements.nth(1).map(number));
                ours = elements.collect_in(&ledger);
                std = std_elements.collect();
                ours.shrink_to_fit();
                std.shrink_to_fit();
            }
            20 => both!(ours, std, |heap| heap.reserve(few as usize)),
            21 => both!(ours, std, |heap| heap.shrink_to(few as usize)),
            22 => both!(ours, std, |heap| heap.reserve_exact(few as usize)),
            _ => both!(ours, std, |heap| heap.peek().map(|element| element.0.number())),
        }
        assert_eq!(numbers(&ours), numbers(&std), "after {operation}");
        assert_eq!(numbers(ours.as_slice()), numbers(std.as_slice()));
        assert_eq!((ours.len(), ours.capacity()), (std.len(), std.capacity()), "after {operation}");
        assert_eq!(live() - before, 2 * std.len() as isize);
        assert_eq!(ledger.live(), usize::from(size_of::<T>() != 0 && ours.capacity() != 0));
    }
    drop((ours, std));
    assert_eq!(live(), before);
}

with_all_elements!(run);

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// The heaps are large enough that `extend` restores the order in each of its ways.
    #[test]
    fn large_heaps_extend_and_sort_as_in_std(left in vec(any::<u16>(), 0..3000), right in vec(any::<u16>(), 0..3000)) {
        let mut ours: HeapIn<u16> = left.iter().copied().collect();
        let mut std: BinaryHeap<u16> = left.into_iter().collect();
        ours.extend(&right);
        std.extend(&right);
        prop_assert_eq!(ours.as_slice(), std.as_slice());
        let sorted = ours.into_sorted_vec();
        prop_assert_eq!(sorted, std.into_sorted_vec());
    }
}

/// Runs `$work` on a heap of 9 elements and on std's, with a panic at each call of a callback in turn, and compares the outcomes.
macro_rules! compare_with_std {
    ($element:ty, |$heap:ident| $work:expr) => {
        at_each_call(stringify!($work), |calls, ledger| {
            let elements = || (0..9).map(|n| Ordered::<$element>::new(n * 7 % 40));
            [
                outcome(HeapIn::from_iter_in(elements(), ledger), |heap| numbers(heap), calls, |$heap| drop_result($work)),
                outcome(elements().collect::<BinaryHeap<_>>(), |heap| numbers(heap), calls, |$heap| drop_result($work)),
            ]
        });
    };
    ($(|$heap:ident| $work:expr;)*) => {
        $(
            compare_with_std!(Number, |$heap| $work);
            compare_with_std!(Unit, |$heap| $work);
        )*
    };
}

#[test]
fn a_panicking_callback_behaves_as_in_std() {
    compare_with_std! {
        |heap| heap.push(Ordered::new(30));
        |heap| heap.pop();
        |heap| { heap.pop(); heap.pop(); heap.push(Ordered::new(1)) };
        |heap| *heap.peek_mut().unwrap() = Ordered::new(1);
        |heap| heap.extend((0..3).map(|n| Ordered::new(n * 11)));
        |heap| heap.extend((0..20).map(|n| { maybe_panic(); Ordered::new(n * 11 % 40) }));
        |heap| heap.clone();
        |heap| heap.clear();
        |heap| heap.drain();
        |heap| heap.drain().for_each(|_| maybe_panic());
        |heap| heap.clone().into_sorted_vec();
        |heap| { let mut twin = heap.clone(); heap.append(&mut twin) };
        |heap| { let twin = heap.clone(); heap.extend(twin) };
        |heap| { let mut twin = heap.clone(); twin.clear(); heap.clone_from(&twin) };
    }
    // After a panic in the predicate, the heap is rebuilt. A second panic, in a comparison, would abort the process, as in std.
    compare_with_std!(Number, |heap| heap.retain(|element| element.0.number() % 2 == 0));
    let mut heap = HeapIn::from_iter_in((0..9).map(Ordered::<Number>::new), System);
    let mut seen = 0;
    assert!(panics(|| heap.retain(|element| {
        seen += 1;
        assert!(seen < 6, "a predicate panics");
        element.0.number() < 7
    })));
    assert_eq!(heap.len(), 7);
    let sorted = numbers(&heap.into_sorted_vec());
    assert!(sorted.is_sorted_by_key(|number| number / 4), "{sorted:?}");
    assert_eq!(live(), 0);
}

#[test]
fn random_comparisons_lose_and_duplicate_nothing() {
    #[derive(Debug)]
    struct Random(Number, Rc<Cell<u64>>);

    impl PartialEq for Random {
        fn eq(&self, other: &Self) -> bool {
            self.cmp(other).is_eq()
        }
    }

    impl Eq for Random {}

    impl PartialOrd for Random {
        fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
            Some(self.cmp(other))
        }
    }

    impl Ord for Random {
        fn cmp(&self, _: &Self) -> Ordering {
            self.1.set(self.1.get().wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407));
            [Ordering::Less, Ordering::Equal, Ordering::Greater][(self.1.get() >> 40) as usize % 3]
        }
    }

    let state = Rc::new(Cell::new(1));
    for count in 0..60 {
        let element = |n| Random(Number::new(n), state.clone());
        let ledger = Ledger::new();
        let mut heap = HeapIn::from_iter_in((0..count).map(element), &ledger);
        heap.extend((count..count + 5).map(element));
        heap.push(element(count + 5));
        let popped = heap.pop().unwrap();
        *heap.peek_mut().unwrap() = popped;
        heap.push(element(count + 6));
        let mut numbers: Vec<u32> = heap.into_sorted_vec().iter().map(|element| element.0.number()).collect();
        numbers.sort();
        numbers.dedup();
        assert_eq!((numbers.len(), live()), (count as usize + 6, 0));
    }
}

/// A `PeekMut` that is forgotten after a change leaks the other elements, as in std. No element is dropped twice.
#[test]
fn a_forgotten_peek_mut_leaks_the_other_elements() {
    let heap = || HeapIn::from_iter_in((0..9).map(Ordered::<Number>::new), System);
    let mut changed = heap();
    let mut first = changed.peek_mut().unwrap();
    *first = Ordered::new(1);
    *first = Ordered::new(2);
    std::mem::forget(first);
    assert_eq!(numbers(&changed), [2]);
    changed.push(Ordered::new(30));
    assert_eq!(number(changed.pop().unwrap()), 30);
    drop(changed);
    assert_eq!(live(), 8);

    let mut unchanged = heap();
    std::mem::forget(unchanged.peek_mut());
    assert_eq!(unchanged.len(), 9);
    drop(unchanged);
    let mut drained = heap();
    std::mem::forget(drained.drain());
    assert!(drained.is_empty());
    drop(drained);
    assert_eq!(live(), 8 + 9);
    assert!(HeapIn::<u8>::new().peek_mut().is_none());

    // `peek_mut` and `pop` restore the order.
    let mut one = HeapIn::from([5]);
    *one.peek_mut().unwrap() = 6;
    assert_eq!(PeekMut::pop(one.peek_mut().unwrap()), 6);
    let mut two = HeapIn::from([Reverse(5), Reverse(3)]);
    let mut first = two.peek_mut().unwrap();
    first.0 = 9;
    assert_eq!(*first, Reverse(9));
    drop(first);
    assert_eq!(two.into_sorted_vec(), [Reverse(9), Reverse(5)]);
}

fn elements() -> impl Iterator<Item = Ordered<Number>> + Clone {
    [3, 40, 8, 21, 13].into_iter().map(Ordered::new)
}

type Numbers<'l> = HeapIn<Ordered<Number>, &'l Ledger>;

/// Runs `work` on a full heap with each allocation failing in turn, and asserts that a failure leaves the heap unchanged.
fn unchanged_on_failure(work: impl Fn(&mut Numbers<'_>) -> Result<(), TryReserveError>) {
    let before = live();
    each_failure(|ledger| {
        let mut heap = HeapIn::try_from_iter_in(elements(), ledger)?;
        heap.try_shrink_to_fit()?;
        let numbers_before = numbers(&heap);
        work(&mut heap).inspect_err(|_| assert_eq!((numbers(&heap), heap.capacity()), (numbers_before.clone(), 5)))
    });
    assert_eq!(live(), before);
}

#[test]
fn every_failure_is_an_error() {
    unchanged_on_failure(|heap| heap.try_push(Ordered::new(7)));
    unchanged_on_failure(|heap| heap.try_reserve(1));
    unchanged_on_failure(|heap| heap.try_reserve_exact(1));
    unchanged_on_failure(|heap| heap.try_extend(elements()));
    unchanged_on_failure(|heap| heap.try_clone().map(drop));
    unchanged_on_failure(|heap| heap.try_clone_in(*heap.allocator()).map(drop));
    for count in [2, 9] {
        unchanged_on_failure(|heap| {
            let mut other = HeapIn::try_from_iter_in(elements().cycle().take(count), *heap.allocator())?;
            let numbers_before = numbers(&other);
            heap.try_append(&mut other).inspect_err(|_| assert_eq!(numbers(&other), numbers_before))
        });
    }
    each_failure(|ledger| HeapIn::<u64, _>::try_with_capacity_in(3, ledger).map(drop));
    each_failure(|ledger| elements().try_collect_in::<Numbers<'_>>(ledger).map(drop));
    each_failure(|ledger| HeapIn::try_from_in([2, 3], ledger).map(drop));
    each_failure(|ledger| HeapIn::try_from_in(vec_in![in System; 2, 3], ledger).map(drop));
    each_failure(|ledger| HeapIn::try_from_in(HeapIn::from([2, 3]), ledger).map(drop));
    each_failure(|ledger| HeapIn::try_from_in(BinaryHeap::from([2, 3]), ledger).map(drop));
    each_failure(|ledger| {
        let mut heap = HeapIn::try_with_capacity_in(9, ledger)?;
        heap.extend([1, 2, 3]);
        heap.try_shrink_to(5).inspect_err(|_| assert_eq!(heap.capacity(), 9))?;
        heap.try_shrink_to_fit().inspect_err(|_| assert_eq!(heap.capacity(), 5))?;
        let big = HeapIn::try_from_iter_in(0..9, ledger)?;
        heap.try_clone_from(&big).inspect_err(|_| assert_eq!(heap.clone().into_sorted_vec().len(), 3))
    });
    // The elements added before a failure are in order.
    each_failure(|ledger| {
        let mut heap = HeapIn::try_from_iter_in([5, 1], ledger)?;
        heap.try_extend((0..40).filter(|_| true)).inspect_err(|_| {
            let (peek, count) = (heap.peek().copied(), heap.len());
            assert!(count >= 2 && peek == heap.iter().copied().max());
        })
    });
    assert_eq!(HeapIn::<u64>::try_with_capacity(usize::MAX).unwrap_err().kind(), TryReserveErrorKind::CapacityOverflow);
    assert!(panics(|| HeapIn::<u64, _>::with_capacity_in(usize::MAX, System)));
    assert_eq!(live(), 0);
}

#[test]
fn conversions_iterators_and_debug_output_behave_as_in_std() {
    let arena = Arena::new();
    let mut heap = HeapIn::from_in([2, 9, 4], &arena);
    heap.extend(&[7, 1]);
    assert_eq!((heap.peek(), heap.len(), heap.is_empty()), (Some(&9), 5, false));
    assert_eq!(format!("{:?}", heap.peek_mut().unwrap()), "PeekMut(9)");
    assert_eq!(format!("{heap:?}"), format!("{:?}", heap.as_slice()));
    assert_eq!(format!("{:?}", heap.iter()), format!("Iter({:?})", heap.as_slice()));
    assert_eq!(format!("{:?}", heap.clone().into_iter()), format!("IntoIter({:?})", heap.as_slice()));
    assert_eq!(heap.iter().len(), 5);
    assert_eq!(heap.iter().clone().rev().chain(&heap).sum::<i32>(), 46);
    let clone = heap.clone_in(System);
    assert_eq!(clone.into_sorted_vec(), [1, 2, 4, 7, 9]);
    let start = heap.as_slice().as_ptr();
    let vec: VecIn<_, _> = heap.into();
    assert_eq!((vec.as_ptr(), vec.len()), (start, 5));
    let heap: HeapIn<_, _> = vec.into();
    assert_eq!(heap.as_slice().as_ptr(), start);
    assert_eq!(heap.into_sorted_vec().as_ptr(), start);

    assert_eq!((1..3).collect::<HeapIn<_>>().into_sorted_vec(), [1, 2]);
    assert_eq!([1, 3].into_in::<HeapIn<_, _>>(&arena).into_sorted_vec(), [1, 3]);
    assert_eq!(HeapIn::from_in(BinaryHeap::from([1, 3]), &arena).peek(), Some(&3));
    let ours: HeapIn<_> = BinaryHeap::from([1, 3, 2]).into();
    assert_eq!(ours.as_slice(), BinaryHeap::from([1, 3, 2]).as_slice());
    assert_eq!(BinaryHeap::from(ours).into_sorted_vec(), [1, 2, 3]);
    assert_eq!(Iter::<u8>::default().next(), None);
    assert_eq!(IntoIter::<u8>::default().next(), None);
    assert!(HeapIn::<u8, Global>::default().is_empty());
    assert_eq!(HeapIn::from([1, 2]).drain().size_hint(), (2, Some(2)));
}

assert_eq_size!(HeapIn<u8, System>, HeapIn<()>, BinaryHeap<u8>, Option<HeapIn<u8>>);

/// Makes the same assertions about our types and about std's.
macro_rules! auto_traits {
    ($heap:ident, $drain:ident, $into_iter:ident, $iter:ident, $peek_mut:ident) => {
        assert_impl_all!($heap<u8>: Send, Sync, Unpin, UnwindSafe, RefUnwindSafe, Clone, Default);
        assert_not_impl_any!($heap<Rc<u8>>: Send, Sync);
        assert_not_impl_any!($heap<Cell<u8>>: Sync, RefUnwindSafe);
        assert_not_impl_any!($heap<u8>: PartialEq, PartialOrd);
        assert_impl_all!($into_iter<u8>: Send, Sync, Unpin, UnwindSafe, RefUnwindSafe, Clone, Default);
        assert_not_impl_any!($into_iter<Rc<u8>>: Send, Sync);
        assert_impl_all!($drain<'static, u8>: Send, Sync, Unpin);
        assert_not_impl_any!($drain<'static, Rc<u8>>: Send, Sync);
        assert_impl_all!($iter<'static, u8>: Send, Sync, Clone, Default);
        assert_impl_all!($peek_mut<'static, u8>: Send, Sync, Unpin);
        assert_not_impl_any!($peek_mut<'static, Rc<u8>>: Send, Sync);
        assert_not_impl_any!($peek_mut<'static, u8>: UnwindSafe);
    };
}
auto_traits!(HeapIn, Drain, IntoIter, Iter, PeekMut);

mod of_std {
    use super::{BinaryHeap, Cell, Rc, RefUnwindSafe, UnwindSafe, assert_impl_all, assert_not_impl_any};
    use std::collections::binary_heap::{Drain, IntoIter, Iter, PeekMut};

    auto_traits!(BinaryHeap, Drain, IntoIter, Iter, PeekMut);
}

/// Compiles because the heap and its iterators are covariant in the elements and in the allocator.
fn shortened<'s>(
    heap: HeapIn<&'static str, &'static System>,
    into_iter: IntoIter<&'static str>,
    drain: Drain<'s, &'static str>,
) -> (HeapIn<&'s str, &'s System>, IntoIter<&'s str>, Drain<'s, &'s str>) {
    (heap, into_iter, drain)
}

#[test]
fn lifetimes_can_be_shortened() {
    let mut drained = HeapIn::new();
    let (heap, into_iter, drain) =
        shortened(HeapIn::from_iter_in(["a"], &System), HeapIn::from(["b"]).into_iter(), drained.drain());
    assert!(heap.into_iter().chain(into_iter).chain(drain).eq(["a", "b"]));
}

static EMPTY: HeapIn<String> = HeapIn::new();

#[test]
fn a_static_can_hold_an_empty_heap() {
    assert!(EMPTY.is_empty());
}
