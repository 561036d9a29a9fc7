//! A box, and what is leaked of one, ends before its arena does, and before it is reset.
use janus_alloc::Arena;
use janus_alloc::collections::Box;

fn main() {
    let boxed = {
        let arena = Arena::new();
        Box::new_in(1, &arena)
    };
    assert_eq!(*boxed, 1);

    let mut arena = Arena::new();
    let leaked: &mut i32 = Box::leak(Box::new_in(1, &arena));
    arena.reset();
    assert_eq!(*leaked, 1);
}
