//! Unsizing a pointer keeps its allocator, even if the allocator dereferences to another one.
use std::any::Any;
use std::ops::Deref;
use std::ptr::NonNull;

use janus_alloc::api::{AllocError, Allocator, Layout};
use janus_alloc::collections::{Arc, Box, Rc, arc, rc};
use janus_alloc::{Pages, Pool, unsize_arc, unsize_arc_weak, unsize_box, unsize_rc, unsize_rc_weak};

struct Tagged {
    pool: Pool,
    other: Pages,
}

impl Deref for Tagged {
    type Target = Pages;

    fn deref(&self) -> &Pages {
        &self.other
    }
}

// SAFETY: all blocks are those of the pool.
unsafe impl Allocator for Tagged {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.pool.allocate(layout)
    }

    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        // SAFETY: the block is from the pool, with this layout.
        unsafe { self.pool.deallocate(block, layout) }
    }
}

fn main() {
    let tagged = Tagged { pool: Pool::new(), other: Pages::new() };
    let _: Box<dyn Any, &Pages> = unsize_box!(Box::new_in(1, &tagged));
    let _: Rc<dyn Any, &Pages> = unsize_rc!(Rc::new_in(1, &tagged));
    let _: rc::Weak<dyn Any, &Pages> = unsize_rc_weak!(rc::Weak::<u8, _>::new_in(&tagged));
    let _: Arc<dyn Any, &Pages> = unsize_arc!(Arc::new_in(1, &tagged));
    let _: arc::Weak<dyn Any, &Pages> = unsize_arc_weak!(arc::Weak::<u8, _>::new_in(&tagged));
}
