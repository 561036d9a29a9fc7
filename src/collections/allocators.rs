//! An allocator in a pointer of this module is an allocator: so a `Vec<T, Box<dyn Allocator>>` chooses at run time, and many
//! collections can share one arena in an `Rc` without a lifetime.
//!
//! # Why that is sound
//!
//! The blocks of such a pointer are those of the allocator it points to. That one stays where it is when the pointer moves, and
//! goes with the last pointer. What is left are the ways to it for who has the pointer:
//!
//! * A `Box` gives `&mut` of its value to whoever has `&mut` of the box. To reset or to replace the allocator is then to mutate
//!   the box through `&mut`, which ends its blocks (rule 9); and no collection gives `&mut` of the allocator it holds.
//! * `get_mut`, `try_unwrap` and `into_inner` of an `Rc` or `Arc` refuse while there is another pointer, and a collection holds
//!   one of its own. If the pointer is the only one, the blocks are its own, and this is the case of `Box`. `make_mut` of a
//!   shared one makes a clone of the allocator for the caller's pointer alone, which was had by `&mut`; the others keep theirs.
//! * A clone of a `Box` holds a clone of the allocator, which by rule 10 is the same to every block.

use core::ptr::NonNull;

#[cfg(target_has_atomic = "ptr")]
use super::Arc;
use super::{Box, Rc};
use crate::api::{AllocError, Allocator, AllocatorClone, Layout, Owns, StaticAllocator};

/// The traits of allocators that `$pointer<X, A>` has from `X`.
macro_rules! allocator {
    ($($pointer:ident)*) => {$(
        // SAFETY: the blocks are those of the value, by the reasons at the head of this file.
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
                // SAFETY: by `# Safety` of this fn.
                unsafe { (**self).deallocate(block, layout) };
            }

            #[inline]
            unsafe fn grow(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
                // SAFETY: by `# Safety` of this fn.
                unsafe { (**self).grow(block, old, new) }
            }

            #[inline]
            unsafe fn grow_zeroed(
                &self,
                block: NonNull<u8>,
                old: Layout,
                new: Layout,
            ) -> Result<NonNull<[u8]>, AllocError> {
                // SAFETY: by `# Safety` of this fn.
                unsafe { (**self).grow_zeroed(block, old, new) }
            }

            #[inline]
            unsafe fn shrink(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
                // SAFETY: by `# Safety` of this fn.
                unsafe { (**self).shrink(block, old, new) }
            }
        }

        // SAFETY: the blocks are those of the value.
        unsafe impl<X: Owns + ?Sized, A: Allocator> Owns for $pointer<X, A> {
            #[inline]
            fn owns(&self, block: NonNull<u8>, layout: Layout) -> bool {
                (**self).owns(block, layout)
            }
        }

        // SAFETY: the blocks outlive the value, and with it its pointers; a subtype points to a subtype of the value.
        unsafe impl<X: StaticAllocator + ?Sized, A: Allocator> StaticAllocator for $pointer<X, A> {}
    )*};
}

allocator!(Box Rc);
#[cfg(target_has_atomic = "ptr")]
allocator!(Arc);

// SAFETY: a clone is a pointer to the same value, which stays until the last one is dropped; to clone it is to count, and to
// clone its allocator. (A clone of a `Box` asks for memory, and without std to be refused is a panic.)
unsafe impl<X: Allocator + ?Sized, A: AllocatorClone> AllocatorClone for Rc<X, A> {}
// SAFETY: as above.
#[cfg(target_has_atomic = "ptr")]
unsafe impl<X: Allocator + ?Sized, A: AllocatorClone> AllocatorClone for Arc<X, A> {}
