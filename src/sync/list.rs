//! Doubly linked lists whose links lie in their nodes.

use core::cell::Cell;
use core::ptr::NonNull;

/// The links of a node. All zero bytes are the links of a node in no list.
#[derive(Debug)]
pub(crate) struct Links<T> {
    next: Cell<Option<NonNull<T>>>,
    previous: Cell<Option<NonNull<T>>>,
}

/// A type whose values can be in a [`List`], in one at a time.
pub(crate) trait Node: Sized {
    fn links(&self) -> &Links<Self>;
}

/// A list of nodes, which it does not own. All zero bytes are an empty list.
///
/// # Invariants
///
/// 1. Each node of the list lives, and stays where it is, until it is removed: by `# Safety` of `push_front` and
///    `push_back`.
/// 2. The links of the list and of its nodes are `None`, or lead to nodes of the list.
/// 3. One thread at a time uses a list and the links of its nodes. They consist of cells, so a type that shares a list
///    between threads implements `Sync` by a promise of its own, and keeps that by a lock.
#[derive(Debug)]
pub(crate) struct List<T> {
    first: Cell<Option<NonNull<T>>>,
    last: Cell<Option<NonNull<T>>>,
}

impl<T> Links<T> {
    pub(crate) const fn new() -> Self {
        Self { next: Cell::new(None), previous: Cell::new(None) }
    }
}

/// Returns the links of a node.
///
/// # Safety
///
/// `node` lives, and stays where it is, as long as the result is used.
unsafe fn links<'a, T: Node + 'a>(node: NonNull<T>) -> &'a Links<T> {
    // SAFETY: by `# Safety` of this fn.
    unsafe { node.as_ref() }.links()
}

/// For lists in statics, which only the handlers of forks have.
#[cfg(unix)]
impl<T> List<T> {
    pub(crate) const fn new() -> Self {
        Self { first: Cell::new(None), last: Cell::new(None) }
    }
}

impl<T: Node> List<T> {
    #[inline]
    pub(crate) fn first(&self) -> Option<NonNull<T>> {
        self.first.get()
    }

    pub(crate) fn last(&self) -> Option<NonNull<T>> {
        self.last.get()
    }

    /// # Safety
    ///
    /// `node` is in no list. It lives, and stays where it is, until it is removed.
    pub(crate) unsafe fn push_front(&self, node: NonNull<T>) {
        let next = self.first.replace(Some(node));
        // SAFETY: by `# Safety` of this fn.
        let own = unsafe { links(node) };
        own.next.set(next);
        own.previous.set(None);
        match next {
            // SAFETY: a node of the list lives, by invariant 1.
            Some(next) => unsafe { links(next) }.previous.set(Some(node)),
            None => self.last.set(Some(node)),
        }
    }

    /// # Safety
    ///
    /// `node` is in no list. It lives, and stays where it is, until it is removed.
    pub(crate) unsafe fn push_back(&self, node: NonNull<T>) {
        let previous = self.last.replace(Some(node));
        // SAFETY: by `# Safety` of this fn.
        let own = unsafe { links(node) };
        own.next.set(None);
        own.previous.set(previous);
        match previous {
            // SAFETY: a node of the list lives, by invariant 1.
            Some(previous) => unsafe { links(previous) }.next.set(Some(node)),
            None => self.first.set(Some(node)),
        }
    }

    /// # Safety
    ///
    /// 1. `node` is in this list.
    /// 2. No [iterator](Self::iter) that is used again has yet to yield `node`.
    pub(crate) unsafe fn remove(&self, node: NonNull<T>) {
        // SAFETY: by (1) and invariant 1 it lives.
        let own = unsafe { links(node) };
        let (next, previous) = (own.next.get(), own.previous.get());
        match next {
            // SAFETY: by invariant 2 a node of the list, which lives by invariant 1.
            Some(next) => unsafe { links(next) }.previous.set(previous),
            None => self.last.set(previous),
        }
        match previous {
            // SAFETY: by invariant 2 a node of the list, which lives by invariant 1.
            Some(previous) => unsafe { links(previous) }.next.set(next),
            None => self.first.set(next),
        }
    }

    /// Returns the nodes from the first to the last. A node may be removed once the iterator has yielded it.
    pub(crate) fn iter(&self) -> impl Iterator<Item = NonNull<T>> {
        let mut next = self.first.get();
        core::iter::from_fn(move || {
            let node = next?;
            // SAFETY: it was a node of the list, and by `# Safety` (2) of `remove` still is, so it lives by invariant
            // 1.
            next = unsafe { links(node) }.next.get();
            Some(node)
        })
    }
}
