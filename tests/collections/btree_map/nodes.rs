//! The nodes, and their allocators.

use janus_alloc::collections::{btree_map, btree_set};
use janus_alloc::{Arena, Stats, System};

use crate::ledger::Ledger;

#[test]
fn an_empty_map_allocates_nothing() {
    let ledger = Ledger::new();
    let mut map: btree_map::BTreeMap<u64, u64, _> = btree_map::BTreeMap::new_in(&ledger);
    assert_eq!((map.iter().count(), map.range(..).count(), map.get(&1)), (0, 0, None));
    assert_eq!(map.remove(&1), None);
    map.clear();
    map.retain(|_, _| true);
    map.extend([(0, 0); 0]);
    let mut other = map.split_off(&1);
    map.append(&mut other);
    assert_eq!(*map.entry(1).key(), 1);
    drop(map.clone());
    drop(map);
    assert_eq!(ledger.requests(), 0);
}

#[test]
fn nodes_have_two_layouts() {
    let ledger = Ledger::new();
    let mut map = btree_map::BTreeMap::new_in(&ledger);
    for n in 0..1000_u64 {
        map.insert(n, n);
    }
    let mut layouts: Vec<_> = ledger.layouts().iter().map(|layout| (layout.size(), layout.align())).collect();
    layouts.sort_unstable();
    let nodes = layouts.len();
    layouts.dedup();
    assert_eq!(layouts, [(16 + 11 * 16, 8), (16 + 11 * 16 + 12 * 8, 8)]);
    assert!(nodes <= 1000 / 5);
    // Nodes are freed as they are emptied.
    let mut iter = map.into_iter();
    iter.by_ref().take(500).for_each(drop);
    assert!(ledger.live() <= nodes / 2 + 4);
    iter.by_ref().rev().take(499).for_each(drop);
    assert!(ledger.live() <= 4);
}

#[test]
fn each_node_is_freed_to_its_own_allocator() {
    let (one, other) = (Ledger::new(), Ledger::new());
    let mut map = btree_map::BTreeMap::new_in(&one);
    let mut donor = btree_map::BTreeMap::new_in(&other);
    map.extend((0..300).map(|n| (n * 3, n)));
    donor.extend((0..300).map(|n| (n * 2, n)));
    map.append(&mut donor);
    assert_eq!(other.live(), 0);
    assert!(std::ptr::eq(*map.allocator(), &raw const one) && std::ptr::eq(*donor.allocator(), &raw const other));
    map = map.split_off(&100);
    assert!(map.keys().all(|key| *key >= 100));
    // `append` to an empty map moves the elements into its own allocator too.
    donor.append(&mut map);
    assert!(donor.len() > 300 && other.live() > 0);
    assert_eq!(one.live(), 0);
}

#[test]
fn maps_work_in_any_allocator() {
    let stats = Stats::new(System);
    let mut by_reference = btree_map::BTreeMap::new_in(&stats);
    by_reference.extend((0..100).map(|n| (n, n)));
    drop(by_reference.split_off(&50));
    let owned = Stats::new(System);
    // An allocator that cannot be cloned.
    let mut by_value = btree_map::BTreeMap::new_in(owned);
    by_value.extend((0..100).map(|n| (n, n)));
    let mut rest = btree_map::BTreeMap::new_in(Stats::new(System));
    rest.extend((50..150).map(|n| (n, n)));
    by_value.append(&mut rest);
    assert_eq!(by_value.len(), 150);
    assert!(by_value.into_iter().map(|(key, _)| key).eq(0..150));
    let arena = Arena::new();
    let mut in_arena = btree_map::BTreeMap::new_in(&arena);
    in_arena.extend((0..1000).rev().map(|n| (n, n)));
    assert!(in_arena.into_keys().eq(0..1000));
    // If the allocator implements `Default`, its type is enough to collect.
    let collected: btree_map::BTreeMap<_, _, Arena> = (0..100).rev().map(|n| (n, n)).collect();
    let set: btree_set::BTreeSet<_, Arena> = collected.keys().copied().collect();
    assert!(collected.allocator().allocated_bytes() > 0 && set.into_iter().eq(0..100));
}

#[test]
fn a_static_can_hold_a_map() {
    static MAP: std::sync::Mutex<btree_map::BTreeMap<u32, u32>> = std::sync::Mutex::new(btree_map::BTreeMap::new());

    std::thread::scope(|scope| {
        for thread in 0..2 {
            scope.spawn(move || {
                for n in 0..100 {
                    MAP.lock().unwrap().insert(n * 2 + thread, n);
                }
            });
        }
    });
    assert!(MAP.lock().unwrap().keys().copied().eq(0..200));
}
