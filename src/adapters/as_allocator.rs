use core::fmt;
use core::marker::PhantomData;
use core::mem;
use core::ptr::NonNull;

use crate::api::global_calls::allocator_over_global;
use crate::api::{
    AllocError, AllocatorClone, CallsMalloc, GlobalAlloc, GlobalAllocator, IndependentAllocator, Layout,
    StaticAllocator,
};

/// Turns a zero-sized [`GlobalAlloc`] (`System`, mimalloc, jemalloc, snmalloc...) into an
/// [`Allocator`](crate::api::Allocator), by value.
///
/// A `G` of any other size is a compile error: it may keep its memory inside itself, and the contract of `GlobalAlloc`
/// does not let it be moved. [`AsAllocatorRef`] takes such a `G` by reference. The error is raised during code
/// generation, so `cargo build` shows it and `cargo check` does not.
///
/// Use `AsAllocatorRef::new(&STATIC)` for a static. A static [`AsGlobal`](crate::AsGlobal) needs no adapter: `&DEFAULT`
/// is an allocator already.
///
/// The adapter never drops the value given to [`new`](AsAllocator::new). Every copy of the adapter refers to that
/// value, as copies of a `&'static G` would.
///
/// * **Cost**: none beyond that of `G`. A request of size 0 does not reach `G`.
/// * **Size**: 0, so a `Vec<T, AsAllocator<G>>` has three words.
/// * **Blocks**: exactly as long as requested.
/// * **`deallocate`** calls `dealloc` of `G`. It does nothing for a block of size 0.
/// * **Align**: a `grow` or `shrink` that changes the align moves the block; any other is one `realloc`.
/// * **Threads**: `Send` and `Sync` where `G` is `Sync`.
/// * **The default**: a [`GlobalAllocator`] where `G` is `Sync` and `'static`. A `GlobalAlloc` may be registered
///   without an adapter, so a `G` that calls the default recurses with or without this one.
///
/// # Examples
///
/// ```
/// use janus_alloc::{AsAllocator, System, collections::Vec};
///
/// const SYSTEM: AsAllocator<System> = AsAllocator::new(System);
///
/// let mut squares = Vec::new_in(SYSTEM);
/// squares.extend((0..10).map(|n| n * n));
/// assert_eq!(squares[9], 81);
/// assert_eq!(size_of_val(&squares), 3 * size_of::<usize>());
/// ```
///
/// ```compile_fail
/// use janus_alloc::{AsAllocator, AsGlobal, Stats, System};
///
/// // The counters have a size. Use `AsAllocatorRef::new(&global)`.
/// let by_value = AsAllocator::new(AsGlobal::new(Stats::new(System)));
/// ```
pub struct AsAllocator<G>(
    /// Makes the type invariant in `G`, as rule (2) of [`StaticAllocator`] demands. It is `Send` and `Sync` by the
    /// impls below only.
    PhantomData<*mut G>,
);

impl<G: GlobalAlloc> AsAllocator<G> {
    /// Wraps `global`, and never drops it.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{AsAllocator, System, collections::Box};
    ///
    /// assert_eq!(*Box::new_in(5, AsAllocator::new(System)), 5);
    /// ```
    #[must_use]
    pub const fn new(global: G) -> Self {
        const {
            assert!(
                size_of::<G>() == 0,
                "`AsAllocator` takes only a zero-sized `GlobalAlloc`: one with a size may keep its memory inside itself \
                 and must not be moved. Use `AsAllocatorRef::new(&global)`"
            );
        }
        // The value must live for ever, for the references that `global()` returns.
        mem::forget(global);
        Self(PhantomData)
    }

    /// Returns the value given to [`new`](AsAllocator::new).
    #[inline]
    fn global(&self) -> &G {
        // SAFETY: `new` forgot a value of `G`, so it lives for ever. It is zero-sized, so every aligned address that is
        // not null is valid for a reference to it. Only shared references to it exist.
        unsafe { NonNull::<G>::dangling().as_ref() }
    }
}

impl<G> Clone for AsAllocator<G> {
    #[inline]
    fn clone(&self) -> Self {
        *self
    }
}

impl<G> Copy for AsAllocator<G> {}

impl<G: GlobalAlloc + Default> Default for AsAllocator<G> {
    fn default() -> Self {
        Self::new(G::default())
    }
}

impl<G> fmt::Debug for AsAllocator<G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AsAllocator<{}>", core::any::type_name::<G>())
    }
}

// SAFETY: the adapter stands for a shared reference to a `G` that never moves, and `&G` is `Send` where `G` is `Sync`.
unsafe impl<G: Sync> Send for AsAllocator<G> {}
// SAFETY: as above; `&G` is `Sync` where `G` is.
unsafe impl<G: Sync> Sync for AsAllocator<G> {}

// SAFETY: every copy refers to a `G` that is never dropped, and the type is invariant in `G`. `G` is `Sync`, so its
// blocks do not end with a thread. (A `G` that is not `Sync` could keep them in thread-local memory.)
unsafe impl<G: GlobalAlloc + Sync + 'static> StaticAllocator for AsAllocator<G> {}
// SAFETY: every copy forwards to the value given to `new`, and zero-sized values have no state in which they could
// differ.
unsafe impl<G: GlobalAlloc> AllocatorClone for AsAllocator<G> {}
// SAFETY: `G` is a `GlobalAlloc`, so it may be registered, and does not unwind. (If it calls the default, it recurses
// without an adapter, too; an adapter cannot detect that.) `G` does not move with the adapter.
unsafe impl<G: GlobalAlloc + Sync + 'static> GlobalAllocator for AsAllocator<G> {}
// SAFETY: as above.
unsafe impl<G: GlobalAlloc + Sync + 'static> IndependentAllocator for AsAllocator<G> {}
impl<G: CallsMalloc> CallsMalloc for AsAllocator<G> {}

/// Turns a reference to any [`GlobalAlloc`] into an [`Allocator`](crate::api::Allocator).
///
/// Use it for a `GlobalAlloc` with a size, and to give one collection the allocator behind `#[global_allocator]` where
/// that is not an [`AsGlobal`](crate::AsGlobal).
///
/// * **Cost**: none beyond that of `G`. A request of size 0 does not reach `G`.
/// * **Size**: a reference.
/// * **Blocks**: exactly as long as requested.
/// * **`deallocate`** calls `dealloc` of `G`. It does nothing for a block of size 0.
/// * **Align**: a `grow` or `shrink` that changes the align moves the block; any other is one `realloc`.
/// * **Threads**: `Send` and `Sync` where `G` is `Sync`.
/// * **The default**: a [`GlobalAllocator`] for `&'static G` where `G` is `Sync` and sized. A `dyn GlobalAlloc` could
///   be the default itself.
///
/// # Examples
///
/// ```
/// use janus_alloc::{AsAllocatorRef, System, collections::Vec};
///
/// let system = System;
/// let mut letters = Vec::new_in(AsAllocatorRef::new(&system));
/// letters.extend('a'..='e');
/// assert_eq!(letters.len(), 5);
/// ```
pub struct AsAllocatorRef<'a, G: ?Sized>(&'a G);

impl<'a, G: GlobalAlloc + ?Sized> AsAllocatorRef<'a, G> {
    /// Borrows `global`.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{AsAllocatorRef, System, api::GlobalAlloc, collections::Box};
    ///
    /// let erased: &dyn GlobalAlloc = &System;
    /// assert_eq!(*Box::new_in(5, AsAllocatorRef::new(erased)), 5);
    /// ```
    #[inline]
    #[must_use]
    pub const fn new(global: &'a G) -> Self {
        Self(global)
    }

    #[inline]
    fn global(&self) -> &G {
        self.0
    }
}

impl<G: ?Sized> Clone for AsAllocatorRef<'_, G> {
    #[inline]
    fn clone(&self) -> Self {
        *self
    }
}

impl<G: ?Sized> Copy for AsAllocatorRef<'_, G> {}

impl<G: ?Sized> fmt::Debug for AsAllocatorRef<'_, G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AsAllocatorRef<{}>", core::any::type_name::<G>())
    }
}

// SAFETY: copies forward to the same referent.
unsafe impl<G: GlobalAlloc + ?Sized> AllocatorClone for AsAllocatorRef<'_, G> {}
// SAFETY: as for `AsAllocator`. `G` is sized, because a `dyn GlobalAlloc` could be the static that holds this
// reference.
unsafe impl<G: GlobalAlloc + Sync + 'static> GlobalAllocator for AsAllocatorRef<'static, G> {}
// SAFETY: as above.
unsafe impl<G: GlobalAlloc + Sync + 'static> IndependentAllocator for AsAllocatorRef<'_, G> {}
impl<G: CallsMalloc + ?Sized> CallsMalloc for AsAllocatorRef<'_, G> {}

allocator_over_global!([G: GlobalAlloc] AsAllocator<G>);
allocator_over_global!([G: GlobalAlloc + ?Sized] AsAllocatorRef<'_, G>);
