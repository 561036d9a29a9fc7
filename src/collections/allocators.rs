//! Pointers to allocators as allocators: a `Box`, `Rc` or `Arc` of an allocator implements [`Allocator`] itself.
//!
//! A `Vec<T, Box<dyn Allocator>>` chooses its allocator at run time, and many collections share one arena in an `Rc`
//! without a lifetime.
//!
//! # Soundness
//!
//! The blocks of such a pointer are the blocks of the allocator that it points to. That allocator stays at its address
//! when the pointer moves, and is dropped with the last pointer. The owner of a pointer can reach the allocator in
//! three more ways (rules: see [`api`](crate::api)):
//!
//! * `&mut` of a `Box` gives `&mut` of its value. Resetting or replacing the allocator that way mutates the box through
//!   `&mut`, which ends its blocks (rule 9). No collection hands out `&mut` of the allocator it holds.
//! * `get_mut`, `try_unwrap` and `into_inner` of an `Rc` or `Arc` fail while there is another pointer, and a collection
//!   holds a pointer of its own. A pointer that is the only one is the only owner of its blocks, so the argument for
//!   `Box` applies. `make_mut` of a shared pointer takes `&mut` of it and gives it a clone of the allocator; the other
//!   pointers keep the old one.
//! * A clone of a `Box` holds a clone of the allocator, which is interchangeable with it for every block (rule 10).

use core::ptr::NonNull;

#[cfg(target_has_atomic = "ptr")]
use super::Arc;
use super::{Box, Rc};
use crate::api::{AllocError, Allocator, AllocatorClone, Layout, Owns, StaticAllocator, WholePages};

/// Implements the traits of allocators for `$pointer<X, A>` where `X` implements them.
macro_rules! allocator {
    ($($pointer:ident)*) => {$(
        // SAFETY: the blocks are those of the value, which is sound for the reasons given in the docs of this module.
        unsafe impl<X: Allocator + ?Sized, A: Allocator> Allocator for $pointer<X, A> {
            #[inline]
            fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
                (**self).allocate(layout)
            }

            #[inline]
            fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
                (**self).allocate_zeroed(layout)
            }

            #[inline]
            unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
                // SAFETY: by `# Safety` of this fn; the block is one of the value's.
                unsafe { (**self).deallocate(block, layout) };
            }

            #[inline]
            unsafe fn grow(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
                // SAFETY: by `# Safety` of this fn; the block is one of the value's.
                unsafe { (**self).grow(block, old, new) }
            }

            #[inline]
            unsafe fn grow_zeroed(
                &self,
                block: NonNull<u8>,
                old: Layout,
                new: Layout,
            ) -> Result<NonNull<[u8]>, AllocError> {
                // SAFETY: by `# Safety` of this fn; the block is one of the value's.
                unsafe { (**self).grow_zeroed(block, old, new) }
            }

            #[inline]
            unsafe fn shrink(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
                // SAFETY: by `# Safety` of this fn; the block is one of the value's.
                unsafe { (**self).shrink(block, old, new) }
            }
        }

        // SAFETY: the blocks are those of the value, which answers for them.
        unsafe impl<X: Owns + ?Sized, A: Allocator> Owns for $pointer<X, A> {
            #[inline]
            fn owns(&self, block: NonNull<u8>, layout: Layout) -> bool {
                (**self).owns(block, layout)
            }
        }

        // SAFETY: the blocks outlive the value, and so its pointers; a subtype of the pointer points to a subtype of
        // the value.
        unsafe impl<X: StaticAllocator + ?Sized, A: Allocator> StaticAllocator for $pointer<X, A> {}

        // SAFETY: the blocks are those of the value.
        unsafe impl<X: WholePages + ?Sized, A: Allocator> WholePages for $pointer<X, A> {}
    )*};
}

allocator!(Box Rc);
#[cfg(target_has_atomic = "ptr")]
allocator!(Arc);

// SAFETY: a clone points to the same value, which lives until its last pointer is dropped. Cloning only counts and
// clones the pointer's allocator, so it does not panic. (Cloning a `Box` allocates, and a failed allocation may panic
// without std.)
unsafe impl<X: Allocator + ?Sized, A: AllocatorClone> AllocatorClone for Rc<X, A> {}
// SAFETY: same as for `Rc`.
#[cfg(target_has_atomic = "ptr")]
unsafe impl<X: Allocator + ?Sized, A: AllocatorClone> AllocatorClone for Arc<X, A> {}
