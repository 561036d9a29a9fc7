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
//! Every allocator of this crate obeys them, and the [conformance kit](crate::testing::conformance) tests most of them. They are
//! the stricter of the 0.2 contract and the contract that `core::alloc::Allocator` was stabilised with, but for rule 9, where
//! std changed its contract later; and rule 6 is stricter than both.
//!
//! 1. `allocate(l)` gives at least `l.size()` bytes, aligned to `l.align()` also for size 0; at most `isize::MAX` bytes,
//!    and the range does not wrap. A layout too large is an `Err`.
//! 2. Live blocks are disjoint, and the allocator neither reads nor writes them.
//! 3. Every size from the requested to the returned one, at the same align, is accepted later as the block's layout.
//! 4. `grow` preserves `old_layout.size()` bytes, `shrink` `new_layout.size()`; the align may change either way, and a
//!    block never stays in place under a changed align. An `Err` leaves the old block intact.
//! 5. `allocate_zeroed` zeroes all returned bytes, `grow_zeroed` all from `old_layout.size()` on.
//! 6. Size 0 never reaches a `GlobalAlloc`: there it is a dangling pointer of that align. At size 0 `deallocate`, `grow`,
//!    `grow_zeroed` and `shrink` accept every pointer of that align that is not null, whether or not the allocator returned it:
//!    see [size 0](#size-0).
//! 7. No method, drop or clone unwinds.
//! 8. Moving the allocator value leaves its blocks valid. An allocator with its memory inside itself implements the
//!    trait on a reference only; rule 9 changes nothing in that.
//! 9. A block ends when it is freed, when its allocator is dropped or changed through `&mut`, or when a lifetime in the
//!    allocator's type ends. Access through `&` never ends a block. So an arena with a method `reset(&mut self)` may implement
//!    the trait by value, and no collection and no wrapper hands out `&mut` of the allocator it holds.
//!    (That is the contract of `core::alloc::Allocator` since 2026,
//!    [rust#157801](https://github.com/rust-lang/rust/issues/157801), and bumpalo follows it.)
//! 10. `Clone` only where clones are interchangeable.
//! 11. What stands behind `#[global_allocator]` does not allocate from the default while it serves.
//!
//! # Size 0
//!
//! A block of size 0 has no bytes, so there is nothing to free. Rule 6 makes use of that: `deallocate` at size 0 does nothing,
//! and `grow`, `grow_zeroed` and `shrink` of an old block of size 0 return a new block and leave the old one alone. The pointer
//! may be the one that the allocator returned, a dangling one that somebody else made, or the address of another block.
//!
//! That is stricter than the contract of the trait and of std's, by which a pointer comes back only if the allocator returned
//! it. But collections in use send others: `Box` and `Vec` of allocator-api2, in 0.2, 0.3 and 0.4, free size 0 under a dangling
//! pointer of their own, for example when an empty `Vec` becomes a boxed slice. (hashbrown does not.) An allocator that serves
//! size 0 with memory, and wants that back, frees what it never gave out.
//!
//! An allocator keeps the rule if it looks at the size first. A wrapper keeps it by passing every call on.
//!
//! ```
//! use core::ptr::{self, NonNull};
//! use janus_alloc::System;
//! use janus_alloc::api::{AllocError, Allocator, Layout};
//!
//! /// Each block with a byte more than requested.
//! struct OneMore;
//!
//! fn with_one_more(layout: Layout) -> Result<Layout, AllocError> {
//!     let size = layout.size().checked_add(1).ok_or(AllocError)?;
//!     Layout::from_size_align(size, layout.align()).map_err(|_| AllocError)
//! }
//!
//! // SAFETY: a block is one of `System`, with the layout that `with_one_more` gives; one of size 0 has no memory.
//! unsafe impl Allocator for OneMore {
//!     fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
//!         if layout.size() == 0 {
//!             let dangling = NonNull::new(ptr::without_provenance_mut(layout.align())).ok_or(AllocError)?;
//!             return Ok(NonNull::slice_from_raw_parts(dangling, 0));
//!         }
//!         let block = System.allocate(with_one_more(layout)?)?;
//!         Ok(NonNull::slice_from_raw_parts(block.cast(), layout.size()))
//!     }
//!
//!     unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
//!         if layout.size() == 0 {
//!             return; // whoever made the pointer
//!         }
//!         let Ok(layout) = with_one_more(layout) else { return };
//!         // SAFETY: the caller promises a live block of this allocator, and so of `System` with one byte more.
//!         unsafe { System.deallocate(block, layout) };
//!     }
//! }
//!
//! # use janus_alloc::testing::conformance::{Failures, Options, check};
//! # let options = Options { failures: Failures::NotExpected, operations: 10_000, ..Options::default() };
//! # check(OneMore, &options).unwrap();
//! ```
//!
//! A collection of your own does best to send no size 0 to an allocator at all: then it works with allocators that keep the
//! contract of the trait only.

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
