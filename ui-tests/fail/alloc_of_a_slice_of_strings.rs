//! An arena never drops values, and neither do its slice methods. The last note of each error names the user's line.
use janus_alloc::Arena;

fn main() {
    let arena = Arena::new();
    arena.alloc_slice_default::<String>(2);
    arena.scope(|scope| {
        let texts = scope.alloc_slice_try_fill_with(2, |n| Ok::<_, ()>(n.to_string()));
        assert!(texts.is_ok());
    });
}
