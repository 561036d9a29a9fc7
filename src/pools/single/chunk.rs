//! The memory that a pool takes from its parent: a chunk for many blocks, or for one large block.

use core::cell::Cell;
use core::ops::Range;
use core::ptr::{self, NonNull};

use crate::api::contents::Contents;
use crate::api::{AllocError, Allocator, Layout};

/// The bookkeeping of a chunk. It lies behind the contents: in front of a block of large align it would cost as many
/// bytes as that align.
#[derive(Debug)]
struct Footer {
    newer: Option<NonNull<Footer>>,
    older: Option<NonNull<Footer>>,
    start: NonNull<u8>,
    /// The layout of the whole chunk, with the size that the parent returned.
    layout: Layout,
}

/// A block of the parent: contents, and a footer behind them. A copy refers to the same chunk.
///
/// # Invariants
///
/// From [`new`](Self::new) or [`for_block`](Self::for_block) to [`release`](Self::release):
///
/// 1. The pointer refers to an initialised footer, which lies in the chunk, behind its contents.
/// 2. `start` and `layout` of the footer are those of a live block of the parent, and the provenance of `start` is
///    exposed.
/// 3. One thread at a time uses the chunk, as its pool is not `Sync`. References to a footer do not leave this file,
///    and none exists while a footer is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PoolChunk(NonNull<Footer>);

/// Returns the pointer to `block` that may access the whole chunk around it. A caller's pointer may be valid for a part
/// of the block only, such as the value of a box.
#[inline(always)]
pub(crate) fn with_chunk_provenance(block: NonNull<u8>) -> NonNull<u8> {
    let block = ptr::with_exposed_provenance_mut(block.addr().get());
    // SAFETY: the address is that of a `NonNull`.
    unsafe { NonNull::new_unchecked(block) }
}

impl PoolChunk {
    const FOOTERS_ARE_ALIGNED: () = assert!(Self::MIN_ALIGN % align_of::<Footer>() == 0);
    /// The number of bytes behind the contents.
    pub(crate) const FOOTER_SIZE: usize = size_of::<Footer>();
    /// Every chunk starts at a multiple of it, and so does its footer.
    pub(crate) const MIN_ALIGN: usize = 8;

    /// Returns the layout of a chunk with such contents.
    fn layout_for(contents: Layout) -> Result<Layout, AllocError> {
        // No overflow: a size is at most `isize::MAX`, and the other terms are small.
        let size = Self::footer_offset(contents.size()) + Self::FOOTER_SIZE;
        Layout::from_size_align(size, contents.align().max(Self::MIN_ALIGN)).map_err(|_| AllocError)
    }

    /// Returns the offset of the footer in a chunk for one block of `size` bytes.
    const fn footer_offset(size: usize) -> usize {
        size.next_multiple_of(Self::MIN_ALIGN)
    }

    /// Takes a chunk from the parent, with at least such contents. Bytes that the parent returns in addition become
    /// contents, too.
    pub(crate) fn new(parent: &impl Allocator, contents: Layout) -> Result<Self, AllocError> {
        let layout = Self::layout_for(contents)?;
        let block = parent.allocate(layout)?;
        let offset = (block.len() - Self::FOOTER_SIZE) / Self::MIN_ALIGN * Self::MIN_ALIGN;
        // SAFETY: the block is fresh, and a footer fits at the offset.
        Ok(unsafe { Self::write_footer(block, layout, offset) })
    }

    /// Takes a chunk for a single block from the parent. [`of_block`](Self::of_block) finds the chunk by the block.
    pub(crate) fn for_block(parent: &impl Allocator, block: Layout, init: Contents) -> Result<Self, AllocError> {
        let layout = Self::layout_for(block)?;
        let whole = init.allocate(parent, layout)?;
        // SAFETY: the parent's block is fresh, and `layout` has room for a footer behind `block`.
        Ok(unsafe { Self::write_footer(whole, layout, Self::footer_offset(block.size())) })
    }

    /// Returns the chunk that [`for_block`](Self::for_block) made for `block`.
    ///
    /// # Safety
    ///
    /// The block is live, and `size` is its size.
    pub(crate) unsafe fn of_block(block: NonNull<u8>, size: usize) -> Self {
        // SAFETY: by `# Safety` of this fn the footer lies there, in the chunk.
        let chunk = Self(unsafe { with_chunk_provenance(block).add(Self::footer_offset(size)) }.cast());
        debug_assert_eq!(chunk.start(), block);
        chunk
    }

    /// Writes a footer into a block of the parent, `offset` bytes from its start.
    ///
    /// # Safety
    ///
    /// 1. `whole` is a live block of the parent that `layout` fits, with an align of at least
    ///    [`MIN_ALIGN`](Self::MIN_ALIGN).
    /// 2. `offset` is a multiple of that align. A footer fits there, and nothing else uses those bytes.
    unsafe fn write_footer(whole: NonNull<[u8]>, layout: Layout, offset: usize) -> Self {
        let () = Self::FOOTERS_ARE_ALIGNED;
        let start = whole.cast::<u8>();
        // For `with_chunk_provenance`.
        start.as_ptr().expose_provenance();
        let layout = Layout::from_size_align(whole.len(), layout.align()).unwrap_or(layout);
        // SAFETY: the offset is within the block by (2).
        let footer = unsafe { start.add(offset) }.cast();
        // SAFETY: a footer fits there, and is aligned, by (1) and (2).
        unsafe { footer.write(Footer { newer: None, older: None, start, layout }) };
        Self(footer)
    }

    /// Makes the chunk of a block longer or shorter, and keeps the bytes of the block. It may move. With
    /// [`Contents::Zeroed`], the bytes that the block gains are zero.
    ///
    /// After an `Err` the chunk is unchanged. A block that becomes shorter is never an `Err`.
    ///
    /// # Safety
    ///
    /// 1. It came from `parent`, and is in no list.
    /// 2. It was made for a block of layout `old`, which is not used under that layout after an `Ok`. `new` has the
    ///    same align.
    pub(crate) unsafe fn resize(
        self,
        parent: &impl Allocator,
        old: Layout,
        new: Layout,
        init: Contents,
    ) -> Result<Self, AllocError> {
        let (start, held) = (self.start(), self.footer().layout);
        let needed = Self::layout_for(new)?;
        let unchanged = NonNull::slice_from_raw_parts(start, held.size());
        let whole = if needed.size() > held.size() {
            // SAFETY: `held` fits the chunk by (1) and invariant 2, and `needed` is larger.
            unsafe { init.grow(parent, start, held, needed) }?
        } else if new.size() < old.size() && needed.size() < held.size() {
            // A chunk that the parent cannot make shorter stays as it is.
            // SAFETY: `held` fits the chunk by (1) and invariant 2, and `needed` is smaller.
            unsafe { parent.shrink(start, held, needed) }.unwrap_or(unchanged)
        } else {
            unchanged
        };
        if init == Contents::Zeroed && new.size() > old.size() {
            // The parent zeroed what lies behind `held`. Between the old block and that end are the old footer and the
            // bytes that the parent had returned in addition.
            let end = new.size().min(held.size());
            // SAFETY: the chunk is longer than `old`.
            let rest = unsafe { whole.cast::<u8>().add(old.size()) };
            // SAFETY: `end` is within the new block, and not below `old.size()`, as `new` and `held` are larger than
            // `old`.
            unsafe { rest.write_bytes(0, end - old.size()) };
        }
        // SAFETY: the parent keeps the align, which is that of `held`, and the chunk has room for a footer behind
        // `new`.
        Ok(unsafe { Self::write_footer(whole, held, Self::footer_offset(new.size())) })
    }

    /// Returns the chunk to the parent.
    ///
    /// # Safety
    ///
    /// It came from `parent` and is in no list. Neither it nor its contents are used again.
    pub(crate) unsafe fn release(self, parent: &impl Allocator) {
        let (start, layout) = (self.start(), self.footer().layout);
        // SAFETY: by `# Safety` of this fn and invariant 2.
        unsafe { parent.deallocate(start, layout) };
    }

    fn footer(&self) -> &Footer {
        // SAFETY: by invariants 1 and 3.
        unsafe { self.0.as_ref() }
    }

    fn footer_mut(&mut self) -> &mut Footer {
        // SAFETY: by invariants 1 and 3.
        unsafe { self.0.as_mut() }
    }

    /// Returns the start of the contents, which is that of the parent's block.
    pub(crate) fn start(&self) -> NonNull<u8> {
        self.footer().start
    }

    /// Returns the end of the contents.
    pub(crate) fn end(&self) -> NonNull<u8> {
        self.0.cast()
    }

    /// Returns the number of bytes of the contents.
    pub(crate) fn capacity(&self) -> usize {
        self.end().addr().get() - self.start().addr().get()
    }

    /// Returns the number of bytes that the parent returned.
    pub(crate) fn size(&self) -> usize {
        self.footer().layout.size()
    }

    fn range(&self) -> Range<NonNull<u8>> {
        self.start()..self.end()
    }
}

/// A doubly linked list of chunks, the newest first.
#[derive(Debug)]
pub(crate) struct PoolChunkList {
    newest: Cell<Option<PoolChunk>>,
}

impl PoolChunkList {
    pub(crate) const fn new() -> Self {
        Self { newest: Cell::new(None) }
    }

    /// Adds a chunk, which is in no list.
    pub(crate) fn push(&self, mut chunk: PoolChunk) {
        let older = self.newest.replace(Some(chunk));
        *chunk.footer_mut() = Footer { newer: None, older: older.map(|older| older.0), ..*chunk.footer() };
        if let Some(mut older) = older {
            older.footer_mut().newer = Some(chunk.0);
        }
    }

    /// Removes a chunk, which is in this list.
    pub(crate) fn remove(&self, chunk: PoolChunk) {
        let &Footer { newer, older, .. } = chunk.footer();
        match newer.map(PoolChunk) {
            Some(mut newer) => newer.footer_mut().older = older,
            None => self.newest.set(older.map(PoolChunk)),
        }
        if let Some(mut older) = older.map(PoolChunk) {
            older.footer_mut().newer = newer;
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = PoolChunk> + use<> {
        let mut next = self.newest.get();
        core::iter::from_fn(move || {
            let chunk = next?;
            next = chunk.footer().older.map(PoolChunk);
            Some(chunk)
        })
    }

    /// Returns the number of bytes that the parent returned for all chunks.
    pub(crate) fn size(&self) -> usize {
        self.iter().map(|chunk| chunk.size()).sum()
    }

    /// Returns whether `block` lies in the contents of a chunk.
    pub(crate) fn contains(&self, block: NonNull<u8>) -> bool {
        self.iter().any(|chunk| chunk.range().contains(&block))
    }

    /// Returns all chunks to the parent, the newest first.
    ///
    /// # Safety
    ///
    /// They came from `parent`, and neither they nor their contents are used again.
    pub(crate) unsafe fn release(&self, parent: &impl Allocator) {
        while let Some(chunk) = self.newest.get() {
            self.newest.set(chunk.footer().older.map(PoolChunk));
            // SAFETY: by `# Safety` of this fn.
            unsafe { chunk.release(parent) };
        }
    }
}
