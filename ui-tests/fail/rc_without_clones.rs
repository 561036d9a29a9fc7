//! Every pointer holds its own allocator, so an `Rc` can only be cloned if its allocator is an `AllocatorClone`.
use janus_alloc::Pool;
use janus_alloc::collections::Rc;

fn main() {
    let five = Rc::new_in(5, Pool::new());
    let _ = Rc::clone(&five);
    let _ = Rc::downgrade(&five);
}
