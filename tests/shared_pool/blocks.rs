//! Blocks in use that remember what is in them, and random numbers.

use std::ptr::NonNull;
use std::sync::LazyLock;

use janus_alloc::api::{AllocError, Allocator, Layout};

use crate::raw::all;

/// A small random sequence (SplitMix64).
#[derive(Debug)]
pub(crate) struct Random(pub(crate) u64);

fn mixed(value: u64) -> u64 {
    let mixed = (value ^ value >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ mixed >> 31
}

impl Random {
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        (mixed(self.0) >> 1) as usize % limit
    }

    /// Most are small, some are up to 200 KiB, a few up to 3 MiB; some ask for an align of up to a page.
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

/// Of a block.
const LARGEST: usize = 20 << 20;
const STARTS: usize = 1 << 16;
/// Then the bytes begin anew.
const PERIOD: usize = (1 << 20) - 8;

/// Where the bytes of blocks come from: from another place for each block. So contents are written and compared as fast as memory
/// is copied, in builds without optimisation too.
static BYTES: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let some: Vec<u8> = (0..PERIOD as u64 / 8).flat_map(|word| mixed(word).to_le_bytes()).collect();
    some.repeat((LARGEST + STARTS).div_ceil(PERIOD))
});

/// Whether all of `bytes` are 0.
pub(crate) fn is_zero(bytes: &[u8]) -> bool {
    all(bytes, 0)
}

/// Live, and full of bytes that follow from its address, size and number.
#[derive(Debug)]
pub(crate) struct Block {
    pub(crate) start: NonNull<u8>,
    pub(crate) layout: Layout,
    number: u64,
}

// SAFETY: whoever has it has the bytes.
unsafe impl Send for Block {}
// SAFETY: who shares it reads.
unsafe impl Sync for Block {}

impl Block {
    /// Takes over a block that is live with `layout`.
    pub(crate) fn of(start: NonNull<u8>, layout: Layout, number: u64) -> Self {
        assert_eq!(start.addr().get() % layout.align(), 0, "{start:?} {layout:?}");
        let block = Self { start, layout, number };
        block.write();
        block
    }

    pub(crate) fn allocate(pool: &impl Allocator, layout: Layout, number: u64) -> Result<Self, AllocError> {
        let start = pool.allocate(layout)?;
        assert_eq!(start.len(), layout.size());
        Ok(Self::of(start.cast(), layout, number))
    }

    pub(crate) fn allocate_zeroed(pool: &impl Allocator, layout: Layout, number: u64) -> Result<Self, AllocError> {
        let start = pool.allocate_zeroed(layout)?;
        // SAFETY: live, and not used by anybody else.
        assert!(is_zero(unsafe { start.as_ref() }), "{layout:?}");
        Ok(Self::of(start.cast(), layout, number))
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        // SAFETY: live and written.
        unsafe { NonNull::slice_from_raw_parts(self.start, self.layout.size()).as_ref() }
    }

    fn contents(&self) -> &'static [u8] {
        let cookie = mixed(self.start.addr().get() as u64 ^ mixed(self.layout.size() as u64 ^ mixed(self.number)));
        &BYTES[cookie as usize % STARTS..][..self.layout.size()]
    }

    fn write(&self) {
        // SAFETY: both have so many bytes, and the block's are its own.
        unsafe { self.start.as_ptr().copy_from_nonoverlapping(self.contents().as_ptr(), self.layout.size()) };
    }

    /// That nobody else wrote to it.
    #[track_caller]
    pub(crate) fn check(&self) {
        assert!(self.bytes() == self.contents(), "{self:?} was written to");
    }

    /// Checks it a last time.
    #[track_caller]
    pub(crate) fn free(self, pool: &impl Allocator) {
        self.check();
        // SAFETY: live with that layout, and not used again.
        unsafe { pool.deallocate(self.start, self.layout) };
    }

    /// Gives it another size and perhaps another align, or leaves all as it was.
    pub(crate) fn resize(&mut self, pool: &impl Allocator, new: Layout, zeroed: bool) -> Result<(), AllocError> {
        self.check();
        let (before, old) = (self.contents(), self.layout);
        let resized = match (new.size() >= old.size(), zeroed) {
            // SAFETY: live with that layout; the new size is no smaller.
            (true, false) => unsafe { pool.grow(self.start, old, new) },
            // SAFETY: as above.
            (true, true) => unsafe { pool.grow_zeroed(self.start, old, new) },
            // SAFETY: as above, but no larger.
            (false, _) => unsafe { pool.shrink(self.start, old, new) },
        };
        let Ok(resized) = resized else {
            self.check();
            return Err(AllocError);
        };
        assert_eq!(resized.len(), new.size());
        (self.start, self.layout) = (resized.cast(), new);
        let kept = old.size().min(new.size());
        assert!(self.bytes()[..kept] == before[..kept], "{self:?} lost what was in it as {old:?}");
        assert!(!zeroed || new.size() < old.size() || is_zero(&self.bytes()[kept..]), "{self:?} after {old:?}");
        assert_eq!(self.start.addr().get() % new.align(), 0);
        self.write();
        Ok(())
    }
}
