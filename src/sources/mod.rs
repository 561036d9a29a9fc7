//! Allocators where memory starts.
//!
//! | source | where from | smallest piece | default of a process |
//! | --- | --- | --- | --- |
//! | [`Global`] | the registered default | its own | no: it *is* the default |
//! | [`System`] | what the platform's std uses | the platform's | yes |
//! | [`Malloc`] | the C library | its own: with glibc 24 bytes and a header of 8 | yes |
//! | [`Pages`] | the kernel | a page | yes, for few and large blocks |
//! | [`Null`] | nowhere | | yes, and nothing works |
//!
//! ```
//! use janus_alloc::{Pages, System, collections::Vec};
//!
//! let small: Vec<u8, _> = Vec::with_capacity_in(100, System);
//! let large: Vec<u8, _> = Vec::with_capacity_in(100 << 20, Pages::new());
//! # drop((small, large));
//! ```

#[cfg(os_memory)]
pub(crate) mod advice;
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
