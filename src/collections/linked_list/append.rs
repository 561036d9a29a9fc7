//! Joining and splitting lists.

use core::alloc::Layout;
use core::ptr;

use super::chain::{self, Chain, Link, Node};
use super::{LinkedList, OnFailure, Panic, Return, TryReserveError, into_ok};
#[cfg(feature = "std")]
use crate::api::System;
use crate::api::{Allocator, AllocatorClone, Global};
use crate::collections::same_type::same_type;

/// Returns whether all values of type `A` are the same allocator, so that each frees the blocks of the others.
#[inline(always)]
fn is_one_allocator<A>() -> bool {
    #[cfg(feature = "std")]
    if same_type::<A, System>() {
        return true;
    }
    same_type::<A, Global>()
}

impl<T, A: Allocator> LinkedList<T, A> {
    /// Moves all elements of `other` behind those of this list, and leaves `other` empty.
    ///
    /// With `Global` and `System` this takes constant time, since it relinks the nodes. With other allocators each
    /// element moves to a new node, since two allocators of one type need not free each other's nodes. If they do,
    /// [`append_nodes`](Self::append_nodes) takes constant time.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Arena, collections::{FromIn, LinkedList}};
    ///
    /// let mut numbers = LinkedList::from_in([1, 2], Arena::new());
    /// let mut more = LinkedList::from_in([3], Arena::new());
    /// numbers.append(&mut more);
    /// assert!(more.is_empty());
    /// drop(more); // with its arena
    /// assert!(numbers.into_iter().eq([1, 2, 3]));
    /// ```
    #[inline]
    #[track_caller]
    pub fn append(&mut self, other: &mut Self) {
        into_ok(self.append_all::<Panic>(other));
    }

    /// The twin of [`append`](Self::append) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns an error if the allocator of this list refuses. Both lists are then unchanged.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{FixedArena, collections::LinkedList};
    /// use std::mem::MaybeUninit;
    ///
    /// let (mut small, mut large) = ([MaybeUninit::uninit(); 100], [MaybeUninit::uninit(); 1000]);
    /// let (small, large) = (FixedArena::new(&mut small), FixedArena::new(&mut large));
    /// let (mut few, mut many) = (LinkedList::new_in(&small), LinkedList::new_in(&large));
    /// many.extend(0..10);
    /// assert!(few.try_append(&mut many).is_err());
    /// assert_eq!((few.len(), many.len()), (0, 10));
    /// ```
    #[inline]
    pub fn try_append(&mut self, other: &mut Self) -> Result<(), TryReserveError> {
        self.append_all::<Return>(other)
    }

    #[inline]
    #[track_caller]
    fn append_all<F: OnFailure>(&mut self, other: &mut Self) -> Result<(), F::Error> {
        if is_one_allocator::<A>() {
            // SAFETY: all values of this type are one allocator, so each may free the blocks of the other, and these
            // stay valid just as long.
            unsafe { self.append_nodes(other) };
            return Ok(());
        }
        self.move_elements::<F>(other)
    }

    #[track_caller]
    fn move_elements<F: OnFailure>(&mut self, other: &mut Self) -> Result<(), F::Error> {
        let mut copies = Copies { chain: Chain::new(), allocator: &self.allocator };
        let mut next = other.chain.head;
        while let Some(node) = next {
            let layout = Layout::new::<Node<T>>();
            let Ok(block) = self.allocator.allocate(layout) else {
                return Err(F::fail(TryReserveError::refused(layout)));
            };
            let copy: Link<T> = block.cast();
            // SAFETY: the source is a node of the other list, and the block is new and has the layout of a node. The
            // copy of the element is not used until the original no longer is.
            unsafe { ptr::copy_nonoverlapping(node.as_ptr(), copy.as_ptr(), 1) };
            // SAFETY: the allocator of `copies` allocated the node, and it is in no chain.
            unsafe { copies.chain.push_back(copy) };
            // SAFETY: it is a node of the other list, which is borrowed.
            next = unsafe { (*node.as_ptr()).next };
        }
        let copied = copies.chain.take();
        // From here on the copies own the elements.
        let mut originals = other.chain.take();
        // SAFETY: the allocator of this list allocated the nodes.
        unsafe { self.chain.append(copied) };
        while let Some(node) = originals.pop_front() {
            // SAFETY: it is a node of the other list, which is unlinked, and whose element has moved.
            unsafe { chain::free(node, &other.allocator) };
        }
        Ok(())
    }

    /// Links the nodes of `other` behind those of this list, and leaves `other` empty. Unlike [`append`](Self::append),
    /// this always takes constant time.
    ///
    /// # Safety
    ///
    /// A block of the allocator of `other` may be passed to the allocator of this list, and is valid for as long as one
    /// of its own. That holds if one is a clone of the other and the type is [`AllocatorClone`], as with two references
    /// to one arena.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Arena, collections::{FromIn, LinkedList}};
    ///
    /// let arena = Arena::new();
    /// let mut numbers = LinkedList::from_in([1, 2], &arena);
    /// let mut more = LinkedList::from_in([3], &arena);
    /// // SAFETY: both refer to one arena.
    /// unsafe { numbers.append_nodes(&mut more) };
    /// assert!(numbers.into_iter().eq([1, 2, 3]));
    /// assert!(more.is_empty());
    /// ```
    #[inline]
    pub unsafe fn append_nodes(&mut self, other: &mut Self) {
        // SAFETY: by `# Safety` of this fn the allocator may free the nodes.
        unsafe { self.chain.append(other.chain.take()) };
    }

    /// Splits the list in two at index `at`. Returns the elements from there on, in a list with a clone of the
    /// allocator.
    ///
    /// Takes linear time, since it searches for the node, from the nearer end.
    ///
    /// # Panics
    ///
    /// Panics if `at` exceeds the length.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::LinkedList::from([1, 2, 3]);
    /// assert!(numbers.split_off(1).into_iter().eq([2, 3]));
    /// assert!(numbers.into_iter().eq([1]));
    /// ```
    #[track_caller]
    pub fn split_off(&mut self, at: usize) -> Self
    where
        A: AllocatorClone,
    {
        assert!(at <= self.len(), "cannot split off at index {at}, since the length is {}", self.len());
        let allocator = self.allocator.clone();
        Self { chain: self.chain.split_off(at), allocator }
    }
}

/// Nodes with copies of elements that belong to another list. Dropping this frees the nodes, but does not drop the
/// elements.
struct Copies<'a, T, A: Allocator> {
    chain: Chain<T>,
    allocator: &'a A,
}

impl<T, A: Allocator> Drop for Copies<'_, T, A> {
    fn drop(&mut self) {
        while let Some(node) = self.chain.pop_front() {
            // SAFETY: `allocator` allocated the node, which is unlinked and used by nothing else.
            unsafe { chain::free(node, self.allocator) };
        }
    }
}
