//! A cursor that walks up through free bytes: what every single-threaded arena, and each thread of a shared one, bumps.

use core::cell::Cell;
use core::hint::assert_unchecked;
use core::ptr::{self, NonNull};

use super::bump::{self, Fit, LARGEST_MIN_ALIGN};
use crate::api::Layout;

/// The free bytes from a position to an end. Blocks are as long as asked and start where the one before ended, rounded up to
/// `MIN_ALIGN`, of which [`require_min_align`] was asked by whoever let a user choose it.
#[derive(Debug)]
#[repr(C)]
pub(super) struct Cursor<const MIN_ALIGN: usize> {
    /// A multiple of `MIN_ALIGN`, with the provenance of the whole region.
    position: Cell<NonNull<u8>>,
    end: Cell<NonNull<u8>>,
    /// The highest position that a block was taken back from, if that is higher than the position.
    peak: Cell<NonNull<u8>>,
}

impl<const MIN_ALIGN: usize> Cursor<MIN_ALIGN> {
    /// No byte is free, and no block lies behind the position.
    pub(super) const fn empty() -> Self {
        let nowhere = Self::NOWHERE;
        Self { position: Cell::new(nowhere), end: Cell::new(nowhere), peak: Cell::new(nowhere) }
    }

    /// No request fits, not even one of size 0, and no block ends at the position. So nothing is ever stored in it, and threads
    /// may share it. (A pointer of size 0 may have any address, that of the position too: nothing is stored for it.)
    #[cfg(all(os_memory, target_has_atomic = "ptr"))]
    pub(super) const fn refusing() -> Self {
        let nowhere = no_byte_at(3 * MIN_ALIGN);
        // Only its address counts, and it is less than the position.
        let end = NonNull::<u8>::dangling();
        Self { position: Cell::new(nowhere), end: Cell::new(end), peak: Cell::new(nowhere) }
    }

    /// The position of a cursor without a region. No region starts there.
    pub(super) const NOWHERE: NonNull<u8> = no_byte_at(MIN_ALIGN);

    #[inline]
    pub(super) fn position(&self) -> NonNull<u8> {
        self.position.get()
    }

    #[inline]
    pub(super) fn end(&self) -> NonNull<u8> {
        self.end.get()
    }

    /// The highest position since [`forget_peak`](Self::forget_peak) or [`set`](Self::set).
    pub(super) fn peak(&self) -> NonNull<u8> {
        self.peak.get().max(self.position.get())
    }

    #[cfg(feature = "alloc")]
    pub(super) fn forget_peak(&self) {
        self.peak.set(self.position.get());
    }

    /// Walks from `position` to `end` from now on.
    ///
    /// # Safety
    ///
    /// 1. `position` is a multiple of `MIN_ALIGN`, not behind `end`, and may write up to `end`: at most `isize::MAX` bytes of
    ///    one allocation. Or both are [`NOWHERE`](Self::NOWHERE).
    /// 2. Nobody else uses those bytes.
    #[inline]
    pub(super) unsafe fn set(&self, position: NonNull<u8>, end: NonNull<u8>) {
        debug_assert!(position <= end && position.addr().get() % MIN_ALIGN == 0);
        self.position.set(position);
        self.end.set(end);
        self.peak.set(position);
    }

    /// Walks from `start` to the same end again.
    ///
    /// # Safety
    ///
    /// `start` is where the cursor was [`set`](Self::set) to, and no block is used again.
    pub(super) unsafe fn restart(&self, start: NonNull<u8>) {
        self.lower_to(start);
    }

    /// Takes the bytes of `layout`, if they are there.
    #[inline(always)]
    pub(super) fn take(&self, layout: Layout) -> Option<NonNull<u8>> {
        let position = self.position.get();
        let at = position.addr().get();
        // SAFETY: by (1) of `set`, and `take` and all others round to `MIN_ALIGN`.
        unsafe { assert_unchecked(at % MIN_ALIGN == 0) };
        let Fit { start, next } = bump::up(at, self.end.get().addr().get(), layout.size(), layout.align(), MIN_ALIGN)?;
        // SAFETY: a fit lies between the position and the end, in one allocation.
        self.position.set(unsafe { position.byte_add(next - at) });
        // SAFETY: as above.
        Some(unsafe { position.byte_add(start - at) })
    }

    /// Where the last block starts if it has `size` bytes. With the provenance of the region: that of a block may have become
    /// narrower on its way through a `Box`.
    #[inline(always)]
    fn start_of_last(&self, size: usize) -> *mut u8 {
        self.position.get().as_ptr().wrapping_byte_sub(bump::round(size, MIN_ALIGN))
    }

    /// Whether the block ends at the position.
    #[inline(always)]
    fn is_last(&self, block: NonNull<u8>, size: usize) -> bool {
        self.start_of_last(size).addr() == block.addr().get()
    }

    /// Takes the bytes of a block back, if it has some and is the last: whether that is so.
    ///
    /// # Safety
    ///
    /// `block` is live, `size` bytes long, from this cursor or elsewhere, and not used again.
    #[inline(always)]
    pub(super) unsafe fn give_back(&self, block: NonNull<u8>, size: usize) -> bool {
        let is_last = size != 0 && self.is_last(block, size);
        if is_last {
            // SAFETY: it has the address of the block, which is not null.
            self.lower_to(unsafe { NonNull::new_unchecked(self.start_of_last(size)) });
        }
        is_last
    }

    /// Makes the last block smaller, if it has bytes; any other keeps them. Whether it was the last.
    ///
    /// # Safety
    ///
    /// `block` is live, `old` bytes long, and used with `new` bytes from now on, which are no more.
    #[inline(always)]
    pub(super) unsafe fn shrink(&self, block: NonNull<u8>, old: usize, new: usize) -> bool {
        let is_last = old != 0 && self.is_last(block, old);
        if is_last {
            let less = bump::round(old, MIN_ALIGN) - bump::round(new, MIN_ALIGN);
            // SAFETY: the block ends at the position and has at least so many bytes.
            self.lower_to(unsafe { self.position.get().byte_sub(less) });
        }
        is_last
    }

    /// Makes the last block longer, if there is room. Returns it then, good for all of the region: the pointer that came in may
    /// have become good for less, on its way through a `Box`.
    ///
    /// # Safety
    ///
    /// `block` is live and `old` bytes long; `new` is no less.
    #[inline(always)]
    pub(super) unsafe fn grow(&self, block: NonNull<u8>, old: usize, new: usize) -> Option<NonNull<u8>> {
        if !self.is_last(block, old) {
            return None;
        }
        let start = block.addr().get();
        let Fit { next, .. } = bump::up(start, self.end.get().addr().get(), new, 1, MIN_ALIGN)?;
        let position = self.position.get();
        // SAFETY: a fit ends at the end or before; the block ended at the position, and is not shorter now.
        self.position.set(unsafe { position.byte_add(next - position.addr().get()) });
        // SAFETY: the block has so many bytes in front of the old position.
        Some(unsafe { position.byte_sub(position.addr().get() - start) })
    }

    /// To a lower position, remembering the higher one.
    #[inline(always)]
    fn lower_to(&self, lower: NonNull<u8>) {
        let position = self.position.get();
        if position > self.peak.get() {
            self.peak.set(position);
        }
        self.position.set(lower);
    }
}

/// A compile error for a minimum alignment that is none. The compiler asks when it generates code, and `cargo check` does not.
/// In a `const` block of each public constructor, so that its note with "while instantiating" has the user's line.
// The compiler leaves functions that track their caller out of its spans: the first is not in std.
#[track_caller]
pub(super) const fn require_min_align<const MIN_ALIGN: usize>() {
    if !MIN_ALIGN.is_power_of_two() || MIN_ALIGN > LARGEST_MIN_ALIGN {
        panic!(
            "the minimum alignment of an arena is a power of two, at most 4096. \
             Your line is in the note with `while instantiating`"
        )
    }
}

/// A pointer of which only the address counts.
const fn no_byte_at(address: usize) -> NonNull<u8> {
    match NonNull::new(ptr::without_provenance_mut(address)) {
        Some(nowhere) => nowhere,
        None => panic!("the minimum alignment is not 0"),
    }
}

#[cfg(all(test, os_memory, target_has_atomic = "ptr"))]
mod tests {
    use core::ptr::{self, NonNull};

    use super::Cursor;

    /// Threads share it, so not even the value that is there already may be stored.
    #[test]
    fn a_refusing_cursor_has_no_last_block() {
        let cursor = Cursor::<8>::refusing();
        for address in (8..100).step_by(8) {
            let dangling = NonNull::new(ptr::without_provenance_mut(address)).unwrap();
            // SAFETY: no byte is the cursor's.
            assert!(!unsafe { cursor.give_back(dangling, 0) });
            // SAFETY: as above.
            assert!(!unsafe { cursor.shrink(dangling, 0, 0) });
            for new in [0, 1, 1000] {
                // SAFETY: as above.
                assert!(unsafe { cursor.grow(dangling, 0, new) }.is_none());
            }
        }
    }
}
