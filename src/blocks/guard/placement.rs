//! The place of a block in a block of the parent, and the watched bytes around it with their values.

use core::ptr::NonNull;

use crate::api::Layout;
use crate::sources::Pages;

/// The value of bytes that were allocated and not written yet. Eight of them are no valid pointer on x86-64, nor on AArch64.
pub(super) const FRESH: u8 = 0xa5;
/// The value of freed bytes. Eight of them are no valid pointer either.
pub(super) const FREED: u8 = 0xde;

/// The place of a guard's blocks in those of its parent.
#[derive(Clone, Copy, Debug)]
pub(super) enum Placement {
    /// Between two red zones of `bytes` bytes each.
    Zones { bytes: usize },
    /// At the end of whole pages, in front of a page without access. The rest of the pages is watched like a red zone.
    PageEnd,
}

/// A block of the parent with a block of the guard in it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outer {
    pub(super) layout: Layout,
    /// The distance of the guard's block from the start.
    pub(super) front: usize,
    /// The number of watched bytes directly before the guard's block; at most `front`.
    before: usize,
    /// The number of watched bytes directly behind it, which are the last ones of the parent's block.
    behind: usize,
}

impl Placement {
    /// Returns the parent's block for a block of `layout`; `None` if it would be too large.
    pub(super) fn outer(self, layout: Layout) -> Option<Outer> {
        let (size, align) = (layout.size(), layout.align());
        let (front, before, behind) = match self {
            Self::Zones { bytes } => (bytes.checked_next_multiple_of(align)?, bytes, bytes),
            Self::PageEnd => {
                let rest = size.checked_next_multiple_of(Pages::page_size())? - size;
                let front = rest & !(align - 1);
                (front, front, rest - front)
            }
        };
        let outer_size = front.checked_add(size)?.checked_add(behind)?;
        Some(Outer { layout: Layout::from_size_align(outer_size, align).ok()?, front, before, behind })
    }
}

/// The trace of a write outside of all live blocks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Damage {
    /// The place of the damage.
    pub(super) place: Place,
    /// The distance of the damaged byte that is nearest to the block, from the block's start.
    pub(super) offset: isize,
    pub(super) found: u8,
    pub(super) expected: u8,
    /// The number of damaged bytes there.
    pub(super) bytes: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Before,
    Within,
    Behind,
}

impl Outer {
    /// Writes the watched bytes around the block at `start`.
    ///
    /// # Safety
    ///
    /// `start` lies in a block of the parent at the distance `front` from its start, with `size + behind` bytes up to
    /// its end, and may be used to write to all of that block.
    pub(super) unsafe fn write_canaries(&self, start: NonNull<u8>, size: usize) {
        let canary = Canary::of(start);
        // SAFETY: by `# Safety` of this fn at least `before` bytes lie before the block.
        let zone = unsafe { start.sub(self.before) };
        // SAFETY: `zone` starts `before` bytes in front of the block, within the parent's block.
        unsafe { canary.write(zone, self.before) };
        // SAFETY: by `# Safety` of this fn `behind` bytes follow the block.
        let zone = unsafe { start.add(size) };
        // SAFETY: `behind` bytes follow the block, up to the end of the parent's block.
        unsafe { canary.write(zone, self.behind) };
    }

    /// Returns the damage to the watched bytes around the block at `start`. A damage behind the block comes first.
    ///
    /// # Safety
    ///
    /// The conditions of [`write_canaries`](Self::write_canaries), which was called for the block.
    pub(super) unsafe fn damage_around(&self, start: NonNull<u8>, size: usize) -> Option<Damage> {
        let canary = Canary::of(start);
        // SAFETY: by `# Safety` of this fn `behind` bytes follow the block.
        let zone = unsafe { start.add(size) };
        // SAFETY: `behind` bytes follow the block, up to the end of the parent's block.
        if let Some(found) = unsafe { canary.find_damage(zone, self.behind) } {
            return Some(found.damage(Place::Behind, start, found.first));
        }
        // SAFETY: by `# Safety` of this fn at least `before` bytes lie before the block.
        let zone = unsafe { start.sub(self.before) };
        // SAFETY: `zone` starts `before` bytes in front of the block, within the parent's block.
        let found = unsafe { canary.find_damage(zone, self.before) }?;
        Some(found.damage(Place::Before, start, found.last))
    }
}

/// Fills a freed block, so that a later write to it is found.
///
/// # Safety
///
/// `start` may be used to write `size` bytes.
pub(super) unsafe fn poison(start: NonNull<u8>, size: usize) {
    // SAFETY: by `# Safety` of this fn.
    unsafe { start.write_bytes(FREED, size) };
}

/// Returns the damage to a freed block.
///
/// # Safety
///
/// `start` may be used to read `size` bytes, which [`poison`] has filled.
pub(super) unsafe fn damage_within(start: NonNull<u8>, size: usize) -> Option<Damage> {
    // C's function is fast also in a debug build, and may read bytes that a faulty program has left uninitialised.
    // SAFETY: by `# Safety` of this fn. Each byte is compared with the next one.
    let is_uniform = size < 2
        || unsafe { libc::memcmp(start.as_ptr().cast(), start.as_ptr().wrapping_add(1).cast(), size - 1) } == 0;
    // SAFETY: a block has at least one byte.
    if is_uniform && unsafe { start.read_volatile() } == FREED {
        return None;
    }
    // SAFETY: by `# Safety` of this fn.
    let found = unsafe { find_damage(start, size, |_| FREED) }?;
    Some(found.damage(Place::Within, start, found.first))
}

/// The values of the watched bytes around one block. They depend on its address, so a copy of another block's canary is found. They are
/// 0x80 to 0xbf: no zeros, no text in ASCII, no small numbers.
#[derive(Clone, Copy)]
struct Canary([u8; 8]);

impl Canary {
    fn of(start: NonNull<u8>) -> Self {
        let mixed = (start.addr().get() as u64 ^ 0x5bd1_e995_9e37_79b9).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mixed = mixed ^ mixed >> 29;
        Self((mixed & 0x3f3f_3f3f_3f3f_3f3f | 0x8080_8080_8080_8080).to_ne_bytes())
    }

    fn byte_at(self, address: usize) -> u8 {
        self.0[address % self.0.len()]
    }

    /// # Safety
    ///
    /// `zone` may be used to write `length` bytes.
    unsafe fn write(self, zone: NonNull<u8>, length: usize) {
        for offset in 0..length {
            // SAFETY: less than `length`.
            let byte = unsafe { zone.add(offset) };
            // SAFETY: by `# Safety` of this fn.
            unsafe { byte.write(self.byte_at(byte.addr().get())) };
        }
    }

    /// # Safety
    ///
    /// `zone` may be used to read `length` bytes, which were [written](Self::write).
    unsafe fn find_damage(self, zone: NonNull<u8>, length: usize) -> Option<Found> {
        // SAFETY: by `# Safety` of this fn.
        unsafe { find_damage(zone, length, |address| self.byte_at(address)) }
    }
}

/// Bytes with wrong values.
struct Found {
    first: Wrong,
    last: Wrong,
    bytes: usize,
}

#[derive(Clone, Copy)]
struct Wrong {
    address: usize,
    found: u8,
    expected: u8,
}

impl Found {
    fn damage(&self, place: Place, start: NonNull<u8>, nearest: Wrong) -> Damage {
        let offset = nearest.address.wrapping_sub(start.addr().get()) as isize;
        Damage { place, offset, found: nearest.found, expected: nearest.expected, bytes: self.bytes }
    }
}

/// Returns the bytes of the range whose value is another than `expected` says for their address.
///
/// # Safety
///
/// `start` may be used to read `length` bytes.
unsafe fn find_damage(start: NonNull<u8>, length: usize, expected: impl Fn(usize) -> u8) -> Option<Found> {
    let mut all: Option<Found> = None;
    for offset in 0..length {
        // SAFETY: less than `length`.
        let byte = unsafe { start.add(offset) };
        let address = byte.addr().get();
        // Volatile, as the compiler may know that nothing writes here.
        // SAFETY: by `# Safety` of this fn.
        let found = unsafe { byte.read_volatile() };
        let expected = expected(address);
        if found != expected {
            let wrong = Wrong { address, found, expected };
            let all = all.get_or_insert(Found { first: wrong, last: wrong, bytes: 0 });
            all.last = wrong;
            all.bytes += 1;
        }
    }
    all
}
