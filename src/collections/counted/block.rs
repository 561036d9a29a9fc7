//! The memory: how it is laid out, got and freed.

use core::mem::ManuallyDrop;
use core::ptr::NonNull;

use super::Counts;
use crate::api::{AllocError, Allocator, Layout};
use crate::collections::block::{self, Contents, OwnedBlock, allocate, with_metadata_of};
use crate::collections::clone_to_uninit::CloneToUninit;

/// The layout of a block for a value, and at which byte of it the value is.
///
/// That is a multiple of the align of the counts, and not less than their size, so the counts fit before it.
#[inline]
fn layout_of_block<C>(value: Layout) -> Option<(Layout, usize)> {
    Layout::new::<C>().extend(value).ok()
}

/// Ends a method without an error, for which there was no block for a value of this layout, or no layout so large.
#[cold]
#[inline(never)]
#[track_caller]
pub(in crate::collections) fn fail<C>(value: Option<Layout>) -> ! {
    block::fail(value.and_then(layout_of_block::<C>).map(|(layout, _)| layout))
}

/// The counts of a value in a block.
///
/// # Safety
///
/// `value` points to a value, or the place of one, in a block of [`new`], for as long as the counts are used.
#[inline]
pub(super) unsafe fn counts<'a, C: Counts>(value: NonNull<u8>) -> &'a C {
    // SAFETY: the counts are right before the value.
    let counts = unsafe { value.cast::<C>().sub(1) };
    // SAFETY: they are initialised and aligned, and only shared.
    unsafe { counts.as_ref() }
}

/// A new block for a value of that layout, with one strong reference. Returns the place of the value.
#[inline]
pub(super) fn new<C: Counts, A: Allocator>(
    value: Layout,
    contents: Contents,
    allocator: &A,
) -> Result<NonNull<u8>, AllocError> {
    let (layout, offset) = layout_of_block::<C>(value).ok_or(AllocError)?;
    let block = allocate(allocator, layout, contents)?;
    // SAFETY: so many bytes are in the block.
    let place = unsafe { block.add(offset) };
    // SAFETY: `offset` is no less than the size of the counts.
    let counts = unsafe { place.cast::<C>().sub(1) };
    // SAFETY: `offset` is a multiple of their align, and so is the start of the block; nobody else knows it.
    unsafe { counts.write(C::new()) };
    Ok(place)
}

/// A guard that frees the block of a value which is not there, or not any more.
///
/// # Safety
///
/// `value` is the place of [`new`] for `layout` and this `allocator`, and nobody uses the block after the guard is gone.
#[inline]
unsafe fn owned<C: Counts, A: Allocator>(value: NonNull<u8>, layout: Layout, allocator: &A) -> OwnedBlock<'_, A> {
    // SAFETY: the block was allocated with that layout, so there is one.
    let (layout, offset) = unsafe { layout_of_block::<C>(layout).unwrap_unchecked() };
    // SAFETY: so many bytes are before the value.
    let block = unsafe { value.sub(offset) };
    // SAFETY: by `# Safety` of this fn.
    unsafe { OwnedBlock::new(block, layout, allocator) }
}

/// A clone in a block of its own, with one strong reference.
#[inline]
pub(super) fn cloned<T: ?Sized + CloneToUninit, C: Counts, A: Allocator>(
    value: &T,
    allocator: &A,
) -> Result<NonNull<T>, AllocError> {
    let layout = Layout::for_value(value);
    let place = new::<C, A>(layout, Contents::Uninitialised, allocator)?;
    // SAFETY: of this layout and allocator; nobody else knows the block.
    let freed_by_a_panic = unsafe { owned::<C, A>(place, layout, allocator) };
    // SAFETY: the place is as long as the value, aligned for it, and new.
    unsafe { value.clone_to_uninit(place) };
    freed_by_a_panic.release();
    Ok(with_metadata_of(place, value))
}

/// The value, moved to a block of its own, with one strong reference.
///
/// # Safety
///
/// `value` is initialised, and not used as a `T` again if this returns `Ok`.
#[inline]
pub(super) unsafe fn moved<T: ?Sized, C: Counts, A: Allocator>(
    value: NonNull<T>,
    allocator: &A,
) -> Result<NonNull<T>, AllocError> {
    // SAFETY: by `# Safety` of this fn.
    let layout = Layout::for_value(unsafe { value.as_ref() });
    let place = new::<C, A>(layout, Contents::Uninitialised, allocator)?;
    // SAFETY: both have so many bytes, and the place is new.
    unsafe { place.copy_from_nonoverlapping(value.cast(), layout.size()) };
    Ok(with_metadata_of(place, value.as_ptr()))
}

/// Releases a weak reference, and with the last one the block.
///
/// # Safety
///
/// 1. `value` points to a value of `layout` in a block of [`new`] of this `allocator`; the value itself may be gone, or not be
///    there yet.
/// 2. The reference is the caller's, and is not used again.
#[inline]
pub(super) unsafe fn release_weak<C: Counts, A: Allocator>(
    value: NonNull<u8>,
    layout: impl FnOnce() -> Layout,
    allocator: &A,
) {
    // SAFETY: the block is there as long as the reference is.
    if unsafe { counts::<C>(value) }.release_weak() {
        // SAFETY: by (1); without a reference nobody uses the block.
        drop(unsafe { owned::<C, A>(value, layout(), allocator) });
    }
}

/// The common weak reference of strong ones that are gone: it is released when this is dropped, also by a panic.
pub(super) struct CommonWeak<'a, C: Counts, A: Allocator> {
    value: NonNull<u8>,
    layout: Layout,
    allocator: &'a A,
    counts: core::marker::PhantomData<C>,
}

impl<'a, C: Counts, A: Allocator> CommonWeak<'a, C, A> {
    /// # Safety
    ///
    /// Same as for [`release_weak`], when this is dropped.
    #[inline]
    pub(super) unsafe fn new(value: NonNull<u8>, layout: Layout, allocator: &'a A) -> Self {
        Self { value, layout, allocator, counts: core::marker::PhantomData }
    }
}

impl<C: Counts, A: Allocator> Drop for CommonWeak<'_, C, A> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: by `# Safety` of `new`.
        unsafe { release_weak::<C, A>(self.value, || self.layout, self.allocator) };
    }
}

/// The layout of a value that may have been dropped, or not be there yet.
///
/// # Safety
///
/// `value` is aligned, and its memory is that of a `T`, allocated; its metadata is that of a real `T`.
#[inline]
pub(super) unsafe fn layout_of_raw<T: ?Sized>(value: NonNull<T>) -> Layout {
    // `ManuallyDrop` has the layout of what it wraps, and is made to be referred to after that was dropped.
    let value = value.as_ptr() as *const ManuallyDrop<T>;
    // SAFETY: by `# Safety` of this fn the memory is there. Size and align come from the type and the metadata alone, so nothing
    // is read through the reference, which ends here.
    Layout::for_value(unsafe { &*value })
}
