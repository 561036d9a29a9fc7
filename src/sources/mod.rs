//! Sources: allocators without a parent, where every chain of allocators starts.
//!
//! | source | memory from | smallest block |
//! | --- | --- | --- |
//! | [`Global`] | the registered default | that of the default |
//! | [`System`] | std's allocator of the platform | that of the platform |
//! | [`Malloc`] | the C library | with glibc 24 bytes and a header of 8 |
//! | [`Pages`] | the kernel | a page |
//! | [`SecretPages`] | the kernel: locked, in no core dump and no child | a page, between two guard pages |
//! | [`HugeTlbPages`] | the kernel: huge pages that are reserved for this | 2 MiB |
//! | [`NumaPages`] | the kernel: memory of one NUMA node | a page |
//! | [`FilePages`] | temporary files, which the kernel writes out | a page, and a file |
//! | [`Null`] | none: every request fails | |
//!
//! `System`, `Malloc`, `Pages` and `Null` can be the default; `Global` forwards to it. The constructors of `SecretPages`,
//! `HugeTlbPages`, `NumaPages` and `FilePages` find out whether the system has what they need, and otherwise return an [`Unsupported`]
//! that says what to do. So they are not `const fn`s. The README of the repository has a table of which allocator to take when.
//!
//! ```
//! use janus_alloc::{Pages, System, collections::Vec};
//!
//! let small: Vec<u8, _> = Vec::with_capacity_in(100, System);
//! let large: Vec<u8, _> = Vec::with_capacity_in(100 << 20, Pages::new());
//! # drop((small, large));
//! ```

#[cfg(all(os_memory, feature = "std"))]
mod file_pages;
#[cfg(os_memory)]
mod huge_tlb_pages;
#[cfg(os_memory)]
mod malloc;
mod null;
#[cfg(os_memory)]
mod numa_pages;
#[cfg(os_memory)]
mod page_source;
#[cfg(os_memory)]
mod pages;
#[cfg(os_memory)]
mod secret_pages;
#[cfg(os_memory)]
mod unsupported;

#[cfg(feature = "alloc")]
pub use crate::api::Global;
#[cfg(feature = "std")]
pub use crate::api::System;
#[cfg(all(os_memory, feature = "std"))]
pub use file_pages::FilePages;
#[cfg(os_memory)]
pub use huge_tlb_pages::HugeTlbPages;
#[cfg(os_memory)]
pub use malloc::Malloc;
pub use null::Null;
#[cfg(os_memory)]
pub use numa_pages::NumaPages;
#[cfg(os_memory)]
pub use pages::Pages;
#[cfg(os_memory)]
pub use secret_pages::SecretPages;
#[cfg(os_memory)]
pub use unsupported::{Lacking, Unsupported};
