//! Collections that live where you say: `Vec`, `Box` and the hash tables, over the canonical
//! [`Allocator`](crate::api::Allocator).
//!
//! ```
//! use janus_alloc::collections::{Box, HashMap, Vec};
//!
//! let arena = bumpalo::Bump::new();
//! let mut names = Vec::new_in(&arena);
//! names.push("Janus");
//! let mut faces = HashMap::new_in(&arena);
//! faces.insert(names[0], 2);
//! let boxed = Box::new_in(faces["Janus"], &arena);
//! assert_eq!(*boxed, 2);
//! ```
//!
//! They are allocator-api2's and hashbrown's types, re-exported, so that the generation is right. `Vec` differs from
//! std's in two ways: a borrow held in a `Vec` must outlive it strictly (no `may_dangle` on stable), and `collect`
//! and `extend` write element by element.
//!
//! [`Box::pin_in`] asks only for `A: 'static`. What pinning needs is
//! [`StaticAllocator`](crate::api::StaticAllocator): bound your own generic code by that.
//!
//! A `HashMap` hashes with hashbrown's default, foldhash: fast, and not meant to withstand an attacker who chooses the
//! keys. Give such a map std's `RandomState` with `with_hasher_in`. A map that is a field names the hasher before the
//! allocator: `HashMap<K, V, DefaultHashBuilder, A>`.

pub use allocator_api2::boxed::Box;
pub use allocator_api2::vec::Vec;
pub use hashbrown::{DefaultHashBuilder, HashMap, HashSet, HashTable, hash_map, hash_set, hash_table};
