//! Lists whose links lie in what they link.

use core::cell::Cell;
use core::ptr::NonNull;

/// All zero bytes are those of something in no list.
#[derive(Debug)]
pub(crate) struct Links<T> {
    next: Cell<Option<NonNull<T>>>,
    previous: Cell<Option<NonNull<T>>>,
}

/// What can be in a list; in one at a time.
pub(crate) trait Node: Sized {
    fn links(&self) -> &Links<Self>;
}

/// All zero bytes are an empty one.
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

/// Of a node that lives as long as the list that it is in.
///
/// # Safety
///
/// `node` is one of a list that is looked at or changed: these live, and change under the list's lock only.
unsafe fn links<'a, T: Node + 'a>(node: NonNull<T>) -> &'a Links<T> {
    // SAFETY: by `# Safety` of this fn.
    unsafe { node.as_ref() }.links()
}

/// In a static.
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
    /// `node` lives, is in no list, and stays where it is until it is removed.
    pub(crate) unsafe fn push_front(&self, node: NonNull<T>) {
        let next = self.first.replace(Some(node));
        // SAFETY: by `# Safety` of this fn.
        let own = unsafe { links(node) };
        own.next.set(next);
        own.previous.set(None);
        match next {
            // SAFETY: in the list.
            Some(next) => unsafe { links(next) }.previous.set(Some(node)),
            None => self.last.set(Some(node)),
        }
    }

    /// # Safety
    ///
    /// As for [`push_front`](Self::push_front).
    pub(crate) unsafe fn push_back(&self, node: NonNull<T>) {
        let previous = self.last.replace(Some(node));
        // SAFETY: by `# Safety` of this fn.
        let own = unsafe { links(node) };
        own.next.set(None);
        own.previous.set(previous);
        match previous {
            // SAFETY: in the list.
            Some(previous) => unsafe { links(previous) }.next.set(Some(node)),
            None => self.first.set(Some(node)),
        }
    }

    /// # Safety
    ///
    /// `node` is in this list.
    pub(crate) unsafe fn remove(&self, node: NonNull<T>) {
        // SAFETY: by `# Safety` of this fn.
        let own = unsafe { links(node) };
        let (next, previous) = (own.next.get(), own.previous.get());
        match next {
            // SAFETY: in the list.
            Some(next) => unsafe { links(next) }.previous.set(previous),
            None => self.last.set(previous),
        }
        match previous {
            // SAFETY: in the list.
            Some(previous) => unsafe { links(previous) }.next.set(next),
            None => self.first.set(next),
        }
    }

    /// From the first to the last. A node may be removed once it was given.
    pub(crate) fn iter(&self) -> impl Iterator<Item = NonNull<T>> {
        let mut next = self.first.get();
        core::iter::from_fn(move || {
            let node = next?;
            // SAFETY: in the list when it was the next.
            next = unsafe { links(node) }.next.get();
            Some(node)
        })
    }
}
