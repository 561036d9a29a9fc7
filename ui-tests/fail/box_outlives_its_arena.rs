//! A box, and a reference leaked from one, must not be used after the arena is dropped or reset.
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
