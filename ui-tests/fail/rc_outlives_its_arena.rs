//! Strong and weak pointers must not be used after the arena is dropped or reset.
use janus_alloc::Arena;
use janus_alloc::collections::{Arc, Rc};

fn main() {
    let rc = {
        let arena = Arena::new();
        Rc::new_in(1, &arena)
    };
    assert_eq!(*rc, 1);

    let mut arena = Arena::new();
    let weak = Arc::downgrade(&Arc::new_in(1, &arena));
    arena.reset();
    assert!(weak.upgrade().is_none());
}
