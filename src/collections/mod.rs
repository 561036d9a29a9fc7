//! The collections of std with an [`Allocator`](crate::api::Allocator), on stable Rust.
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
//! [`Vec`], [`String`], [`Box`], [`Rc`], [`Arc`], [`VecDeque`], [`BinaryHeap`], [`BTreeMap`], [`BTreeSet`] and
//! [`LinkedList`] are this crate's own, with the API of std's. The hash tables are hashbrown's, re-exported in the
//! version that uses the same trait. [`Weak`] belongs to `Rc`; `Arc` has [`arc::Weak`].
//!
//! | to make a collection | write |
//! | --- | --- |
//! | from elements | [`vec_in![in &arena; 1, 2, 3]`](crate::vec_in) |
//! | from text and arguments | [`format_in!(in &arena, "{name} has {n} faces")`](crate::format_in) |
//! | from an iterator | [`iter.collect_in::<Vec<_, _>>(&arena)`](CollectIn::collect_in) |
//! | from another type | [`Vec::from_in("janus", &arena)`](FromIn::from_in), [`value.into_in(&arena)`](IntoIn::into_in) |
//! | from a collection in another allocator | [`numbers.clone_in(&arena)`](CloneIn::clone_in) |
//! | from a collection of std or of another generation | `Vec::from(theirs)`, which keeps the block |
//!
//! The [`prelude`] has these traits and macros, and shadows no names of std.
//!
//! The feature `serde` implements serialization for all collections but `HashTable`. They are deserialized into an
//! allocator with `de::In(&arena)`.
//!
//! # Structures that own their memory
//!
//! A collection may own its allocator. A `Vec<T, Arena>` can be returned, stored, and sent to another thread together
//! with its arena, which is dropped with the vector. Several collections can share one allocator in an [`Rc`], or
//! across threads in an [`Arc`], because a `Box`, `Rc` or `Arc` of an allocator is an allocator. So a structure can
//! have a pool of its own without a lifetime; the pool is dropped with the last collection:
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
//! # Reading from several threads
//!
//! A collection in an [`Arena`](crate::Arena) or a [`Pool`](crate::Pool) is not `Sync`, because a reference to the
//! collection leads to the allocator. A reference to a [`Frozen`] collection gives access to the elements, but not to
//! the allocator. So one thread can build a collection and many can read it. Nested collections are frozen too.
//!
//! # Differences from std
//!
//! | std | this crate |
//! | --- | --- |
//! | a method panics or aborts the process when allocation fails | the same; its `try_` twin returns [`TryReserveError`], or [`AllocError`](crate::api::AllocError) for a pointer. The hash tables have `try_reserve` for this purpose; their `try_insert` fails if the key is present |
//! | `Box<T>`, `Rc<T>` and `Arc<T>` coerce to `Box<dyn Trait>` and so on | [`unsize_box!`](crate::unsize_box), [`unsize_rc!`](crate::unsize_rc), [`unsize_arc!`](crate::unsize_arc). [`boxed`], [`rc`] and [`arc`] list more such differences |
//! | a `Vec<&T>` may be dropped after the `T` | the `T` must outlive the vector (stable Rust has no `may_dangle`) |
//! | `Box::pin_in` takes any allocator that is `'static` | [`Box::pin_in`] takes a [`StaticAllocator`](crate::api::StaticAllocator) |
//! | the default hasher of `HashMap` resists attackers who choose the keys | the default hasher, foldhash, does not; pass std's `RandomState` to `with_hasher_in` |
//!
//! # Collections as fields
//!
//! A type with collections as fields needs the bound `A: Allocator + Clone`, since each collection keeps its own copy
//! of the allocator: a reference, an `Rc` or `Arc`, or a zero-sized value. A hash table takes its hasher as a type
//! parameter before the allocator; [`HashMapIn`] and [`HashSetIn`] take the allocator only.
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
