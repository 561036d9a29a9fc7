//! Look-ups, insertion, collecting and appending.

use std::ops::Bound::{Excluded, Included};

use super::{Tagged, compare_with_std};

#[test]
fn look_ups_behave_as_in_std() {
    compare_with_std!({
        let map: BTreeMap<u32, u32> = (0..1000).map(|n| (n * 2, n)).collect();
        let mut seen = Vec::new();
        for key in 0..2001 {
            seen.push((map.get(&key).copied(), map.contains_key(&key), map.get_key_value(&key).map(|(k, v)| (*k, *v))));
        }
        (
            seen,
            map.len(),
            map.is_empty(),
            map.first_key_value() == Some((&0, &0)),
            map.last_key_value() == Some((&1998, &999)),
        )
    });
}

#[test]
fn look_ups_by_borrowed_keys_behave_as_in_std() {
    compare_with_std!({
        let mut map: BTreeMap<String, u32> = BTreeMap::new();
        for (index, word) in ["to", "be", "or", "not", "that", "is", "the", "question"].into_iter().enumerate() {
            map.insert(word.to_string(), index as u32);
        }
        *map.get_mut("be").unwrap() += 100;
        let boxed: BTreeMap<Box<[u8]>, ()> = BTreeMap::from([(vec![1, 2].into(), ()), (vec![3].into(), ())]);
        (
            map.get("to").copied(),
            map["be"],
            map.get("who").copied(),
            map.range::<str, _>((Included("o"), Excluded("q"))).map(|(key, _)| key.clone()).collect::<Vec<_>>(),
            map.remove("or"),
            map.remove_entry("not"),
            map.remove("not"),
            boxed.contains_key(&[1, 2][..]),
            map.split_off("s").len(),
            map.len(),
        )
    });
}

#[test]
fn insertion_keeps_the_old_key_as_in_std() {
    compare_with_std!({
        let mut map = BTreeMap::new();
        let first = map.insert(Tagged(1, 'a'), 10);
        let second = map.insert(Tagged(1, 'b'), 11);
        map.entry(Tagged(1, 'c')).and_modify(|value| *value += 1).or_insert(99);
        let third = map.entry(Tagged(1, 'd')).insert_entry(13).remove_entry();
        format!("{first:?} {second:?} {third:?} {map:?}")
    });
}

#[test]
fn of_equal_keys_the_one_of_std_is_collected() {
    compare_with_std!({
        let elements =
            [(Tagged(2, 'a'), 1), (Tagged(1, 'b'), 2), (Tagged(2, 'c'), 3), (Tagged(1, 'd'), 4), (Tagged(1, 'e'), 5)];
        let collected: BTreeMap<_, _> = elements.into_iter().collect();
        let from = BTreeMap::from(elements);
        let mut extended = BTreeMap::new();
        extended.extend(elements);
        let mut ascending = BTreeMap::new();
        ascending.extend([(Tagged(1, 'a'), 1), (Tagged(1, 'b'), 2), (Tagged(2, 'c'), 3), (Tagged(2, 'd'), 4)]);
        let mut copied = BTreeMap::from([(1, 1)]);
        copied.extend([(&1, &2), (&0, &3)]);
        format!("{collected:?} {from:?} {extended:?} {ascending:?} {copied:?}")
    });
}

#[test]
fn append_keeps_the_old_keys_as_in_std() {
    compare_with_std!({
        let mut seen = Vec::new();
        for (len, other_len, step, offset) in [
            (0, 0, 1, 0),
            (0, 50, 1, 0),
            (50, 0, 1, 0),
            (50, 50, 1, 50),
            (50, 50, 1, 0),
            (200, 300, 3, 7),
            (300, 5, 40, 1),
            (5, 500, 1, 0),
        ] {
            let mut map: BTreeMap<Tagged, u32> = (0..len).map(|n| (Tagged(n * 2, 'a'), n)).collect();
            let mut other: BTreeMap<Tagged, u32> =
                (0..other_len).map(|n| (Tagged(n * step + offset, 'b'), n + 1000)).collect();
            map.append(&mut other);
            seen.push(format!("{map:?} {} {:?}", map.len(), other));
            other.insert(Tagged(1, 'c'), 1);
            seen.push(format!("{other:?}"));
        }
        seen
    });
}
