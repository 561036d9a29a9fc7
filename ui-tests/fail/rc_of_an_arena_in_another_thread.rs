//! Collections that share an `Rc<Arena>` stay in one thread.
use janus_alloc::Arena;
use janus_alloc::collections::{Rc, Vec};

fn main() {
    let arena = Rc::new(Arena::new());
    let mut numbers = Vec::new_in(arena.clone());
    numbers.push(1);
    std::thread::spawn(move || assert_eq!(numbers.len(), 1));
}
