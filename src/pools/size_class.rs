//! Size classes: one every 8 bytes up to 128, then eight for each doubling. So a block of more than 64 bytes is at most an
//! eighth longer than requested.
//!
//! The class of a request follows from one number, its [`last_byte`]. The compiler computes the class of a layout that
//! it knows; for any other layout that takes a handful of instructions.

use crate::api::Layout;

/// Returns the size of `layout` rounded up to its align, less one: the offset of the last byte.
///
/// For size 0 it is `usize::MAX`. No class is that large, so a single compare finds out whether a request has a class.
#[inline(always)]
pub(super) const fn last_byte(layout: Layout) -> usize {
    layout.size().wrapping_sub(1) | (layout.align() - 1)
}

/// Returns the class of a request, if there is one of up to `max_size` bytes: the smallest size that is large enough,
/// and a multiple of the request's align.
#[inline(always)]
#[cfg(any(feature = "alloc", test))]
pub(super) const fn class_up_to(max_size: usize, layout: Layout) -> Option<usize> {
    let last_byte = last_byte(layout);
    if last_byte < max_size { Some(class_of_last_byte(last_byte)) } else { None }
}

/// Returns the same as [`class_up_to`], with a table for small requests.
///
/// The table halves the instructions for a layout that the compiler does not know. But where the class of a layout is
/// needed twice in a row, the compiler computes that of `class_up_to` only once.
#[inline(always)]
#[cfg(any(all(os_memory, target_has_atomic = "ptr"), test))]
pub(super) const fn class_by_table_up_to(max_size: usize, layout: Layout) -> Option<usize> {
    let last_byte = last_byte(layout);
    if last_byte < max_size { Some(class_by_table(last_byte)) } else { None }
}

/// Returns the number of classes of up to `max_size` bytes, which is a power of two.
pub(super) const fn classes_up_to(max_size: usize) -> usize {
    class_of_last_byte(max_size - 1) + 1
}

/// The table serves requests of up to this many bytes.
#[cfg(any(all(os_memory, target_has_atomic = "ptr"), test))]
const TABLE_MAX_SIZE: usize = 1024;

/// The classes by an eighth of the last byte. A `const` and not a `static`, because the compiler looks into a constant
/// of another crate: it knows the class of a request that it knows.
#[cfg(any(all(os_memory, target_has_atomic = "ptr"), test))]
const CLASS_TABLE: [u8; TABLE_MAX_SIZE / 8] = {
    let mut classes = [0; TABLE_MAX_SIZE / 8];
    let mut eighth = 0;
    while eighth < classes.len() {
        classes[eighth] = class_of_last_byte(eighth * 8) as u8;
        eighth += 1;
    }
    classes
};

#[inline(always)]
#[cfg(any(all(os_memory, target_has_atomic = "ptr"), test))]
const fn class_by_table(last_byte: usize) -> usize {
    if last_byte < TABLE_MAX_SIZE { CLASS_TABLE[last_byte / 8] as usize } else { class_of_last_byte(last_byte) }
}

/// Returns the class of a request by its [`last_byte`].
#[inline(always)]
const fn class_of_last_byte(last_byte: usize) -> usize {
    // Steps of 8 below 64, as from 64 to 128.
    let doubling = (last_byte | 64).ilog2();
    (last_byte >> (doubling - 3)) + 8 * (doubling as usize - 6)
}

/// Returns the size of the blocks of `class`, in bytes.
#[inline(always)]
pub(super) const fn size_of_class(class: usize) -> usize {
    if class < 8 { (class + 1) * 8 } else { (class % 8 + 9) << (class / 8 + 2) }
}

/// Returns the largest power of two that divides the size of `class`. If the first of adjacent blocks is aligned to it,
/// all are.
#[inline(always)]
#[cfg(any(feature = "alloc", test))]
pub(super) const fn align_of_class(class: usize) -> usize {
    1 << size_of_class(class).trailing_zeros()
}

#[cfg(test)]
mod tests {
    use super::{align_of_class, class_by_table_up_to, class_up_to, classes_up_to, size_of_class};
    use crate::api::Layout;

    const LARGEST: usize = 128 << 10;
    const CLASSES: usize = classes_up_to(LARGEST);

    #[test]
    fn sizes_rise_up_to_the_largest() {
        assert_eq!((size_of_class(0), size_of_class(CLASSES - 1)), (8, LARGEST));
        assert!((1..CLASSES).all(|class| size_of_class(class - 1) < size_of_class(class)));
    }

    #[test]
    fn every_request_gets_the_smallest_class_that_holds_and_aligns_it() {
        for align in (0..=18).map(|power| 1 << power) {
            for size in (0..=10_000).chain(LARGEST - 10_000..=LARGEST + 1) {
                let layout = Layout::from_size_align(size, align).unwrap();
                let fits = |class: &usize| size_of_class(*class) >= size && size_of_class(*class) % align == 0;
                let expected = (0..CLASSES).find(fits).filter(|_| size > 0);
                assert_eq!(class_up_to(LARGEST, layout), expected, "{layout:?}");
                assert_eq!(class_by_table_up_to(LARGEST, layout), expected, "{layout:?}");
            }
        }
    }

    #[test]
    fn an_eighth_at_most_is_wasted_above_64_bytes() {
        for size in 65..=LARGEST {
            let class = class_up_to(LARGEST, Layout::from_size_align(size, 1).unwrap()).unwrap();
            let waste = size_of_class(class) - size;
            assert!(waste * 8 <= size_of_class(class), "{size}");
        }
    }

    #[test]
    fn aligns_divide_sizes() {
        assert!((0..CLASSES).all(|class| size_of_class(class) % align_of_class(class) == 0));
    }
}
