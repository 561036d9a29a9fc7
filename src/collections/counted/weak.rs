//! Weak pointers.

use core::marker::PhantomData;
use core::mem::ManuallyDrop;
use core::ptr::{self, NonNull};

use super::block::{self, layout_of_raw};
use super::{Counts, Strong};
use crate::api::{AllocError, Allocator, AllocatorClone, Layout};
use crate::collections::block::Contents;

/// A `Weak`, by the counts.
///
/// # Invariants
///
/// 1. `value` is at [`DANGLING`], and there is no block; or it points to the place of a `T` in a block of [`block::new`] of `allocator` (or a
///    clone of it), for the layout of the `T`, and may be used for the whole block. Its metadata is that of a real `T`.
/// 2. If there is a block, this is one of the weak references that its counts count. The value is there as long as a strong one is.
pub(in crate::collections) struct WeakRef<T: ?Sized, A: Allocator, C: Counts> {
    value: NonNull<T>,
    allocator: A,
    counts: PhantomData<NonNull<C>>,
}

/// No value is there: it has two counts before it, so its address is a multiple of their align.
const DANGLING: usize = usize::MAX;

impl<T, A: Allocator, C: Counts> WeakRef<T, A, C> {
    /// One to nothing.
    #[inline]
    pub(in crate::collections) const fn dangling(allocator: A) -> Self {
        // SAFETY: the address is not null.
        let value = unsafe { NonNull::new_unchecked(ptr::without_provenance_mut(DANGLING)) };
        Self { value, allocator, counts: PhantomData }
    }

    /// The common weak reference of a value that comes later. Until then it has no strong one.
    #[inline]
    pub(in crate::collections) fn to_come(allocator: A) -> Result<Self, AllocError> {
        let place = block::new::<C, A>(Layout::new::<T>(), Contents::Uninitialised, &allocator)?;
        // SAFETY: a new block.
        unsafe { block::counts::<C>(place) }.take_last();
        // SAFETY: a new block, whose common weak reference this is.
        Ok(unsafe { Self::from_parts(place.cast(), allocator) })
    }

    /// The strong reference of the value that is there by now.
    ///
    /// # Safety
    ///
    /// This is of [`to_come`](Self::to_come).
    #[inline]
    pub(in crate::collections) unsafe fn come(self, value: T) -> Strong<T, A, C> {
        let (place, allocator) = self.into_parts();
        // SAFETY: the place of a `T`, which nobody else uses without a strong reference.
        unsafe { place.write(value) };
        // SAFETY: the block is there as long as the reference is.
        unsafe { block::counts::<C>(place.cast()) }.put_back();
        // SAFETY: initialised above; the strong reference that was put back, which has the common weak one.
        unsafe { Strong::from_parts(place, allocator) }
    }
}

impl<T: ?Sized, A: Allocator, C: Counts> WeakRef<T, A, C> {
    /// # Safety
    ///
    /// By invariants 1 and 2, of which the reference is the caller's until now.
    #[inline]
    pub(in crate::collections) unsafe fn from_parts(value: NonNull<T>, allocator: A) -> Self {
        Self { value, allocator, counts: PhantomData }
    }

    /// The weak reference and the allocator are the caller's from now on.
    #[inline]
    pub(in crate::collections) fn into_parts(self) -> (NonNull<T>, A) {
        let this = ManuallyDrop::new(self);
        // SAFETY: `this` is not used again, so the allocator is moved out once.
        let allocator = unsafe { (&raw const this.allocator).read() };
        (this.value, allocator)
    }

    #[inline]
    fn is_dangling(&self) -> bool {
        self.value.cast::<u8>().addr().get() == DANGLING
    }

    /// # Safety
    ///
    /// This is not dangling.
    #[inline]
    unsafe fn counts_of_block(&self) -> &C {
        // SAFETY: by invariant 1, for as long as this reference is there.
        unsafe { block::counts(self.value.cast()) }
    }

    /// None if there is no block.
    #[inline]
    pub(in crate::collections) fn counts(&self) -> Option<&C> {
        if self.is_dangling() {
            return None;
        }
        // SAFETY: not dangling.
        Some(unsafe { self.counts_of_block() })
    }

    #[inline]
    pub(in crate::collections) fn as_ptr(&self) -> *const T {
        self.value.as_ptr()
    }

    #[inline]
    pub(in crate::collections) fn allocator(&self) -> &A {
        &self.allocator
    }

    /// A strong reference, if there still is one.
    #[inline]
    pub(in crate::collections) fn upgrade(&self) -> Option<Strong<T, A, C>>
    where
        A: AllocatorClone,
    {
        // SAFETY: not dangling, where it is asked for.
        if self.is_dangling() || !unsafe { self.counts_of_block() }.upgrade() {
            return None;
        }
        // Which does not unwind, by rule 3 of `AllocatorClone`.
        let allocator = self.allocator.clone();
        // SAFETY: in such a block by invariant 1, and initialised as long as there is a strong reference, of which this one was counted.
        Some(unsafe { Strong::from_parts(self.value, allocator) })
    }
}

impl<T: ?Sized, A: AllocatorClone, C: Counts> Clone for WeakRef<T, A, C> {
    #[inline]
    fn clone(&self) -> Self {
        let allocator = self.allocator.clone();
        if let Some(counts) = self.counts() {
            // SAFETY: this one.
            unsafe { counts.clone_weak() };
        }
        // SAFETY: as this one; the reference was counted.
        unsafe { Self::from_parts(self.value, allocator) }
    }
}

impl<T: ?Sized, A: Allocator, C: Counts> Drop for WeakRef<T, A, C> {
    #[inline]
    fn drop(&mut self) {
        if !self.is_dangling() {
            // SAFETY: the place of a `T` in a block, by invariant 1.
            let layout = || unsafe { layout_of_raw(self.value) };
            // SAFETY: by invariants 1 and 2, and the reference is not used again.
            unsafe { block::release_weak::<C, A>(self.value.cast(), layout, &self.allocator) };
        }
    }
}
