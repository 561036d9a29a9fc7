//! Chunks: what a pool gets from its parent, be it for many blocks or for a large one.

use core::cell::Cell;
use core::ops::Range;
use core::ptr::{self, NonNull};

use crate::api::{AllocError, Allocator, Layout};

/// Behind the room of a chunk. In front of it, it would cost a block of large align as much as that.
#[derive(Debug)]
struct Footer {
    newer: Option<NonNull<Footer>>,
    older: Option<NonNull<Footer>>,
    start: NonNull<u8>,
    /// Of the whole chunk, as the parent gave it.
    layout: Layout,
}

/// A chunk. A copy refers to the same one.
///
/// From `new` to `free` the footer is there, and only one thread uses it: methods read and write it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chunk(NonNull<Footer>);

/// The pointer to `block` that may use all of the chunk the block lies in. That of `block` may have become one for a part, such
/// as the value of a box.
#[inline(always)]
pub(crate) fn of_its_chunk(block: NonNull<u8>) -> NonNull<u8> {
    let block = ptr::with_exposed_provenance_mut(block.addr().get());
    // SAFETY: the address is that of a pointer that is not null.
    unsafe { NonNull::new_unchecked(block) }
}

impl Chunk {
    const FOOTERS_ARE_ALIGNED: () = assert!(Self::ALIGN % align_of::<Footer>() == 0);
    /// The bytes behind the room.
    pub(crate) const OVERHEAD: usize = size_of::<Footer>();
    /// Every chunk starts at a multiple of it, and so does its footer.
    pub(crate) const ALIGN: usize = 8;

    /// The layout of a chunk with that room.
    fn layout_for(room: Layout) -> Result<Layout, AllocError> {
        // No overflow: a size is at most `isize::MAX`, and the rest is far less than as much again.
        let size = Self::behind(room.size()) + Self::OVERHEAD;
        Layout::from_size_align(size, room.align().max(Self::ALIGN)).map_err(|_| AllocError)
    }

    /// How far behind the start the footer of a chunk for one block of `size` bytes is.
    const fn behind(size: usize) -> usize {
        size.next_multiple_of(Self::ALIGN)
    }

    /// A chunk with that room at least, and with all that the parent gave for it.
    pub(crate) fn new(parent: &impl Allocator, room: Layout) -> Result<Self, AllocError> {
        let layout = Self::layout_for(room)?;
        let block = parent.allocate(layout)?;
        let behind = (block.len() - Self::OVERHEAD) / Self::ALIGN * Self::ALIGN;
        // SAFETY: the block is fresh, and the footer as far behind in it as can be.
        Ok(unsafe { Self::place(block, layout, behind) })
    }

    /// A chunk for one block, which [`of_block`](Self::of_block) finds again.
    pub(crate) fn for_block(parent: &impl Allocator, block: Layout, zeroed: bool) -> Result<Self, AllocError> {
        let layout = Self::layout_for(block)?;
        let whole = if zeroed { parent.allocate_zeroed(layout) } else { parent.allocate(layout) }?;
        // SAFETY: the block is fresh, and has room for the footer behind `block`.
        Ok(unsafe { Self::place(whole, layout, Self::behind(block.size())) })
    }

    /// The chunk that was made for the block at `block`.
    ///
    /// # Safety
    ///
    /// It is live, and `size` its size.
    pub(crate) unsafe fn of_block(block: NonNull<u8>, size: usize) -> Self {
        // SAFETY: that is where the footer is, by `# Safety` of this fn.
        let chunk = Self(unsafe { of_its_chunk(block).add(Self::behind(size)) }.cast());
        debug_assert_eq!(chunk.start(), block);
        chunk
    }

    /// Writes the footer of what the parent gave.
    ///
    /// # Safety
    ///
    /// 1. `whole` is a block of the parent's that `layout` fits, whose align is at least [`ALIGN`](Self::ALIGN).
    /// 2. From `behind` on, a multiple of that, there is room for a footer that nobody else uses.
    unsafe fn place(whole: NonNull<[u8]>, layout: Layout, behind: usize) -> Self {
        let () = Self::FOOTERS_ARE_ALIGNED;
        let start = whole.cast::<u8>();
        // For `of_its_chunk`.
        start.as_ptr().expose_provenance();
        let layout = Layout::from_size_align(whole.len(), layout.align()).unwrap_or(layout);
        // SAFETY: by (2).
        let footer = unsafe { start.add(behind) }.cast();
        // SAFETY: by (2).
        unsafe { footer.write(Footer { newer: None, older: None, start, layout }) };
        Self(footer)
    }

    /// Makes the chunk of a block longer or shorter, with what is in it; where `zeroed`, with zeros in what comes in addition.
    /// It may be elsewhere then. If it is an `Err`, all is as it was; it is none if the block becomes shorter.
    ///
    /// # Safety
    ///
    /// 1. It came from `parent`, and is in no list.
    /// 2. It was made for a block of layout `old`, which is not used under that layout again if this is an `Ok`. `new` has the
    ///    same align.
    pub(crate) unsafe fn resize(
        self,
        parent: &impl Allocator,
        old: Layout,
        new: Layout,
        zeroed: bool,
    ) -> Result<Self, AllocError> {
        let (start, had) = (self.start(), self.footer().layout);
        let needs = Self::layout_for(new)?;
        let here = NonNull::slice_from_raw_parts(start, had.size());
        let whole = if needs.size() > had.size() {
            if zeroed {
                // SAFETY: by (1); the size is no less.
                unsafe { parent.grow_zeroed(start, had, needs) }?
            } else {
                // SAFETY: by (1); the size is no less.
                unsafe { parent.grow(start, had, needs) }?
            }
        } else if new.size() < old.size() && needs.size() < had.size() {
            // SAFETY: by (1); the size is no more. What cannot be made shorter stays.
            unsafe { parent.shrink(start, had, needs) }.unwrap_or(here)
        } else {
            here
        };
        if zeroed && new.size() > old.size() {
            // There the footer was, and what the parent had given without being asked.
            let end = new.size().min(had.size());
            // SAFETY: the chunk is longer than both.
            let rest = unsafe { whole.cast::<u8>().add(old.size()) };
            // SAFETY: up to there it is the block's; where `had` is the shorter, it is longer than `old`.
            unsafe { rest.write_bytes(0, end - old.size()) };
        }
        // SAFETY: the chunk has this align as before, and room for the footer behind `new`.
        Ok(unsafe { Self::place(whole, had, Self::behind(new.size())) })
    }

    /// Gives the chunk back.
    ///
    /// # Safety
    ///
    /// It came from `parent`, and is not used again, nor what is in it.
    pub(crate) unsafe fn free(self, parent: &impl Allocator) {
        let (start, layout) = (self.start(), self.footer().layout);
        // SAFETY: by `# Safety` of this fn; the size is what the parent returned.
        unsafe { parent.deallocate(start, layout) };
    }

    fn footer(&self) -> &Footer {
        // SAFETY: the footer is there, and nobody writes it meanwhile: references to it do not leave this file.
        unsafe { self.0.as_ref() }
    }

    fn footer_mut(&mut self) -> &mut Footer {
        // SAFETY: the footer is there, and nobody else uses it meanwhile: references to it do not leave this file.
        unsafe { self.0.as_mut() }
    }

    /// Where its room starts: where the parent's block does.
    pub(crate) fn start(&self) -> NonNull<u8> {
        self.footer().start
    }

    /// Where its room ends.
    pub(crate) fn end(&self) -> NonNull<u8> {
        self.0.cast()
    }

    pub(crate) fn room(&self) -> usize {
        self.end().addr().get() - self.start().addr().get()
    }

    /// The bytes that the parent gave.
    pub(crate) fn size(&self) -> usize {
        self.footer().layout.size()
    }

    fn range(&self) -> Range<NonNull<u8>> {
        self.start()..self.end()
    }
}

/// A list of chunks, the newest first.
#[derive(Debug)]
pub(crate) struct Chunks {
    newest: Cell<Option<Chunk>>,
}

impl Chunks {
    pub(crate) const fn new() -> Self {
        Self { newest: Cell::new(None) }
    }

    /// `chunk` is in no list.
    pub(crate) fn push(&self, mut chunk: Chunk) {
        let older = self.newest.replace(Some(chunk));
        *chunk.footer_mut() = Footer { newer: None, older: older.map(|older| older.0), ..*chunk.footer() };
        if let Some(mut older) = older {
            older.footer_mut().newer = Some(chunk.0);
        }
    }

    /// `chunk` is in this list.
    pub(crate) fn remove(&self, chunk: Chunk) {
        let &Footer { newer, older, .. } = chunk.footer();
        match newer.map(Chunk) {
            Some(mut newer) => newer.footer_mut().older = older,
            None => self.newest.set(older.map(Chunk)),
        }
        if let Some(mut older) = older.map(Chunk) {
            older.footer_mut().newer = newer;
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Chunk> + use<> {
        let mut next = self.newest.get();
        core::iter::from_fn(move || {
            let chunk = next?;
            next = chunk.footer().older.map(Chunk);
            Some(chunk)
        })
    }

    /// The bytes that the parent gave for all of them.
    pub(crate) fn size(&self) -> usize {
        self.iter().map(|chunk| chunk.size()).sum()
    }

    /// Whether `block` lies in the room of one.
    pub(crate) fn contain(&self, block: NonNull<u8>) -> bool {
        self.iter().any(|chunk| chunk.range().contains(&block))
    }

    /// Gives all of them back, the newest first.
    ///
    /// # Safety
    ///
    /// As for [`Chunk::free`].
    pub(crate) unsafe fn free(&self, parent: &impl Allocator) {
        while let Some(chunk) = self.newest.get() {
            self.newest.set(chunk.footer().older.map(Chunk));
            // SAFETY: by `# Safety` of this fn.
            unsafe { chunk.free(parent) };
        }
    }
}
