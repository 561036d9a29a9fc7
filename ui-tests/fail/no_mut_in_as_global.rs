//! `AsGlobal` lends its allocator by shared reference only.
use janus_alloc::{AsGlobal, Pages};

fn main() {
    let mut local = AsGlobal::new(Pages::new());
    *local = Pages::new().guard_pages(true);
}
