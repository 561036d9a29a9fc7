//! The words of the trade: the canonical [`Allocator`] trait, the face of the process [`GlobalAlloc`], and the
//! promises and capabilities an allocator may add to them.
//!
//! [`Allocator`] *is* `allocator_api2::alloc::Allocator` of the 0.2 line, re-exported. hashbrown 0.17 and bumpalo 3.20
//! speak it, so an allocator of yours plugs into both without a wrapper. Name it from here: a bare
//! `cargo add allocator-api2` brings 0.4, whose trait looks the same and is another one.
//!
//! | you want to say | trait |
//! | --- | --- |
//! | this hands out memory | [`Allocator`] |
//! | this can be the default of the process | [`GlobalAllocator`] (and [`GlobalAlloc`], through [`AsGlobal`](crate::AsGlobal)) |
//! | its memory outlives it | [`StaticAllocator`] |
//! | its clones free each other's blocks | [`AllocatorClone`] |
//! | it knows its own blocks | [`Owns`] |
//! | it knows a block's layout from the bare pointer | [`UsableSize`] |
//! | it frees everything at once | [`Reset`] |
//!
//! # The rules
//!
//! What every allocator of this crate obeys, and what the [conformance kit](crate::testing::conformance) tests. It is
//! the stricter of the 0.2 contract and the contract `core::alloc::Allocator` was stabilised with.
//!
//! 1. `allocate(l)` gives at least `l.size()` bytes, aligned to `l.align()` also for size 0; at most `isize::MAX` bytes,
//!    and the range does not wrap. A layout too large is an `Err`.
//! 2. Live blocks are disjoint, and the allocator neither reads nor writes them.
//! 3. Every size from the requested to the returned one, at the same align, is accepted later as the block's layout.
//! 4. `grow` preserves `old_layout.size()` bytes, `shrink` `new_layout.size()`; the align may change either way, and a
//!    block never stays in place under a changed align. An `Err` leaves the old block intact.
//! 5. `allocate_zeroed` zeroes all returned bytes, `grow_zeroed` all from `old_layout.size()` on.
//! 6. Size 0 never reaches a `GlobalAlloc`: it is a dangling pointer of that align.
//! 7. No method, drop or clone unwinds.
//! 8. Moving the allocator value leaves its blocks valid. An allocator with its memory inside itself implements the
//!    trait on a reference only.
//! 9. An allocator with a safe method that frees blocks through `&mut self` implements the trait on `&Self` only.
//! 10. `Clone` only where clones are interchangeable.
//! 11. What stands behind `#[global_allocator]` does not allocate from the default while it serves.

mod capabilities;
mod markers;
pub(crate) mod replace;
pub(crate) mod translate;

pub use allocator_api2::alloc::{AllocError, Allocator};
pub use capabilities::{Owns, Reset, UsableSize};
pub use core::alloc::{GlobalAlloc, Layout, LayoutError};
#[doc(hidden)]
pub use markers::CallsMalloc;
pub use markers::{AllocatorClone, GlobalAllocator, StaticAllocator};

#[cfg(feature = "alloc")]
#[doc(no_inline)]
pub use alloc::alloc::{alloc, alloc_zeroed, dealloc, handle_alloc_error, realloc};
#[cfg(feature = "alloc")]
pub use allocator_api2::alloc::Global;
#[cfg(feature = "std")]
pub use std::alloc::System;
