#[cfg_attr(unix, path = "unix.rs")]
#[cfg_attr(windows, path = "windows.rs")]
mod c;

use core::ptr::NonNull;

use crate::api::global_calls::allocator_over_global;
use crate::api::{
    AllocError, AllocatorClone, CallsMalloc, GlobalAlloc, GlobalAllocator, IndependentAllocator, Layout,
    StaticAllocator,
};

/// The C library's `malloc`, `calloc`, `realloc`, `free` and `posix_memalign`.
///
/// If linking or `LD_PRELOAD` replaces those functions, the replacements are called. Unlike [`System`](crate::System),
/// `Malloc` exists without std, and finds the size of a block by its pointer ([`UsableSize`](crate::api::UsableSize))
/// where the C library does.
///
/// | request | calls |
/// | --- | --- |
/// | an align that `malloc` provides (16 bytes, on 32-bit targets 8) | `malloc`, `calloc`, `realloc` |
/// | a larger align, or one larger than the size | `posix_memalign`, and a copy to grow or shrink |
/// | size 0 | nothing: the block is dangling |
/// | `deallocate` | `free`, whatever the layout |
///
/// * **Cost**: that of the C library, and one compare of the align, which is mostly known at compile time.
/// * **Overhead**: that of the C library; with glibc 8 bytes a block, and blocks of 24, 40, 56... bytes.
/// * **Size**: 0. **Blocks**: exactly as long as requested. **Threads**: any.
/// * **Both faces**: it is an [`Allocator`](crate::api::Allocator) and a [`GlobalAlloc`] by itself, as `System` is.
///
/// On Windows it calls `_aligned_malloc`, `_aligned_realloc` and `_aligned_free`. This was run under Wine, not on
/// Windows.
///
/// # Examples
///
/// ```
/// use janus_alloc::{AsGlobal, Malloc, Stats, collections::Vec};
///
/// #[global_allocator]
/// static DEFAULT: AsGlobal<Stats<Malloc>> = AsGlobal::new(Stats::new(Malloc));
///
/// let mut bytes = Vec::new_in(Malloc); // bypasses the default
/// bytes.extend_from_slice(b"from malloc");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Malloc;

impl Malloc {
    #[inline]
    fn global(&self) -> &Self {
        self
    }
}

// SAFETY: the C library's functions return disjoint blocks of the requested size and align, and neither unwind nor call
// the registered default.
unsafe impl GlobalAlloc for Malloc {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        c::alloc(layout)
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        c::alloc_zeroed(layout)
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, _: Layout) {
        // SAFETY: the caller promises a live block of this allocator.
        unsafe { c::free(block) };
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        // SAFETY: the caller promises that `new_size`, rounded up to the align, is at most `isize::MAX`.
        let new_layout = unsafe { Layout::from_size_align_unchecked(new_size, layout.align()) };
        // SAFETY: the caller promises a live block of this allocator with `layout`.
        unsafe { c::realloc(block, layout, new_layout) }
    }
}

allocator_over_global!([] Malloc);

// SAFETY: the heap of the C library lives as long as the process, and no value owns it.
unsafe impl StaticAllocator for Malloc {}
// SAFETY: every value calls the same heap.
unsafe impl AllocatorClone for Malloc {}
// SAFETY: it calls only the C library.
unsafe impl GlobalAllocator for Malloc {}
// SAFETY: as above.
unsafe impl IndependentAllocator for Malloc {}
impl CallsMalloc for Malloc {}

// SAFETY: `malloc_usable_size` is at least the requested size. The methods of `Malloc` use the old layout of a block
// only to decide whether `realloc` keeps the align of the new one, and how many bytes to copy.
#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple", target_os = "freebsd"))]
unsafe impl crate::api::UsableSize for Malloc {
    /// Returns the size that the C library reports, and an align of the block's address, up to the one that `malloc`
    /// provides.
    #[inline]
    unsafe fn layout_of(&self, block: NonNull<u8>) -> Layout {
        // SAFETY: the caller promises a live block of this allocator.
        let size = unsafe { c::usable_size(block) };
        let align = c::MALLOC_ALIGN.min(1 << block.addr().get().trailing_zeros());
        let size = size.min(isize::MAX as usize - (align - 1));
        // SAFETY: the align is a power of two, and the size, rounded up to it, is at most `isize::MAX`.
        unsafe { Layout::from_size_align_unchecked(size, align) }
    }
}
