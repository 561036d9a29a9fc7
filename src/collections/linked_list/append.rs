//! Lists put together and taken apart.

use core::alloc::Layout;
use core::ptr;

use super::chain::{self, Chain, Link, Node};
use super::{LinkedList, OnFailure, Panic, Return, TryReserveError, into_ok};
#[cfg(feature = "std")]
use crate::api::System;
use crate::api::{Allocator, AllocatorClone, Global};
use crate::collections::same_type::same_type;

/// Whether any two values of the type are one allocator, so that each frees the blocks of the other.
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
    /// On `Global` and `System` that takes constant time, since the nodes change hands. On other
    /// allocators each element moves to a new node: two allocators of one type need not free each other's nodes. If they are known to,
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
        into_ok(self.move_all::<Panic>(other));
    }

    /// The twin of [`append`](Self::append) that returns an error.
    ///
    /// # Errors
    ///
    /// If the allocator of this list refuses. Both lists are as they were.
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
        self.move_all::<Return>(other)
    }

    #[inline]
    #[track_caller]
    fn move_all<F: OnFailure>(&mut self, other: &mut Self) -> Result<(), F::Error> {
        if is_one_allocator::<A>() {
            // SAFETY: just asked for.
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
            // SAFETY: a node of the other list, and a new block of the layout of one. The element is not used through the copy before
            // it is no longer used through the original.
            unsafe { ptr::copy_nonoverlapping(node.as_ptr(), copy.as_ptr(), 1) };
            // SAFETY: a new node, which is in no chain.
            unsafe { copies.chain.push_back(copy) };
            // SAFETY: a node of the other list.
            next = unsafe { (*node.as_ptr()).next };
        }
        let copied = copies.chain.take();
        // From here on the elements are those of the copies.
        let mut originals = other.chain.take();
        // SAFETY: the nodes come from the allocator of this list.
        unsafe { self.chain.append(copied) };
        while let Some(node) = originals.pop_front() {
            // SAFETY: a node of the other list, whose element has moved.
            unsafe { chain::free(node, &other.allocator) };
        }
        Ok(())
    }

    /// Links the nodes of `other` behind those of this list, and leaves `other` empty: [`append`](Self::append) in constant time.
    ///
    /// # Safety
    ///
    /// A block of the allocator of `other` may be handed to the allocator of this list, and is valid for as long as one of its own. So it
    /// is if one is a clone of the other and an [`AllocatorClone`], as with two references to one arena.
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
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.chain.append(other.chain.take()) };
    }

    /// Splits the list in two at index `at`, and returns the elements from there on, with a clone of the allocator.
    ///
    /// Takes linear time, since the node is searched for, from the nearer end.
    ///
    /// # Panics
    ///
    /// If `at` is more than the length.
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
        assert!(at <= self.len(), "cannot split off at {at}, behind the end at {}", self.len());
        let allocator = self.allocator.clone();
        Self { chain: self.chain.split_off(at), allocator }
    }
}

/// Nodes with copies of elements, which belong to others: dropped, they are freed, and the elements are not dropped.
struct Copies<'a, T, A: Allocator> {
    chain: Chain<T>,
    allocator: &'a A,
}

impl<T, A: Allocator> Drop for Copies<'_, T, A> {
    fn drop(&mut self) {
        while let Some(node) = self.chain.pop_front() {
            // SAFETY: a node of the allocator, which nobody else uses.
            unsafe { chain::free(node, self.allocator) };
        }
    }
}
