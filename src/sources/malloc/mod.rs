#[cfg_attr(unix, path = "unix.rs")]
#[cfg_attr(windows, path = "windows.rs")]
mod c;

use core::ptr::NonNull;

use crate::api::global_calls::allocator_over_global;
use crate::api::{AllocError, AllocatorClone, CallsMalloc, GlobalAlloc, GlobalAllocator, Layout, StaticAllocator};

/// The C library's `malloc`, `calloc`, `realloc`, `free` and `posix_memalign`, and nothing between.
///
/// Whatever replaced them, by linking or by `LD_PRELOAD`, is what is called. Unlike [`System`](crate::System) it is there
/// without std, and knows a block's size from its pointer ([`UsableSize`](crate::api::UsableSize)) where the C library does.
///
/// | asked for | called |
/// | --- | --- |
/// | an align that `malloc` gives anyway (16 bytes, on 32-bit targets 8) | `malloc`, `calloc`, `realloc` |
/// | a larger align, or one larger than the size | `posix_memalign`, and a copy to grow or shrink |
/// | size 0 | nothing: a dangling pointer |
/// | `deallocate` | `free`, whatever the layout |
///
/// * **Cost**: the C library's, and one compare of the align, known at compile time as a rule.
/// * **Overhead**: the C library's; with glibc 8 bytes a block, and blocks of 24, 40, 56... bytes.
/// * **Size**: 0. **Blocks**: exactly as long as requested. **Threads**: any.
/// * **Both faces**: it is an [`Allocator`](crate::api::Allocator) and a [`GlobalAlloc`] by itself, as `System` is.
///
/// On Windows it calls `_aligned_malloc`, `_aligned_realloc` and `_aligned_free`; that was run under Wine, not on Windows.
///
/// # Examples
///
/// ```
/// use janus_alloc::{AsGlobal, Malloc, Stats, collections::Vec};
///
/// #[global_allocator]
/// static DEFAULT: AsGlobal<Stats<Malloc>> = AsGlobal::new(Stats::new(Malloc));
///
/// let mut bytes = Vec::new_in(Malloc); // not through the default
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

// SAFETY: the C library's functions give disjoint blocks of the size and align asked for, never unwind and never call the
// registered default.
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

// SAFETY: the C library's heap has no owner that could be dropped.
unsafe impl StaticAllocator for Malloc {}
// SAFETY: a unit struct; every value calls the one heap.
unsafe impl AllocatorClone for Malloc {}
// SAFETY: calls the C library only.
unsafe impl GlobalAllocator for Malloc {}
impl CallsMalloc for Malloc {}

// SAFETY: `malloc_usable_size` is at least the requested size, and no method of `Malloc` looks at the size or align it is
// given back but to decide whether `realloc` keeps the align of the new layout.
#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple", target_os = "freebsd"))]
unsafe impl crate::api::UsableSize for Malloc {
    /// The C library's size, and an align that the block has: at most the one `malloc` gives anyway.
    #[inline]
    unsafe fn layout_of(&self, block: NonNull<u8>) -> Layout {
        // SAFETY: the caller promises a live block of this allocator.
        let size = unsafe { c::usable_size(block) };
        let align = c::MALLOC_ALIGN.min(1 << block.addr().get().trailing_zeros());
        let size = size.min(isize::MAX as usize - (align - 1));
        // SAFETY: the align is a power of two, and the size rounded up to it is at most `isize::MAX`.
        unsafe { Layout::from_size_align_unchecked(size, align) }
    }
}
