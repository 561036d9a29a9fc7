//! An `Rc` stays in one thread, and so does an `Arc` in an allocator that serves one thread.
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
