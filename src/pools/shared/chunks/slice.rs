//! The header of a slice: what it is part of.

use core::cell::Cell;
use core::sync::atomic::{AtomicU8, AtomicU32};

use crate::sync::list::{Links, Node};

/// What a slice is part of.
#[repr(C, align(64))]
#[derive(Debug)]
pub(crate) struct Slice {
    /// One of [`Use`]. Atomic, like what follows, because whoever frees a block reads it, without a lock.
    pub(crate) used_as: AtomicU8,
    /// The shard that the span belongs to.
    pub(crate) shard: AtomicU8,
    /// How many slices before this one the span or run starts.
    pub(crate) back: AtomicU8,
    /// Of the span or run.
    pub(crate) slices: AtomicU8,
    /// Of the first slice of a span: how many blocks are free. Atomic, to be looked at without the lock.
    pub(crate) free: AtomicU32,
    /// No word of bits before this one has one set.
    pub(crate) hint: Cell<u32>,
    pub(crate) links: Links<Slice>,
    /// Of the first slice of a span: a bit for each granule, as [`Span`](super::span::Span) has them.
    pub(crate) pages: Granules,
}

/// What is known of the granules of a span.
#[derive(Debug)]
pub(crate) struct Granules {
    /// Were without a block in use at the last look, and no block of them was taken since.
    pub(crate) idle: Cell<u64>,
    /// Are without a block in use, and hold no memory.
    pub(crate) clean: Cell<u64>,
    /// Their blocks are free, but for the time being not to be taken.
    pub(crate) hidden: Cell<u64>,
    /// Whether a block was taken or came back since the last look.
    pub(crate) changed: Cell<bool>,
}

/// What a slice is used as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    Nothing,
    /// Blocks of a class.
    Span(usize),
    /// One block.
    Run,
}

impl Use {
    /// More than there are [codes](Self::code).
    pub(crate) const CODES: usize = 1 << 7;
    const RUN: u8 = Self::CODES as u8 - 1;

    /// The class and one for a span.
    pub(crate) const fn code(self) -> u8 {
        match self {
            Use::Nothing => 0,
            Use::Span(class) => class as u8 + 1,
            Use::Run => Self::RUN,
        }
    }

    pub(crate) const fn of(code: u8) -> Self {
        match code {
            0 => Use::Nothing,
            Self::RUN => Use::Run,
            code => Use::Span(code as usize - 1),
        }
    }
}

impl Node for Slice {
    fn links(&self) -> &Links<Self> {
        &self.links
    }
}
