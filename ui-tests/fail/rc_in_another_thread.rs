//! The counts of an `Rc` are for one thread, and so is the memory of an `Arc` in an allocator for one thread.
use std::thread;

use janus_alloc::Pool;
use janus_alloc::collections::{Arc, Rc};

fn main() {
    let five = Rc::new(5);
    thread::spawn(move || assert_eq!(*five, 5));

    let pool = Pool::new();
    let six = Arc::new_in(6, &pool);
    thread::scope(|scope| {
        scope.spawn(|| assert_eq!(*six, 6));
    });
}
