use core::fmt;
use core::marker::PhantomData;
use core::mem;
use core::ptr::NonNull;

use crate::api::global_calls::allocator_over_global;
use crate::api::{AllocError, AllocatorClone, CallsMalloc, GlobalAlloc, GlobalAllocator, Layout, StaticAllocator};

/// Turns a zero-sized [`GlobalAlloc`] (`System`, mimalloc, jemalloc, snmalloc...) into an [`Allocator`](crate::api::Allocator),
/// by value.
///
/// For any other size the compiler refuses, and [`AsAllocatorRef`] serves: a `GlobalAlloc` may keep its memory inside
/// itself, and nothing in its contract says that it may be moved. The refusal comes when code is generated: `cargo build`
/// shows it, `cargo check` does not.
///
/// For a static it is `AsAllocatorRef::new(&STATIC)`; and a static [`AsGlobal`](crate::AsGlobal) needs no adapter at all,
/// since `&DEFAULT` is an allocator already.
///
/// The value given to [`new`](AsAllocator::new) is never dropped; every copy of the adapter refers to it, as copies of a
/// `&'static G` would.
///
/// * **Cost**: none beyond the allocator's own; a request of size 0 does not reach it.
/// * **Size**: 0, so a `Vec<T, AsAllocator<G>>` has three words.
/// * **Blocks**: exactly as long as requested.
/// * **`deallocate`** is `dealloc` of `G`; of a block of size 0, nothing.
/// * **Align**: a `grow` or `shrink` that changes the align moves the block; otherwise it is one `realloc`.
/// * **Threads**: `Send` and `Sync` where `G` is `Sync`.
/// * **The default**: a [`GlobalAllocator`] where `G` is `Sync` and `'static`. `G` is a `GlobalAlloc`, made to stand
///   behind `#[global_allocator]` by itself; one that calls the default would recurse there as it does here.
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
/// // Its counters have a size: `AsAllocatorRef::new(&global)` instead.
/// let by_value = AsAllocator::new(AsGlobal::new(Stats::new(System)));
/// ```
pub struct AsAllocator<G>(
    /// Invariant in `G` (see [`StaticAllocator`], 2), and neither `Send` nor `Sync` but by the impls below.
    PhantomData<*mut G>,
);

impl<G: GlobalAlloc> AsAllocator<G> {
    /// Takes `global` for good.
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
        // Never dropped, so that the references `global()` makes stay good.
        mem::forget(global);
        Self(PhantomData)
    }

    /// The value that [`new`](AsAllocator::new) took, as `&'static G` would give it.
    #[inline]
    fn global(&self) -> &G {
        // SAFETY: `new` forgot a value of `G`, which is zero-sized: any aligned address that is not null is good for a
        // reference to it, and only shared references are ever made.
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

// SAFETY: a copy of the adapter is a shared reference to a `G` that never moves.
unsafe impl<G: Sync> Send for AsAllocator<G> {}
// SAFETY: as above.
unsafe impl<G: Sync> Sync for AsAllocator<G> {}

// SAFETY: every copy refers to a `G` that is never dropped, and the type is invariant in `G`. `G` is `Sync`, so every thread
// may hold its blocks: they do not go with one. (One that is not could keep them in memory of its thread.)
unsafe impl<G: GlobalAlloc + Sync + 'static> StaticAllocator for AsAllocator<G> {}
// SAFETY: every copy forwards to the value taken by `new`; zero-sized values have no state to differ in.
unsafe impl<G: GlobalAlloc> AllocatorClone for AsAllocator<G> {}
// SAFETY: `G` is made to be registered as it is, and does not unwind. (One that calls the default would recurse registered by
// itself, too; no adapter can see that.) The reference to it never changes.
unsafe impl<G: GlobalAlloc + Sync + 'static> GlobalAllocator for AsAllocator<G> {}
impl<G: CallsMalloc> CallsMalloc for AsAllocator<G> {}

/// Turns a reference to any [`GlobalAlloc`] into an [`Allocator`](crate::api::Allocator).
///
/// The way to give one collection the allocator behind `#[global_allocator]` when that is not an
/// [`AsGlobal`](crate::AsGlobal), or a `GlobalAlloc` with a size.
///
/// * **Cost**: none beyond the allocator's own; a request of size 0 does not reach it.
/// * **Size**: a reference.
/// * **Blocks**: exactly as long as requested.
/// * **`deallocate`** is `dealloc` of `G`; of a block of size 0, nothing.
/// * **Align**: a `grow` or `shrink` that changes the align moves the block; otherwise it is one `realloc`.
/// * **Threads**: `Send` and `Sync` where `G` is `Sync`.
/// * **The default**: a [`GlobalAllocator`] for `&'static G` where `G` is `Sync`; never for `dyn GlobalAlloc`, which could be
///   the default itself.
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
// SAFETY: as for `AsAllocator`. It is sized, because a `dyn GlobalAlloc` could be the very static that holds this reference.
unsafe impl<G: GlobalAlloc + Sync + 'static> GlobalAllocator for AsAllocatorRef<'static, G> {}
impl<G: CallsMalloc + ?Sized> CallsMalloc for AsAllocatorRef<'_, G> {}

allocator_over_global!([G: GlobalAlloc] AsAllocator<G>);
allocator_over_global!([G: GlobalAlloc + ?Sized] AsAllocatorRef<'_, G>);
