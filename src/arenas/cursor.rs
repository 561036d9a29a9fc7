//! The bump cursor: the free bytes that a single-threaded arena, or one thread of a shared arena, allocates from.

use core::cell::Cell;
use core::hint::assert_unchecked;
use core::ptr::{self, NonNull};

use super::bump::{self, Fit, LARGEST_MIN_ALIGN};
use crate::api::Layout;

/// The free bytes of a region, from a position to the region's end. A block starts at the position, rounded up to its align, and
/// the position moves to the block's end, rounded up to `MIN_ALIGN`.
///
/// A public constructor of an arena checks `MIN_ALIGN` by [`require_min_align`].
///
/// # Invariants
///
/// 1. `position` is a multiple of `MIN_ALIGN`.
/// 2. If the cursor has a region, `position` is at most `end`. Both are in one allocation, with at most `isize::MAX` bytes between
///    them, and `position` has the provenance of the region. Only this cursor uses the bytes from `position` to `end`.
/// 3. If it has no region, `position` equals `end`, so that only size 0 fits; or, in a [`refusing`](Self::refusing) cursor, it exceeds
///    `end`, so that nothing fits. No live block with bytes ends at `position` then.
#[derive(Debug)]
#[repr(C)]
pub(super) struct Cursor<const MIN_ALIGN: usize> {
    position: Cell<NonNull<u8>>,
    end: Cell<NonNull<u8>>,
    /// The highest position that was lowered since [`set`](Self::set) or [`reset_peak`](Self::reset_peak). The peak is the higher
    /// one of this and `position`.
    lowered_from: Cell<NonNull<u8>>,
}

impl<const MIN_ALIGN: usize> Cursor<MIN_ALIGN> {
    /// Creates a cursor without a region.
    pub(super) const fn empty() -> Self {
        let nowhere = Self::NO_REGION;
        Self { position: Cell::new(nowhere), end: Cell::new(nowhere), lowered_from: Cell::new(nowhere) }
    }

    /// Creates a cursor that no request fits, not even one of size 0. Its cells are never written, so threads may share it. (A
    /// pointer of size 0 may have the address of the position; that stores nothing either.)
    #[cfg(all(os_memory, target_has_atomic = "ptr"))]
    pub(super) const fn refusing() -> Self {
        let nowhere = dangling(3 * MIN_ALIGN);
        // Only its address counts, which is less than that of the position.
        let end = NonNull::<u8>::dangling();
        Self { position: Cell::new(nowhere), end: Cell::new(end), lowered_from: Cell::new(nowhere) }
    }

    /// The position of a cursor without a region. No region starts at this address.
    pub(super) const NO_REGION: NonNull<u8> = dangling(MIN_ALIGN);

    #[inline]
    pub(super) fn position(&self) -> NonNull<u8> {
        self.position.get()
    }

    #[inline]
    pub(super) fn end(&self) -> NonNull<u8> {
        self.end.get()
    }

    /// Returns the highest position since [`set`](Self::set) or [`reset_peak`](Self::reset_peak).
    pub(super) fn peak(&self) -> NonNull<u8> {
        self.lowered_from.get().max(self.position.get())
    }

    #[cfg(feature = "alloc")]
    pub(super) fn reset_peak(&self) {
        self.lowered_from.set(self.position.get());
    }

    /// Makes the bytes from `position` to `end` the free bytes of this cursor.
    ///
    /// # Safety
    ///
    /// Either both are [`NO_REGION`](Self::NO_REGION), or:
    ///
    /// 1. `position` is a multiple of `MIN_ALIGN` and at most `end`. It is valid for writes up to `end`, which is in the same
    ///    allocation, at most `isize::MAX` bytes away.
    /// 2. Nothing else uses these bytes.
    #[inline]
    pub(super) unsafe fn set(&self, position: NonNull<u8>, end: NonNull<u8>) {
        debug_assert!(position <= end && position.addr().get() % MIN_ALIGN == 0);
        self.position.set(position);
        self.end.set(end);
        self.lowered_from.set(position);
    }

    /// Moves the position back to `start`, which frees all blocks.
    ///
    /// # Safety
    ///
    /// `start` is the position that the cursor was [`set`](Self::set) to, and no block of the cursor is used again.
    pub(super) unsafe fn restart(&self, start: NonNull<u8>) {
        self.lower_to(start);
    }

    /// Allocates a block of `layout`, if it fits.
    #[inline(always)]
    pub(super) fn allocate(&self, layout: Layout) -> Option<NonNull<u8>> {
        let position = self.position.get();
        let at = position.addr().get();
        // SAFETY: by invariant 1.
        unsafe { assert_unchecked(at % MIN_ALIGN == 0) };
        let Fit { start, next } =
            bump::find_fit(at, self.end.get().addr().get(), layout.size(), layout.align(), MIN_ALIGN)?;
        // SAFETY: a fit lies between the position and the end, which by invariant 2 are in one allocation. Without a region the offset
        // is 0, by invariant 3.
        self.position.set(unsafe { position.byte_add(next - at) });
        // SAFETY: as above.
        Some(unsafe { position.byte_add(start - at) })
    }

    /// Returns the start of the last block, if that has `size` bytes. The pointer has the provenance of the region; a block's own
    /// pointer may have lost that on its way through a `Box`.
    #[inline(always)]
    fn start_of_last(&self, size: usize) -> *mut u8 {
        self.position.get().as_ptr().wrapping_byte_sub(bump::round_up(size, MIN_ALIGN))
    }

    /// Returns whether the block ends at the position.
    #[inline(always)]
    fn is_last(&self, block: NonNull<u8>, size: usize) -> bool {
        self.start_of_last(size).addr() == block.addr().get()
    }

    /// Frees `block` if it is the last one and has bytes, and returns whether it is.
    ///
    /// # Safety
    ///
    /// `block` is a live block of the cursor's arena, `size` bytes long, and is not used again.
    #[inline(always)]
    pub(super) unsafe fn free_last(&self, block: NonNull<u8>, size: usize) -> bool {
        let is_last = size != 0 && self.is_last(block, size);
        if is_last {
            // SAFETY: it has the address of `block`, which is not null.
            self.lower_to(unsafe { NonNull::new_unchecked(self.start_of_last(size)) });
        }
        is_last
    }

    /// Shrinks `block` in place if it is the last one and has bytes, and returns whether it is.
    ///
    /// # Safety
    ///
    /// `block` is a live block of the cursor's arena, `old` bytes long. From now on only its first `new` bytes are used, and `new` is
    /// at most `old`.
    #[inline(always)]
    pub(super) unsafe fn shrink_last(&self, block: NonNull<u8>, old: usize, new: usize) -> bool {
        let is_last = old != 0 && self.is_last(block, old);
        if is_last {
            let less = bump::round_up(old, MIN_ALIGN) - bump::round_up(new, MIN_ALIGN);
            // SAFETY: the block ends at the position and has, rounded up, at least `less` bytes.
            self.lower_to(unsafe { self.position.get().byte_sub(less) });
        }
        is_last
    }

    /// Grows `block` in place if it is the last one and there is room. Returns it then, with the provenance of the region, which
    /// `block` itself may have lost on its way through a `Box`.
    ///
    /// # Safety
    ///
    /// `block` is a live block of the cursor's arena, `old` bytes long, and `new` is at least `old`.
    #[inline(always)]
    pub(super) unsafe fn grow_last(&self, block: NonNull<u8>, old: usize, new: usize) -> Option<NonNull<u8>> {
        if !self.is_last(block, old) {
            return None;
        }
        let start = block.addr().get();
        let Fit { next, .. } = bump::find_fit(start, self.end.get().addr().get(), new, 1, MIN_ALIGN)?;
        let position = self.position.get();
        // SAFETY: a fit ends at or before the end. `next` is at least the position: the block ended there and is no shorter now.
        self.position.set(unsafe { position.byte_add(next - position.addr().get()) });
        // SAFETY: the block's `old` bytes, rounded up, lie in front of the old position, in the same allocation.
        Some(unsafe { position.byte_sub(position.addr().get() - start) })
    }

    /// Lowers the position, and remembers the higher one for the peak.
    #[inline(always)]
    fn lower_to(&self, lower: NonNull<u8>) {
        let position = self.position.get();
        if position > self.lowered_from.get() {
            self.lowered_from.set(position);
        }
        self.position.set(lower);
    }
}

/// Rejects an invalid minimum alignment by a compile error. The compiler evaluates this when it generates code, so `cargo check`
/// does not find the error. Each public constructor calls it in a `const` block of its own, so that the note with "while
/// instantiating" shows the user's line.
// `track_caller` keeps the first span of the error out of std.
#[track_caller]
pub(super) const fn require_min_align<const MIN_ALIGN: usize>() {
    if !MIN_ALIGN.is_power_of_two() || MIN_ALIGN > LARGEST_MIN_ALIGN {
        panic!(
            "the minimum alignment of an arena is a power of two, at most 4096. \
             Your line is in the note with `while instantiating`"
        )
    }
}

/// Returns a pointer without provenance.
const fn dangling(address: usize) -> NonNull<u8> {
    match NonNull::new(ptr::without_provenance_mut(address)) {
        Some(dangling) => dangling,
        None => panic!("the minimum alignment is not 0"),
    }
}

#[cfg(all(test, os_memory, target_has_atomic = "ptr"))]
mod tests {
    use core::ptr::{self, NonNull};

    use super::Cursor;

    /// Threads share a refusing cursor, so nothing may be stored in it, not even a value that it has already.
    #[test]
    fn a_refusing_cursor_has_no_last_block() {
        let cursor = Cursor::<8>::refusing();
        for address in (8..100).step_by(8) {
            let dangling = NonNull::new(ptr::without_provenance_mut(address)).unwrap();
            // SAFETY: the block has no bytes.
            assert!(!unsafe { cursor.free_last(dangling, 0) });
            // SAFETY: as above.
            assert!(!unsafe { cursor.shrink_last(dangling, 0, 0) });
            for new in [0, 1, 1000] {
                // SAFETY: as above; growing it fails.
                assert!(unsafe { cursor.grow_last(dangling, 0, new) }.is_none());
            }
        }
    }
}
