//! Conversions between vectors of std and of the generations of the trait. The block changes its owner, and no element
//! moves.

use core::mem::ManuallyDrop;
use core::ptr;

use super::Vec;
use crate::api::Allocator;

/// Implements `From` in both directions between vectors whose allocators differ only in the wrapper.
macro_rules! both_ways {
    ($([$($generics:tt)*] $ours:ty, $theirs:ty, by |$unwrap:pat_param| $unwrapped:expr, |$wrap:pat_param| $wrapped:expr;)*) => {
        $(
            impl<T, $($generics)*> From<$theirs> for $ours {
                /// Takes over the block, without moving elements.
                #[inline]
                fn from(theirs: $theirs) -> Self {
                    let mut theirs = ManuallyDrop::new(theirs);
                    let (start, length, capacity) = (theirs.as_mut_ptr(), theirs.len(), theirs.capacity());
                    // In std the method that takes a vector apart has another name, so this takes it apart by hand.
                    // SAFETY: the vector is not used again, so the allocator is moved out once.
                    let $unwrap = unsafe { ptr::read(theirs.allocator()) };
                    // SAFETY: the parts come from a vector, whose block has the layout of `[T; capacity]` in each
                    // generation. The allocator is the same up to its wrapper.
                    unsafe { Self::from_raw_parts_in(start, length, capacity, $unwrapped) }
                }
            }

            impl<T, $($generics)*> From<$ours> for $theirs {
                /// Takes over the block, without moving elements.
                #[inline]
                fn from(ours: $ours) -> Self {
                    let (start, length, capacity, $wrap) = ours.into_raw_parts_with_allocator();
                    // SAFETY: same as for the other direction.
                    unsafe { Self::from_raw_parts_in(start, length, capacity, $wrapped) }
                }
            }
        )*
    };
}

// Both have the same trait. With the feature `std-trait` this is std's `Vec`.
both_ways! {
    [A: Allocator] Vec<T, A>, allocator_api2::vec::Vec<T, A>, by |allocator| allocator, |allocator| allocator;
}

#[cfg(feature = "allocator-api2-03")]
mod v03 {
    use super::{Allocator, ManuallyDrop, Vec, ptr};
    use crate::generations::{From03, To03};
    use allocator_api2_03::{alloc::Allocator as Allocator03, vec::Vec as Vec03};

    both_ways! {
        [A: Allocator] Vec<T, A>, Vec03<T, To03<A>>, by |To03(allocator)| allocator, |allocator| To03(allocator);
        [A: Allocator03] Vec<T, From03<A>>, Vec03<T, A>, by |allocator| From03(allocator), |From03(allocator)| allocator;
    }
}

#[cfg(feature = "allocator-api2-04")]
mod v04 {
    use super::{Allocator, ManuallyDrop, Vec, ptr};
    use crate::generations::{From04, To04};
    use allocator_api2_04::{alloc::Allocator as Allocator04, vec::Vec as Vec04};

    both_ways! {
        [A: Allocator] Vec<T, A>, Vec04<T, To04<A>>, by |To04(allocator)| allocator, |allocator| To04(allocator);
        [A: Allocator04] Vec<T, From04<A>>, Vec04<T, A>, by |allocator| From04(allocator), |From04(allocator)| allocator;
    }
}

/// Conversions for the registered default, which is the default allocator of std's `Vec`.
#[cfg(not(feature = "std-trait"))]
mod std_default {
    use super::{ManuallyDrop, Vec};

    impl<T> From<alloc::vec::Vec<T>> for Vec<T> {
        /// Takes over the block, without moving elements.
        #[inline]
        fn from(theirs: alloc::vec::Vec<T>) -> Self {
            let mut theirs = ManuallyDrop::new(theirs);
            let (start, length, capacity) = (theirs.as_mut_ptr(), theirs.len(), theirs.capacity());
            // SAFETY: the parts come from a vector that is not used again. Its block belongs to the registered default,
            // as those of `Global`.
            unsafe { Self::from_raw_parts(start, length, capacity) }
        }
    }

    impl<T> From<Vec<T>> for alloc::vec::Vec<T> {
        /// Takes over the block, without moving elements.
        #[inline]
        fn from(ours: Vec<T>) -> Self {
            let (start, length, capacity) = ours.into_raw_parts();
            // SAFETY: same as for the other direction.
            unsafe { Self::from_raw_parts(start, length, capacity) }
        }
    }
}

#[cfg(any(std_allocator, std_allocator_gated))]
mod std_allocators {
    use super::{Allocator, ManuallyDrop, Vec, ptr};
    use crate::generations::{FromStd, ToStd};
    use alloc::vec::Vec as StdVec;
    use core::alloc::Allocator as StdAllocator;

    both_ways! {
        [A: Allocator] Vec<T, A>, StdVec<T, ToStd<A>>, by |ToStd(allocator)| allocator, |allocator| ToStd(allocator);
    }

    // Not `From`: on compilers with this trait, `Vec::from(std_vec)` would be ambiguous about the allocator.
    impl<T, A: StdAllocator> Vec<T, FromStd<A>> {
        /// Takes over the block of a vector of std, without moving elements.
        ///
        /// # Examples
        ///
        /// ```
        /// # #![cfg_attr(feature = "nightly", feature(allocator_api))]
        /// let mut theirs = Vec::new_in(std::alloc::System);
        /// theirs.push(1);
        /// let ours = janus_alloc::collections::Vec::from_std(theirs);
        /// assert_eq!(ours, [1]);
        /// assert_eq!(ours.into_std(), [1]);
        /// ```
        #[inline]
        #[must_use]
        pub fn from_std(theirs: StdVec<T, A>) -> Self {
            let mut theirs = ManuallyDrop::new(theirs);
            let (start, length, capacity) = (theirs.as_mut_ptr(), theirs.len(), theirs.capacity());
            // SAFETY: the vector is not used again, so the allocator is moved out once.
            let allocator = unsafe { ptr::read(theirs.allocator()) };
            // SAFETY: the parts come from a vector that is not used again; the allocator is the same up to its wrapper.
            unsafe { Self::from_raw_parts_in(start, length, capacity, FromStd(allocator)) }
        }

        /// Converts into a vector of std with the same block, without moving elements.
        ///
        /// # Examples
        ///
        /// ```
        /// # #![cfg_attr(feature = "nightly", feature(allocator_api))]
        /// use janus_alloc::{generations::FromStd, vec_in};
        ///
        /// let numbers: Vec<i32, std::alloc::System> = vec_in![in FromStd(std::alloc::System); 1, 2, 3].into_std();
        /// assert_eq!(numbers, [1, 2, 3]);
        /// ```
        #[inline]
        #[must_use]
        pub fn into_std(self) -> StdVec<T, A> {
            let (start, length, capacity, FromStd(allocator)) = self.into_raw_parts_with_allocator();
            // SAFETY: same as for `from_std`.
            unsafe { StdVec::from_raw_parts_in(start, length, capacity, allocator) }
        }
    }
}
