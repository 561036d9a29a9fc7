//! Collections can share pointers to allocators, and threads can share those with atomic counts.
use std::thread;

use janus_alloc::collections::{Arc, Box, Rc, Vec, arc, rc};
use janus_alloc::{AsGlobal, Pool, SharedPool, unsize_arc_weak, unsize_rc};

/// A structure without a lifetime that owns its memory.
struct Document {
    names: Vec<Box<str, Rc<Pool>>, Rc<Pool>>,
}

/// A node of a tree in a pool, with a pointer to its parent.
struct Node<'p> {
    parent: rc::Weak<Node<'p>, &'p Pool>,
    children: std::cell::RefCell<Vec<Rc<Node<'p>, &'p Pool>, &'p Pool>>,
}

static DEFAULT: AsGlobal<SharedPool> = AsGlobal::new(SharedPool::new());

fn main() {
    let pool = Rc::new(Pool::new());
    let mut document = Document { names: Vec::new_in(pool.clone()) };
    document.names.push(Box::clone_from_ref_in("Janus", pool));

    let pool = Pool::new();
    let root = Rc::new_in(Node { parent: rc::Weak::new_in(&pool), children: Vec::new_in(&pool).into() }, &pool);
    let child = Node { parent: Rc::downgrade(&root), children: Vec::new_in(&pool).into() };
    root.children.borrow_mut().push(Rc::new_in(child, &pool));
    assert!(root.children.borrow()[0].parent.upgrade().is_some() && root.parent.upgrade().is_none());
    let _: Rc<dyn Fn() -> u8, _> = unsize_rc!(Rc::new_in(|| 1, &pool));

    let pinned = Arc::pin_in(7, &DEFAULT);
    assert_eq!(thread::spawn(move || *pinned).join().unwrap(), 7);
    let shared = Arc::new_in(|| 7, &DEFAULT);
    let weak: arc::Weak<dyn Fn() -> u8 + Send + Sync, _> = unsize_arc_weak!(Arc::downgrade(&shared));
    assert_eq!(thread::spawn(move || weak.upgrade().unwrap()()).join().unwrap(), 7);
}
