//! From and into the boxes of others, in the same block: std's, and those of allocator-api2.
//!
//! `From` takes boxes of values with a size, of slices and of strings. A `dyn Trait` is left out: to the compiler the box of
//! another crate could become an [`Error`](core::error::Error) one day, and each error has a `From` for `Box<dyn Error>`.

use super::Box;

/// `From` the box `$theirs<T, $other>` for `Box<T, $ours>`, by a function for any `T`.
macro_rules! from_theirs {
    ($from:ident: [$($bounds:tt)*] $theirs:ident, $($other:ty)? => $ours:ty) => {
        impl<T, $($bounds)*> From<$theirs<T, $($other)?>> for Box<T, $ours> {
            /// In the same block.
            #[inline]
            fn from(boxed: $theirs<T, $($other)?>) -> Self {
                $from(boxed)
            }
        }

        impl<T, $($bounds)*> From<$theirs<[T], $($other)?>> for Box<[T], $ours> {
            /// In the same block.
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
            /// In the same block.
            #[inline]
            fn from(boxed: $theirs<$type, $($other)?>) -> Self {
                $from(boxed)
            }
        }
    };
}

/// std's, in the default.
#[cfg(not(feature = "std-trait"))]
mod default_of_std {
    use super::Box;
    use crate::api::Global;
    use alloc::boxed::Box as StdBox;

    impl<T: ?Sized> Box<T> {
        /// The box of std's in the same block.
        ///
        /// (`into` cannot lead there: `From` for std's `Box<T>` is for those to implement who own the `T`.)
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
            // SAFETY: the value is initialised, in a block of the default for its layout, or without one if it has no size:
            // std's `Box` is made like this one.
            unsafe { StdBox::from_raw(Self::into_raw(boxed)) }
        }

        /// The box of std's, in the same block. If the value has a size or is a slice or a string, `From` does it too.
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
            // SAFETY: the value is initialised, in a block of the default for its layout, or without one if it has no size.
            unsafe { Self::from_raw(StdBox::into_raw(boxed)) }
        }
    }

    fn from_std<T: ?Sized>(boxed: StdBox<T>) -> Box<T> {
        Box::from_std(boxed)
    }

    from_theirs!(from_std: [] StdBox, => Global);
}

/// std's, where its trait is ours.
#[cfg(feature = "std-trait")]
mod same_trait {
    use super::Box;
    use crate::api::Allocator;
    use alloc::boxed::Box as StdBox;

    impl<T: ?Sized, A: Allocator> Box<T, A> {
        /// The box of std's in the same block.
        #[inline]
        #[must_use]
        pub fn into_std(boxed: Self) -> StdBox<T, A> {
            let (value, allocator) = Self::into_raw_with_allocator(boxed);
            // SAFETY: the value is initialised, in a block of the allocator for its layout, or without one if it has no size:
            // std's `Box` is made like this one.
            unsafe { StdBox::from_raw_in(value, allocator) }
        }

        /// The box of std's, in the same block. If the value has a size or is a slice or a string, `From` does it too.
        #[inline]
        #[must_use]
        pub fn from_std(boxed: StdBox<T, A>) -> Self {
            let (value, allocator) = StdBox::into_raw_with_allocator(boxed);
            // SAFETY: the value is initialised, in a block of the allocator for its layout, or without one if it has no size.
            unsafe { Self::from_raw_in(value, allocator) }
        }
    }

    fn from_std<T: ?Sized, A: Allocator>(boxed: StdBox<T, A>) -> Box<T, A> {
        Box::from_std(boxed)
    }

    from_theirs!(from_std: [A: Allocator] StdBox, A => A);
}

/// std's, where the compiler has its trait beside ours.
#[cfg(any(std_allocator, std_allocator_gated))]
mod bridged_to_std {
    use super::Box;
    use crate::adapters::generations::{FromStd, ToStd};
    use crate::api::Allocator;
    use alloc::boxed::Box as StdBox;
    use core::alloc::Allocator as StdAllocator;

    impl<T: ?Sized, A: Allocator> Box<T, A> {
        /// The box of std's in the same block, whose allocator is this one as std sees it.
        ///
        /// [`from_std_in`](Self::from_std_in) leads back; `From` makes a box of [`FromStd`] of one of std's.
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
            // SAFETY: the value is initialised, in a block of the allocator for its layout, or without one if it has no size:
            // std's `Box` is made like this one.
            unsafe { StdBox::from_raw_in(value, ToStd(allocator)) }
        }

        /// The box of one of std's whose allocator is one of this crate's as std sees it, in the same block.
        ///
        /// `From` would keep [`ToStd`], in a [`FromStd`].
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
            // SAFETY: the value is initialised, in a block of the allocator for its layout, or without one if it has no size.
            unsafe { Self::from_raw_in(value, allocator) }
        }
    }

    fn from_std<T: ?Sized, A: StdAllocator>(boxed: StdBox<T, A>) -> Box<T, FromStd<A>> {
        let (value, allocator) = StdBox::into_raw_with_allocator(boxed);
        // SAFETY: the value is initialised, in a block of the allocator for its layout, or without one if it has no size.
        unsafe { Box::from_raw_in(value, FromStd(allocator)) }
    }

    from_theirs!(from_std: [A: StdAllocator] StdBox, A => FromStd<A>);
}

/// The value of a box and its allocator, for a box that frees a block of size 0 too: a value without a size gets such a block.
#[cfg(any(not(feature = "std-trait"), feature = "allocator-api2-03", feature = "allocator-api2-04"))]
#[inline]
fn with_a_block<T: ?Sized, A: crate::api::Allocator>(boxed: Box<T, A>) -> (core::ptr::NonNull<T>, A) {
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

/// The two directions between `Box<T, $ours>` and allocator-api2's `$theirs<T, $other>`.
macro_rules! same_block {
    (
        $from:ident: [$($bounds:tt)*]
        $theirs:ident, $other:ty => $ours:ty, $to_ours:expr;
        $to_other:expr
    ) => {
        fn $from<T: ?Sized, $($bounds)*>(boxed: $theirs<T, $other>) -> Box<T, $ours> {
            let (value, allocator) = $theirs::into_raw_with_allocator(boxed);
            // SAFETY: the value is initialised, in a block of the allocator for its layout. Without a size it may have no block.
            unsafe { Box::from_raw_in(value, $to_ours(allocator)) }
        }

        from_theirs!($from: [$($bounds)*] $theirs, $other => $ours);

        impl<T: ?Sized, $($bounds)*> From<Box<T, $ours>> for $theirs<T, $other> {
            /// In the same block. (One of size 0 is asked for, if the value has none: this box frees it.)
            #[inline]
            fn from(boxed: Box<T, $ours>) -> Self {
                let (value, allocator) = super::with_a_block(boxed);
                // SAFETY: the value is initialised, in a block of the allocator for its layout.
                unsafe { Self::from_raw_in(value.as_ptr(), $to_other(allocator)) }
            }
        }
    };
}

/// allocator-api2 0.2, whose trait is ours.
#[cfg(not(feature = "std-trait"))]
mod v02 {
    use super::Box;
    use crate::api::Allocator;
    use allocator_api2::boxed::Box as Box02;
    use core::convert::identity;

    same_block! {
        from_02: [A: Allocator]
        Box02, A => A, identity;
        identity
    }
}

/// allocator-api2 0.3.
#[cfg(feature = "allocator-api2-03")]
mod v03 {
    use super::Box;
    use crate::adapters::generations::{From03, To03};
    use crate::api::Allocator;
    use allocator_api2_03::alloc::Allocator as Allocator03;
    use allocator_api2_03::boxed::Box as Box03;

    same_block! {
        from_to_03: [A: Allocator]
        Box03, To03<A> => A, |allocator: To03<A>| allocator.0;
        To03
    }

    same_block! {
        from_03: [A: Allocator03]
        Box03, A => From03<A>, From03;
        |allocator: From03<A>| allocator.0
    }
}

/// allocator-api2 0.4.
#[cfg(feature = "allocator-api2-04")]
mod v04 {
    use super::Box;
    use crate::adapters::generations::{From04, To04};
    use crate::api::Allocator;
    use allocator_api2_04::alloc::Allocator as Allocator04;
    use allocator_api2_04::boxed::Box as Box04;

    same_block! {
        from_to_04: [A: Allocator]
        Box04, To04<A> => A, |allocator: To04<A>| allocator.0;
        To04
    }

    same_block! {
        from_04: [A: Allocator04]
        Box04, A => From04<A>, From04;
        |allocator: From04<A>| allocator.0
    }
}
