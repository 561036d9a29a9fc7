//! Ranges, `split_off`, `retain` and `extract_if`.

use std::ops::Bound::{Excluded, Included, Unbounded};

use super::{compare_with_std, message};

#[test]
fn ranges_behave_as_in_std() {
    compare_with_std!({
        let mut seen = Vec::new();
        for len in [1_i32, 5, 30, 200] {
            let mut map: BTreeMap<i32, i32> = (0..len).map(|n| (n * 2, n)).collect();
            let step = (len / 10).max(1) as usize;
            for start in (-1..len * 2 + 1).step_by(step) {
                for end in (start..len * 2 + 1).step_by(step) {
                    for bounds in [
                        (Included(start), Included(end)),
                        (Included(start), Excluded(end)),
                        (Excluded(start), Included(end)),
                        (Unbounded, Excluded(end)),
                        (Unbounded, Included(end)),
                        (Included(start), Unbounded),
                        (Excluded(start), Unbounded),
                        (Unbounded, Unbounded),
                    ] {
                        let range = map.range(bounds);
                        let count = range.clone().count();
                        seen.push((
                            range.clone().next().map(|(k, v)| (*k, *v)),
                            range.last().map(|(k, v)| (*k, *v)),
                            count,
                        ));
                        map.range_mut(bounds).for_each(|(_, value)| *value += 1);
                        let mut both = map.range_mut(bounds);
                        while let (Some(first), Some(last)) = (both.next(), both.next_back()) {
                            std::mem::swap(first.1, last.1);
                        }
                    }
                }
            }
            seen.push((None, None, map.values().enumerate().map(|(index, value)| index * *value as usize).sum()));
        }
        seen
    });
}

#[test]
fn invalid_ranges_panic_as_in_std() {
    compare_with_std!({
        let (one, five) = (1, 5);
        let map = BTreeMap::from([(one, 1), (five, 5)]);
        let set = BTreeSet::from([one, five]);
        let (mut other, mut empty) = (map.clone(), map.clone());
        empty.clear();
        let mut emptied = map.clone();
        emptied.retain(|_, _| false);
        (
            message(|| map.range(five..one).count()),
            message(|| map.range((Excluded(3), Excluded(3))).count()),
            message(|| map.range((Excluded(3), Included(2))).count()),
            message(|| other.range_mut(five..=one).count()),
            message(|| set.range(five..one).count()),
            message(|| set.range((Excluded(3), Excluded(3))).count()),
            // A map without a node does not check the range.
            empty.range(five..one).count(),
            message(|| emptied.range(five..one).count()),
            map.range(3..3).count()
                + map.range((Included(3), Excluded(3))).count()
                + map.range((Excluded(3), Included(3))).count(),
            message(|| map[&3]),
        )
    });
}

#[test]
fn split_off_behaves_as_in_std() {
    compare_with_std!({
        let mut seen = Vec::new();
        for len in [0_u32, 1, 2, 11, 12, 40, 300] {
            for at in 0..=len * 2 + 1 {
                let mut map: BTreeMap<u32, String> = (0..len).map(|n| (n * 2, n.to_string())).collect();
                let mut split = map.split_off(&at);
                seen.push((map.len(), split.len(), map.last_key_value().map(|(key, _)| *key), split.pop_first()));
                split.insert(1000, String::new());
                map.append(&mut split);
                seen.push((map.len(), split.len(), None, map.pop_last()));
            }
        }
        seen
    });
}

#[test]
fn retain_and_extract_if_behave_as_in_std() {
    compare_with_std!({
        let mut seen = Vec::new();
        for len in [0_u32, 1, 11, 12, 100, 400] {
            for (modulus, rest) in [(1, 0), (2, 0), (2, 1), (3, 1), (10, 7), (10_000, 5)] {
                let mut map: BTreeMap<u32, u32> = (0..len).map(|n| (n, n)).collect();
                let mut order = Vec::new();
                map.retain(|key, value| {
                    order.push(*key);
                    *value += 1;
                    key % modulus != rest
                });
                seen.push((order, map.clone().into_iter().collect::<Vec<_>>()));
                for range in [
                    (Unbounded, Unbounded),
                    (Included(10), Excluded(60)),
                    (Excluded(10), Included(60)),
                    (Included(60), Unbounded),
                    (Included(50), Excluded(3)),
                ] {
                    for take in [0, 1, 5, 1000] {
                        let mut map = map.clone();
                        let mut visited = Vec::new();
                        let mut extraction = map.extract_if(range, |key, value| {
                            visited.push(*key);
                            *value += 100;
                            key % 3 != 0
                        });
                        let taken: Vec<_> = extraction.by_ref().take(take).collect();
                        seen.push((visited, taken));
                        seen.push((Vec::new(), map.into_iter().collect()));
                    }
                }
            }
        }
        seen
    });
}
