//! Size classes: eight to a doubling above 64 bytes, so that at most a ninth of a block is wasted; every 8 bytes below.
//!
//! Everything follows from one number, the [`last`] byte of a request: its size rounded up to its align, less one. A
//! request whose layout the compiler knows has its class computed at compile time; else it takes a handful of
//! instructions.

use crate::api::Layout;

/// One less than the size of `layout` rounded up to its align. A size of 0 gives `usize::MAX`, which no class has, so the one
/// test for what has a class covers it.
#[inline(always)]
pub(super) const fn last(layout: Layout) -> usize {
    layout.size().wrapping_sub(1) | (layout.align() - 1)
}

/// The class of a request, if it has one of up to `largest` bytes: the smallest size that is large enough, and a multiple of its
/// align.
#[inline(always)]
#[cfg(any(feature = "alloc", test))]
pub(super) const fn class_up_to(largest: usize, layout: Layout) -> Option<usize> {
    let last = last(layout);
    if last < largest { Some(class(last)) } else { None }
}

/// As [`class_up_to`], by a table for small ones: in half as many instructions where the layout is not known. Where it is asked for twice in a
/// row, the compiler has the other one computed once.
#[inline(always)]
#[cfg(any(all(os_memory, target_has_atomic = "ptr"), test))]
pub(super) const fn class_by_table_up_to(largest: usize, layout: Layout) -> Option<usize> {
    let last = last(layout);
    if last < largest { Some(class_by_table(last)) } else { None }
}

/// How many classes there are of up to `largest` bytes, a power of two.
pub(super) const fn classes_up_to(largest: usize) -> usize {
    class(largest - 1) + 1
}

/// So long is the table.
#[cfg(any(all(os_memory, target_has_atomic = "ptr"), test))]
const SMALL: usize = 1024;

/// The class by eighths of the last byte. A constant, as the compiler looks into one that is another crate's: a class whose request it
/// knows it knows as well.
#[cfg(any(all(os_memory, target_has_atomic = "ptr"), test))]
const CLASSES_OF_SMALL: [u8; SMALL / 8] = {
    let mut classes = [0; SMALL / 8];
    let mut eighth = 0;
    while eighth < classes.len() {
        classes[eighth] = class(eighth * 8) as u8;
        eighth += 1;
    }
    classes
};

#[inline(always)]
#[cfg(any(all(os_memory, target_has_atomic = "ptr"), test))]
const fn class_by_table(last: usize) -> usize {
    if last < SMALL { CLASSES_OF_SMALL[last / 8] as usize } else { class(last) }
}

/// The class of a request by its [`last`] byte.
#[inline(always)]
const fn class(last: usize) -> usize {
    // Below 64 as from 64 to 128: steps of 8.
    let doubling = (last | 64).ilog2();
    (last >> (doubling - 3)) + 8 * (doubling as usize - 6)
}

/// The size of the blocks of `class`, in bytes.
#[inline(always)]
pub(super) const fn size_of_class(class: usize) -> usize {
    if class < 8 { (class + 1) * 8 } else { (class % 8 + 9) << (class / 8 + 2) }
}

/// The largest power of two that the size of `class` is a multiple of: blocks that lie one after the other from an address
/// so aligned are all aligned to it.
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
