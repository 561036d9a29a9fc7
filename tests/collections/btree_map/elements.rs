//! Elements of several sizes, and the order of their drops.

use std::cell::RefCell;

use janus_alloc::collections::btree_map;

use super::compare_with_std;
use crate::ledger::{Drops, Ledger};

#[test]
#[expect(clippy::mutable_key_type, reason = "the log does not change the order")]
fn elements_are_dropped_in_the_order_of_std() {
    /// A value that logs its name when it is dropped.
    #[derive(PartialEq, Eq, PartialOrd, Ord)]
    struct Named<'a>(String, &'a Log);

    #[derive(PartialEq, Eq, PartialOrd, Ord, Default)]
    struct Log(RefCell<Vec<String>>);

    impl Drop for Named<'_> {
        fn drop(&mut self) {
            self.1.0.borrow_mut().push(self.0.clone());
        }
    }

    compare_with_std!({
        let log = Log::default();
        let named = |name: String| Named(name, &log);
        let map = || -> BTreeMap<_, _> { (100..350).map(|n| (named(n.to_string()), named(format!("{n}v")))).collect() };
        drop(map());
        let mut cleared = map();
        cleared.clear();
        let mut iter = map().into_iter();
        drop((iter.next(), iter.next_back()));
        drop(iter);
        drop(map().into_keys().nth(3));
        drop(map().into_values().nth(3));
        map().retain(|key, _| key.0.len() % 2 == 1);
        let mut replaced = map();
        replaced.insert(named("200".to_string()), named("new".to_string()));
        drop(replaced);
        log.0.take()
    });
}

#[test]
fn zero_sized_and_aligned_elements_behave_as_in_std() {
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
    #[repr(align(64))]
    struct Aligned(u32);

    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
    #[repr(align(128))]
    struct AlignedUnit;

    compare_with_std!({
        let mut units = BTreeMap::new();
        let seen = (units.insert((), ()), units.insert((), ()), units.len(), units.remove(&()), units.len());
        let mut aligned: BTreeMap<Aligned, [u64; 100]> =
            (0..200).rev().map(|n| (Aligned(n), [n.into(); 100])).collect();
        aligned.retain(|key, value| {
            assert_eq!(std::ptr::from_ref(key).addr() % 64, 0);
            value[99] % 3 != 0
        });
        let mut marks: BTreeMap<u8, AlignedUnit> = (0..100).map(|n| (n, AlignedUnit)).collect();
        let taken = marks.split_off(&50);
        assert!(taken.values().all(|value| std::ptr::from_ref(value).addr() % 128 == 0));
        let mut only: BTreeMap<AlignedUnit, u8> = BTreeMap::new();
        only.insert(AlignedUnit, 1);
        (seen, aligned.into_iter().collect::<Vec<_>>(), marks.len(), taken.len(), only.range(AlignedUnit..).count())
    });
}

#[test]
fn keys_and_values_of_odd_sizes_behave_as_in_std() {
    compare_with_std!({
        let mut map: BTreeMap<[u8; 3], [u16; 7]> = BTreeMap::new();
        for n in 0..600_u32 {
            let bytes = n.wrapping_mul(40_503).to_le_bytes();
            map.insert([bytes[0], bytes[1], bytes[2]], [n as u16; 7]);
        }
        map.into_iter().collect::<Vec<_>>()
    });
}

#[test]
fn a_clone_shares_no_elements() {
    let ledger = Ledger::new();
    let drops = Drops::new();
    let mut map = btree_map::BTreeMap::new_in(&ledger);
    for n in 0..500 {
        map.insert(n, drops.value());
    }
    let clone = map.clone();
    assert_eq!(drops.live(), 1000);
    map.retain(|key, _| key % 2 == 0);
    assert!(clone.keys().copied().eq(0..500));
    drop(map);
    assert_eq!(drops.live(), 500);
    drop(clone);
    assert_eq!(drops.live(), 0);
}
