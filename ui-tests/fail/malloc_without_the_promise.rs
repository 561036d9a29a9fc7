//! An allocator exported as `malloc` must be a `GlobalAllocator`. This one does not implement it.
use std::ptr::NonNull;

use janus_alloc::api::{AllocError, Allocator, Layout, UsableSize};
use janus_alloc::export_malloc;

struct Mine;

unsafe impl Allocator for Mine {
    fn allocate(&self, _: Layout) -> Result<NonNull<[u8]>, AllocError> {
        Err(AllocError)
    }
    unsafe fn deallocate(&self, _: NonNull<u8>, _: Layout) {}
}

unsafe impl UsableSize for Mine {
    unsafe fn layout_of(&self, _: NonNull<u8>) -> Layout {
        Layout::new::<u8>()
    }
}

static MINE: Mine = Mine;
export_malloc!(MINE);

fn main() {}
