//! Live blocks that know their contents, and random layouts.

use std::ptr::NonNull;
use std::sync::LazyLock;

use janus_alloc::api::{AllocError, Allocator, Layout};

pub(crate) use crate::random::Random;
use crate::random::mix;
use crate::raw::all_equal;

impl Random {
    /// Returns a layout: mostly small, sometimes up to 200 KiB, rarely up to 3 MiB; sometimes with an align of up to a page.
    pub(crate) fn layout(&mut self) -> Layout {
        let size = match self.below(400) {
            0 => self.below(3 << 20),
            1..40 => self.below(200 << 10),
            40..120 => self.below(9000),
            _ => self.below(600),
        };
        let align = if self.below(10) == 0 { 1 << self.below(13) } else { 1 << self.below(5) };
        Layout::from_size_align(size + 1, align).unwrap()
    }
}

/// The largest size of a block.
const LARGEST: usize = 20 << 20;
/// The number of places in `BYTES` at which the contents of a block may start.
const STARTS: usize = 1 << 16;
/// The number of bytes after which `BYTES` repeats.
const PERIOD: usize = (1 << 20) - 8;

/// The contents of blocks: each block has a copy of a part that starts at another place. So contents are written and compared at the
/// speed of a copy, in unoptimised builds too.
static BYTES: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let some: Vec<u8> = (0..PERIOD as u64 / 8).flat_map(|word| mix(word).to_le_bytes()).collect();
    some.repeat((LARGEST + STARTS).div_ceil(PERIOD))
});

/// Whether all bytes are 0.
pub(crate) fn is_zero(bytes: &[u8]) -> bool {
    all_equal(bytes, 0)
}

/// A live block whose contents are determined by its address, size and number.
#[derive(Debug)]
pub(crate) struct Block {
    pub(crate) start: NonNull<u8>,
    pub(crate) layout: Layout,
    number: u64,
}

// SAFETY: the bytes of a block belong to the owner of the `Block`.
unsafe impl Send for Block {}
// SAFETY: through a shared reference the bytes are only read.
unsafe impl Sync for Block {}

impl Block {
    /// Takes ownership of a block that is live with `layout`, and writes its contents.
    pub(crate) fn from_raw(start: NonNull<u8>, layout: Layout, number: u64) -> Self {
        assert_eq!(start.addr().get() % layout.align(), 0, "{start:?} {layout:?}");
        let block = Self { start, layout, number };
        block.write();
        block
    }

    pub(crate) fn allocate(pool: &impl Allocator, layout: Layout, number: u64) -> Result<Self, AllocError> {
        let start = pool.allocate(layout)?;
        assert_eq!(start.len(), layout.size());
        Ok(Self::from_raw(start.cast(), layout, number))
    }

    pub(crate) fn allocate_zeroed(pool: &impl Allocator, layout: Layout, number: u64) -> Result<Self, AllocError> {
        let start = pool.allocate_zeroed(layout)?;
        // SAFETY: the block is new, so nothing else refers to it, and its bytes are initialised.
        assert!(is_zero(unsafe { start.as_ref() }), "{layout:?}");
        Ok(Self::from_raw(start.cast(), layout, number))
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        // SAFETY: the block is live, belongs to `self`, and was written when `self` was created.
        unsafe { NonNull::slice_from_raw_parts(self.start, self.layout.size()).as_ref() }
    }

    fn contents(&self) -> &'static [u8] {
        let cookie = mix(self.start.addr().get() as u64 ^ mix(self.layout.size() as u64 ^ mix(self.number)));
        &BYTES[cookie as usize % STARTS..][..self.layout.size()]
    }

    fn write(&self) {
        // SAFETY: both have `layout.size()` bytes, and a block does not overlap the static.
        unsafe { self.start.as_ptr().copy_from_nonoverlapping(self.contents().as_ptr(), self.layout.size()) };
    }

    /// Asserts that the block still has its contents.
    #[track_caller]
    pub(crate) fn check(&self) {
        assert!(self.bytes() == self.contents(), "{self:?} was overwritten");
    }

    /// Checks the contents, and frees the block.
    #[track_caller]
    pub(crate) fn free(self, pool: &impl Allocator) {
        self.check();
        // SAFETY: the block is live, has that layout, and is not used again.
        unsafe { pool.deallocate(self.start, self.layout) };
    }

    /// Grows or shrinks the block to the layout `new`. A block that grows is zeroed beyond its old size if `zeroed`. After an error the
    /// block is unchanged.
    pub(crate) fn resize(&mut self, pool: &impl Allocator, new: Layout, zeroed: bool) -> Result<(), AllocError> {
        self.check();
        let (before, old) = (self.contents(), self.layout);
        let resized = match (new.size() >= old.size(), zeroed) {
            // SAFETY: the block is live and has the layout `old`; the new size is not smaller.
            (true, false) => unsafe { pool.grow(self.start, old, new) },
            // SAFETY: as above.
            (true, true) => unsafe { pool.grow_zeroed(self.start, old, new) },
            // SAFETY: the block is live and has the layout `old`; the new size is smaller.
            (false, _) => unsafe { pool.shrink(self.start, old, new) },
        };
        let Ok(resized) = resized else {
            self.check();
            return Err(AllocError);
        };
        assert_eq!(resized.len(), new.size());
        (self.start, self.layout) = (resized.cast(), new);
        let kept = old.size().min(new.size());
        assert!(self.bytes()[..kept] == before[..kept], "{self:?} lost its contents, resized from {old:?}");
        assert!(
            !zeroed || new.size() < old.size() || is_zero(&self.bytes()[kept..]),
            "{self:?} is not zeroed, resized from {old:?}"
        );
        assert_eq!(self.start.addr().get() % new.align(), 0);
        self.write();
        Ok(())
    }
}
