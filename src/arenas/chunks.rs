//! Chunks: what an arena gets from its parent.

use core::cell::Cell;
use core::ops::Range;
use core::ptr::NonNull;

use super::bump;
use crate::api::{AllocError, Allocator, Layout};

/// In front of the bytes of a chunk.
#[derive(Debug)]
#[repr(C)]
struct Header {
    previous: Option<NonNull<Header>>,
    /// Of the whole chunk, as the parent gave it.
    size: usize,
    /// Chunks taken into use later have higher ones.
    serial: usize,
    /// How many bytes were allocated here when the arena left it.
    used: usize,
}

/// A chunk of an arena with this `MIN_ALIGN`. A copy refers to the same one.
///
/// From `new` to `free` the header is there, and only one thread uses it: methods read and write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Chunk<const MIN_ALIGN: usize>(NonNull<Header>);

impl<const MIN_ALIGN: usize> Chunk<MIN_ALIGN> {
    pub(super) const ALIGN: usize = if MIN_ALIGN > 16 { MIN_ALIGN } else { 16 };
    /// The bytes in front of the first block.
    pub(super) const OVERHEAD: usize = size_of::<Header>().next_multiple_of(Self::ALIGN);

    /// The whole size of a chunk in which a block of `layout` fits, wherever the parent puts the chunk.
    pub(super) fn size_for(layout: Layout) -> Option<usize> {
        bump::chunk_size(layout.size(), layout.align(), Self::OVERHEAD, Self::ALIGN)
    }

    fn layout(size: usize) -> Result<Layout, AllocError> {
        Layout::from_size_align(size, Self::ALIGN).map_err(|_| AllocError)
    }

    /// A chunk of at least `size` bytes, at least [`OVERHEAD`](Self::OVERHEAD).
    pub(super) fn new(parent: &impl Allocator, size: usize, zeroed: bool) -> Result<Self, AllocError> {
        let layout = Self::layout(size)?;
        let block = if zeroed { parent.allocate_zeroed(layout) } else { parent.allocate(layout) }?;
        let chunk = Self(block.cast());
        // SAFETY: the block is fresh, has room for a header, and is aligned for one.
        unsafe { chunk.0.write(Header { previous: None, size: block.len(), serial: 0, used: 0 }) };
        Ok(chunk)
    }

    /// Gives the chunk back.
    ///
    /// # Safety
    ///
    /// It came from `parent`, and is not used again, nor what is in it.
    pub(super) unsafe fn free(self, parent: &impl Allocator) {
        if let Ok(layout) = Self::layout(self.size()) {
            // SAFETY: by `# Safety` of this fn; the size is what the parent returned.
            unsafe { parent.deallocate(self.0.cast(), layout) };
        }
    }

    /// Lets the parent make the chunk longer or shorter, with what is in it. It may be elsewhere then.
    ///
    /// # Safety
    ///
    /// 1. It came from `parent`, and is in no list.
    /// 2. `size` is at least [`OVERHEAD`](Self::OVERHEAD). What does not fit is not used again.
    pub(super) unsafe fn resize(&mut self, parent: &impl Allocator, size: usize) -> Result<(), AllocError> {
        let (old, new) = (Self::layout(self.size())?, Self::layout(size)?);
        let block = if new.size() >= old.size() {
            // SAFETY: by `# Safety` of this fn.
            unsafe { parent.grow(self.0.cast(), old, new) }?
        } else {
            // SAFETY: by `# Safety` of this fn.
            unsafe { parent.shrink(self.0.cast(), old, new) }?
        };
        self.0 = block.cast();
        self.header_mut().size = block.len();
        Ok(())
    }

    fn header(&self) -> &Header {
        // SAFETY: the header is there, and nobody writes it meanwhile: references to it do not leave this file.
        unsafe { self.0.as_ref() }
    }

    fn header_mut(&mut self) -> &mut Header {
        // SAFETY: the header is there, and nobody else uses it meanwhile: references to it do not leave this file.
        unsafe { self.0.as_mut() }
    }

    pub(super) fn size(&self) -> usize {
        self.header().size
    }

    /// Whether it is the oldest of its list.
    pub(super) fn is_oldest(&self) -> bool {
        self.header().previous.is_none()
    }

    pub(super) fn serial(&self) -> usize {
        self.header().serial
    }

    pub(super) fn used(&self) -> usize {
        self.header().used
    }

    pub(super) fn set_used(mut self, used: usize) {
        self.header_mut().used = used;
    }

    pub(super) fn set_serial(mut self, serial: usize) {
        self.header_mut().serial = serial;
    }

    /// Where its blocks start; a multiple of [`ALIGN`](Self::ALIGN).
    pub(super) fn start(&self) -> NonNull<u8> {
        // SAFETY: a chunk is no shorter.
        unsafe { self.0.cast::<u8>().byte_add(Self::OVERHEAD) }
    }

    pub(super) fn end(&self) -> NonNull<u8> {
        // SAFETY: that is its size.
        unsafe { self.0.cast::<u8>().byte_add(self.size()) }
    }

    pub(super) fn range(&self) -> Range<*const u8> {
        self.start().as_ptr().cast_const()..self.end().as_ptr().cast_const()
    }

    /// Where the one block of a chunk made for `layout` starts.
    pub(super) fn block(&self, layout: Layout) -> NonNull<u8> {
        let start = self.start();
        // SAFETY: `size_for` made room for the padding.
        unsafe { start.byte_add(start.align_offset(layout.align())) }
    }
}

/// A list of chunks, the newest first.
#[derive(Debug)]
pub(super) struct Chunks<const MIN_ALIGN: usize> {
    first: Cell<Option<Chunk<MIN_ALIGN>>>,
}

impl<const MIN_ALIGN: usize> Chunks<MIN_ALIGN> {
    pub(super) const fn new() -> Self {
        Self { first: Cell::new(None) }
    }

    pub(super) fn first(&self) -> Option<Chunk<MIN_ALIGN>> {
        self.first.get()
    }

    pub(super) fn push(&self, mut chunk: Chunk<MIN_ALIGN>) {
        chunk.header_mut().previous = self.first.get().map(|first| first.0);
        self.first.set(Some(chunk));
    }

    pub(super) fn pop(&self) -> Option<Chunk<MIN_ALIGN>> {
        let first = self.first.get()?;
        self.first.set(first.header().previous.map(Chunk));
        Some(first)
    }

    /// Takes out the smallest of the first `count` that has `size` bytes or more.
    pub(super) fn take_best(&self, count: usize, size: usize) -> Option<Chunk<MIN_ALIGN>> {
        let mut best: Option<(Chunk<MIN_ALIGN>, Option<Chunk<MIN_ALIGN>>)> = None;
        let mut before = None;
        for chunk in self.iter().take(count) {
            if chunk.size() >= size && best.is_none_or(|(best, _)| chunk.size() < best.size()) {
                best = Some((chunk, before));
            }
            before = Some(chunk);
        }
        let (best, before) = best?;
        let after = best.header().previous;
        match before {
            Some(mut before) => before.header_mut().previous = after,
            None => self.first.set(after.map(Chunk)),
        }
        Some(best)
    }

    /// Puts all chunks of `others` in front.
    pub(super) fn append(&self, others: Self) {
        if let Some(mut oldest) = others.iter().last() {
            oldest.header_mut().previous = self.first.get().map(|first| first.0);
            self.first.set(others.first.get());
        }
    }

    /// Takes out the chunks in front of the first that is not `newer`.
    pub(super) fn split(&self, newer: impl Fn(Chunk<MIN_ALIGN>) -> bool) -> Self {
        let taken = Self { first: self.first.clone() };
        let Some(mut oldest) = self.iter().take_while(|&chunk| newer(chunk)).last() else { return Self::new() };
        self.first.set(oldest.header_mut().previous.take().map(Chunk));
        taken
    }

    pub(super) fn take(&self) -> Self {
        Self { first: Cell::new(self.first.take()) }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Chunk<MIN_ALIGN>> + use<MIN_ALIGN> {
        let mut next = self.first.get();
        core::iter::from_fn(move || {
            let chunk = next?;
            next = chunk.header().previous.map(Chunk);
            Some(chunk)
        })
    }

    /// Gives all chunks back.
    ///
    /// # Safety
    ///
    /// As for [`Chunk::free`].
    pub(super) unsafe fn free(self, parent: &impl Allocator) {
        while let Some(chunk) = self.pop() {
            // SAFETY: by `# Safety` of this fn.
            unsafe { chunk.free(parent) };
        }
    }
}
