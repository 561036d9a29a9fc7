//! Workloads of vectors, with std's `Vec` and with ours, both with the system allocator.

use std::hint::black_box;

use janus_alloc::System;
use janus_alloc::collections;

use super::beside_std::{self, Operation, turns_of_elements as turns};

/// The operations that take quadratic time, and so are run on short vectors only.
pub const SHORT_ONLY: [&str; 2] = ["insert in the middle", "remove from the front"];

/// The length of the longest vector. Every size creates as many numbers, so that their cost is not counted.
const LONGEST: usize = 22_000;

fn numbers() -> Vec<u64> {
    beside_std::numbers(LONGEST)
}

fn texts() -> Box<[String]> {
    numbers().iter().map(u64::to_string).collect()
}

/// The operations on the vectors that `$new!(T)`, `$reserved!(T, size)` and `$collected!(iter)` return.
macro_rules! operations {
    ($module:ident, $new:ident, $reserved:ident, $collected:ident) => {
        mod $module {
            use super::*;

            pub(super) fn push(count: usize, size: usize) {
                turns(count, size, |size| {
                    let mut vec = $new!(u64);
                    for n in 0..size {
                        vec.push(black_box(n as u64));
                    }
                    black_box(&vec);
                });
            }

            pub(super) fn push_reserved(count: usize, size: usize) {
                let mut vec = $reserved!(u64, size);
                turns(count, size, |size| {
                    vec.clear();
                    for n in 0..size {
                        vec.push(black_box(n as u64));
                    }
                    black_box(&mut vec);
                });
            }

            pub(super) fn extend_range(count: usize, size: usize) {
                let mut vec = $reserved!(u64, size);
                turns(count, size, |size| {
                    vec.clear();
                    vec.extend(0..size as u64);
                    black_box(&mut vec);
                });
            }

            pub(super) fn extend_range_growing(count: usize, size: usize) {
                turns(count, size, |size| {
                    let mut vec = $new!(u64);
                    vec.extend(0..size as u64);
                    black_box(&mut vec);
                });
            }

            pub(super) fn extend_copied(count: usize, size: usize) {
                let numbers = numbers();
                let mut vec = $reserved!(u64, size);
                turns(count, size, |size| {
                    vec.clear();
                    vec.extend(numbers[..size].iter().copied());
                    black_box(&mut vec);
                });
            }

            pub(super) fn extend_references(count: usize, size: usize) {
                let numbers = numbers();
                let mut vec = $reserved!(u64, size);
                turns(count, size, |size| {
                    vec.clear();
                    vec.extend(&numbers[..size]);
                    black_box(&mut vec);
                });
            }

            pub(super) fn extend_cloned(count: usize, size: usize) {
                let texts = texts();
                turns(count, size, |size| {
                    let mut vec = $new!(String);
                    vec.extend(texts[..size].iter().cloned());
                    black_box(&mut vec);
                });
            }

            pub(super) fn extend_map(count: usize, size: usize) {
                let numbers = numbers();
                let mut vec = $reserved!(u64, size);
                turns(count, size, |size| {
                    vec.clear();
                    vec.extend(numbers[..size].iter().map(|n| n * 3));
                    black_box(&mut vec);
                });
            }

            pub(super) fn extend_filter(count: usize, size: usize) {
                let numbers = numbers();
                turns(count, size, |size| {
                    let mut vec = $new!(u64);
                    vec.extend(numbers[..size].iter().copied().filter(|n| n % 4 != 0));
                    black_box(&mut vec);
                });
            }

            pub(super) fn extend_chain(count: usize, size: usize) {
                let numbers = numbers();
                let mut vec = $reserved!(u64, size);
                turns(count, size, |size| {
                    vec.clear();
                    let (left, right) = numbers[..size].split_at(size / 2);
                    vec.extend(left.iter().copied().chain(right.iter().map(|n| n + 1)));
                    black_box(&mut vec);
                });
            }

            pub(super) fn extend_zip(count: usize, size: usize) {
                let numbers = numbers();
                let mut vec = $reserved!(u64, size);
                turns(count, size, |size| {
                    vec.clear();
                    vec.extend(numbers[..size].iter().zip(&numbers[LONGEST - size..]).map(|(l, r)| l ^ r));
                    black_box(&mut vec);
                });
            }

            pub(super) fn extend_vec(count: usize, size: usize) {
                let mut vec = $reserved!(u64, size);
                turns(count, size, |size| {
                    vec.clear();
                    let mut other = $reserved!(u64, size);
                    other.resize(size, 7);
                    black_box(&mut other);
                    vec.extend(other);
                    black_box(&mut vec);
                });
            }

            pub(super) fn extend_vec_map(count: usize, size: usize) {
                let mut vec = $reserved!(u64, size);
                turns(count, size, |size| {
                    vec.clear();
                    let mut other = $reserved!(u64, size);
                    other.resize(size, 7);
                    black_box(&mut other);
                    vec.extend(other.into_iter().map(|n| n + 1));
                    black_box(&mut vec);
                });
            }

            pub(super) fn extend_array(count: usize, size: usize) {
                turns(count, size, |size| {
                    let mut vec = $new!(u64);
                    for n in 0..size as u64 / 4 {
                        vec.extend(black_box([n; 4]));
                    }
                    black_box(&mut vec);
                });
            }

            pub(super) fn extend_bytes(count: usize, size: usize) {
                let bytes: Box<[u8]> = numbers().iter().map(|&n| n as u8).collect();
                let mut vec = $reserved!(u8, size);
                turns(count, size, |size| {
                    vec.clear();
                    vec.extend_from_slice(&bytes[..size]);
                    black_box(&mut vec);
                });
            }

            pub(super) fn extend_bytes_by_ten(count: usize, size: usize) {
                let bytes: Box<[u8]> = numbers().iter().map(|&n| n as u8).collect();
                let mut vec = $reserved!(u8, size);
                turns(count, size, |size| {
                    vec.clear();
                    for ten in bytes[..size].chunks(black_box(10)) {
                        vec.extend_from_slice(ten);
                    }
                    black_box(&mut vec);
                });
            }

            pub(super) fn extend_slice(count: usize, size: usize) {
                let numbers = numbers();
                let mut vec = $reserved!(u64, size);
                turns(count, size, |size| {
                    vec.clear();
                    vec.extend_from_slice(&numbers[..size]);
                    black_box(&mut vec);
                });
            }

            pub(super) fn extend_texts(count: usize, size: usize) {
                let texts = texts();
                turns(count, size, |size| {
                    let mut vec = $new!(String);
                    vec.extend_from_slice(&texts[..size]);
                    black_box(&mut vec);
                });
            }

            pub(super) fn extend_within(count: usize, size: usize) {
                let mut vec = $reserved!(u64, size);
                turns(count, size, |size| {
                    vec.clear();
                    vec.resize(size / 2, 7);
                    black_box(&mut vec);
                    vec.extend_from_within(..);
                    black_box(&mut vec);
                });
            }

            pub(super) fn clone(count: usize, size: usize) {
                let mut vec = $new!(u64);
                vec.extend_from_slice(&numbers()[..size]);
                turns(count, size, |_| {
                    black_box(black_box(&vec).clone());
                });
            }

            pub(super) fn clone_texts(count: usize, size: usize) {
                let mut vec = $new!(String);
                vec.extend_from_slice(&texts()[..size]);
                turns(count, size, |_| {
                    black_box(black_box(&vec).clone());
                });
            }

            pub(super) fn resize_zero_bytes(count: usize, size: usize) {
                let mut vec = $reserved!(u8, size);
                turns(count, size, |size| {
                    vec.clear();
                    vec.resize(size, 0);
                    black_box(&mut vec);
                });
            }

            pub(super) fn resize(count: usize, size: usize) {
                let mut vec = $reserved!(u64, size);
                turns(count, size, |size| {
                    vec.clear();
                    vec.resize(size, black_box(7));
                    black_box(&mut vec);
                });
            }

            pub(super) fn collect_range(count: usize, size: usize) {
                turns(count, size, |size| {
                    black_box($collected!(0..size as u64));
                });
            }

            pub(super) fn collect_map(count: usize, size: usize) {
                let numbers = numbers();
                turns(count, size, |size| {
                    black_box($collected!(numbers[..size].iter().map(|n| n + 1)));
                });
            }

            pub(super) fn collect_filter(count: usize, size: usize) {
                let numbers = numbers();
                turns(count, size, |size| {
                    black_box($collected!(numbers[..size].iter().copied().filter(|n| n % 4 != 0)));
                });
            }

            pub(super) fn insert(count: usize, size: usize) {
                turns(count, size, |size| {
                    let mut vec = $new!(u64);
                    for n in 0..size {
                        vec.insert(n / 2, n as u64);
                    }
                    black_box(&mut vec);
                });
            }

            pub(super) fn remove(count: usize, size: usize) {
                let mut vec = $reserved!(u64, size);
                turns(count, size, |size| {
                    vec.resize(size, 7);
                    for _ in 0..size {
                        black_box(vec.remove(0));
                    }
                    black_box(&mut vec);
                });
            }

            pub(super) fn pop(count: usize, size: usize) {
                let mut vec = $reserved!(u64, size);
                turns(count, size, |size| {
                    vec.resize(size, 7);
                    black_box(&mut vec);
                    while let Some(n) = vec.pop() {
                        black_box(n);
                    }
                });
            }

            pub(super) fn retain(count: usize, size: usize) {
                let numbers = numbers();
                let mut vec = $reserved!(u64, size);
                turns(count, size, |size| {
                    vec.clear();
                    vec.extend_from_slice(&numbers[..size]);
                    vec.retain(|n| n % 4 != 0);
                    black_box(&mut vec);
                });
            }

            pub(super) fn dedup(count: usize, size: usize) {
                let mut vec = $reserved!(u64, size);
                turns(count, size, |size| {
                    vec.clear();
                    vec.extend((0..size as u64).map(|n| n / 3));
                    black_box(&mut vec);
                    vec.dedup();
                    black_box(&mut vec);
                });
            }

            pub(super) fn drain(count: usize, size: usize) {
                let mut vec = $reserved!(u64, size);
                turns(count, size, |size| {
                    vec.resize(size, 7);
                    black_box(&mut vec);
                    for n in vec.drain(size / 4..) {
                        black_box(n);
                    }
                    black_box(&mut vec);
                });
            }

            pub(super) fn iterate(count: usize, size: usize) {
                let mut vec = $new!(u64);
                vec.extend_from_slice(&numbers()[..size]);
                turns(count, size, |_| {
                    for n in black_box(&vec) {
                        black_box(*n);
                    }
                });
            }

            pub(super) fn into_iter(count: usize, size: usize) {
                let numbers = numbers();
                turns(count, size, |size| {
                    let mut vec = $reserved!(u64, size);
                    vec.extend_from_slice(&numbers[..size]);
                    for n in black_box(vec) {
                        black_box(n);
                    }
                });
            }

            pub(super) fn into_iter_sum(count: usize, size: usize) {
                let numbers = numbers();
                turns(count, size, |size| {
                    let mut vec = $reserved!(u64, size);
                    vec.extend_from_slice(&numbers[..size]);
                    black_box(black_box(vec).into_iter().rev().sum::<u64>());
                });
            }

            pub(super) fn sort(count: usize, size: usize) {
                let numbers = numbers();
                let mut vec = $reserved!(u64, size);
                turns(count, size, |size| {
                    vec.clear();
                    vec.extend_from_slice(&numbers[..size]);
                    vec.sort();
                    black_box(&mut vec);
                });
            }

            pub(super) fn build_and_drop(count: usize, size: usize) {
                turns(count, size, |size| {
                    let mut vec = $new!(Box<u64>);
                    for n in 0..size {
                        vec.push(Box::new(n as u64));
                    }
                    drop(black_box(vec));
                });
            }
        }
    };
}

macro_rules! std_new {
    ($element:ty) => {
        Vec::<$element>::new()
    };
}
macro_rules! std_reserved {
    ($element:ty, $size:expr) => {
        Vec::<$element>::with_capacity($size)
    };
}
macro_rules! std_collected {
    ($iter:expr) => {
        ($iter).collect::<Vec<_>>()
    };
}
macro_rules! our_new {
    ($element:ty) => {
        collections::Vec::<$element, System>::new_in(System)
    };
}
macro_rules! our_reserved {
    ($element:ty, $size:expr) => {
        collections::Vec::<$element, System>::with_capacity_in($size, System)
    };
}
macro_rules! our_collected {
    ($iter:expr) => {
        collections::CollectIn::collect_in::<collections::Vec<_, _>>($iter, System)
    };
}
operations!(in_std, std_new, std_reserved, std_collected);
operations!(in_ours, our_new, our_reserved, our_collected);

macro_rules! rows {
    ($($name:literal: $operation:ident),* $(,)?) => {
        /// The rows of the table.
        pub const OPERATIONS: &[Operation] = &[
            $(Operation { name: $name, std: in_std::$operation, ours: in_ours::$operation },)*
        ];
    };
}
rows! {
    "push": push,
    "push, reserved": push_reserved,
    "pop": pop,
    "extend, range": extend_range,
    "extend, range, growing": extend_range_growing,
    "extend, copied": extend_copied,
    "extend, references": extend_references,
    "extend, cloned texts": extend_cloned,
    "extend, map": extend_map,
    "extend, filter": extend_filter,
    "extend, chain": extend_chain,
    "extend, zip": extend_zip,
    "extend, vector": extend_vec,
    "extend, vector mapped": extend_vec_map,
    "extend, arrays of 4": extend_array,
    "extend_from_slice": extend_slice,
    "extend_from_slice, bytes": extend_bytes,
    "extend_from_slice, 10 bytes": extend_bytes_by_ten,
    "extend_from_slice, texts": extend_texts,
    "extend_from_within": extend_within,
    "clone": clone,
    "clone, texts": clone_texts,
    "resize": resize,
    "resize, zero bytes": resize_zero_bytes,
    "collect, range": collect_range,
    "collect, map": collect_map,
    "collect, filter": collect_filter,
    "insert in the middle": insert,
    "remove from the front": remove,
    "retain": retain,
    "dedup": dedup,
    "drain": drain,
    "iterate": iterate,
    "into_iter": into_iter,
    "into_iter, reversed": into_iter_sum,
    "sort": sort,
    "push and drop boxes": build_and_drop,
}
