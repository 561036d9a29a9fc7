//! An allocator exported as `malloc` must know the size of each block, because C's `free` does not pass it.
use janus_alloc::{Pages, export_malloc};

static PAGES: Pages = Pages::new();
export_malloc!(PAGES);

fn main() {}
