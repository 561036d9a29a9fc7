//! Sources: allocators without a parent, where every chain of allocators starts.
//!
//! | source | memory from | smallest block |
//! | --- | --- | --- |
//! | [`Global`] | the registered default | that of the default |
//! | [`System`] | std's allocator of the platform | that of the platform |
//! | [`Malloc`] | the C library | with glibc 24 bytes and a header of 8 |
//! | [`Pages`] | the kernel | a page |
//! | [`Null`] | none: every request fails | |
//!
//! Each can be the default, except [`Global`], which forwards to it. The README of the repository has a table of which allocator to
//! take when.
//!
//! ```
//! use janus_alloc::{Pages, System, collections::Vec};
//!
//! let small: Vec<u8, _> = Vec::with_capacity_in(100, System);
//! let large: Vec<u8, _> = Vec::with_capacity_in(100 << 20, Pages::new());
//! # drop((small, large));
//! ```

#[cfg(os_memory)]
mod malloc;
mod null;
#[cfg(os_memory)]
mod page_source;
#[cfg(os_memory)]
mod pages;

#[cfg(feature = "alloc")]
pub use crate::api::Global;
#[cfg(feature = "std")]
pub use crate::api::System;
#[cfg(os_memory)]
pub use malloc::Malloc;
pub use null::Null;
#[cfg(os_memory)]
pub use pages::Pages;
