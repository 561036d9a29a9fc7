//! Moving all elements of one tree into another.

use core::mem;

use super::build::Builder;
use super::owned::Donor;
use super::search::SearchResult;
use super::tree::Tree;
use crate::api::Allocator;
use crate::collections::error::TryReserveError;

impl<K: Ord, V> Tree<K, V> {
    /// Moves all elements of `other` into this tree. If both have a key, the key of this tree stays and gets the value
    /// of the other.
    ///
    /// If the allocator refuses, or if a comparison or the drop of an element panics, the elements not moved yet stay
    /// in `other`.
    ///
    /// # Safety
    ///
    /// 1. The nodes of this tree come from `allocator`.
    /// 2. The nodes of `other` come from `other_allocator`.
    pub(super) unsafe fn append<A: Allocator>(
        &mut self,
        allocator: &A,
        other: &mut Self,
        other_allocator: &A,
    ) -> Result<(), TryReserveError> {
        // SAFETY: by `# Safety` (2).
        let Some(mut donor) = (unsafe { Donor::new(other, other_allocator) }) else { return Ok(()) };
        // Keys arrive in ascending order, so each search starts where the previous one ended.
        let mut cursor = self.first_leaf_edge();
        while let (Some(from), Some(key)) = (cursor, donor.key()) {
            match from.seek(key) {
                SearchResult::Found(slot) => {
                    // SAFETY: `seek` returned the slot of an element.
                    cursor = Some(unsafe { slot.next_leaf_edge() });
                    if let Some((key, value)) = donor.take() {
                        // SAFETY: the slot holds an element of this tree, which is borrowed exclusively.
                        let old = mem::replace(unsafe { slot.value_mut() }, value);
                        drop((key, old));
                    }
                }
                // All remaining elements belong behind the last one.
                SearchResult::Missing(edge) if edge.next_slot().is_none() => break,
                SearchResult::Missing(edge) => {
                    let spare = Self::reserve(Some(edge), allocator)?;
                    if let Some(element) = donor.take() {
                        // SAFETY: `seek` has just returned this leaf edge, and the spare nodes were allocated for it.
                        let slot = unsafe { self.insert_reserved(Some(edge), element, spare) };
                        // SAFETY: `insert_reserved` returned the slot of an element.
                        cursor = Some(unsafe { slot.next_leaf_edge() });
                    }
                }
            }
        }
        // SAFETY: by `# Safety` (1).
        let mut builder = unsafe { Builder::new(self, allocator) };
        while donor.key().is_some() {
            let spare = builder.reserve()?;
            if let Some(element) = donor.take() {
                // SAFETY: the builder has appended nothing since `reserve`.
                unsafe { builder.push_reserved(element, spare) };
            }
        }
        Ok(())
    }
}
