//! The sources that need something of the system: `SecretPages`, `HugeTlbPages`, `NumaPages` and `FilePages`.
//!
//! What a machine does not have is skipped, with a line.
#![cfg(feature = "std")]
#![cfg(any(unix, windows))]

#[macro_use]
#[path = "../skipped/mod.rs"]
mod skipped;
#[path = "../shared_pool/children.rs"]
#[allow(dead_code, reason = "other test binaries use more of it")]
mod children;
#[cfg(target_os = "linux")]
mod conformance;
#[cfg(target_os = "linux")]
mod file;
#[cfg(target_os = "linux")]
mod forks;
#[cfg(target_os = "linux")]
mod full_disk;
#[cfg(target_os = "linux")]
mod huge_tlb;
#[cfg(target_os = "linux")]
mod mappings;
#[cfg(target_os = "linux")]
mod more_than_memory;
#[cfg(target_os = "linux")]
mod numa;
mod secret;
mod unsupported;

#[cfg(target_os = "linux")]
use std::ptr::NonNull;

use janus_alloc::api::Layout;

fn layout(size: usize, align: usize) -> Layout {
    Layout::from_size_align(size, align).unwrap()
}

#[cfg(target_os = "linux")]
fn fill(block: NonNull<[u8]>, byte: u8) {
    // SAFETY: callers pass a live block.
    unsafe { block.cast::<u8>().write_bytes(byte, block.len()) };
}

#[cfg(target_os = "linux")]
fn is_filled(block: NonNull<[u8]>, byte: u8) -> bool {
    // SAFETY: callers pass a live block, and do not use it meanwhile. Pages are always initialised.
    unsafe { block.as_ref() }.iter().all(|&found| found == byte)
}
