//! Conversions from and into std's boxes and those of allocator-api2, which keep the block.
//!
//! `From` is implemented for boxes of sized values, of slices and of strings, but not of `dyn Trait`. Such an
//! implementation would conflict with `From<E: Error>` for `Box<dyn Error>`, because the other crate's box could
//! implement [`Error`](core::error::Error) one day.

use super::Box;

/// Implements `From<$theirs<T, $other>>` for `Box<T, $ours>` by the function `$from`, which converts a box of any `T`.
macro_rules! from_theirs {
    ($from:ident: [$($bounds:tt)*] $theirs:ident, $($other:ty)? => $ours:ty) => {
        impl<T, $($bounds)*> From<$theirs<T, $($other)?>> for Box<T, $ours> {
            /// Converts the box. The value stays in its block.
            #[inline]
            fn from(boxed: $theirs<T, $($other)?>) -> Self {
                $from(boxed)
            }
        }

        impl<T, $($bounds)*> From<$theirs<[T], $($other)?>> for Box<[T], $ours> {
            /// Converts the box. The value stays in its block.
            #[inline]
            fn from(boxed: $theirs<[T], $($other)?>) -> Self {
                $from(boxed)
            }
        }

        from_theirs!($from: [$($bounds)*] $theirs, $($other)? => $ours; str);
        from_theirs!($from: [$($bounds)*] $theirs, $($other)? => $ours; core::ffi::CStr);
    };
    ($from:ident: [$($bounds:tt)*] $theirs:ident, $($other:ty)? => $ours:ty; $type:ty) => {
        impl<$($bounds)*> From<$theirs<$type, $($other)?>> for Box<$type, $ours> {
            /// Converts the box. The value stays in its block.
            #[inline]
            fn from(boxed: $theirs<$type, $($other)?>) -> Self {
                $from(boxed)
            }
        }
    };
}

/// std's boxes in the default.
#[cfg(not(feature = "std-trait"))]
mod default_of_std {
    use super::Box;
    use crate::api::Global;
    use alloc::boxed::Box as StdBox;

    impl<T: ?Sized> Box<T> {
        /// Converts the box to one of std's. The value stays in its block.
        ///
        /// There is no `From` for this: only the crate that defines `T` may implement `From` for std's `Box<T>`.
        ///
        /// # Examples
        ///
        /// ```
        /// use janus_alloc::{collections::Box, unsize_box};
        ///
        /// let call: Box<dyn FnOnce() -> u8> = unsize_box!(Box::new(|| 7));
        /// let call: std::boxed::Box<dyn FnOnce() -> u8> = Box::into_std(call);
        /// assert_eq!(call(), 7);
        /// ```
        #[inline]
        #[must_use]
        pub fn into_std(boxed: Self) -> StdBox<T> {
            // SAFETY: by the invariants of this crate's `Box`, which std's has, too: the value is initialised, and is
            // in a block of the default for its layout, or in none if its size is 0.
            unsafe { StdBox::from_raw(Self::into_raw(boxed)) }
        }

        /// Converts a box of std's. The value stays in its block. `From` does the same for sized values, slices and strings.
        ///
        /// # Examples
        ///
        /// ```
        /// use janus_alloc::collections::Box;
        ///
        /// let boxed: std::boxed::Box<dyn std::any::Any> = std::boxed::Box::new(5);
        /// assert_eq!(*Box::from_std(boxed).downcast::<i32>().unwrap(), 5);
        /// ```
        #[inline]
        #[must_use]
        pub fn from_std(boxed: StdBox<T>) -> Self {
            // SAFETY: std's `Box` has the invariants of this one: the value is initialised, and is in a block of the
            // default for its layout, or in none if its size is 0.
            unsafe { Self::from_raw(StdBox::into_raw(boxed)) }
        }
    }

    fn from_std<T: ?Sized>(boxed: StdBox<T>) -> Box<T> {
        Box::from_std(boxed)
    }

    from_theirs!(from_std: [] StdBox, => Global);
}

/// std's boxes, where `api::Allocator` is std's trait.
#[cfg(feature = "std-trait")]
mod same_trait {
    use super::Box;
    use crate::api::Allocator;
    use alloc::boxed::Box as StdBox;

    impl<T: ?Sized, A: Allocator> Box<T, A> {
        /// Converts the box to one of std's. The value stays in its block.
        ///
        /// # Examples
        ///
        /// ```
        /// use janus_alloc::collections::Box;
        ///
        /// let theirs: std::boxed::Box<i32> = Box::into_std(Box::new(1));
        /// assert_eq!(*theirs, 1);
        /// ```
        #[inline]
        #[must_use]
        pub fn into_std(boxed: Self) -> StdBox<T, A> {
            let (value, allocator) = Self::into_raw_with_allocator(boxed);
            // SAFETY: by the invariants of this crate's `Box`, which std's has, too: the value is initialised, and is
            // in a block of the allocator for its layout, or in none if its size is 0.
            unsafe { StdBox::from_raw_in(value, allocator) }
        }

        /// Converts a box of std's. The value stays in its block. `From` does the same for sized values, slices and strings.
        ///
        /// # Examples
        ///
        /// ```
        /// use janus_alloc::collections::Box;
        ///
        /// assert_eq!(*Box::from_std(std::boxed::Box::new(1)), 1);
        /// ```
        #[inline]
        #[must_use]
        pub fn from_std(boxed: StdBox<T, A>) -> Self {
            let (value, allocator) = StdBox::into_raw_with_allocator(boxed);
            // SAFETY: std's `Box` has the invariants of this one: the value is initialised, and is in a block of the
            // allocator for its layout, or in none if its size is 0.
            unsafe { Self::from_raw_in(value, allocator) }
        }
    }

    fn from_std<T: ?Sized, A: Allocator>(boxed: StdBox<T, A>) -> Box<T, A> {
        Box::from_std(boxed)
    }

    from_theirs!(from_std: [A: Allocator] StdBox, A => A);
}

/// std's boxes, where the compiler has std's trait beside `api::Allocator`.
#[cfg(any(std_allocator, std_allocator_gated))]
mod bridged_to_std {
    use super::Box;
    use crate::adapters::generations::{FromStd, ToStd};
    use crate::api::Allocator;
    use alloc::boxed::Box as StdBox;
    use core::alloc::Allocator as StdAllocator;

    impl<T: ?Sized, A: Allocator> Box<T, A> {
        /// Converts the box to one of std's whose allocator is this one, wrapped in [`ToStd`]. The value stays in its block.
        ///
        /// [`from_std_in`](Self::from_std_in) converts back. `From` converts any box of std's, and wraps its allocator
        /// in [`FromStd`].
        ///
        /// # Examples
        ///
        /// ```
        /// # #![cfg_attr(feature = "nightly", feature(allocator_api))]
        /// use janus_alloc::{Arena, collections::Box, generations::FromStd};
        ///
        /// let arena = Arena::new();
        /// let five: std::boxed::Box<i32, _> = Box::into_std_in(Box::new_in(5, &arena));
        /// let six: Box<i32, FromStd<_>> = std::boxed::Box::new_in(6, std::alloc::System).into();
        /// assert_eq!(*five + *six, 11);
        /// ```
        #[inline]
        #[must_use]
        pub fn into_std_in(boxed: Self) -> StdBox<T, ToStd<A>> {
            let (value, allocator) = Self::into_raw_with_allocator(boxed);
            // SAFETY: by the invariants of this crate's `Box`, which std's has, too: the value is initialised, and is
            // in a block of the allocator for its layout, or in none if its size is 0.
            unsafe { StdBox::from_raw_in(value, ToStd(allocator)) }
        }

        /// Converts a box of std's whose allocator is wrapped in [`ToStd`], and unwraps the allocator. The value stays
        /// in its block.
        ///
        /// `From` would keep the [`ToStd`], inside a [`FromStd`].
        ///
        /// # Examples
        ///
        /// ```
        /// # #![cfg_attr(feature = "nightly", feature(allocator_api))]
        /// use janus_alloc::{Arena, collections::Box, generations::ToStd};
        ///
        /// let arena = Arena::new();
        /// let theirs = std::boxed::Box::new_in(5, ToStd(&arena));
        /// let ours: Box<i32, &Arena> = Box::from_std_in(theirs);
        /// assert_eq!(*ours, 5);
        /// ```
        #[inline]
        #[must_use]
        pub fn from_std_in(boxed: StdBox<T, ToStd<A>>) -> Self {
            let (value, ToStd(allocator)) = StdBox::into_raw_with_allocator(boxed);
            // SAFETY: std's `Box` has the invariants of this one: the value is initialised, and is in a block of the
            // allocator for its layout, or in none if its size is 0.
            unsafe { Self::from_raw_in(value, allocator) }
        }
    }

    fn from_std<T: ?Sized, A: StdAllocator>(boxed: StdBox<T, A>) -> Box<T, FromStd<A>> {
        let (value, allocator) = StdBox::into_raw_with_allocator(boxed);
        // SAFETY: std's `Box` has the invariants of this one: the value is initialised, and is in a block of the
        // allocator for its layout, or in none if its size is 0.
        unsafe { Box::from_raw_in(value, FromStd(allocator)) }
    }

    from_theirs!(from_std: [A: StdAllocator] StdBox, A => FromStd<A>);
}

/// Takes a box apart for a `Box` of allocator-api2, which frees the block of a value of size 0, too. Such a value gets
/// a block of size 0 here.
#[cfg(any(not(feature = "std-trait"), feature = "allocator-api2-03", feature = "allocator-api2-04"))]
#[inline]
fn into_parts_with_block<T: ?Sized, A: crate::api::Allocator>(boxed: Box<T, A>) -> (core::ptr::NonNull<T>, A) {
    use crate::collections::block::with_metadata_of;

    let layout = core::alloc::Layout::for_value::<T>(&boxed);
    let (mut value, allocator) = Box::into_non_null_with_allocator(boxed);
    if layout.size() == 0 {
        match allocator.allocate(layout) {
            Ok(block) => value = with_metadata_of(block.cast(), value.as_ptr()),
            Err(_) => alloc::alloc::handle_alloc_error(layout),
        }
    }
    (value, allocator)
}

/// Implements `From` in both directions between `Box<T, $ours>` and allocator-api2's `$theirs<T, $other>`.
macro_rules! both_ways {
    (
        $from:ident: [$($bounds:tt)*]
        $theirs:ident, $other:ty => $ours:ty, $to_ours:expr;
        $to_other:expr
    ) => {
        fn $from<T: ?Sized, $($bounds)*>(boxed: $theirs<T, $other>) -> Box<T, $ours> {
            let (value, allocator) = $theirs::into_raw_with_allocator(boxed);
            // SAFETY: by the contract of `$theirs`, the value is initialised and in a block of the allocator for its
            // layout. A value of size 0 needs no block in this crate's `Box`.
            unsafe { Box::from_raw_in(value, $to_ours(allocator)) }
        }

        from_theirs!($from: [$($bounds)*] $theirs, $other => $ours);

        impl<T: ?Sized, $($bounds)*> From<Box<T, $ours>> for $theirs<T, $other> {
            /// Converts the box. The value stays in its block; one of size 0 gets a block of size 0, which
            /// allocator-api2's box frees.
            #[inline]
            fn from(boxed: Box<T, $ours>) -> Self {
                let (value, allocator) = super::into_parts_with_block(boxed);
                // SAFETY: the value is initialised and in a block of the allocator for its layout, which is never
                // missing here.
                unsafe { Self::from_raw_in(value.as_ptr(), $to_other(allocator)) }
            }
        }
    };
}

/// Boxes of allocator-api2 0.2, whose trait is `api::Allocator`.
#[cfg(not(feature = "std-trait"))]
mod v02 {
    use super::Box;
    use crate::api::Allocator;
    use allocator_api2::boxed::Box as Box02;
    use core::convert::identity;

    both_ways! {
        from_02: [A: Allocator]
        Box02, A => A, identity;
        identity
    }
}

/// Boxes of allocator-api2 0.3.
#[cfg(feature = "allocator-api2-03")]
mod v03 {
    use super::Box;
    use crate::adapters::generations::{From03, To03};
    use crate::api::Allocator;
    use allocator_api2_03::alloc::Allocator as Allocator03;
    use allocator_api2_03::boxed::Box as Box03;

    both_ways! {
        from_to_03: [A: Allocator]
        Box03, To03<A> => A, |allocator: To03<A>| allocator.0;
        To03
    }

    both_ways! {
        from_03: [A: Allocator03]
        Box03, A => From03<A>, From03;
        |allocator: From03<A>| allocator.0
    }
}

/// Boxes of allocator-api2 0.4.
#[cfg(feature = "allocator-api2-04")]
mod v04 {
    use super::Box;
    use crate::adapters::generations::{From04, To04};
    use crate::api::Allocator;
    use allocator_api2_04::alloc::Allocator as Allocator04;
    use allocator_api2_04::boxed::Box as Box04;

    both_ways! {
        from_to_04: [A: Allocator]
        Box04, To04<A> => A, |allocator: To04<A>| allocator.0;
        To04
    }

    both_ways! {
        from_04: [A: Allocator04]
        Box04, A => From04<A>, From04;
        |allocator: From04<A>| allocator.0
    }
}
