//! An arena drops nothing, no more in a slice: each method that would leak has the user's line in its last note.
use janus_alloc::Arena;

fn main() {
    let arena = Arena::new();
    arena.alloc_slice_default::<String>(2);
    arena.scope(|scope| {
        let texts = scope.alloc_slice_try_fill_with(2, |n| Ok::<_, ()>(n.to_string()));
        assert!(texts.is_ok());
    });
}
