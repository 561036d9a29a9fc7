//! What becomes `malloc` must not call it.
use janus_alloc::{AsGlobal, Malloc, export_malloc};

static ALLOCATOR: AsGlobal<Malloc> = AsGlobal::new(Malloc);
export_malloc!(ALLOCATOR);

fn main() {}
