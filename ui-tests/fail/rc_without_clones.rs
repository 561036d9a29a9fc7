//! Another pointer needs another allocator: one by value that is no `Clone` has one pointer only.
use janus_alloc::Pool;
use janus_alloc::collections::Rc;

fn main() {
    let five = Rc::new_in(5, Pool::new());
    let _ = Rc::clone(&five);
    let _ = Rc::downgrade(&five);
}
