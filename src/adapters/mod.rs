//! Conversions between the two faces of an allocator, and between the generations of the trait.
//!
//! | from | to | adapter | size |
//! | --- | --- | --- | --- |
//! | [`Allocator`](crate::api::Allocator) | [`GlobalAlloc`](crate::api::GlobalAlloc) | [`AsGlobal`] | that of the allocator |
//! | [`GlobalAlloc`](crate::api::GlobalAlloc) of size 0 | [`Allocator`](crate::api::Allocator) | [`AsAllocator`] | 0 |
//! | any [`GlobalAlloc`](crate::api::GlobalAlloc) | [`Allocator`](crate::api::Allocator) | [`AsAllocatorRef`] | a reference |
//! | another generation of the trait | this crate's, and back | [`generations`] | that of the allocator |
//! | [`UsableSize`](crate::api::UsableSize) | C's `malloc`, `free` and the rest | [`export_malloc!`](crate::export_malloc) | none |
//!
//! The first three add no instruction to a request whose layout the compiler knows; `docs/performance.md` names the
//! command that counts them. The bridges of [`generations`] only forward calls.
//!
//! ```
//! use janus_alloc::{AsAllocator, AsAllocatorRef, AsGlobal, Stats, System, collections::Vec};
//!
//! #[global_allocator]
//! static DEFAULT: AsGlobal<Stats<System>> = AsGlobal::new(Stats::new(System));
//!
//! let _in_the_default: Vec<u8, _> = Vec::with_capacity_in(10, &DEFAULT);
//! let _in_system: Vec<u8, _> = Vec::with_capacity_in(10, AsAllocator::new(System));
//! let _by_reference: Vec<u8, _> = Vec::with_capacity_in(10, AsAllocatorRef::new(&DEFAULT));
//! ```

mod as_allocator;
mod as_global;
#[cfg(target_os = "linux")]
#[doc(hidden)]
pub mod c_malloc;
pub mod generations;

pub use as_allocator::{AsAllocator, AsAllocatorRef};
pub use as_global::AsGlobal;
