//! Blocks with two counts and a value: their layout, allocation and release.
//!
//! # Invariants
//!
//! Of a block made by [`new`] for a layout, until it is freed:
//!
//! 1. The block has the layout that [`layout_of_block`] returns for that layout, and is a live block of the allocator.
//! 2. The place of the value is at the offset that [`layout_of_block`] returns: inside the block and aligned for the value.
//! 3. The counts are initialised and end where the place of the value begins. They are only borrowed shared, except
//!    when they are written by [`new`].
//! 4. Once there is a reference to the block, the block is freed when the weak count reaches 0, by the function that
//!    released the last weak reference. So every reference keeps the block, strong ones through the implicit weak
//!    reference.

use core::mem::ManuallyDrop;
use core::ptr::NonNull;

use super::Counts;
use crate::api::contents::Contents;
use crate::api::{AllocError, Allocator, Layout};
use crate::collections::block::{self, OwnedBlock, allocate, with_metadata_of};
use crate::collections::clone_to_uninit::CloneToUninit;

/// Returns the layout of a block for a value of layout `value`, and the offset of the value in it, in bytes.
///
/// The offset is at least the size of the counts and a multiple of their alignment, so the counts fit right before the
/// value.
#[inline]
fn layout_of_block<C>(value: Layout) -> Option<(Layout, usize)> {
    Layout::new::<C>().extend(value).ok()
}

/// Ends a method that cannot return an error, because the allocation failed: see [`block::fail`]. `value` is the layout
/// of the value, or `None` if it overflows.
#[cold]
#[inline(never)]
#[track_caller]
pub(in crate::collections) fn fail<C>(value: Option<Layout>) -> ! {
    block::fail(value.and_then(layout_of_block::<C>).map(|(layout, _)| layout))
}

/// Returns the counts of the block that `value` is in.
///
/// # Safety
///
/// `value` points to the place of a value in a block of [`new`] with counts of type `C`, which is not freed for the
/// lifetime `'a`.
#[inline]
pub(super) unsafe fn counts<'a, C: Counts>(value: NonNull<u8>) -> &'a C {
    // SAFETY: the counts are in the same block, right before the value, by invariant 3.
    let counts = unsafe { value.cast::<C>().sub(1) };
    // SAFETY: they are initialised and only borrowed shared by invariant 3. They are aligned, since the offset of the
    // value is a multiple of their alignment.
    unsafe { counts.as_ref() }
}

/// Allocates a block for a value of layout `value`, with one strong reference, and returns the place of the value.
#[inline]
pub(super) fn new<C: Counts, A: Allocator>(
    value: Layout,
    contents: Contents,
    allocator: &A,
) -> Result<NonNull<u8>, AllocError> {
    let (layout, offset) = layout_of_block::<C>(value).ok_or(AllocError)?;
    let block = allocate(allocator, layout, contents)?;
    // SAFETY: the value ends within `layout`, so `offset` is within the block or at its end.
    let place = unsafe { block.add(offset) };
    // SAFETY: `offset` is at least the size of the counts, so they start within the block.
    let counts = unsafe { place.cast::<C>().sub(1) };
    // SAFETY: the counts are inside the block, which is new. Its start and `offset` are multiples of their alignment.
    unsafe { counts.write(C::new()) };
    Ok(place)
}

/// Returns a guard that frees the block, and does not drop the value.
///
/// # Safety
///
/// `value` is the place that [`new`] returned for `layout` and this `allocator`. Unless the guard is released, only the
/// guard frees the block, and nothing uses the block after that.
#[inline]
unsafe fn owned_block<C: Counts, A: Allocator>(value: NonNull<u8>, layout: Layout, allocator: &A) -> OwnedBlock<'_, A> {
    // SAFETY: `new` has computed the same layout and did not fail.
    let (layout, offset) = unsafe { layout_of_block::<C>(layout).unwrap_unchecked() };
    // SAFETY: the value is `offset` bytes behind the start of its block by invariant 2.
    let block = unsafe { value.sub(offset) };
    // SAFETY: the block is a live one of `layout` by invariant 1, and only the guard frees it by `# Safety` of this fn.
    unsafe { OwnedBlock::new(block, layout, allocator) }
}

/// Clones `value` into a new block with one strong reference.
#[inline]
pub(super) fn clone_value<T: ?Sized + CloneToUninit, C: Counts, A: Allocator>(
    value: &T,
    allocator: &A,
) -> Result<NonNull<T>, AllocError> {
    let layout = Layout::for_value(value);
    let place = new::<C, A>(layout, Contents::Uninit, allocator)?;
    // Frees the block if the clone panics.
    // SAFETY: `place` is that of a new block for `layout` and `allocator`, which only this function knows.
    let block = unsafe { owned_block::<C, A>(place, layout, allocator) };
    // SAFETY: by invariant 2, the place has the size and alignment of the value. The block is new, so it overlaps nothing.
    unsafe { value.clone_to_uninit(place) };
    block.release();
    Ok(with_metadata_of(place, value))
}

/// Moves a value into a new block with one strong reference.
///
/// # Safety
///
/// `value` is aligned, points to an initialised `T`, and is not used as a `T` again if this returns `Ok`.
#[inline]
pub(super) unsafe fn move_value<T: ?Sized, C: Counts, A: Allocator>(
    value: NonNull<T>,
    allocator: &A,
) -> Result<NonNull<T>, AllocError> {
    // SAFETY: `value` is aligned and initialised by `# Safety` of this fn.
    let layout = Layout::for_value(unsafe { value.as_ref() });
    let place = new::<C, A>(layout, Contents::Uninit, allocator)?;
    // SAFETY: both have `layout.size()` bytes, and do not overlap because the block of `place` is new.
    unsafe { place.copy_from_nonoverlapping(value.cast(), layout.size()) };
    Ok(with_metadata_of(place, value.as_ptr()))
}

/// Releases a weak reference, and frees the block if it was the last.
///
/// # Safety
///
/// 1. `value` is the place that [`new`] returned for the layout that `layout` returns, with counts of type `C` and a
///    block of `allocator` or a clone of it. The value may have been dropped, or not be initialised yet.
/// 2. The caller owns the weak reference, and does not use it again.
#[inline]
pub(super) unsafe fn release_weak<C: Counts, A: Allocator>(
    value: NonNull<u8>,
    layout: impl FnOnce() -> Layout,
    allocator: &A,
) {
    // SAFETY: the weak reference, which is the caller's by `# Safety` (2), keeps the block by invariant 4.
    if unsafe { counts::<C>(value) }.release_weak() {
        // SAFETY: `value` and `allocator` are right by `# Safety` (1). No reference is left, so only this frees the block.
        drop(unsafe { owned_block::<C, A>(value, layout(), allocator) });
    }
}

/// Releases the implicit weak reference when dropped, after the last strong reference was released.
///
/// The release happens even if the drop of the value panics.
pub(super) struct ImplicitWeak<'a, C: Counts, A: Allocator> {
    value: NonNull<u8>,
    layout: Layout,
    allocator: &'a A,
    counts: core::marker::PhantomData<C>,
}

impl<'a, C: Counts, A: Allocator> ImplicitWeak<'a, C, A> {
    /// # Safety
    ///
    /// The conditions of [`release_weak`] hold when the guard is dropped.
    #[inline]
    pub(super) unsafe fn new(value: NonNull<u8>, layout: Layout, allocator: &'a A) -> Self {
        Self { value, layout, allocator, counts: core::marker::PhantomData }
    }
}

impl<C: Counts, A: Allocator> Drop for ImplicitWeak<'_, C, A> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: by `# Safety` of `Self::new`.
        unsafe { release_weak::<C, A>(self.value, || self.layout, self.allocator) };
    }
}

/// Returns the layout of a value that may have been dropped, or may not be initialised yet.
///
/// # Safety
///
/// `value` is aligned and points to allocated memory for a `T`. Its metadata is that of an existing `T`.
#[inline]
pub(super) unsafe fn layout_of_raw<T: ?Sized>(value: NonNull<T>) -> Layout {
    // A `ManuallyDrop<T>` has the layout of a `T`, and a reference to it is allowed after the `T` was dropped.
    let value = value.as_ptr() as *const ManuallyDrop<T>;
    // SAFETY: by `# Safety` of this fn, the memory is allocated and aligned. Size and alignment come from the type and
    // the metadata alone, so nothing is read through the reference, which ends here.
    Layout::for_value(unsafe { &*value })
}
