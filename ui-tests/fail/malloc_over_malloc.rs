//! An allocator exported as `malloc` must not call `malloc`.
use janus_alloc::{AsGlobal, Malloc, export_malloc};

static ALLOCATOR: AsGlobal<Malloc> = AsGlobal::new(Malloc);
export_malloc!(ALLOCATOR);

fn main() {}
