//! Nodes, linked both ways, without the allocator they come from.

use core::alloc::Layout;
use core::marker::PhantomData;
use core::ptr::NonNull;

use alloc::boxed::Box;

use crate::api::Allocator;
use crate::collections::block::OwnedBlock;
use crate::collections::error::{OnFailure, TryReserveError};

/// A node that is live, with an initialised element.
pub(super) type Link<T> = NonNull<Node<T>>;

/// An element and its neighbours. Its size is never 0.
pub(super) struct Node<T> {
    pub(super) next: Option<Link<T>>,
    pub(super) previous: Option<Link<T>>,
    pub(super) element: T,
}

/// A node of `allocator` with `element`, linked to no other. Without memory the element is dropped.
#[inline]
#[track_caller]
pub(super) fn allocate<T, A: Allocator, F: OnFailure>(element: T, allocator: &A) -> Result<Link<T>, F::Error> {
    let layout = Layout::new::<Node<T>>();
    let Ok(block) = allocator.allocate(layout) else { return Err(F::fail(TryReserveError::refused(layout))) };
    let node = block.cast::<Node<T>>();
    // SAFETY: a new block of the layout of a node.
    unsafe { node.write(Node { next: None, previous: None, element }) };
    Ok(node)
}

/// The place of the element.
#[inline(always)]
fn place<T>(node: Link<T>) -> *mut T {
    // SAFETY: a link leads to a live node.
    unsafe { &raw mut (*node.as_ptr()).element }
}

/// Frees the node, without dropping its element.
///
/// # Safety
///
/// The node comes from `allocator`, and is not used again.
#[inline]
pub(super) unsafe fn free<T, A: Allocator>(node: Link<T>, allocator: &A) {
    // SAFETY: by `# Safety` of this fn; `allocate` asked for this layout.
    unsafe { allocator.deallocate(node.cast(), Layout::new::<Node<T>>()) };
}

/// Frees the node, and returns its element.
///
/// # Safety
///
/// The node comes from `allocator`, and is not used again.
#[inline]
pub(super) unsafe fn take<T, A: Allocator>(node: Link<T>, allocator: &A) -> T {
    // SAFETY: a node has an element, which is moved out once, since the node is not used again.
    let element = unsafe { place(node).read() };
    // SAFETY: by `# Safety` of this fn.
    unsafe { free(node, allocator) };
    element
}

/// The nodes of a list. Dropped, it frees nothing.
///
/// # Invariants
///
/// 1. `head` and what is reached from it by `next` are `len` different nodes, the last of which is `tail`.
/// 2. Each but the first has the one before it as `previous`, and the first has `None`.
/// 3. All nodes come from one allocator, and only this chain leads to them.
///
/// They hold whenever the caller's code runs.
pub(super) struct Chain<T> {
    pub(super) head: Option<Link<T>>,
    pub(super) tail: Option<Link<T>>,
    pub(super) len: usize,
    owned: PhantomData<Box<Node<T>>>,
}

// SAFETY: by invariant 3 a chain owns its elements.
unsafe impl<T: Send> Send for Chain<T> {}
// SAFETY: a borrowed chain gives its elements as it is borrowed.
unsafe impl<T: Sync> Sync for Chain<T> {}

impl<T> Chain<T> {
    pub(super) const fn new() -> Self {
        Self { head: None, tail: None, len: 0, owned: PhantomData }
    }

    /// Leaves the chain empty.
    #[inline]
    pub(super) fn take(&mut self) -> Self {
        core::mem::replace(self, Self::new())
    }

    /// # Safety
    ///
    /// The node comes from the allocator of the chain, and is in none.
    #[inline]
    pub(super) unsafe fn push_front(&mut self, node: Link<T>) {
        // SAFETY: a live node that nothing else leads to.
        unsafe { (*node.as_ptr()).next = self.head };
        // SAFETY: as above.
        unsafe { (*node.as_ptr()).previous = None };
        match self.head {
            // SAFETY: a node of this chain.
            Some(head) => unsafe { (*head.as_ptr()).previous = Some(node) },
            None => self.tail = Some(node),
        }
        self.head = Some(node);
        self.len += 1;
    }

    /// # Safety
    ///
    /// The node comes from the allocator of the chain, and is in none.
    #[inline]
    pub(super) unsafe fn push_back(&mut self, node: Link<T>) {
        // SAFETY: a live node that nothing else leads to.
        unsafe { (*node.as_ptr()).next = None };
        // SAFETY: as above.
        unsafe { (*node.as_ptr()).previous = self.tail };
        match self.tail {
            // SAFETY: a node of this chain.
            Some(tail) => unsafe { (*tail.as_ptr()).next = Some(node) },
            None => self.head = Some(node),
        }
        self.tail = Some(node);
        self.len += 1;
    }

    /// The first node, which is in no chain then.
    #[inline]
    pub(super) fn pop_front(&mut self) -> Option<Link<T>> {
        let node = self.head?;
        // SAFETY: a node of this chain.
        self.head = unsafe { (*node.as_ptr()).next };
        match self.head {
            // SAFETY: a node of this chain.
            Some(head) => unsafe { (*head.as_ptr()).previous = None },
            None => self.tail = None,
        }
        self.len -= 1;
        Some(node)
    }

    /// The last node, which is in no chain then.
    #[inline]
    pub(super) fn pop_back(&mut self) -> Option<Link<T>> {
        let node = self.tail?;
        // SAFETY: a node of this chain.
        self.tail = unsafe { (*node.as_ptr()).previous };
        match self.tail {
            // SAFETY: a node of this chain.
            Some(tail) => unsafe { (*tail.as_ptr()).next = None },
            None => self.head = None,
        }
        self.len -= 1;
        Some(node)
    }

    /// # Safety
    ///
    /// The node is one of this chain. It is in none then.
    #[inline]
    pub(super) unsafe fn unlink(&mut self, node: Link<T>) {
        // SAFETY: a node of this chain.
        let next = unsafe { (*node.as_ptr()).next };
        // SAFETY: as above.
        let previous = unsafe { (*node.as_ptr()).previous };
        match previous {
            // SAFETY: a node of this chain.
            Some(previous) => unsafe { (*previous.as_ptr()).next = next },
            None => self.head = next,
        }
        match next {
            // SAFETY: a node of this chain.
            Some(next) => unsafe { (*next.as_ptr()).previous = previous },
            None => self.tail = previous,
        }
        self.len -= 1;
    }

    /// Takes the nodes of another chain behind its own.
    ///
    /// # Safety
    ///
    /// The allocator of this chain may free the nodes of `other`.
    #[inline]
    pub(super) unsafe fn append(&mut self, other: Self) {
        let Some(first) = other.head else { return };
        match self.tail {
            Some(tail) => {
                // SAFETY: a node of this chain.
                unsafe { (*tail.as_ptr()).next = Some(first) };
                // SAFETY: a node of the other chain, which only leads to its nodes from here on.
                unsafe { (*first.as_ptr()).previous = Some(tail) };
            }
            None => self.head = Some(first),
        }
        self.tail = other.tail;
        self.len += other.len;
    }

    /// The nodes from index `at` on, taken off. `at` is at most the length.
    pub(super) fn split_off(&mut self, at: usize) -> Self {
        debug_assert!(at <= self.len);
        if at == 0 {
            return self.take();
        }
        if at == self.len {
            return Self::new();
        }
        let first = self.node(at);
        // SAFETY: a node of this chain.
        let last = unsafe { (*first.as_ptr()).previous.take() };
        let rest = Self { head: Some(first), tail: self.tail, len: self.len - at, owned: PhantomData };
        if let Some(last) = last {
            // SAFETY: a node of this chain.
            unsafe { (*last.as_ptr()).next = None };
        }
        self.tail = last;
        self.len = at;
        rest
    }

    /// The node at `index`, which is less than the length, found from the nearer end.
    fn node(&self, index: usize) -> Link<T> {
        let mut place = self.head;
        if index <= self.len / 2 {
            for _ in 0..index {
                // SAFETY: a node of this chain, by invariant 1.
                place = place.and_then(|node| unsafe { (*node.as_ptr()).next });
            }
        } else {
            place = self.tail;
            for _ in index + 1..self.len {
                // SAFETY: a node of this chain, by invariants 1 and 2.
                place = place.and_then(|node| unsafe { (*node.as_ptr()).previous });
            }
        }
        place.expect("the index is less than the length")
    }

    /// Drops all elements in their order, and frees their nodes. If a drop unwinds, the others are done nevertheless.
    ///
    /// # Safety
    ///
    /// The nodes come from `allocator`.
    pub(super) unsafe fn drop_all<A: Allocator>(self, allocator: &A) {
        // SAFETY: by `# Safety` of this fn; the chain is not used again.
        let mut rest = unsafe { Rest::new(self.head, allocator) };
        rest.drop_all();
        core::mem::forget(rest);
    }
}

/// Nodes on their way out.
struct Rest<'a, T, A: Allocator> {
    next: Option<Link<T>>,
    allocator: &'a A,
}

impl<'a, T, A: Allocator> Rest<'a, T, A> {
    /// # Safety
    ///
    /// The nodes from `next` on come from `allocator`, and are used by nobody else.
    #[inline]
    unsafe fn new(next: Option<Link<T>>, allocator: &'a A) -> Self {
        Self { next, allocator }
    }

    #[inline]
    fn drop_all(&mut self) {
        while let Some(node) = self.next {
            // SAFETY: a node, by `# Safety` of `new`.
            self.next = unsafe { (*node.as_ptr()).next };
            // It is freed also if the drop unwinds.
            // SAFETY: by `# Safety` of `new`; `next` has passed the node.
            let _block = unsafe { OwnedBlock::new(node.cast(), Layout::new::<Node<T>>(), self.allocator) };
            // SAFETY: the element of a node that nobody else uses.
            unsafe { place(node).drop_in_place() };
        }
    }
}

impl<T, A: Allocator> Drop for Rest<'_, T, A> {
    /// Only if a drop unwinds. A second one that does ends the process.
    #[cold]
    fn drop(&mut self) {
        self.drop_all();
    }
}
