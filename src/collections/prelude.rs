//! The traits and macros of the collections for a glob import: `use janus_alloc::collections::prelude::*;`.
//!
//! It contains no types, so `Vec`, `Box`, `String` and `vec!` remain std's. Import the types of [`collections`](super)
//! one by one, or name them with the module: `collections::Vec`.
//!
//! # Examples
//!
//! ```
//! use janus_alloc::Arena;
//! use janus_alloc::collections::{self, prelude::*};
//!
//! fn evens<A: Allocator>(allocator: A) -> collections::Vec<u32, A> {
//!     (0..10).step_by(2).collect_in(allocator)
//! }
//!
//! let arena = Arena::new();
//! let ours = vec_in![in &arena; 0, 2, 4, 6, 8];
//! let theirs: Vec<u32> = vec![0, 2, 4, 6, 8];
//! assert_eq!(ours, theirs);
//! assert_eq!(ours.clone_in(&Arena::new()), evens(&arena));
//! let boxed: Box<[u32]> = theirs.into();
//! assert_eq!(*boxed, *ours);
//! let shown: collections::Box<dyn std::fmt::Display, _> = unsize_box!(collections::Box::new_in(7, &arena));
//! let text: String = format_in!(in &arena, "{shown}").to_string();
//! assert_eq!(text, format!("7"));
//! ```

#[doc(no_inline)]
pub use super::{CloneIn, CollectIn, FromIn, FromIteratorIn, IntoIn};
#[doc(no_inline)]
pub use crate::api::Allocator;
#[doc(no_inline)]
pub use crate::{format_in, try_format_in, try_vec_in, unsize_box, unsize_rc, unsize_rc_weak, vec_in};
#[cfg(target_has_atomic = "ptr")]
#[doc(no_inline)]
pub use crate::{unsize_arc, unsize_arc_weak};
