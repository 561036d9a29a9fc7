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
        // SAFETY: a fresh block of this layout, whose size callers choose so.
        Ok(unsafe { Self::from_raw(block.cast(), block.len()) })
    }

    /// The chunk as bytes, and how many: without a header, in whose place there may be something else.
    pub(super) fn into_raw(self) -> (NonNull<u8>, usize) {
        (self.0.cast(), self.size())
    }

    /// A chunk in no list, out of a block of a parent or one that went [`into_raw`](Self::into_raw).
    ///
    /// # Safety
    ///
    /// `start` is aligned to [`ALIGN`](Self::ALIGN), has `size` bytes, at least [`OVERHEAD`](Self::OVERHEAD), and nobody else
    /// uses them.
    pub(super) unsafe fn from_raw(start: NonNull<u8>, size: usize) -> Self {
        let chunk = Self(start.cast());
        // SAFETY: by `# Safety` of this fn it has room for a header, and is aligned for one.
        unsafe { chunk.0.write(Header { previous: None, size, serial: 0, used: 0 }) };
        chunk
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
        #[cfg(all(test, feature = "std"))]
        super::visits::count();
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

    /// The bytes that blocks have in [`range`](Self::range).
    pub(super) fn room(&self) -> usize {
        self.size() - Self::OVERHEAD
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
    changes: Cell<u64>,
}

impl<const MIN_ALIGN: usize> Chunks<MIN_ALIGN> {
    pub(super) const fn new() -> Self {
        Self::of(None)
    }

    const fn of(first: Option<Chunk<MIN_ALIGN>>) -> Self {
        Self { first: Cell::new(first), changes: Cell::new(0) }
    }

    /// How often a chunk was put in or taken out.
    pub(super) fn changes(&self) -> u64 {
        self.changes.get()
    }

    fn set_first(&self, first: Option<Chunk<MIN_ALIGN>>) {
        self.changes.set(self.changes.get() + 1);
        self.first.set(first);
    }

    pub(super) fn first(&self) -> Option<Chunk<MIN_ALIGN>> {
        self.first.get()
    }

    pub(super) fn push(&self, mut chunk: Chunk<MIN_ALIGN>) {
        chunk.header_mut().previous = self.first.get().map(|first| first.0);
        self.set_first(Some(chunk));
    }

    pub(super) fn pop(&self) -> Option<Chunk<MIN_ALIGN>> {
        let first = self.first.get()?;
        self.set_first(first.header().previous.map(Chunk));
        Some(first)
    }

    /// Takes out the chunks in front of the first that is not `newer`.
    pub(super) fn split(&self, newer: impl Fn(Chunk<MIN_ALIGN>) -> bool) -> Self {
        let taken = Self::of(self.first.get());
        let Some(mut oldest) = self.iter().take_while(|&chunk| newer(chunk)).last() else { return Self::new() };
        self.set_first(oldest.header_mut().previous.take().map(Chunk));
        taken
    }

    /// Not to be gone on with after a [change](Self::changes).
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
    pub(super) unsafe fn free(&self, parent: &impl Allocator) {
        while let Some(chunk) = self.pop() {
            // SAFETY: by `# Safety` of this fn.
            unsafe { chunk.free(parent) };
        }
    }
}
