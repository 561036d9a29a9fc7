//! Weak pointers, generic over the counts.

use core::marker::PhantomData;
use core::mem::ManuallyDrop;
use core::ptr::{self, NonNull};

use super::block::{self, layout_of_raw};
use super::{Counts, Strong};
use crate::api::contents::Contents;
use crate::api::{AllocError, Allocator, AllocatorClone, Layout};

/// The pointer inside a `Weak`.
///
/// # Invariants
///
/// 1. Either the address of `value` is [`DANGLING`] and there is no block, or `value` points to the place of a `T` in a
///    block that [`block::new`] made for the layout of the `T`, with counts of type `C`, from `allocator` or a clone of
///    it. The pointer is then valid for the whole block, and its metadata is that of an existing `T`.
/// 2. If there is a block, this pointer owns one of the weak references that the counts of the block count. The value is
///    initialised while the strong count is not 0.
pub(in crate::collections) struct WeakRef<T: ?Sized, A: Allocator, C: Counts> {
    value: NonNull<T>,
    allocator: A,
    counts: PhantomData<NonNull<C>>,
}

/// The address of a pointer without a block. No value can have it, since the address of a value is a multiple of the
/// alignment of the counts in front of it.
const DANGLING: usize = usize::MAX;

impl<T, A: Allocator, C: Counts> WeakRef<T, A, C> {
    /// Returns a pointer without a block.
    #[inline]
    pub(in crate::collections) const fn dangling(allocator: A) -> Self {
        // SAFETY: the address is not null.
        let value = unsafe { NonNull::new_unchecked(ptr::without_provenance_mut(DANGLING)) };
        Self { value, allocator, counts: PhantomData }
    }

    /// Allocates a block for a value that is not initialised yet, and returns its implicit weak reference. The strong
    /// count is 0 until [`init`](Self::init).
    #[inline]
    pub(in crate::collections) fn uninit(allocator: A) -> Result<Self, AllocError> {
        let place = block::new::<C, A>(Layout::new::<T>(), Contents::Uninit, &allocator)?;
        // SAFETY: `place` is in a new block, which nothing else knows and could free.
        unsafe { block::counts::<C>(place) }.take_last();
        // SAFETY: `place` is in a new block of `allocator` for a `T`. With its only strong reference, which was taken,
        // this pointer has its implicit weak reference.
        Ok(unsafe { Self::from_parts(place.cast(), allocator) })
    }

    /// Writes the value, and returns its first strong reference.
    ///
    /// # Safety
    ///
    /// This pointer is from [`uninit`](Self::uninit), and not a clone.
    #[inline]
    pub(in crate::collections) unsafe fn init(self, value: T) -> Strong<T, A, C> {
        let (place, allocator) = self.into_parts();
        // SAFETY: `place` is in a block for a `T` by invariant 1. The strong count is 0, so nothing else uses the place.
        unsafe { place.write(value) };
        // SAFETY: `place` is in such a block, and the weak reference of this pointer keeps the block.
        unsafe { block::counts::<C>(place.cast()) }.put_back();
        // SAFETY: the value was written above. The strong reference was put back, and has the implicit weak reference
        // of this pointer.
        unsafe { Strong::from_parts(place, allocator) }
    }
}

impl<T: ?Sized, A: Allocator, C: Counts> WeakRef<T, A, C> {
    /// # Safety
    ///
    /// Invariants 1 and 2 hold for the new pointer. The caller gives up the weak reference of invariant 2.
    #[inline]
    pub(in crate::collections) unsafe fn from_parts(value: NonNull<T>, allocator: A) -> Self {
        Self { value, allocator, counts: PhantomData }
    }

    /// Takes the pointer apart. The caller now owns the weak reference.
    #[inline]
    pub(in crate::collections) fn into_parts(self) -> (NonNull<T>, A) {
        let this = ManuallyDrop::new(self);
        // SAFETY: `this` is neither dropped nor used again, so the allocator is moved out only once.
        let allocator = unsafe { (&raw const this.allocator).read() };
        (this.value, allocator)
    }

    #[inline]
    fn is_dangling(&self) -> bool {
        self.value.cast::<u8>().addr().get() == DANGLING
    }

    /// Returns the counts of the block.
    ///
    /// # Safety
    ///
    /// The pointer is not dangling.
    #[inline]
    unsafe fn counts_of_block(&self) -> &C {
        // SAFETY: `value` is in such a block by invariant 1 and `# Safety` of this fn. The reference of invariant 2
        // keeps the block.
        unsafe { block::counts(self.value.cast()) }
    }

    /// Returns the counts of the block, or `None` if there is no block.
    #[inline]
    pub(in crate::collections) fn counts(&self) -> Option<&C> {
        if self.is_dangling() {
            return None;
        }
        // SAFETY: the pointer was just checked not to be dangling.
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

    /// Returns a new strong pointer if there is still a strong reference.
    #[inline]
    pub(in crate::collections) fn upgrade(&self) -> Option<Strong<T, A, C>>
    where
        A: AllocatorClone,
    {
        // SAFETY: the right side of `||` runs only if the pointer is not dangling.
        if self.is_dangling() || !unsafe { self.counts_of_block() }.upgrade() {
            return None;
        }
        // This does not unwind, by rule 3 of `AllocatorClone`, so the strong reference does not leak.
        let allocator = self.allocator.clone();
        // SAFETY: `value` is in such a block by invariant 1, and initialised by invariant 2, since the strong count was
        // not 0. The strong reference was counted above.
        Some(unsafe { Strong::from_parts(self.value, allocator) })
    }
}

impl<T: ?Sized, A: AllocatorClone, C: Counts> Clone for WeakRef<T, A, C> {
    #[inline]
    fn clone(&self) -> Self {
        let allocator = self.allocator.clone();
        if let Some(counts) = self.counts() {
            // SAFETY: this pointer has a weak reference by invariant 2.
            unsafe { counts.clone_weak() };
        }
        // SAFETY: invariant 1 holds as for this pointer. If there is a block, the weak reference was counted above.
        unsafe { Self::from_parts(self.value, allocator) }
    }
}

impl<T: ?Sized, A: Allocator, C: Counts> Drop for WeakRef<T, A, C> {
    #[inline]
    fn drop(&mut self) {
        if !self.is_dangling() {
            // SAFETY: `value` points to the place of a `T` in a block, with the metadata of an existing `T`, by
            // invariant 1. The block is not freed before the layout is known.
            let layout = || unsafe { layout_of_raw(self.value) };
            // SAFETY: (1) by invariant 1, (2) by invariant 2; the pointer is not used again.
            unsafe { block::release_weak::<C, A>(self.value.cast(), layout, &self.allocator) };
        }
    }
}
