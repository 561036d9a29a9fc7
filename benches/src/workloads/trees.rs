//! Workloads of B-trees and linked lists, with std's types and with ours, both with the system allocator.

use std::collections::{BTreeMap, LinkedList};
use std::hint::black_box;

use janus_alloc::System;
use janus_alloc::collections;

use super::beside_std::{Operation, states, turns};

/// The sizes, each with the two numbers of turns whose difference is counted.
pub const COUNTS: [(usize, (usize, usize)); 3] = [(100, (20, 220)), (10_000, (1, 5)), (300_000, (1, 2))];

/// Returns random keys, twice as many as `size`. The first half are those of the maps.
fn keys(size: usize) -> Box<[u64]> {
    states().map(|state| state >> 16).take(2 * size).collect()
}

/// Returns the same keys in another order.
fn shuffled(keys: &[u64]) -> Box<[u64]> {
    let mut keys: Box<[u64]> = keys.into();
    keys.sort_by_key(|key| key.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    keys
}

/// Calls `turn` with a map that `new` returns, `count` times. The maps are created before, for the greatest number of turns, so that both
/// counts include the same cost for that. Maps without a turn are leaked.
fn prepared<M>(count: usize, size: usize, new: impl Fn() -> M, mut turn: impl FnMut(M)) {
    let most = COUNTS.iter().find(|(of, _)| *of == size).map_or(count, |(_, (_, many))| *many);
    let mut maps: Vec<M> = (0..most).map(|_| new()).collect();
    for _ in 0..count {
        turn(black_box(maps.pop()).expect("there are fewer maps than turns"));
    }
    std::mem::forget(maps);
}

/// The operations on maps of type `$map`, which `$new!()` returns, and on lists of type `$list`, which `$new_list!()` returns.
macro_rules! operations {
    ($module:ident, $map:ident, $new:ident, $list:ident, $new_list:ident) => {
        mod $module {
            use super::*;

            /// Returns a map of the keys.
            fn filled(keys: &[u64]) -> $map {
                let mut map = $new!();
                for &key in keys {
                    map.insert(key, key);
                }
                map
            }

            pub(super) fn insert_ascending(count: usize, size: usize) {
                turns(count, size, |size| {
                    let mut map = $new!();
                    for n in 0..size as u64 {
                        map.insert(black_box(n), n);
                    }
                    std::mem::forget(black_box(map));
                });
            }

            pub(super) fn insert_random(count: usize, size: usize) {
                let keys = keys(size);
                turns(count, size, |size| {
                    let mut map = $new!();
                    for &key in &keys[..size] {
                        map.insert(key, key);
                    }
                    std::mem::forget(black_box(map));
                });
            }

            pub(super) fn extend_ascending(count: usize, size: usize) {
                turns(count, size, |size| {
                    let mut map = $new!();
                    map.extend((0..size as u64).map(|n| (n, n)));
                    std::mem::forget(black_box(map));
                });
            }

            pub(super) fn extend_random(count: usize, size: usize) {
                let keys = keys(size);
                turns(count, size, |size| {
                    let mut map = $new!();
                    map.extend(keys[..size].iter().map(|&key| (key, key)));
                    std::mem::forget(black_box(map));
                });
            }

            pub(super) fn entry(count: usize, size: usize) {
                let keys = keys(size);
                let few = &keys[..size / 10];
                turns(count, size, |_| {
                    let mut map = $new!();
                    for _ in 0..10 {
                        for &key in few {
                            *map.entry(key).or_insert(0) += 1;
                        }
                    }
                    std::mem::forget(black_box(map));
                });
            }

            pub(super) fn get(count: usize, size: usize) {
                let keys = keys(size);
                let map = filled(&keys[..size]);
                let sought = shuffled(&keys);
                turns(count, size, |size| {
                    for key in &sought[..size] {
                        black_box(map.get(key));
                    }
                });
            }

            pub(super) fn get_mut(count: usize, size: usize) {
                let keys = keys(size);
                let mut map = filled(&keys[..size]);
                let sought = shuffled(&keys[..size]);
                turns(count, size, |size| {
                    for key in &sought[..size] {
                        if let Some(value) = map.get_mut(key) {
                            *value += 1;
                        }
                    }
                });
            }

            pub(super) fn iterate(count: usize, size: usize) {
                let map = filled(&keys(size)[..size]);
                turns(count, size, |_| {
                    for (key, value) in black_box(&map) {
                        black_box((key, value));
                    }
                });
            }

            pub(super) fn sum_backwards(count: usize, size: usize) {
                let map = filled(&keys(size)[..size]);
                turns(count, size, |_| {
                    black_box(black_box(&map).values().rev().fold(0, |sum, value| sum ^ value));
                });
            }

            pub(super) fn iterate_mut(count: usize, size: usize) {
                let mut map = filled(&keys(size)[..size]);
                turns(count, size, |_| {
                    for (_, value) in black_box(&mut map) {
                        *value += 1;
                    }
                });
            }

            pub(super) fn range(count: usize, size: usize) {
                let keys = keys(size);
                let map = filled(&keys[..size]);
                turns(count, size, |size| {
                    for &start in &keys[size..size + size / 10] {
                        for (key, _) in map.range(start..).take(10) {
                            black_box(key);
                        }
                    }
                });
            }

            pub(super) fn remove(count: usize, size: usize) {
                let keys = keys(size);
                let order = shuffled(&keys[..size]);
                prepared(
                    count,
                    size,
                    || filled(&keys[..size]),
                    |mut map| {
                        for key in &order {
                            black_box(map.remove(key));
                        }
                        std::mem::forget(map);
                    },
                );
            }

            pub(super) fn pop_first(count: usize, size: usize) {
                let keys = keys(size);
                prepared(
                    count,
                    size,
                    || filled(&keys[..size]),
                    |mut map| {
                        while let Some(element) = map.pop_first() {
                            black_box(element);
                        }
                        std::mem::forget(map);
                    },
                );
            }

            pub(super) fn retain(count: usize, size: usize) {
                let keys = keys(size);
                prepared(
                    count,
                    size,
                    || filled(&keys[..size]),
                    |mut map| {
                        map.retain(|key, _| key % 4 != 0);
                        std::mem::forget(map);
                    },
                );
            }

            pub(super) fn into_iter(count: usize, size: usize) {
                let keys = keys(size);
                prepared(
                    count,
                    size,
                    || filled(&keys[..size]),
                    |map| {
                        for element in map {
                            black_box(element);
                        }
                    },
                );
            }

            pub(super) fn clone(count: usize, size: usize) {
                let map = filled(&keys(size)[..size]);
                turns(count, size, |_| {
                    std::mem::forget(black_box(black_box(&map).clone()));
                });
            }

            pub(super) fn drop_map(count: usize, size: usize) {
                let keys = keys(size);
                prepared(count, size, || filled(&keys[..size]), drop);
            }

            pub(super) fn append_behind(count: usize, size: usize) {
                let mut keys = keys(size);
                keys[..size].sort();
                let (low, high) = keys[..size].split_at(size / 2);
                prepared(
                    count,
                    size,
                    || (filled(low), filled(high)),
                    |(mut low, mut high)| {
                        low.append(&mut high);
                        std::mem::forget(black_box((low, high)));
                    },
                );
            }

            pub(super) fn append_between(count: usize, size: usize) {
                let keys = keys(size);
                let (left, right) = keys[..size].split_at(size / 2);
                prepared(
                    count,
                    size,
                    || (filled(left), filled(right)),
                    |(mut left, mut right)| {
                        left.append(&mut right);
                        std::mem::forget(black_box((left, right)));
                    },
                );
            }

            pub(super) fn append_few(count: usize, size: usize) {
                let keys = keys(size);
                let (few, many) = keys[..size].split_at(size / 50);
                prepared(
                    count,
                    size,
                    || (filled(few), filled(many)),
                    |(mut few, mut many)| {
                        many.append(&mut few);
                        std::mem::forget(black_box((few, many)));
                    },
                );
            }

            pub(super) fn split_off(count: usize, size: usize) {
                let keys = keys(size);
                prepared(
                    count,
                    size,
                    || filled(&keys[..size]),
                    |mut map| {
                        let other = map.split_off(&keys[0]);
                        std::mem::forget(black_box((map, other)));
                    },
                );
            }

            /// Returns a list of ascending numbers.
            fn listed(size: usize) -> $list {
                let mut list = $new_list!();
                list.extend(0..size as u64);
                list
            }

            pub(super) fn list_push_and_pop(count: usize, size: usize) {
                turns(count, size, |size| {
                    let mut list = $new_list!();
                    for n in 0..size as u64 {
                        list.push_back(black_box(n));
                    }
                    while let Some(n) = black_box(&mut list).pop_front() {
                        black_box(n);
                    }
                });
            }

            pub(super) fn list_iterate(count: usize, size: usize) {
                let list = listed(size);
                turns(count, size, |_| {
                    for n in black_box(&list) {
                        black_box(n);
                    }
                });
            }

            pub(super) fn list_clone(count: usize, size: usize) {
                let list = listed(size);
                turns(count, size, |_| std::mem::forget(black_box(black_box(&list).clone())));
            }

            pub(super) fn list_drop(count: usize, size: usize) {
                prepared(count, size, || listed(size), drop);
            }
        }
    };
}

type StdMap = BTreeMap<u64, u64>;
macro_rules! std_new {
    () => {
        BTreeMap::new()
    };
}

type OurMap = collections::BTreeMap<u64, u64, System>;
macro_rules! our_new {
    () => {
        collections::BTreeMap::new_in(System)
    };
}

type StdList = LinkedList<u64>;
macro_rules! std_new_list {
    () => {
        LinkedList::new()
    };
}

type OurList = collections::LinkedList<u64, System>;
macro_rules! our_new_list {
    () => {
        collections::LinkedList::new_in(System)
    };
}

operations!(of_std, StdMap, std_new, StdList, std_new_list);
operations!(of_ours, OurMap, our_new, OurList, our_new_list);

macro_rules! table {
    ($($name:literal: $operation:ident,)*) => {
        /// All operations.
        pub const OPERATIONS: &[Operation] = &[
            $(Operation { name: $name, std: of_std::$operation, ours: of_ours::$operation },)*
        ];
    };
}
table! {
    "insert, ascending": insert_ascending,
    "insert, random": insert_random,
    "extend, ascending": extend_ascending,
    "extend, random": extend_random,
    "entry": entry,
    "get, half of them there": get,
    "get_mut": get_mut,
    "iterate": iterate,
    "values, from the back": sum_backwards,
    "iterate, mutably": iterate_mut,
    "range, ten elements": range,
    "remove, random": remove,
    "pop_first": pop_first,
    "retain": retain,
    "into_iter": into_iter,
    "clone": clone,
    "drop": drop_map,
    "append, all behind": append_behind,
    "append, half each": append_between,
    "append, few": append_few,
    "split_off": split_off,
    "list: push_back and pop_front": list_push_and_pop,
    "list: iterate": list_iterate,
    "list: clone": list_clone,
    "list: drop": list_drop,
}
