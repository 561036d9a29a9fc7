//! Collections that live where you say: std's, over the canonical [`Allocator`](crate::api::Allocator).
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
//! [`Vec`], [`String`], [`Box`], [`Rc`], [`Arc`], [`VecDeque`], [`BinaryHeap`], [`BTreeMap`], [`BTreeSet`] and [`LinkedList`] are
//! this crate's own, with the API of std's. The hash tables are hashbrown's, re-exported in the right version. [`Weak`] is that of an
//! `Rc`; the one of an `Arc` is [`arc::Weak`].
//!
//! | to make one | write |
//! | --- | --- |
//! | from elements | [`vec_in![in &arena; 1, 2, 3]`](crate::vec_in) |
//! | from text and arguments | [`format_in!(in &arena, "{name} has {n} faces")`](crate::format_in) |
//! | from an iterator | [`iter.collect_in::<Vec<_, _>>(&arena)`](CollectIn::collect_in) |
//! | from another type | [`Vec::from_in("janus", &arena)`](FromIn::from_in), [`value.into_in(&arena)`](IntoIn::into_in) |
//! | from one in another allocator | [`numbers.clone_in(&arena)`](CloneIn::clone_in) |
//! | from std's or another generation's | `Vec::from(theirs)`: no element moves |
//!
//! The [`prelude`] has these traits and macros, and hides nothing of std's.
//!
//! With the feature `serde` all but `HashTable` are serialized, and deserialized into an allocator by `de::In(&arena)`.
//!
//! # Structures that own their memory
//!
//! A collection may own its allocator: a `Vec<T, Arena>` is returned, stored and sent to another thread with its arena, which is dropped
//! with it. Several collections share one allocator in an [`Rc`], or across threads in an [`Arc`]: a `Box`, `Rc` or `Arc` of an allocator
//! is an allocator. So a structure without a lifetime can have a pool of its own, which ends with the last of its collections:
//!
//! ```
//! use janus_alloc::{Pool, collections::{Rc, Vec}};
//!
//! struct Names {
//!     bytes: Vec<u8, Rc<Pool>>,
//!     ends: Vec<usize, Rc<Pool>>,
//! }
//!
//! impl Names {
//!     fn new() -> Self {
//!         let pool = Rc::new(Pool::new());
//!         Self { bytes: Vec::new_in(pool.clone()), ends: Vec::new_in(pool) }
//!     }
//!
//!     fn push(&mut self, name: &str) {
//!         self.bytes.extend_from_slice(name.as_bytes());
//!         self.ends.push(self.bytes.len());
//!     }
//! }
//!
//! let mut names = Names::new();
//! names.push("Janus");
//! assert_eq!(names.ends, [5]);
//! ```
//!
//! # Collections that threads read
//!
//! A collection in an [`Arena`](crate::Arena) or a [`Pool`](crate::Pool) is not `Sync`, since it leads to its allocator. A reference to a
//! [`Frozen`] one gives access to the elements and never to the allocator, so one thread builds it and many read it. Elements that are
//! collections are frozen, too.
//!
//! # What differs from std's
//!
//! | std's | here |
//! | --- | --- |
//! | without memory a method panics or ends the process | the same; its `try_` twin returns [`TryReserveError`], that of a pointer [`AllocError`](crate::api::AllocError). The hash tables have `try_reserve` for that; their `try_insert` is about a key that is there already |
//! | `Box<T>` becomes `Box<dyn Trait>` by itself, `Rc` and `Arc` too | [`unsize_box!`](crate::unsize_box), [`unsize_rc!`](crate::unsize_rc), [`unsize_arc!`](crate::unsize_arc); [`boxed`], [`rc`] and [`arc`] name more such differences |
//! | a `Vec<&T>` may be dropped after the `T` | the `T` must outlive it (no `may_dangle` on stable) |
//! | `Box::pin` for any allocator that is `'static` | [`Box::pin_in`] for any that is a [`StaticAllocator`](crate::api::StaticAllocator) |
//! | `HashMap` withstands an attacker who chooses the keys | not with the default hasher, foldhash; give std's `RandomState` to `with_hasher_in` |
//!
//! # In a type of your own
//!
//! The bound to ask for is `A: Allocator + Clone`, since each collection keeps an allocator: a reference, an `Rc` or
//! `Arc` of one, or a value of size 0.
//! A hash table names its hasher before its allocator; [`HashMapIn`] and [`HashSetIn`] name the allocator alone.
//!
//! ```
//! use janus_alloc::{Global, api::Allocator};
//! use janus_alloc::collections::{HashMapIn, Vec};
//!
//! /// Words, numbered in the order they came.
//! struct Words<'text, A: Allocator + Clone = Global> {
//!     numbers: HashMapIn<&'text str, usize, A>,
//!     words: Vec<&'text str, A>,
//! }
//!
//! impl<'text, A: Allocator + Clone> Words<'text, A> {
//!     fn new_in(allocator: A) -> Self {
//!         Self { numbers: HashMapIn::new_in(allocator.clone()), words: Vec::new_in(allocator) }
//!     }
//!
//!     fn number(&mut self, word: &'text str) -> usize {
//!         *self.numbers.entry(word).or_insert_with(|| {
//!             self.words.push(word);
//!             self.words.len() - 1
//!         })
//!     }
//! }
//!
//! let arena = bumpalo::Bump::new();
//! let mut words = Words::new_in(&arena);
//! assert_eq!("the two faces of the god".split(' ').map(|word| words.number(word)).max(), Some(4));
//! ```

mod allocators;
#[cfg(target_has_atomic = "ptr")]
pub mod arc;
pub mod binary_heap;
mod block;
mod bounds;
pub mod boxed;
mod btree;
mod clone_in;
mod clone_to_uninit;
mod collect_in;
mod counted;
mod error;
mod from_in;
mod frozen;
mod hash_in;
pub mod linked_list;
mod pointers_clone_in;
mod pointers_collect_in;
mod pointers_from_in;
pub mod prelude;
mod raw_buffer;
pub mod rc;
mod same_type;
#[cfg(feature = "serde")]
mod serde;
pub mod string;
mod unsize_box;
#[doc(hidden)]
pub mod unsizing;
pub mod vec;
pub mod vec_deque;

#[cfg(target_has_atomic = "ptr")]
#[doc(inline)]
pub use arc::Arc;
#[doc(inline)]
pub use binary_heap::BinaryHeap;
#[doc(inline)]
pub use boxed::Box;
#[doc(inline)]
pub use btree::{map as btree_map, map::BTreeMap, set as btree_set, set::BTreeSet};
pub use clone_in::CloneIn;
pub use collect_in::{CollectIn, FromIteratorIn};
pub use error::{TryReserveError, TryReserveErrorKind};
pub use from_in::{FromIn, IntoIn};
pub use frozen::{Freezable, Frozen};
pub use hash_in::{HashMapIn, HashSetIn};
pub use hashbrown::{DefaultHashBuilder, HashMap, HashSet, HashTable, hash_map, hash_set, hash_table};
#[doc(inline)]
pub use linked_list::LinkedList;
#[doc(inline)]
pub use rc::{Rc, Weak};
#[cfg(feature = "serde")]
pub use serde::de;
#[doc(inline)]
pub use string::String;
#[doc(inline)]
pub use vec::Vec;
#[doc(inline)]
pub use vec_deque::VecDeque;
