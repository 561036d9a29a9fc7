//! Sources: allocators without a parent, where every chain of allocators starts.
//!
//! | source | memory from | smallest block | default of a process |
//! | --- | --- | --- | --- |
//! | [`Global`] | the registered default | that of the default | no: it *is* the default |
//! | [`System`] | std's allocator of the platform | that of the platform | yes |
//! | [`Malloc`] | the C library | with glibc 24 bytes and a header of 8 | yes |
//! | [`Pages`] | the kernel | a page | yes, for few and large blocks |
//! | [`Null`] | nowhere | | yes, but every request fails |
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
