//! `BTreeSet` behaves as std's: the same code runs with both, and the results are compared.

use std::mem::size_of;
use std::panic::UnwindSafe;

use janus_alloc::collections::btree_set;
use janus_alloc::{Arena, System};
use static_assertions::{assert_impl_all, assert_not_impl_any};

use crate::btree_map::{Tagged, compare_with_std};
use crate::ledger::Ledger;

#[test]
fn look_ups_and_changes_behave_as_in_std() {
    compare_with_std!({
        let mut set = BTreeSet::new();
        let mut seen = vec![format!("{} {} {:?}", set.insert(2), set.insert(2), set.first())];
        set.extend([5, 3, 1]);
        set.extend(&[4, 9]);
        seen.push(format!("{set:?} {set:#?} {} {}", set.len(), set.is_empty()));
        seen.push(format!("{} {} {:?} {:?}", set.contains(&3), set.contains(&6), set.get(&3), set.get(&6)));
        seen.push(format!("{} {} {:?} {:?}", set.remove(&3), set.remove(&3), set.take(&4), set.take(&4)));
        seen.push(format!("{:?} {:?}", set.first(), set.last()));
        seen.push(format!("{:?} {:?}", set.pop_first(), set.pop_last()));
        seen.push(format!("{:?}", set.range(3..).collect::<Vec<_>>()));
        seen.push(format!("{:?} {:?}", set.split_off(&5), set));
        set.append(&mut BTreeSet::from([7, 8]));
        set.retain(|value| *value != 7);
        seen.push(format!(
            "{set:?} {:?} {:?}",
            set.clone().into_iter().rev().collect::<Vec<_>>(),
            set.iter().rev().min()
        ));
        set.clear();
        seen.push(format!("{set:?} {:?}", BTreeSet::<u8>::default()));
        seen
    });
}

#[test]
fn equal_elements_are_kept_or_replaced_as_in_std() {
    compare_with_std!({
        let mut set: BTreeSet<Tagged> = [Tagged(1, 'a'), Tagged(1, 'b'), Tagged(0, 'c')].into_iter().collect();
        let mut seen = vec![format!("{set:?}")];
        seen.push(format!("{} {set:?}", set.insert(Tagged(1, 'd'))));
        seen.push(format!("{:?} {:?} {set:?}", set.replace(Tagged(1, 'e')), set.replace(Tagged(2, 'f'))));
        let other = BTreeSet::from([Tagged(1, 'x'), Tagged(3, 'y')]);
        seen.push(format!("{:?} {:?} {:?} {:?}", &set | &other, &set & &other, &set ^ &other, &set - &other));
        set.extend([Tagged(3, 'g'), Tagged(3, 'h')]);
        set.append(&mut other.clone());
        seen.push(format!("{set:?}"));
        let mut empty = BTreeSet::new();
        seen.push(format!("{:?} {empty:?}", empty.replace(Tagged(1, 'i'))));
        seen
    });
}

#[test]
fn an_intersection_has_the_elements_of_the_first_set() {
    use janus_alloc::collections::BTreeSet;

    let one = BTreeSet::from([Tagged(1, 'a'), Tagged(2, 'a'), Tagged(3, 'a')]);
    let other = BTreeSet::from([Tagged(2, 'b')]);
    assert_eq!(one.intersection(&other).next().unwrap().1, 'a');
    assert_eq!(other.intersection(&one).next().unwrap().1, 'b');
    assert_eq!(one.union(&other).nth(1).unwrap().1, 'a');
}

/// Combines pairs of sets of several lengths and densities.
#[test]
fn set_operations_behave_as_in_std() {
    compare_with_std!({
        let mut sets: Vec<BTreeSet<u32>> = Vec::new();
        for len in [0, 1, 2, 11, 12, 30, 200] {
            for (step, offset) in [(1, 0), (2, 0), (2, 1), (7, 3), (100, 50), (1, 500)] {
                sets.push((0..len).map(|n| n * step + offset).collect());
            }
        }
        let mut seen = Vec::new();
        for one in &sets {
            for other in &sets {
                seen.push(one.union(other).copied().collect::<Vec<_>>());
                seen.push(one.intersection(other).copied().collect());
                seen.push(one.difference(other).copied().collect());
                seen.push(one.symmetric_difference(other).copied().collect());
                let tests =
                    [one.is_disjoint(other), one.is_subset(other), one.is_superset(other), one == other, one < other];
                seen.push(tests.map(u32::from).to_vec());
                let least = [one.union(other).min(), one.intersection(other).min(), one.difference(other).min()];
                seen.push(least.iter().flatten().copied().copied().collect());
                // Iterators read in part, and then cloned.
                let mut union = one.union(other);
                let mut difference = one.difference(other);
                let mut intersection = one.intersection(other);
                let mut symmetric = one.symmetric_difference(other);
                let some = (union.nth(3), difference.nth(3), intersection.nth(3), symmetric.nth(3));
                seen.push([some.0, some.1, some.2, some.3].iter().flatten().copied().copied().collect());
                seen.push(
                    union
                        .clone()
                        .chain(difference.clone())
                        .chain(intersection.clone())
                        .chain(symmetric.clone())
                        .copied()
                        .collect(),
                );
                // An iterator stays at its end.
                let ends = (union.by_ref().count(), union.next(), symmetric.by_ref().count(), symmetric.next());
                assert_eq!((ends.1, ends.3), (None, None));
            }
        }
        seen
    });
}

#[test]
fn size_hints_bound_the_length() {
    use janus_alloc::collections::BTreeSet;

    let sets: Vec<BTreeSet<u32>> =
        vec![(0..50).collect(), (0..500).step_by(3).collect(), (20..25).collect(), BTreeSet::new()];
    for one in &sets {
        for other in &sets {
            let iterators: [Box<dyn Iterator<Item = &u32>>; 4] = [
                Box::new(one.union(other)),
                Box::new(one.intersection(other)),
                Box::new(one.difference(other)),
                Box::new(one.symmetric_difference(other)),
            ];
            for mut iterator in iterators {
                let mut hints = vec![iterator.size_hint()];
                while iterator.next().is_some() {
                    hints.push(iterator.size_hint());
                }
                for (left, (least, most)) in (0..hints.len()).rev().zip(hints) {
                    assert!(least <= left && most.is_some_and(|most| left <= most), "{least} {left} {most:?}");
                }
            }
        }
    }
}

#[test]
fn debug_output_lists_the_elements() {
    use janus_alloc::collections::BTreeSet;

    let (mut one, other) = (BTreeSet::from([1, 2]), BTreeSet::from([2, 3]));
    assert_eq!(
        format!("{:?} {:?} {:?}", one.iter(), one.range(2..), one.clone().into_iter()),
        "Iter([1, 2]) Range([2]) IntoIter([1, 2])"
    );
    assert_eq!(format!("{:?} {:?}", one.union(&other), one.intersection(&other)), "Union([1, 2, 3]) Intersection([2])");
    assert_eq!(
        format!("{:?} {:?}", one.difference(&other), one.symmetric_difference(&other)),
        "Difference([1]) SymmetricDifference([1, 3])"
    );
    assert_eq!(format!("{:?}", one.extract_if(.., |_| true)), "ExtractIf { peek: Some(1), .. }");
}

#[test]
fn extract_if_behaves_as_in_std() {
    compare_with_std!({
        let mut set: BTreeSet<u32> = (0..100).collect();
        let some: Vec<_> = set.extract_if(10..50, |value| value % 3 == 0).take(5).collect();
        let others: Vec<_> = set.extract_if(.., |value| value % 5 == 0).collect();
        (some, others, set.into_iter().collect::<Vec<_>>())
    });
}

#[test]
fn sets_of_different_allocators_combine() {
    use janus_alloc::collections::BTreeSet;

    let (ledger, arena) = (Ledger::new(), Arena::new());
    let mut one = BTreeSet::new_in(&ledger);
    let mut other = BTreeSet::new_in(&arena);
    let mut third = BTreeSet::new_in(System);
    one.extend(0..100);
    other.extend(50..150);
    third.extend(0..50);
    assert!(one.intersection(&other).copied().eq(50..100));
    assert!(one.difference(&other).eq(&third));
    assert!(one.union(&other).copied().eq(0..150));
    assert!(third.is_subset(&one) && one.is_superset(&third) && other.is_disjoint(&third));
    assert!(std::ptr::eq(*(&one - &one).allocator(), &raw const ledger));
}

/// The number of comparisons grows with the shorter set.
#[test]
fn combining_a_short_and_a_long_set_takes_few_comparisons() {
    use std::cell::Cell;
    use std::cmp::Ordering;

    use janus_alloc::collections::BTreeSet;

    #[derive(PartialEq, Eq)]
    struct CountsComparisons<'a>(u32, &'a Cell<usize>);

    impl PartialOrd for CountsComparisons<'_> {
        fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
            Some(self.cmp(other))
        }
    }

    impl Ord for CountsComparisons<'_> {
        fn cmp(&self, other: &Self) -> Ordering {
            self.1.set(self.1.get() + 1);
            self.0.cmp(&other.0)
        }
    }

    let comparisons = Cell::new(0);
    let long: BTreeSet<_> = (0..20_000).map(|n| CountsComparisons(n, &comparisons)).collect();
    let short: BTreeSet<_> = (0..10).map(|n| CountsComparisons(n * 2000, &comparisons)).collect();
    for (one, other) in [(&long, &short), (&short, &long)] {
        comparisons.set(0);
        assert_eq!(one.intersection(other).count(), 10);
        assert!(comparisons.get() < 10 * 100, "{}", comparisons.get());
    }
    comparisons.set(0);
    assert_eq!(short.difference(&long).count(), 0);
    assert!(short.is_subset(&long));
    assert!(comparisons.get() < 20 * 100, "{}", comparisons.get());
}

type NotSync = std::cell::Cell<u8>;

assert_impl_all!(btree_set::BTreeSet<u8>: Send, Sync, Unpin, UnwindSafe);
assert_impl_all!(btree_set::BTreeSet<NotSync>: Send);
assert_not_impl_any!(btree_set::BTreeSet<NotSync>: Sync);
assert_impl_all!(btree_set::Difference<'static, u8>: Send, Sync, Unpin, UnwindSafe);
assert_not_impl_any!(btree_set::Difference<'static, NotSync>: Send, Sync);
assert_impl_all!(btree_set::Intersection<'static, u8>: Send, Sync, Unpin, UnwindSafe);
assert_not_impl_any!(btree_set::Intersection<'static, NotSync>: Send, Sync);
assert_impl_all!(btree_set::Union<'static, u8>: Send, Sync, Unpin, UnwindSafe);
assert_not_impl_any!(btree_set::Union<'static, NotSync>: Send, Sync);
assert_impl_all!(btree_set::SymmetricDifference<'static, u8>: Send, Sync, Unpin, UnwindSafe);
assert_not_impl_any!(btree_set::Iter<'static, NotSync>: Send, Sync);
assert_impl_all!(btree_set::IntoIter<NotSync>: Send);

/// Compiles because the types are covariant in the elements.
#[expect(dead_code, reason = "compiled, not called")]
mod variance {
    use super::btree_set::{BTreeSet, Difference, Intersection, IntoIter, Iter, Range, Union};

    fn set<'a>(set: BTreeSet<&'static str>) -> BTreeSet<&'a str> {
        set
    }

    fn iter<'a>(iter: Iter<'static, &'static str>) -> Iter<'a, &'a str> {
        iter
    }

    fn range<'a>(range: Range<'static, &'static str>) -> Range<'a, &'a str> {
        range
    }

    fn into_iter<'a>(iter: IntoIter<&'static str>) -> IntoIter<&'a str> {
        iter
    }

    fn difference<'a>(difference: Difference<'static, &'static str>) -> Difference<'a, &'a str> {
        difference
    }

    fn intersection<'a>(intersection: Intersection<'static, &'static str>) -> Intersection<'a, &'a str> {
        intersection
    }

    fn union<'a>(union: Union<'static, &'static str>) -> Union<'a, &'a str> {
        union
    }
}

#[test]
fn a_set_is_two_words() {
    assert_eq!(size_of::<btree_set::BTreeSet<u64>>(), 2 * size_of::<usize>());
}
