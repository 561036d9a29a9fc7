//! The order of a heap in a slice, which is restored by sifting single elements.

use core::mem::{ManuallyDrop, MaybeUninit};
use core::ptr;

use crate::api::Allocator;
use crate::collections::Vec;

/// Returns the index of the first of the two children of the element at `index`. It may be out of bounds.
#[inline(always)]
fn first_child(index: usize) -> usize {
    2 * index + 1
}

/// A slice from which one element has been taken out. Dropping this puts the element into the hole, so that a
/// comparison that panics loses no element.
///
/// # Invariants
///
/// 1. `position`, the index of the hole, is less than the length. The hole holds a copy of `element` or of another
///    element.
/// 2. The elements at all other indexes are initialised.
struct Hole<'h, T> {
    elements: &'h mut [MaybeUninit<T>],
    element: ManuallyDrop<T>,
    position: usize,
}

impl<'h, T> Hole<'h, T> {
    /// Takes the element at `position` out.
    ///
    /// # Safety
    ///
    /// `position` is less than the length.
    #[inline]
    unsafe fn new(elements: &'h mut [T], position: usize) -> Self {
        debug_assert!(position < elements.len());
        let elements: *mut [T] = elements;
        // SAFETY: the memory is the same. `drop` initialises all elements again before the borrow of the slice ends.
        let elements = unsafe { &mut *(elements as *mut [MaybeUninit<T>]) };
        // SAFETY: by `# Safety` of this fn.
        let place = unsafe { elements.get_unchecked(position) };
        // SAFETY: the element is initialised, and its copy in the slice is overwritten before it is used again.
        let element = ManuallyDrop::new(unsafe { place.assume_init_read() });
        Self { elements, element, position }
    }

    /// Returns a reference to the element at `index`.
    ///
    /// # Safety
    ///
    /// `index` is less than the length, and is not `position`.
    #[inline]
    unsafe fn get(&self, index: usize) -> &T {
        debug_assert!(index != self.position && index < self.elements.len());
        // SAFETY: by `# Safety` of this fn.
        let place = unsafe { self.elements.get_unchecked(index) };
        // SAFETY: by invariant 2.
        unsafe { place.assume_init_ref() }
    }

    /// Moves the element at `index` into the hole, so that the hole is at `index`.
    ///
    /// # Safety
    ///
    /// `index` is less than the length, and is not `position`.
    #[inline]
    unsafe fn move_to(&mut self, index: usize) {
        debug_assert!(index != self.position && index < self.elements.len());
        let start = self.elements.as_mut_ptr();
        // SAFETY: by `# Safety` of this fn.
        let from = unsafe { start.add(index) };
        // SAFETY: by invariant 1.
        let to = unsafe { start.add(self.position) };
        // SAFETY: by `# Safety` of this fn the two indexes differ.
        unsafe { ptr::copy_nonoverlapping(from, to, 1) };
        self.position = index;
    }
}

impl<T> Drop for Hole<'_, T> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: by invariant 1.
        let place = unsafe { self.elements.get_unchecked_mut(self.position) };
        let element = &raw const *self.element;
        // SAFETY: the source is outside of the slice. The element is `ManuallyDrop`, so it is not dropped here.
        unsafe { ptr::copy_nonoverlapping(element, place.as_mut_ptr(), 1) };
    }
}

/// Moves the element at `position` up while its parent is less, but not above `start`. Returns its new position.
///
/// # Safety
///
/// `position` is less than the length.
#[inline]
pub(super) unsafe fn sift_up<T: Ord>(elements: &mut [T], start: usize, position: usize) -> usize {
    // SAFETY: by `# Safety` of this fn.
    let mut hole = unsafe { Hole::new(elements, position) };
    while hole.position > start {
        let parent = (hole.position - 1) / 2;
        // SAFETY: the index of a parent is less than `position`, which is less than the length by invariant 1 of
        // `Hole`.
        if *hole.element <= *unsafe { hole.get(parent) } {
            break;
        }
        // SAFETY: as above.
        unsafe { hole.move_to(parent) };
    }
    hole.position
}

/// Returns the index of the greater of the two children at `first` and the next index. If they are equal, returns that
/// of the second.
///
/// # Safety
///
/// Both indexes are less than the length, and are not `hole.position`.
#[inline]
unsafe fn greater_child<T: Ord>(hole: &Hole<'_, T>, first: usize) -> usize {
    // SAFETY: by `# Safety` of this fn.
    let left = unsafe { hole.get(first) };
    // SAFETY: by `# Safety` of this fn.
    let right = unsafe { hole.get(first + 1) };
    first + usize::from(left <= right)
}

/// Moves the element at `position` down while one of its children is greater.
///
/// # Safety
///
/// `position` is less than the length.
#[inline]
pub(super) unsafe fn sift_down<T: Ord>(elements: &mut [T], position: usize) {
    let length = elements.len();
    // SAFETY: by `# Safety` of this fn.
    let mut hole = unsafe { Hole::new(elements, position) };
    // Elements before this index have two children. Compare before doubling an index: there may be more than
    // `usize::MAX / 2` zero-sized elements.
    let full_parents = (length - 1) / 2;
    while hole.position < full_parents {
        // SAFETY: both children are in bounds, since the parent has two, and their indexes are greater than `position`.
        let child = unsafe { greater_child(&hole, first_child(hole.position)) };
        // SAFETY: as above.
        if *hole.element >= *unsafe { hole.get(child) } {
            return;
        }
        // SAFETY: as above.
        unsafe { hole.move_to(child) };
    }
    // The last element may be an only child.
    if length % 2 == 0 && hole.position == full_parents {
        let last = length - 1;
        // SAFETY: the last index is in bounds. It is greater than `position`, which is half of it, rounded down.
        if *hole.element < *unsafe { hole.get(last) } {
            // SAFETY: as above.
            unsafe { hole.move_to(last) };
        }
    }
}

/// Moves the element at `position` down to a leaf, replacing it with the greater child on each level, and then up to
/// its place. For an element that belongs near the bottom, this takes fewer comparisons than [`sift_down`].
///
/// # Safety
///
/// `position` is less than the length.
#[inline]
pub(super) unsafe fn sift_down_to_bottom<T: Ord>(elements: &mut [T], position: usize) {
    let length = elements.len();
    // SAFETY: by `# Safety` of this fn.
    let mut hole = unsafe { Hole::new(elements, position) };
    let full_parents = (length - 1) / 2;
    while hole.position < full_parents {
        // SAFETY: both children are in bounds, since the parent has two, and their indexes are greater than `position`.
        let child = unsafe { greater_child(&hole, first_child(hole.position)) };
        // SAFETY: as above.
        unsafe { hole.move_to(child) };
    }
    if length % 2 == 0 && hole.position == full_parents {
        // SAFETY: the last index is in bounds. It is greater than `position`, which is half of it, rounded down.
        unsafe { hole.move_to(length - 1) };
    }
    let bottom = hole.position;
    drop(hole);
    // SAFETY: the hole was at this index, so it is in bounds.
    unsafe { sift_up(elements, position, bottom) };
}

/// Makes a heap of all elements.
pub(super) fn rebuild<T: Ord>(elements: &mut [T]) {
    for position in (0..elements.len() / 2).rev() {
        // SAFETY: `position` is less than half of the length.
        unsafe { sift_down(elements, position) };
    }
}

/// Makes a heap of all elements, of which those before `start` already are one.
pub(super) fn rebuild_tail<T: Ord>(elements: &mut [T], start: usize) {
    let length = elements.len();
    if start == length {
        return;
    }
    let tail_len = length - start;
    // `rebuild` takes about two comparisons per element. Sifting up takes up to log₂(start) comparisons per element of the
    // tail. In larger heaps cache misses shift the break-even. std determined it empirically, as 11 per element.
    let rebuild_all = start < tail_len
        || if length <= 2048 {
            2 * length < tail_len * start.ilog2() as usize
        } else {
            length.saturating_mul(2) < tail_len.saturating_mul(11)
        };
    if rebuild_all {
        rebuild(elements);
    } else {
        for position in start..length {
            // SAFETY: `position` is less than the length.
            unsafe { sift_up(elements, 0, position) };
        }
    }
}

/// Makes a vector a heap again when this guard is dropped, even by a panic. The elements before `rebuild_from` already
/// are one.
pub(super) struct RebuildOnDrop<'h, T: Ord, A: Allocator> {
    pub(super) elements: &'h mut Vec<T, A>,
    pub(super) rebuild_from: usize,
}

impl<T: Ord, A: Allocator> Drop for RebuildOnDrop<'_, T, A> {
    fn drop(&mut self) {
        rebuild_tail(self.elements, self.rebuild_from);
    }
}
