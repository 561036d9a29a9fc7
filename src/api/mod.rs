//! The allocator traits: [`Allocator`], the face of a collection; [`GlobalAlloc`], the face of the process; and the markers
//! and capabilities that an allocator may add.
//!
//! [`Allocator`] *is* `allocator_api2::alloc::Allocator` of the 0.2 line, re-exported. hashbrown 0.17 and bumpalo 3.20
//! use this trait, so an allocator that implements it plugs into both without a wrapper. Import it from here:
//! `cargo add allocator-api2` adds version 0.4, whose trait looks the same but is a different one.
//!
//! | an allocator that | implements |
//! | --- | --- |
//! | hands out memory | [`Allocator`] |
//! | can be the default of the process | [`GlobalAllocator`] (and [`GlobalAlloc`], through [`AsGlobal`](crate::AsGlobal)) |
//! | can be a part of the default | [`IndependentAllocator`] |
//! | has memory that outlives it | [`StaticAllocator`] |
//! | has clones that free each other's blocks | [`AllocatorClone`] |
//! | can tell its own blocks | [`Owns`] |
//! | finds a block's layout from its pointer | [`UsableSize`] |
//! | can free everything at once | [`Reset`] |
//! | hands out whole pages of the operating system | [`WholePages`] |
//!
//! # The rules
//!
//! Every allocator of this crate obeys these rules, and the [conformance kit](crate::testing::conformance) tests most of them. They
//! are the stricter of two contracts: that of allocator-api2 0.2 and the one that `core::alloc::Allocator` was stabilised with.
//! There are two exceptions: rule 9 follows a later change of std's contract, and rule 6 is stricter than both.
//!
//! 1. `allocate(l)` returns at least `l.size()` bytes, aligned to `l.align()` also for size 0; at most `isize::MAX` bytes,
//!    and the range does not wrap. A layout that is too large is an `Err`.
//! 2. Live blocks are disjoint, and the allocator neither reads nor writes them.
//! 3. Every size from the requested to the returned one, at the same align, is accepted later as the block's layout.
//! 4. `grow` preserves `old_layout.size()` bytes, `shrink` `new_layout.size()`; the align may change either way, and a
//!    block never stays in place under a changed align. An `Err` leaves the old block intact.
//! 5. `allocate_zeroed` zeroes all returned bytes, `grow_zeroed` all bytes from `old_layout.size()` on.
//! 6. Size 0 never reaches a `GlobalAlloc`: such a block is a dangling pointer of that align. At size 0 `deallocate`, `grow`,
//!    `grow_zeroed` and `shrink` accept every non-null pointer of that align, whether or not the allocator returned it:
//!    see [size 0](#size-0).
//! 7. No method, drop or clone unwinds.
//! 8. Moving the allocator value leaves its blocks valid. An allocator with its memory inside itself implements the
//!    trait on a reference only, rule 9 notwithstanding.
//! 9. A block ends when it is freed, when its allocator is dropped or changed through `&mut`, or when a lifetime in the
//!    allocator's type ends. Access through `&` never ends a block. So an arena with a method `reset(&mut self)` may implement
//!    the trait by value, and no collection and no wrapper hands out `&mut` of the allocator it holds.
//!    (This is the contract of `core::alloc::Allocator` since 2026,
//!    [rust#157801](https://github.com/rust-lang/rust/issues/157801), and bumpalo follows it.)
//! 10. An allocator implements `Clone` only if its clones are interchangeable.
//! 11. An allocator behind `#[global_allocator]` does not allocate from the default while it serves a request.
//!
//! # Size 0
//!
//! A block of size 0 has no bytes, so there is nothing to free. By rule 6 `deallocate` at size 0 does nothing, and `grow`,
//! `grow_zeroed` and `shrink` of an old block of size 0 return a new block and ignore the old pointer. That pointer may be the one
//! that the allocator returned, a dangling one made elsewhere, or the address of another block.
//!
//! The rule is stricter than the contract of the trait and that of std, under which only a pointer that the allocator returned
//! comes back. But widely used collections pass others: `Box` and `Vec` of allocator-api2 0.2, 0.3 and 0.4 free size 0 with a
//! dangling pointer of their own, for example when an empty `Vec` becomes a boxed slice. (hashbrown does not.) An allocator that
//! serves size 0 with real memory and expects it back would then free memory it never allocated.
//!
//! An allocator keeps the rule by checking the size first. A wrapper keeps it by forwarding every call.
//!
//! ```
//! use core::ptr::{self, NonNull};
//! use janus_alloc::System;
//! use janus_alloc::api::{AllocError, Allocator, Layout};
//!
//! /// Allocates one byte more than requested for each block.
//! struct OneMore;
//!
//! fn with_one_more(layout: Layout) -> Result<Layout, AllocError> {
//!     let size = layout.size().checked_add(1).ok_or(AllocError)?;
//!     Layout::from_size_align(size, layout.align()).map_err(|_| AllocError)
//! }
//!
//! // SAFETY: a block is a block of `System` with the layout from `with_one_more`; a block of size 0 has no memory.
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
//!             return; // the pointer may be anyone's
//!         }
//!         let Ok(layout) = with_one_more(layout) else { return };
//!         // SAFETY: the caller promises a live block of this allocator, so it is one of `System` with one byte more.
//!         unsafe { System.deallocate(block, layout) };
//!     }
//! }
//!
//! # use janus_alloc::testing::conformance::{Failures, Options, check};
//! # let options = Options { failures: Failures::NotExpected, operations: 10_000, ..Options::default() };
//! # check(OneMore, &options).unwrap();
//! ```
//!
//! A collection should pass no request of size 0 to an allocator: then it also works with allocators that keep only the
//! contract of the trait.

mod capabilities;
#[cfg_attr(
    not(any(feature = "alloc", target_has_atomic = "ptr")),
    expect(dead_code, reason = "arenas over a buffer move blocks only")
)]
pub(crate) mod contents;
pub(crate) mod global_calls;
mod markers;
pub(crate) mod move_block;
#[cfg(target_has_atomic = "ptr")]
pub(crate) mod shorten;
#[cfg(all(os_memory, target_has_atomic = "ptr"))]
pub(crate) mod whole_pages;

pub use allocator_api2::alloc::{AllocError, Allocator};
pub use capabilities::{Owns, Reset, UsableSize, WholePages};
pub use core::alloc::{GlobalAlloc, Layout, LayoutError};
#[doc(hidden)]
pub use markers::CallsMalloc;
pub use markers::{AllocatorClone, GlobalAllocator, IndependentAllocator, StaticAllocator};

#[cfg(feature = "alloc")]
#[doc(no_inline)]
pub use alloc::alloc::{alloc, alloc_zeroed, dealloc, handle_alloc_error, realloc};
#[cfg(feature = "alloc")]
pub use allocator_api2::alloc::Global;
#[cfg(feature = "std")]
pub use std::alloc::System;
