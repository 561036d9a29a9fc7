//! The order of a heap in a slice, restored element by element.

use core::mem::{ManuallyDrop, MaybeUninit};
use core::ptr;

use crate::api::Allocator;
use crate::collections::Vec;

/// The index of the first of the two elements below that at `index`. It may be beyond all.
#[inline(always)]
fn below(index: usize) -> usize {
    2 * index + 1
}

/// A slice while one of its elements is outside. Wherever it is dropped, the element goes back in, so that a comparison that
/// panics loses none.
///
/// # Invariants
///
/// 1. `position` is less than the length. What is there is a copy of another element or of `element`.
/// 2. All others are initialised.
struct Hole<'h, T> {
    elements: &'h mut [MaybeUninit<T>],
    element: ManuallyDrop<T>,
    position: usize,
}

impl<'h, T> Hole<'h, T> {
    /// # Safety
    ///
    /// `position` is less than the length.
    #[inline]
    unsafe fn new(elements: &'h mut [T], position: usize) -> Self {
        debug_assert!(position < elements.len());
        let elements: *mut [T] = elements;
        // SAFETY: the same places, of which the one that is a copy is not used as an element before `drop` fills it.
        let elements = unsafe { &mut *(elements as *mut [MaybeUninit<T>]) };
        // SAFETY: by `# Safety` of this fn.
        let place = unsafe { elements.get_unchecked(position) };
        // SAFETY: initialised, and overwritten before it is used again.
        let element = ManuallyDrop::new(unsafe { place.assume_init_read() });
        Self { elements, element, position }
    }

    /// The element at `index`.
    ///
    /// # Safety
    ///
    /// `index` is less than the length, and not the position.
    #[inline]
    unsafe fn get(&self, index: usize) -> &T {
        debug_assert!(index != self.position && index < self.elements.len());
        // SAFETY: by `# Safety` of this fn.
        let place = unsafe { self.elements.get_unchecked(index) };
        // SAFETY: by (2).
        unsafe { place.assume_init_ref() }
    }

    /// Moves the element at `index` into the hole, which is there then.
    ///
    /// # Safety
    ///
    /// `index` is less than the length, and not the position.
    #[inline]
    unsafe fn move_to(&mut self, index: usize) {
        debug_assert!(index != self.position && index < self.elements.len());
        let start = self.elements.as_mut_ptr();
        // SAFETY: by `# Safety` of this fn.
        let from = unsafe { start.add(index) };
        // SAFETY: by (1).
        let to = unsafe { start.add(self.position) };
        // SAFETY: two places.
        unsafe { ptr::copy_nonoverlapping(from, to, 1) };
        self.position = index;
    }
}

impl<T> Drop for Hole<'_, T> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: by (1).
        let place = unsafe { self.elements.get_unchecked_mut(self.position) };
        let element = &raw const *self.element;
        // SAFETY: another place, and the element is not used again here.
        unsafe { ptr::copy_nonoverlapping(element, place.as_mut_ptr(), 1) };
    }
}

/// Moves the element at `position` up while the one above is less, no further than to `start`. Returns where it is then.
///
/// # Safety
///
/// `position` is less than the length.
#[inline]
pub(super) unsafe fn sift_up<T: Ord>(elements: &mut [T], start: usize, position: usize) -> usize {
    // SAFETY: by `# Safety` of this fn.
    let mut hole = unsafe { Hole::new(elements, position) };
    while hole.position > start {
        let above = (hole.position - 1) / 2;
        // SAFETY: less than the position.
        if *hole.element <= *unsafe { hole.get(above) } {
            break;
        }
        // SAFETY: as above.
        unsafe { hole.move_to(above) };
    }
    hole.position
}

/// The index of the greater of two elements, of which the first is at `first`; of the second one if they are equal.
///
/// # Safety
///
/// `first` and the next index are less than the length, and not the position.
#[inline]
unsafe fn greater<T: Ord>(hole: &Hole<'_, T>, first: usize) -> usize {
    // SAFETY: by `# Safety` of this fn.
    let left = unsafe { hole.get(first) };
    // SAFETY: as above.
    let right = unsafe { hole.get(first + 1) };
    first + usize::from(left <= right)
}

/// Moves the element at `position` down while one below is greater.
///
/// # Safety
///
/// `position` is less than the length.
#[inline]
pub(super) unsafe fn sift_down<T: Ord>(elements: &mut [T], position: usize) {
    let length = elements.len();
    // SAFETY: by `# Safety` of this fn.
    let mut hole = unsafe { Hole::new(elements, position) };
    // Of the elements above, which have two below, the indexes are less than this. Compared before they are doubled: of elements
    // without a size there may be more than half of `usize::MAX`.
    let with_two = (length - 1) / 2;
    while hole.position < with_two {
        // SAFETY: both below are less than the length, and greater than the position.
        let below = unsafe { greater(&hole, below(hole.position)) };
        // SAFETY: as above.
        if *hole.element >= *unsafe { hole.get(below) } {
            return;
        }
        // SAFETY: as above.
        unsafe { hole.move_to(below) };
    }
    // The last one may be alone below the one above it.
    if length % 2 == 0 && hole.position == with_two {
        let last = length - 1;
        // SAFETY: less than the length, and greater than the position, which is half of it.
        if *hole.element < *unsafe { hole.get(last) } {
            // SAFETY: as above.
            unsafe { hole.move_to(last) };
        }
    }
}

/// Moves the element at `position` down, the greater one below up each time, until there is none below; then up to where it
/// belongs. That takes fewer comparisons than [`sift_down`] for an element that belongs far down.
///
/// # Safety
///
/// `position` is less than the length.
#[inline]
pub(super) unsafe fn sift_down_to_bottom<T: Ord>(elements: &mut [T], position: usize) {
    let length = elements.len();
    // SAFETY: by `# Safety` of this fn.
    let mut hole = unsafe { Hole::new(elements, position) };
    let with_two = (length - 1) / 2;
    while hole.position < with_two {
        // SAFETY: both below are less than the length, and greater than the position.
        let below = unsafe { greater(&hole, below(hole.position)) };
        // SAFETY: as above.
        unsafe { hole.move_to(below) };
    }
    if length % 2 == 0 && hole.position == with_two {
        // SAFETY: the last one is greater than the position, which is half of it.
        unsafe { hole.move_to(length - 1) };
    }
    let bottom = hole.position;
    drop(hole);
    // SAFETY: the position of the hole.
    unsafe { sift_up(elements, position, bottom) };
}

/// Makes a heap of all.
pub(super) fn rebuild<T: Ord>(elements: &mut [T]) {
    for position in (0..elements.len() / 2).rev() {
        // SAFETY: less than half of the length.
        unsafe { sift_down(elements, position) };
    }
}

/// Makes a heap of all, of which those before `start` are one.
pub(super) fn restore<T: Ord>(elements: &mut [T], start: usize) {
    let length = elements.len();
    if start == length {
        return;
    }
    let more = length - start;
    // To rebuild takes about two comparisons for each element; to sift up takes log₂(start) at worst for each one more. In large
    // heaps, those are spread over more cache lines, and eleven comparisons are worth two.
    let from_scratch = start < more
        || if length <= 2048 {
            2 * length < more * start.ilog2() as usize
        } else {
            length.saturating_mul(2) < more.saturating_mul(11)
        };
    if from_scratch {
        rebuild(elements);
    } else {
        for position in start..length {
            // SAFETY: less than the length.
            unsafe { sift_up(elements, 0, position) };
        }
    }
}

/// A heap while elements are added or taken out, and none before `from` change. It is in order again when this is dropped, also
/// by a panic.
pub(super) struct RestoreOnDrop<'h, T: Ord, A: Allocator> {
    pub(super) elements: &'h mut Vec<T, A>,
    pub(super) from: usize,
}

impl<T: Ord, A: Allocator> Drop for RestoreOnDrop<'_, T, A> {
    fn drop(&mut self) {
        restore(self.elements, self.from);
    }
}
