//! The functions of a heap that C's functions call beside those for blocks: its statistics, the return of free memory,
//! and a test for its blocks.

use core::ffi::{c_int, c_void};
use core::ptr::NonNull;

use super::definitions::are_ours;
use super::errno::preserve_errno;
use crate::adapters::AsGlobal;
use crate::api::Allocator;
use crate::pools::{SharedPool, SharedPoolStats};

/// An allocator that has statistics, can return free memory, and knows its blocks.
pub trait Control: Sync {
    /// Returns whether a block of the allocator, live or free, starts at `block`, which may be any address.
    fn is_block(&self, block: NonNull<u8>) -> bool;
    /// Gives free memory back to the parent, and returns the number of bytes.
    fn collect(&self) -> usize;
    /// Returns the statistics of the allocator.
    fn stats(&self) -> SharedPoolStats;
}

impl<A: Allocator + Sync> Control for SharedPool<A> {
    fn is_block(&self, block: NonNull<u8>) -> bool {
        SharedPool::is_block(self, block)
    }

    fn collect(&self) -> usize {
        SharedPool::collect(self)
    }

    fn stats(&self) -> SharedPoolStats {
        SharedPool::stats(self)
    }
}

impl<A: Control> Control for AsGlobal<A> {
    fn is_block(&self, block: NonNull<u8>) -> bool {
        (**self).is_block(block)
    }

    fn collect(&self) -> usize {
        (**self).collect()
    }

    fn stats(&self) -> SharedPoolStats {
        (**self).stats()
    }
}

/// The control of an allocator that has one.
pub(super) type OptionalControl = Option<&'static dyn Control>;

/// `malloc_trim(pad)`: returns 1 if memory went back to the parent, else 0.
pub fn malloc_trim(control: OptionalControl) -> c_int {
    preserve_errno(|| c_int::from(control.is_some_and(|control| control.collect() > 0)))
}

/// `mallopt(parameter, value)`: reports success, and changes nothing. The parameters are about another heap, but
/// programs do not expect a failure.
pub const fn mallopt() -> c_int {
    1
}

/// Returns whether `block` may belong to another allocator, because the process does not use all definitions of
/// `export_malloc!` and the allocator does not know the block. So null is foreign in such a process.
#[inline]
pub fn is_foreign(control: impl FnOnce() -> OptionalControl, block: *mut c_void) -> bool {
    !are_ours() && {
        let is_block = |control: &dyn Control| NonNull::new(block.cast()).is_some_and(|block| control.is_block(block));
        !preserve_errno(|| control().is_some_and(is_block))
    }
}
