//! Chains of doubly linked nodes, without their allocator.

use core::alloc::Layout;
use core::marker::PhantomData;
use core::ptr::NonNull;

use alloc::boxed::Box;

use crate::api::Allocator;
use crate::collections::block::OwnedBlock;
use crate::collections::error::{OnFailure, TryReserveError};

/// A pointer to a live node, whose element is initialised.
pub(super) type Link<T> = NonNull<Node<T>>;

/// An element and links to its neighbours. It is never zero-sized.
pub(super) struct Node<T> {
    pub(super) next: Option<Link<T>>,
    pub(super) previous: Option<Link<T>>,
    pub(super) element: T,
}

/// Allocates a node with `element`, which is not linked yet. If the allocator refuses, the element is dropped.
#[inline]
#[track_caller]
pub(super) fn allocate<T, A: Allocator, F: OnFailure>(element: T, allocator: &A) -> Result<Link<T>, F::Error> {
    let layout = Layout::new::<Node<T>>();
    let Ok(block) = allocator.allocate(layout) else { return Err(F::fail(TryReserveError::refused(layout))) };
    let node = block.cast::<Node<T>>();
    // SAFETY: the block is new and has the layout of a node.
    unsafe { node.write(Node { next: None, previous: None, element }) };
    Ok(node)
}

/// Returns a pointer to the element of a node.
#[inline(always)]
fn element_ptr<T>(node: Link<T>) -> *mut T {
    // SAFETY: a link points to a live node.
    unsafe { &raw mut (*node.as_ptr()).element }
}

/// Frees a node, without dropping its element.
///
/// # Safety
///
/// 1. `allocator` may free the node.
/// 2. The node is not used again.
#[inline]
pub(super) unsafe fn free<T, A: Allocator>(node: Link<T>, allocator: &A) {
    // SAFETY: by `# Safety` (1) and (2). All nodes have this layout.
    unsafe { allocator.deallocate(node.cast(), Layout::new::<Node<T>>()) };
}

/// Frees a node, and returns its element.
///
/// # Safety
///
/// 1. `allocator` may free the node.
/// 2. The node is not used again.
#[inline]
pub(super) unsafe fn take_element<T, A: Allocator>(node: Link<T>, allocator: &A) -> T {
    // SAFETY: a link points to a live node with an element. By `# Safety` (2) the element is moved out only once.
    let element = unsafe { element_ptr(node).read() };
    // SAFETY: by `# Safety` (1) and (2).
    unsafe { free(node, allocator) };
    element
}

/// The nodes of a list. Dropping it frees nothing.
///
/// # Invariants
///
/// They hold whenever code of the user runs.
///
/// 1. Following `next` from `head` leads through `len` distinct nodes, the last of which is `tail`.
/// 2. The `previous` of each node is the node before it, and that of the first is `None`.
/// 3. One allocator may free all nodes, and no other chain has any of them.
pub(super) struct Chain<T> {
    pub(super) head: Option<Link<T>>,
    pub(super) tail: Option<Link<T>>,
    pub(super) len: usize,
    owned: PhantomData<Box<Node<T>>>,
}

// SAFETY: by invariant 3 a chain owns its nodes and their elements.
unsafe impl<T: Send> Send for Chain<T> {}
// SAFETY: a shared reference to a chain gives only shared references to its elements.
unsafe impl<T: Sync> Sync for Chain<T> {}

impl<T> Chain<T> {
    pub(super) const fn new() -> Self {
        Self { head: None, tail: None, len: 0, owned: PhantomData }
    }

    /// Takes out all nodes, and leaves the chain empty.
    #[inline]
    pub(super) fn take(&mut self) -> Self {
        core::mem::replace(self, Self::new())
    }

    /// Links a node before the others.
    ///
    /// # Safety
    ///
    /// 1. The allocator of the chain may free the node.
    /// 2. The node is in no chain.
    #[inline]
    pub(super) unsafe fn push_front(&mut self, node: Link<T>) {
        // SAFETY: a link points to a live node. By `# Safety` (2) nothing else uses it.
        unsafe { (*node.as_ptr()).next = self.head };
        // SAFETY: as above.
        unsafe { (*node.as_ptr()).previous = None };
        match self.head {
            // SAFETY: it is a node of this chain, by invariant 1.
            Some(head) => unsafe { (*head.as_ptr()).previous = Some(node) },
            None => self.tail = Some(node),
        }
        self.head = Some(node);
        self.len += 1;
    }

    /// Links a node behind the others.
    ///
    /// # Safety
    ///
    /// 1. The allocator of the chain may free the node.
    /// 2. The node is in no chain.
    #[inline]
    pub(super) unsafe fn push_back(&mut self, node: Link<T>) {
        // SAFETY: a link points to a live node. By `# Safety` (2) nothing else uses it.
        unsafe { (*node.as_ptr()).next = None };
        // SAFETY: as above.
        unsafe { (*node.as_ptr()).previous = self.tail };
        match self.tail {
            // SAFETY: it is a node of this chain, by invariant 1.
            Some(tail) => unsafe { (*tail.as_ptr()).next = Some(node) },
            None => self.head = Some(node),
        }
        self.tail = Some(node);
        self.len += 1;
    }

    /// Unlinks and returns the first node.
    #[inline]
    pub(super) fn pop_front(&mut self) -> Option<Link<T>> {
        let node = self.head?;
        // SAFETY: it is a node of this chain, by invariant 1.
        self.head = unsafe { (*node.as_ptr()).next };
        match self.head {
            // SAFETY: it is a node of this chain, by invariant 1.
            Some(head) => unsafe { (*head.as_ptr()).previous = None },
            None => self.tail = None,
        }
        self.len -= 1;
        Some(node)
    }

    /// Unlinks and returns the last node.
    #[inline]
    pub(super) fn pop_back(&mut self) -> Option<Link<T>> {
        let node = self.tail?;
        // SAFETY: it is a node of this chain, by invariant 1.
        self.tail = unsafe { (*node.as_ptr()).previous };
        match self.tail {
            // SAFETY: it is a node of this chain, by invariant 2.
            Some(tail) => unsafe { (*tail.as_ptr()).next = None },
            None => self.head = None,
        }
        self.len -= 1;
        Some(node)
    }

    /// Unlinks a node.
    ///
    /// # Safety
    ///
    /// The node is in this chain.
    #[inline]
    pub(super) unsafe fn unlink(&mut self, node: Link<T>) {
        // SAFETY: by `# Safety` of this fn.
        let next = unsafe { (*node.as_ptr()).next };
        // SAFETY: by `# Safety` of this fn.
        let previous = unsafe { (*node.as_ptr()).previous };
        match previous {
            // SAFETY: it is a node of this chain, by invariant 2.
            Some(previous) => unsafe { (*previous.as_ptr()).next = next },
            None => self.head = next,
        }
        match next {
            // SAFETY: it is a node of this chain, by invariant 1.
            Some(next) => unsafe { (*next.as_ptr()).previous = previous },
            None => self.tail = previous,
        }
        self.len -= 1;
    }

    /// Links the nodes of another chain behind those of this one.
    ///
    /// # Safety
    ///
    /// The allocator of this chain may free the nodes of `other`.
    #[inline]
    pub(super) unsafe fn append(&mut self, other: Self) {
        let Some(first) = other.head else { return };
        match self.tail {
            Some(tail) => {
                // SAFETY: it is a node of this chain, by invariant 1.
                unsafe { (*tail.as_ptr()).next = Some(first) };
                // SAFETY: it is a node of the other chain, which this fn consumes.
                unsafe { (*first.as_ptr()).previous = Some(tail) };
            }
            None => self.head = Some(first),
        }
        self.tail = other.tail;
        self.len += other.len;
    }

    /// Splits off and returns the nodes from index `at` on. `at` is at most the length.
    pub(super) fn split_off(&mut self, at: usize) -> Self {
        debug_assert!(at <= self.len);
        if at == 0 {
            return self.take();
        }
        if at == self.len {
            return Self::new();
        }
        let first = self.node_at(at);
        // SAFETY: it is a node of this chain, as `node_at` returns one.
        let last = unsafe { (*first.as_ptr()).previous.take() };
        let rest = Self { head: Some(first), tail: self.tail, len: self.len - at, owned: PhantomData };
        if let Some(last) = last {
            // SAFETY: it is a node of this chain, by invariant 2.
            unsafe { (*last.as_ptr()).next = None };
        }
        self.tail = last;
        self.len = at;
        rest
    }

    /// Returns the node at `index`, which must be less than the length. Searches from the nearer end.
    fn node_at(&self, index: usize) -> Link<T> {
        let mut link = self.head;
        if index <= self.len / 2 {
            for _ in 0..index {
                // SAFETY: it is a node of this chain, by invariant 1.
                link = link.and_then(|node| unsafe { (*node.as_ptr()).next });
            }
        } else {
            link = self.tail;
            for _ in index + 1..self.len {
                // SAFETY: it is a node of this chain, by invariants 1 and 2.
                link = link.and_then(|node| unsafe { (*node.as_ptr()).previous });
            }
        }
        link.expect("the index is less than the length")
    }

    /// Drops all elements in their order, and frees their nodes. If the drop of an element unwinds, the others are
    /// still dropped and freed.
    ///
    /// # Safety
    ///
    /// `allocator` may free the nodes.
    pub(super) unsafe fn drop_all<A: Allocator>(self, allocator: &A) {
        // SAFETY: by `# Safety` of this fn. The chain is consumed, and by invariant 3 nothing else uses the nodes.
        let mut guard = unsafe { DropGuard::new(self.head, allocator) };
        guard.drop_all();
        core::mem::forget(guard);
    }
}

/// Drops the elements from `next` on, and frees their nodes, even if the drop of an element unwinds.
struct DropGuard<'a, T, A: Allocator> {
    next: Option<Link<T>>,
    allocator: &'a A,
}

impl<'a, T, A: Allocator> DropGuard<'a, T, A> {
    /// # Safety
    ///
    /// 1. `allocator` may free the nodes from `next` on.
    /// 2. Nothing else uses these nodes.
    #[inline]
    unsafe fn new(next: Option<Link<T>>, allocator: &'a A) -> Self {
        Self { next, allocator }
    }

    #[inline]
    fn drop_all(&mut self) {
        while let Some(node) = self.next {
            // SAFETY: a link points to a live node.
            self.next = unsafe { (*node.as_ptr()).next };
            // Owns the node, so that it is freed even if the drop of the element unwinds.
            // SAFETY: by `# Safety` (1) and (2) of `new`. `next` is already behind the node.
            let _block = unsafe { OwnedBlock::new(node.cast(), Layout::new::<Node<T>>(), self.allocator) };
            // SAFETY: the element of a live node. By `# Safety` (2) of `new` nothing else uses it.
            unsafe { element_ptr(node).drop_in_place() };
        }
    }
}

impl<T, A: Allocator> Drop for DropGuard<'_, T, A> {
    /// Runs only if the drop of an element unwinds. If another drop unwinds here, the process aborts.
    #[cold]
    fn drop(&mut self) {
        self.drop_all();
    }
}
