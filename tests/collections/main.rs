//! The collections behave as std's over every allocator, and keep the allocators' contract.
#![cfg(feature = "std")]
#![cfg_attr(feature = "nightly", feature(allocator_api))]

mod allocators;
mod arc;
mod binary_heap;
mod boxed;
mod btree_faults;
mod btree_map;
mod btree_random;
mod btree_set;
mod callbacks;
mod elements;
mod hints;
#[allow(dead_code, reason = "the fuzz targets include this file too")]
mod ledger;
mod linked_list;
mod maps_in;
mod owned;
mod pointers_in;
mod ranges;
mod rc;
mod steps;
mod string;
mod vec;
mod vec_deque;
