//! Implementing `GlobalAllocator` by hand does not help a type that is not `Sync`.
use std::cell::Cell;
use std::ptr::NonNull;

use janus_alloc::api::{AllocError, Allocator, GlobalAllocator, Layout};
use janus_alloc::{AsGlobal, System};

struct Counted(Cell<usize>);

unsafe impl Allocator for Counted {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.0.set(self.0.get() + 1);
        System.allocate(layout)
    }
    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        unsafe { System.deallocate(block, layout) }
    }
}
unsafe impl GlobalAllocator for Counted {}

#[global_allocator]
static DEFAULT: AsGlobal<Counted> = AsGlobal::new(Counted(Cell::new(0)));

fn main() {}
