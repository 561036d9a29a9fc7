//! The chunks that an arena gets from its parent, and lists of them.

use core::cell::Cell;
use core::ops::Range;
use core::ptr::NonNull;

use crate::api::contents::Contents;
use crate::api::{AllocError, Allocator, Layout};
use crate::arenas::bump;

/// The first bytes of a chunk.
#[derive(Debug)]
#[repr(C)]
struct Header {
    previous: Option<NonNull<Header>>,
    /// The size of the whole chunk, as the parent returned it.
    size: usize,
    /// Chunks that are taken into use later have higher serials.
    serial: usize,
    /// The bytes allocated in the chunk, when the arena last left it.
    used: usize,
}

/// A chunk of an arena with this `MIN_ALIGN`. Copies refer to the same chunk.
///
/// # Invariants
///
/// From [`from_raw`](Self::from_raw) until [`release`](Self::release) or [`into_raw`](Self::into_raw):
///
/// 1. The chunk starts with a header, at a multiple of [`ALIGN`](Self::ALIGN), and the header's `size` is the size of the block of the
///    parent that the chunk is: at least [`OVERHEAD`](Self::OVERHEAD).
/// 2. Only one thread uses the chunk, and only this file accesses the header. References to the header do not leave a method, so no
///    two of them conflict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ArenaChunk<const MIN_ALIGN: usize>(NonNull<Header>);

impl<const MIN_ALIGN: usize> ArenaChunk<MIN_ALIGN> {
    pub(super) const ALIGN: usize = if MIN_ALIGN > 16 { MIN_ALIGN } else { 16 };
    /// The number of bytes in front of the first block.
    pub(super) const OVERHEAD: usize = size_of::<Header>().next_multiple_of(Self::ALIGN);

    /// Returns the size of a chunk that has room for a block of `layout`, at whatever address the parent places the chunk.
    pub(super) fn size_for(layout: Layout) -> Option<usize> {
        bump::chunk_size(layout.size(), layout.align(), Self::OVERHEAD, Self::ALIGN)
    }

    /// Returns the size of a chunk with this capacity, which is at most about `isize::MAX / 2`.
    pub(super) fn size_with(capacity: usize) -> usize {
        capacity + Self::OVERHEAD
    }

    fn layout(size: usize) -> Result<Layout, AllocError> {
        Layout::from_size_align(size, Self::ALIGN).map_err(|_| AllocError)
    }

    /// Allocates a chunk of at least `size` bytes, which is at least [`OVERHEAD`](Self::OVERHEAD).
    pub(super) fn new(parent: &impl Allocator, size: usize, contents: Contents) -> Result<Self, AllocError> {
        debug_assert!(size >= Self::OVERHEAD);
        let block = contents.allocate(parent, Self::layout(size)?)?;
        // SAFETY: a fresh block with this align, of at least `size` bytes.
        Ok(unsafe { Self::from_raw(block.cast(), block.len()) })
    }

    /// Returns the start and the size of the chunk, and gives up its header.
    pub(super) fn into_raw(self) -> (NonNull<u8>, usize) {
        (self.0.cast(), self.size())
    }

    /// Makes a chunk that is in no list out of a block of the parent, or out of the parts from [`into_raw`](Self::into_raw).
    ///
    /// # Safety
    ///
    /// 1. `start` is aligned to [`ALIGN`](Self::ALIGN) and has `size` bytes, at least [`OVERHEAD`](Self::OVERHEAD).
    /// 2. Nothing else uses these bytes.
    pub(super) unsafe fn from_raw(start: NonNull<u8>, size: usize) -> Self {
        let chunk = Self(start.cast());
        // SAFETY: by (1) a header fits and is aligned; by (2) the bytes may be written.
        unsafe { chunk.0.write(Header { previous: None, size, serial: 0, used: 0 }) };
        chunk
    }

    /// Returns the chunk to the parent.
    ///
    /// # Safety
    ///
    /// The chunk came from `parent`. Neither it nor a block in it is used again.
    pub(super) unsafe fn release(self, parent: &impl Allocator) {
        if let Ok(layout) = Self::layout(self.size()) {
            // SAFETY: by `# Safety` of this fn; by invariant 1 the layout has the size that the parent returned.
            unsafe { parent.deallocate(self.0.cast(), layout) };
        }
    }

    /// Lets the parent grow or shrink the chunk, with its contents. The chunk may move. On `Err` it is unchanged.
    ///
    /// # Safety
    ///
    /// 1. The chunk came from `parent` and is in no list.
    /// 2. `size` is at least [`OVERHEAD`](Self::OVERHEAD). Bytes beyond `size` are not used again.
    pub(super) unsafe fn resize(&mut self, parent: &impl Allocator, size: usize) -> Result<(), AllocError> {
        let (old, new) = (Self::layout(self.size())?, Self::layout(size)?);
        let block = if new.size() >= old.size() {
            // SAFETY: by (1) the chunk is a live block of `parent`; by invariant 1 `old` fits it.
            unsafe { parent.grow(self.0.cast(), old, new) }?
        } else {
            // SAFETY: as above.
            unsafe { parent.shrink(self.0.cast(), old, new) }?
        };
        self.0 = block.cast();
        self.header_mut().size = block.len();
        Ok(())
    }

    fn header(&self) -> &Header {
        #[cfg(all(test, feature = "std"))]
        super::visits::count();
        // SAFETY: by invariant 1 there is a header, and by invariant 2 nothing writes it meanwhile.
        unsafe { self.0.as_ref() }
    }

    fn header_mut(&mut self) -> &mut Header {
        // SAFETY: by invariant 1 there is a header, and by invariant 2 nothing else accesses it meanwhile.
        unsafe { self.0.as_mut() }
    }

    pub(super) fn size(&self) -> usize {
        self.header().size
    }

    /// Returns whether the chunk is the oldest of its list.
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

    /// Returns the address of the first block, a multiple of [`ALIGN`](Self::ALIGN).
    pub(super) fn start(&self) -> NonNull<u8> {
        // SAFETY: by invariant 1 the chunk has at least `OVERHEAD` bytes.
        unsafe { self.0.cast::<u8>().byte_add(Self::OVERHEAD) }
    }

    pub(super) fn end(&self) -> NonNull<u8> {
        // SAFETY: by invariant 1 this is the chunk's size.
        unsafe { self.0.cast::<u8>().byte_add(self.size()) }
    }

    pub(super) fn range(&self) -> Range<*const u8> {
        self.start().as_ptr().cast_const()..self.end().as_ptr().cast_const()
    }

    /// Returns the number of bytes for blocks: the length of [`range`](Self::range).
    pub(super) fn capacity(&self) -> usize {
        self.size() - Self::OVERHEAD
    }

    /// Returns the address of the only block of a chunk that has the [size for](Self::size_for) `layout`.
    pub(super) fn start_for(&self, layout: Layout) -> NonNull<u8> {
        let start = self.start();
        // SAFETY: the size from `size_for` includes the padding.
        unsafe { start.byte_add(start.align_offset(layout.align())) }
    }
}

/// A list of chunks, the newest first.
#[derive(Debug)]
pub(super) struct ArenaChunkList<const MIN_ALIGN: usize> {
    first: Cell<Option<ArenaChunk<MIN_ALIGN>>>,
    changes: Cell<u64>,
}

impl<const MIN_ALIGN: usize> ArenaChunkList<MIN_ALIGN> {
    pub(super) const fn new() -> Self {
        Self::starting_with(None)
    }

    const fn starting_with(first: Option<ArenaChunk<MIN_ALIGN>>) -> Self {
        Self { first: Cell::new(first), changes: Cell::new(0) }
    }

    /// Returns the number of changes to the list so far.
    pub(super) fn changes(&self) -> u64 {
        self.changes.get()
    }

    fn set_first(&self, first: Option<ArenaChunk<MIN_ALIGN>>) {
        self.changes.set(self.changes.get() + 1);
        self.first.set(first);
    }

    pub(super) fn first(&self) -> Option<ArenaChunk<MIN_ALIGN>> {
        self.first.get()
    }

    pub(super) fn push(&self, mut chunk: ArenaChunk<MIN_ALIGN>) {
        chunk.header_mut().previous = self.first.get().map(|first| first.0);
        self.set_first(Some(chunk));
    }

    pub(super) fn pop(&self) -> Option<ArenaChunk<MIN_ALIGN>> {
        let first = self.first.get()?;
        self.set_first(first.header().previous.map(ArenaChunk));
        Some(first)
    }

    /// Removes the chunks in front of the first one that is not `newer`, and returns them as a list.
    pub(super) fn split_off(&self, newer: impl Fn(ArenaChunk<MIN_ALIGN>) -> bool) -> Self {
        let removed = Self::starting_with(self.first.get());
        let Some(mut oldest) = self.iter().take_while(|&chunk| newer(chunk)).last() else { return Self::new() };
        self.set_first(oldest.header_mut().previous.take().map(ArenaChunk));
        removed
    }

    /// Iterates over the chunks. The iterator must not be used after a [change](Self::changes).
    pub(super) fn iter(&self) -> impl Iterator<Item = ArenaChunk<MIN_ALIGN>> + use<MIN_ALIGN> {
        let mut next = self.first.get();
        core::iter::from_fn(move || {
            let chunk = next?;
            next = chunk.header().previous.map(ArenaChunk);
            Some(chunk)
        })
    }

    /// Returns all chunks to the parent.
    ///
    /// # Safety
    ///
    /// Those of [`ArenaChunk::release`], for each chunk.
    pub(super) unsafe fn release_all(&self, parent: &impl Allocator) {
        while let Some(chunk) = self.pop() {
            // SAFETY: by `# Safety` of this fn; the chunk is in no list any more.
            unsafe { chunk.release(parent) };
        }
    }
}
