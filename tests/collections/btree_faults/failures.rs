//! Each `try_` method returns an error for each failed allocation, and leaves the tree as documented.

use janus_alloc::collections::btree_map::{BTreeMap, Entry};
use janus_alloc::collections::btree_set::BTreeSet;
use janus_alloc::collections::{TryReserveError, TryReserveErrorKind};

use crate::ledger::{Drops, Ledger, each_failure};

#[test]
fn a_failed_insertion_changes_nothing() {
    each_failure(|ledger| -> Result<(), TryReserveError> {
        let mut map = BTreeMap::new_in(ledger);
        for n in 0..300_u32 {
            let key = n.wrapping_mul(2_654_435_761) % 1000;
            let before: Vec<_> = map.iter().map(|(key, value)| (*key, u32::clone(value))).collect();
            if let Err(error) = map.try_insert(key, n) {
                let TryReserveErrorKind::AllocError { layout } = error.kind() else { panic!("{error}") };
                assert!(layout.size() > 11 * 8);
                // The map is unchanged, and still works.
                assert!(map.iter().map(|(key, value)| (*key, *value)).eq(before));
                for n in 0..300 {
                    map.insert(n, n);
                }
                assert!((0..300).all(|n| map[&n] == n));
                return Err(error);
            }
        }
        Ok(())
    });
}

#[test]
fn a_failed_insertion_by_an_entry_changes_nothing() {
    each_failure(|ledger| -> Result<(), TryReserveError> {
        let mut map: BTreeMap<u32, u32, _> = BTreeMap::new_in(ledger);
        for n in 0..200 {
            let (len, key) = (map.len(), n * 37 % 200);
            let result = match n % 6 {
                0 => map.entry(key).try_or_insert(n).map(|_| ()),
                1 => map.entry(key).try_or_insert_with(|| n).map(|_| ()),
                2 => map.entry(key).try_or_insert_with_key(|key| *key).map(|_| ()),
                3 => map.entry(key).try_or_default().map(|_| ()),
                4 => map.entry(key).try_insert_entry(n).map(|entry| assert_eq!(*entry.key(), key)),
                _ => match map.entry(key) {
                    Entry::Vacant(entry) => entry.try_insert(n).map(|value| *value += 1),
                    Entry::Occupied(_) => unreachable!(),
                },
            };
            if result.is_err() {
                assert_eq!(map.len(), len);
                assert!(!map.contains_key(&key));
            }
            result?;
        }
        Ok(())
    });
}

#[test]
fn failed_operations_on_whole_maps_lose_no_element() {
    each_failure(|ledger| -> Result<(), TryReserveError> {
        let mut map = BTreeMap::new_in(ledger);
        let result = map.try_extend((0..300).map(|n| (n, n)));
        // The map has the elements before the failure.
        assert!(map.keys().copied().eq(0..map.len() as i32));
        result?;
        let clone = map.try_clone()?;
        assert!(clone == map);
        Ok(())
    });
    each_failure(|ledger| -> Result<(), TryReserveError> {
        let mut map = BTreeMap::new_in(ledger);
        map.try_extend((0..300).map(|n| (n * 7 % 300, n)))?;
        let len = map.len();
        match map.try_split_off(&101) {
            Ok(split) => {
                assert!(map.keys().copied().eq(0..101));
                assert!(split.keys().copied().eq(101..300));
                Ok(())
            }
            Err(error) => {
                assert_eq!((map.len(), map.iter().count()), (len, len));
                Err(error)
            }
        }
    });
    // Keys among those of the map, and keys greater than those.
    for (step, offset) in [(3, 0), (1, 1000)] {
        let source = Ledger::new();
        each_failure(|ledger| -> Result<(), TryReserveError> {
            let mut map = BTreeMap::new_in(ledger);
            map.try_extend((0..200).map(|n| (n * 2, n)))?;
            let reference: &Ledger = &source;
            let mut other = BTreeMap::new_in(reference);
            other.extend((0..200).map(|n| (n * step + offset, n)));
            let result = map.try_append(&mut other);
            assert!((0..200).all(|n| map.contains_key(&(n * 2))));
            assert!((0..200).map(|n| n * step + offset).all(|key| map.contains_key(&key) || other.contains_key(&key)));
            assert_eq!((map.iter().count(), other.iter().rev().count()), (map.len(), other.len()));
            assert_eq!(other.is_empty(), result.is_ok());
            result
        });
        assert_eq!(source.live(), 0);
    }
}

#[test]
fn every_failure_of_a_set_is_an_error() {
    each_failure(|ledger| -> Result<(), TryReserveError> {
        let mut set = BTreeSet::new_in(ledger);
        for n in 0..100 {
            assert!(set.try_insert(n * 37 % 100)?);
            assert!(!set.try_insert(n * 37 % 100)?);
            assert_eq!(set.try_replace(n * 37 % 100)?, Some(n * 37 % 100));
            assert_eq!(set.try_replace(n + 1000)?, None);
        }
        set.try_extend(2000..2100)?;
        let clone = set.try_clone()?;
        let mut split = set.try_split_off(&50)?;
        assert_eq!(set.len() + split.len(), clone.len());
        set.try_append(&mut split)
    });
}

#[test]
fn a_value_that_cannot_be_inserted_is_dropped() {
    let drops = Drops::new();
    each_failure(|ledger| -> Result<(), TryReserveError> {
        let mut map = BTreeMap::new_in(ledger);
        for n in 0..100_u32 {
            map.try_insert((n * 37) % 100, drops.value())?;
        }
        Ok(())
    });
    assert_eq!(drops.live(), 0);
}
