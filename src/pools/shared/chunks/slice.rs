//! The header of a slice, which tells the span or run that the slice belongs to.

use core::cell::Cell;
use core::sync::atomic::{AtomicU8, AtomicU32};

use crate::sync::list::{Links, Node};

/// The header of a slice. Zero bytes are one that is unused.
///
/// The fields that a span or run sets in each of its slices are atomic, because a thread that has a block in the slice,
/// or scans the chunk, reads them without a lock.
#[repr(C, align(64))]
#[derive(Debug)]
pub(crate) struct Slice {
    /// The [code](SliceUse::code) of the use of the slice.
    pub(super) use_code: AtomicU8,
    /// The index of the shard that owns the span.
    pub(crate) shard: AtomicU8,
    /// The number of slices between the start of the span or run and this one.
    pub(super) distance: AtomicU8,
    /// The number of slices of the span or run.
    pub(super) length: AtomicU8,
    /// In the first slice of a span: the number of free blocks. Atomic, because a scan reads it without the lock of the
    /// shard.
    pub(crate) free_blocks: AtomicU32,
    /// In the first slice of a span: all words of its bitmap before this index are zero.
    pub(crate) first_free_word: Cell<u32>,
    pub(super) links: Links<Slice>,
    /// In the first slice of a span.
    pub(crate) granules: Granules,
}

/// The granules of a span, one bit for each, from the lowest on.
#[derive(Debug)]
pub(crate) struct Granules {
    /// Granules that had no block in use when a scan last computed them, and of which no block has been taken since.
    pub(crate) idle: Cell<u64>,
    /// Granules that have no block in use and occupy no memory.
    pub(crate) clean: Cell<u64>,
    /// Granules whose free blocks cannot be taken, because a scan is returning their memory.
    pub(crate) hidden: Cell<u64>,
    /// Whether a block was taken or freed since `idle` was computed.
    pub(crate) changed: Cell<bool>,
}

/// The use of a slice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SliceUse {
    /// The slice is free, or belongs to the header of the chunk.
    Unused,
    /// The slice is part of a span of this class.
    Span(usize),
    /// The slice is part of a run, which is one block.
    Run,
}

impl SliceUse {
    /// An upper bound of the [codes](Self::code).
    pub(crate) const CODES: usize = 1 << 7;
    const RUN: u8 = Self::CODES as u8 - 1;

    /// Returns the use as a byte: for a span its class plus one.
    pub(crate) const fn code(self) -> u8 {
        match self {
            SliceUse::Unused => 0,
            SliceUse::Span(class) => class as u8 + 1,
            SliceUse::Run => Self::RUN,
        }
    }

    pub(crate) const fn from_code(code: u8) -> Self {
        match code {
            0 => SliceUse::Unused,
            Self::RUN => SliceUse::Run,
            code => SliceUse::Span(code as usize - 1),
        }
    }
}

impl Node for Slice {
    fn links(&self) -> &Links<Self> {
        &self.links
    }
}
