//! C does not say how large a block is that it frees.
use janus_alloc::{Pages, export_malloc};

static PAGES: Pages = Pages::new();
export_malloc!(PAGES);

fn main() {}
