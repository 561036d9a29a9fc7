//! Bridges between the generations of the `Allocator` trait.
//!
//! Four generations are in use. They have the same methods, but are different traits to the compiler. Each newtype here
//! implements one generation by forwarding all six methods to another. It costs nothing and adds no size.
//!
//! | your allocator implements | you need | use | available with |
//! | --- | --- | --- | --- |
//! | janus-alloc, allocator-api2 0.2 | allocator-api2 0.3 | `To03` | feature `allocator-api2-03` |
//! | allocator-api2 0.3 | janus-alloc, allocator-api2 0.2 | `From03` | feature `allocator-api2-03` |
//! | janus-alloc, allocator-api2 0.2 | allocator-api2 0.4 | `To04` | feature `allocator-api2-04` |
//! | allocator-api2 0.4 | janus-alloc, allocator-api2 0.2 | `From04` | feature `allocator-api2-04` |
//! | janus-alloc, allocator-api2 0.2 | `core::alloc::Allocator` | `ToStd` | Rust 1.100, or nightly with feature `nightly` |
//! | `core::alloc::Allocator` | janus-alloc, allocator-api2 0.2 | `FromStd` | Rust 1.100, or nightly with feature `nightly` |
//!
//! You need a bridge if the compiler says, for instance, "the trait bound `&BlinkAlloc: Allocator` is not satisfied" of
//! a type whose documentation promises an `Allocator`. The compiler's note that there are multiple versions of the
//! crate `allocator_api2` is no proof by itself.
//!
//! Of the [markers](crate::api) of this crate a bridged allocator has [`AllocatorClone`](crate::api::AllocatorClone)
//! only, which the other generations of allocator-api2 promise for each clone. Those generations have no way to promise
//! the other markers.
//!
//! # The feature `std-trait`
//!
//! On Rust 1.100 or newer a **binary** may turn on `std-trait`. allocator-api2 0.2 then re-exports std's own trait,
//! `Vec` and `Box` in the whole dependency tree, hashbrown and bumpalo included, and this crate's
//! [`api::Allocator`](crate::api::Allocator) is `core::alloc::Allocator`. A library must leave that choice to the
//! binary.

/// Defines a bridge: a newtype, and an impl of `$to` for it where the wrapped allocator implements `$from`.
#[allow(unused_macros, reason = "without a second generation there is nothing to bridge")]
macro_rules! bridge {
    ($(#[$docs:meta])* $name:ident: $from:ident => $to:ident, by $through:ident) => {
        $(#[$docs])*
        #[derive(Debug, Default)]
        #[repr(transparent)]
        pub struct $name<A>(pub A);

        impl<A> $name<A> {
            /// Wraps `allocator`, as the tuple constructor does.
            ///
            /// # Examples
            ///
            /// ```
            #[doc = concat!("use janus_alloc::{System, generations::", stringify!($name), "};")]
            ///
            #[doc = concat!("const WRAPPED: ", stringify!($name), "<System> = ", stringify!($name), "::new(System);")]
            /// ```
            #[inline]
            #[must_use]
            pub const fn new(allocator: A) -> Self {
                Self(allocator)
            }
        }

        // SAFETY: every method forwards to the wrapped allocator, which moves with the wrapper. The contracts of 0.2,
        // 0.3 and 0.4 are the same text. `ToStd` and `FromStd` say where the contract of `core::alloc` differs.
        unsafe impl<A: $from::Allocator> $to::Allocator for $name<A> {
            #[inline]
            fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, $to::AllocError> {
                $through(|| self.0.allocate(layout)).map_err(|_| $to::AllocError)
            }

            #[inline]
            fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, $to::AllocError> {
                $through(|| self.0.allocate_zeroed(layout)).map_err(|_| $to::AllocError)
            }

            #[inline]
            unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
                // SAFETY: by `# Safety` of this fn.
                $through(|| unsafe { self.0.deallocate(block, layout) });
            }

            #[inline]
            unsafe fn grow(
                &self,
                block: NonNull<u8>,
                old_layout: Layout,
                new_layout: Layout,
            ) -> Result<NonNull<[u8]>, $to::AllocError> {
                // SAFETY: by `# Safety` of this fn.
                $through(|| unsafe { self.0.grow(block, old_layout, new_layout) }).map_err(|_| $to::AllocError)
            }

            #[inline]
            unsafe fn grow_zeroed(
                &self,
                block: NonNull<u8>,
                old_layout: Layout,
                new_layout: Layout,
            ) -> Result<NonNull<[u8]>, $to::AllocError> {
                // SAFETY: by `# Safety` of this fn.
                $through(|| unsafe { self.0.grow_zeroed(block, old_layout, new_layout) }).map_err(|_| $to::AllocError)
            }

            #[inline]
            unsafe fn shrink(
                &self,
                block: NonNull<u8>,
                old_layout: Layout,
                new_layout: Layout,
            ) -> Result<NonNull<[u8]>, $to::AllocError> {
                // SAFETY: by `# Safety` of this fn.
                $through(|| unsafe { self.0.shrink(block, old_layout, new_layout) }).map_err(|_| $to::AllocError)
            }
        }
    };
}

/// Makes the call.
#[allow(dead_code, reason = "without a second generation there is nothing to bridge")]
#[inline(always)]
fn plainly<T>(call: impl FnOnce() -> T) -> T {
    call()
}

/// Makes the call, and ends the process if it unwinds: the contracts of the methods of `core::alloc` and of `clone` of
/// an [`AllocatorClone`](crate::api::AllocatorClone) forbid it.
#[allow(dead_code, reason = "without a second generation there is nothing to bridge")]
#[inline(always)]
fn or_abort<T>(call: impl FnOnce() -> T) -> T {
    struct AbortOnDrop;
    impl Drop for AbortOnDrop {
        fn drop(&mut self) {
            // A panic while unwinding aborts.
            panic!("an allocator behind a bridge of `generations` unwound");
        }
    }
    let guard = AbortOnDrop;
    let result = call();
    core::mem::forget(guard);
    result
}

/// Implements `Clone` and `Copy` for a bridge.
#[allow(unused_macros, reason = "without a second generation there is nothing to bridge")]
macro_rules! clone {
    ($name:ident where A: $bound:ident, by $through:ident) => {
        impl<A: $bound> Clone for $name<A> {
            #[inline]
            fn clone(&self) -> Self {
                Self($through(|| self.0.clone()))
            }
        }

        impl<A: Copy> Copy for $name<A> {}
    };
}

/// allocator-api2 0.3.
#[cfg(feature = "allocator-api2-03")]
mod v03 {
    use core::ptr::NonNull;

    use super::{or_abort, plainly};
    use crate::api::{self, Layout};
    use allocator_api2_03::alloc as api03;

    bridge! {
        /// Turns an allocator of this crate's trait into one of allocator-api2 0.3.
        ///
        /// # Examples
        ///
        /// ```
        /// use janus_alloc::{System, generations::{From03, To03}, collections::Vec};
        ///
        /// let there_and_back = From03(To03(System));
        /// let mut bytes = Vec::new_in(there_and_back);
        /// bytes.extend_from_slice(b"janus");
        /// ```
        To03: api => api03, by plainly
    }
    clone!(To03 where A: Clone, by plainly);

    bridge! {
        /// Turns an allocator of allocator-api2 0.3 into one of this crate's trait.
        ///
        /// # Examples
        ///
        /// ```
        /// use janus_alloc::{System, generations::{From03, To03}, collections::Box};
        ///
        /// let from_03 = To03(System); // any allocator of 0.3
        /// assert_eq!(*Box::new_in(1, From03(from_03)), 1);
        /// ```
        From03: api03 => api, by plainly
    }
    clone!(From03 where A: Clone, by or_abort);
    // SAFETY: by the contract of allocator-api2 0.3 a clone is the same allocator. A clone that unwinds ends the
    // process.
    unsafe impl<A: api03::Allocator + Clone> crate::api::AllocatorClone for From03<A> {}
}
#[cfg(feature = "allocator-api2-03")]
pub use v03::{From03, To03};

/// allocator-api2 0.4.
#[cfg(feature = "allocator-api2-04")]
mod v04 {
    use core::ptr::NonNull;

    use super::{or_abort, plainly};
    use crate::api::{self, Layout};
    use allocator_api2_04::alloc as api04;

    bridge! {
        /// Turns an allocator of this crate's trait into one of allocator-api2 0.4.
        ///
        /// # Examples
        ///
        /// ```
        /// use janus_alloc::{System, generations::{From04, To04}, collections::Vec};
        ///
        /// let there_and_back = From04(To04(System));
        /// let mut bytes = Vec::new_in(there_and_back);
        /// bytes.extend_from_slice(b"janus");
        /// ```
        To04: api => api04, by plainly
    }
    clone!(To04 where A: Clone, by plainly);

    bridge! {
        /// Turns an allocator of allocator-api2 0.4 into one of this crate's trait.
        ///
        /// # Examples
        ///
        /// ```
        /// use janus_alloc::{generations::From04, collections::Vec};
        ///
        /// let arena = blink_alloc::BlinkAlloc::new(); // implements the trait of 0.4
        /// let mut numbers = Vec::new_in(From04(&arena));
        /// numbers.extend(0..100);
        /// assert_eq!(numbers.len(), 100);
        /// ```
        From04: api04 => api, by plainly
    }
    clone!(From04 where A: Clone, by or_abort);
    // SAFETY: by the contract of allocator-api2 0.4 a clone is the same allocator. A clone that unwinds ends the
    // process.
    unsafe impl<A: api04::Allocator + Clone> crate::api::AllocatorClone for From04<A> {}
}
#[cfg(feature = "allocator-api2-04")]
pub use v04::{From04, To04};

/// `core::alloc`, where the build script found its trait to be usable.
#[cfg(any(std_allocator, std_allocator_gated))]
mod std_api {
    use core::alloc as std_api;
    use core::ptr::NonNull;

    use super::{or_abort, plainly};
    use crate::api::{self, Layout};

    bridge! {
        /// Turns an allocator of this crate's trait into one of `core::alloc`. The process ends if the allocator
        /// panics.
        ///
        /// # Examples
        ///
        /// ```
        /// # #![cfg_attr(feature = "nightly", feature(allocator_api))]
        /// use janus_alloc::generations::ToStd;
        ///
        /// let arena = bumpalo::Bump::new();
        /// let mut numbers = std::vec::Vec::new_in(ToStd(&arena));
        /// numbers.extend(0..100);
        /// assert_eq!(numbers.len(), 100);
        /// ```
        ToStd: api => std_api, by or_abort
    }
    clone!(ToStd where A: Clone, by plainly);

    bridge! {
        /// Turns an allocator of `core::alloc` into one of this crate's trait.
        ///
        /// It is `Clone` where the allocator is `Copy`. Other clones in `core::alloc` may be allocators of their own.
        ///
        /// # Examples
        ///
        /// ```
        /// use janus_alloc::{generations::FromStd, collections::Vec};
        ///
        /// let mut numbers = Vec::new_in(FromStd(std::alloc::System));
        /// numbers.extend(0..100);
        /// assert_eq!(numbers.len(), 100);
        /// ```
        FromStd: std_api => api, by plainly
    }
    // In `core::alloc` a clone may be an allocator of its own, which 0.2 forbids. A copy is the same allocator.
    clone!(FromStd where A: Copy, by or_abort);
    // SAFETY: a copy is the same allocator. A clone that unwinds ends the process.
    unsafe impl<A: std_api::Allocator + Copy> crate::api::AllocatorClone for FromStd<A> {}
}
#[cfg(any(std_allocator, std_allocator_gated))]
pub use std_api::{FromStd, ToStd};
