//! Vectors of other generations of the trait, and std's: the block changes hands, no element moves.

use core::mem::ManuallyDrop;
use core::ptr;

use super::Vec;
use crate::api::Allocator;

/// `From` both ways between vectors whose allocators differ in the wrapper alone.
macro_rules! both_ways {
    ($([$($generics:tt)*] $ours:ty, $theirs:ty, by |$unwrap:pat_param| $unwrapped:expr, |$wrap:pat_param| $wrapped:expr;)*) => {
        $(
            impl<T, $($generics)*> From<$theirs> for $ours {
                /// The elements, where they are.
                #[inline]
                fn from(theirs: $theirs) -> Self {
                    let mut theirs = ManuallyDrop::new(theirs);
                    let (start, length, capacity) = (theirs.as_mut_ptr(), theirs.len(), theirs.capacity());
                    // std has renamed the method that does this.
                    // SAFETY: the vector is not used again, so the allocator is moved out once.
                    let $unwrap = unsafe { ptr::read(theirs.allocator()) };
                    // SAFETY: the parts of a vector, whose block has the layout of so many elements in each generation. The
                    // allocator is the same but for its wrapper.
                    unsafe { Self::from_raw_parts_in(start, length, capacity, $unwrapped) }
                }
            }

            impl<T, $($generics)*> From<$ours> for $theirs {
                /// The elements, where they are.
                #[inline]
                fn from(ours: $ours) -> Self {
                    let (start, length, capacity, $wrap) = ours.into_raw_parts_with_allocator();
                    // SAFETY: as above.
                    unsafe { Self::from_raw_parts_in(start, length, capacity, $wrapped) }
                }
            }
        )*
    };
}

// Of the same generation; with the feature `std-trait` this is std's `Vec`.
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

/// On the registered default, which std's `Vec` is on if nothing else is said.
#[cfg(not(feature = "std-trait"))]
mod std_default {
    use super::{ManuallyDrop, Vec};

    impl<T> From<alloc::vec::Vec<T>> for Vec<T> {
        /// The elements, where they are.
        #[inline]
        fn from(theirs: alloc::vec::Vec<T>) -> Self {
            let mut theirs = ManuallyDrop::new(theirs);
            let (start, length, capacity) = (theirs.as_mut_ptr(), theirs.len(), theirs.capacity());
            // SAFETY: the parts of a vector, which is not used again. Its block is one of the registered default, as `Global`'s.
            unsafe { Self::from_raw_parts(start, length, capacity) }
        }
    }

    impl<T> From<Vec<T>> for alloc::vec::Vec<T> {
        /// The elements, where they are.
        #[inline]
        fn from(ours: Vec<T>) -> Self {
            let (start, length, capacity) = ours.into_raw_parts();
            // SAFETY: as above.
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

    // No `From`: with one, `Vec::from(std_vec)` would no longer say which allocator it means, on compilers that have this.
    impl<T, A: StdAllocator> Vec<T, FromStd<A>> {
        /// The elements of a vector of std, where they are.
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
            // SAFETY: the parts of a vector; the allocator is the same but for its wrapper.
            unsafe { Self::from_raw_parts_in(start, length, capacity, FromStd(allocator)) }
        }

        /// The elements as a vector of std, where they are.
        ///
        /// # Examples
        ///
        /// See [`from_std`](Self::from_std).
        #[inline]
        #[must_use]
        pub fn into_std(self) -> StdVec<T, A> {
            let (start, length, capacity, FromStd(allocator)) = self.into_raw_parts_with_allocator();
            // SAFETY: as above.
            unsafe { StdVec::from_raw_parts_in(start, length, capacity, allocator) }
        }
    }
}
