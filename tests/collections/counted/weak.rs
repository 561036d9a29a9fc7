//! Weak pointers, and values that hold one to themselves.

use std::any::Any;
use std::cell::RefCell;

use super::super::{Rc, Weak, unsize_weak};
use crate::ledger::{Drops, Ledger, Value, panics};

#[test]
fn a_cyclic_value_can_upgrade_its_weak_pointer_once_built() {
    struct Gadget<'a> {
        me: Weak<Gadget<'a>, &'a Ledger>,
        value: Value<'a>,
    }

    let (ledger, drops) = (Ledger::new(), Drops::new());
    let gadget = Rc::new_cyclic_in(
        |me| {
            assert!(me.upgrade().is_none());
            assert_eq!((me.strong_count(), me.weak_count()), (0, 0));
            let other = me.clone();
            assert!(other.ptr_eq(me) && other.upgrade().is_none());
            Gadget { me: other, value: drops.value() }
        },
        &ledger,
    );
    assert_eq!((Rc::strong_count(&gadget), Rc::weak_count(&gadget), gadget.value.number), (1, 1, 0));
    assert!(Rc::ptr_eq(&gadget, &gadget.me.upgrade().unwrap()));
    drop(gadget);
    assert_eq!((drops.live(), ledger.live()), (0, 0));

    // If the closure panics, no value is dropped, and the last weak pointer frees the memory.
    let mut kept = Weak::new_in(&ledger);
    assert!(panics(|| {
        Rc::new_cyclic_in(
            |me: &Weak<u64, &Ledger>| {
                kept = me.clone();
                panic!("no value")
            },
            &ledger,
        )
    }));
    assert_eq!((ledger.live(), kept.strong_count()), (1, 0));
    assert!(kept.upgrade().is_none());
    drop(kept);
    assert_eq!(ledger.live(), 0);
    assert!(panics(|| Rc::new_cyclic_in(|_: &Weak<u64, _>| panic!("no value"), &ledger)));
    assert_eq!(ledger.live(), 0);
    assert_eq!(Rc::weak_count(&Rc::new_cyclic(|_: &Weak<u8>| 5)), 0);
}

#[test]
fn a_weak_pointer_without_a_value_never_upgrades() {
    let ledger = Ledger::new();
    let nothing: Weak<u64, _> = Weak::new_in(&ledger);
    let other = nothing.clone();
    assert!(nothing.upgrade().is_none() && nothing.ptr_eq(&other));
    assert_eq!((nothing.strong_count(), nothing.weak_count(), ledger.requests()), (0, 0, 0));
    assert_eq!(format!("{nothing:?}"), "(Weak)");
    assert!(std::ptr::eq(*nothing.allocator(), &raw const ledger));
    let (pointer, allocator) = nothing.into_raw_with_allocator();
    assert_eq!(pointer, other.as_ptr());
    // SAFETY: `into_raw_with_allocator` returned both. A pointer to no value has no count.
    let nothing = unsafe { Weak::from_raw_in(pointer, allocator) };
    let five = Rc::new_in(5_u64, &ledger);
    assert!(!nothing.ptr_eq(&Rc::downgrade(&five)));
    let nothing: Weak<dyn Any, _> = unsize_weak!(nothing);
    assert!(nothing.clone().upgrade().is_none());
    drop(nothing);
    // A pointer to a value of size 0 and alignment 1 differs from one to no value.
    let nothing = Rc::new_in((), &ledger);
    assert!(Rc::downgrade(&nothing).upgrade().is_some());
    assert!(Weak::<()>::default().upgrade().is_none());
    const NOTHING: Weak<String> = Weak::new();
    assert!(NOTHING.upgrade().is_none());
    // SAFETY: `into_raw` returned the pointer. A pointer to no value has no count.
    assert!(unsafe { Weak::<u8>::from_raw(Weak::<u8>::new().into_raw()) }.upgrade().is_none());
}

#[test]
fn a_tree_with_weak_parent_pointers_frees_all_its_nodes() {
    struct Node<'a> {
        children: RefCell<std::vec::Vec<Rc<Node<'a>, &'a Ledger>>>,
        parent: RefCell<Weak<Node<'a>, &'a Ledger>>,
    }

    fn tree<'a>(depth: usize, ledger: &'a Ledger) -> Rc<Node<'a>, &'a Ledger> {
        let children = (0..depth).map(|depth| tree(depth, ledger)).collect();
        let node = Node { children: RefCell::new(children), parent: RefCell::new(Weak::new_in(ledger)) };
        let node = Rc::new_in(node, ledger);
        for child in &*node.children.borrow() {
            *child.parent.borrow_mut() = Rc::downgrade(&node);
        }
        node
    }

    let ledger = Ledger::new();
    let root = tree(8, &ledger);
    assert_eq!((ledger.live(), Rc::weak_count(&root)), (256, 8));
    let child = root.children.borrow()[7].clone();
    assert!(Rc::ptr_eq(&child.parent.borrow().upgrade().unwrap(), &root));
    drop(root);
    assert!(child.parent.borrow().upgrade().is_none());
    // The weak pointer of the child keeps the root's memory.
    assert_eq!(ledger.live(), 128 + 1);
    drop(child);
    assert_eq!(ledger.live(), 0);
    assert_eq!(size_of::<Rc<Node<'_>, &Ledger>>(), size_of::<[usize; 2]>());
}
