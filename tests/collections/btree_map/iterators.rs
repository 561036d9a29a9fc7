//! Iterators, and removal at both ends.

use super::compare_with_std;

#[test]
fn pops_from_both_ends_behave_as_in_std() {
    compare_with_std!({
        let mut map: BTreeMap<u32, u32> = (0..500).map(|n| (n, n)).collect();
        let mut seen = Vec::new();
        while let (Some(first), Some(last)) = (map.pop_first(), map.pop_last()) {
            seen.push((first, last, map.len()));
        }
        (
            seen,
            map.pop_first(),
            map.pop_last(),
            map.first_key_value().is_none(),
            map.first_entry().is_none(),
            map.last_entry().is_none(),
        )
    });
}

#[test]
fn iterators_behave_as_in_std() {
    compare_with_std!({
        let mut seen = Vec::new();
        for len in [0_u32, 1, 11, 12, 23, 150, 2000] {
            let mut map: BTreeMap<u32, u32> = (0..len).map(|n| (n, n * 3)).collect();
            let iter = map.iter();
            seen.push(format!(
                "{:?} {} {:?} {:?} {:?}",
                iter.size_hint(),
                iter.len(),
                iter.clone().last(),
                iter.clone().min(),
                iter.max()
            ));
            let keys = map.keys();
            seen.push(format!(
                "{:?} {:?} {:?} {:?}",
                keys.size_hint(),
                keys.clone().last(),
                keys.clone().min(),
                keys.max()
            ));
            seen.push(format!("{:?} {:?}", map.values().size_hint(), map.values().last()));
            seen.push(format!("{:?} {:?}", map.range(1..).last(), map.range(..5).min()));
            seen.push(format!("{:?} {:?}", map.clone().into_keys().last(), map.clone().into_values().last()));
            map.values_mut().for_each(|value| *value += 1);
            map.iter_mut().rev().for_each(|(key, value)| *value += key);
            seen.push(format!("{:?} {:?}", map.iter_mut().size_hint(), map.values_mut().size_hint()));
            seen.push(format!("{:?}", map.iter_mut().last()));
            seen.push(format!("{:?}", map.iter().zip(map.values().rev()).step_by(7).collect::<Vec<_>>()));
            let mut iter = map.iter();
            seen.push(format!("{:?} {:?} {:?}", iter.nth(3), iter.nth_back(3), iter));
            iter.by_ref().count();
            seen.push(format!("{:?} {:?} {:?}", iter.next(), iter.next_back(), iter.next()));
            for (key, value) in &mut map {
                *value -= key;
            }
            seen.push(format!("{:?} {:?}", map, map.iter().len()));
        }
        seen
    });
}

#[test]
fn into_iter_from_both_ends_behaves_as_in_std() {
    compare_with_std!({
        let mut seen = Vec::new();
        for len in [0_u32, 1, 5, 11, 12, 13, 60, 145, 300] {
            for pattern in [0b0, 0b1111_1111, 0b0101_0101, 0b0011_0111, 0b1000_0000] {
                for stop in [0, 1, len / 3, len / 2, len] {
                    let map: BTreeMap<u32, String> = (0..len).map(|n| (n, n.to_string())).collect();
                    let mut iter = map.into_iter();
                    for step in 0..stop {
                        seen.push(if pattern >> (step % 8) & 1 == 0 { iter.next() } else { iter.next_back() });
                    }
                    seen.push(Some((iter.len() as u32, format!("{iter:?}"))));
                }
            }
        }
        seen
    });
}

#[test]
fn default_iterators_are_empty() {
    compare_with_std!({
        let counts = [
            btree_map::Iter::<u8, u8>::default().count(),
            btree_map::IterMut::<u8, u8>::default().count(),
            btree_map::IntoIter::<u8, u8>::default().count(),
            btree_map::Keys::<u8, u8>::default().count(),
            btree_map::Values::<u8, u8>::default().count(),
            btree_map::ValuesMut::<u8, u8>::default().count(),
            btree_map::IntoKeys::<u8, u8>::default().count(),
            btree_map::IntoValues::<u8, u8>::default().count(),
            btree_map::Range::<u8, u8>::default().count(),
            btree_map::RangeMut::<u8, u8>::default().count(),
            btree_set::Iter::<u8>::default().count(),
            btree_set::IntoIter::<u8>::default().count(),
            btree_set::Range::<u8>::default().count(),
        ];
        assert_eq!(btree_map::Iter::<u8, u8>::default().next_back(), None);
        assert_eq!(btree_map::Range::<u8, u8>::default().next_back(), None);
        assert_eq!(btree_map::IntoIter::<u8, u8>::default().next_back(), None);
        counts
    });
}
