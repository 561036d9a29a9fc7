//! One tree, moved into another.

use core::mem;

use super::build::Builder;
use super::owned::Donor;
use super::search::Search;
use super::tree::Tree;
use crate::api::Allocator;
use crate::collections::error::TryReserveError;

impl<K: Ord, V> Tree<K, V> {
    /// Moves all elements of `other` into this tree. Of two equal keys the one that is here stays, with the value of
    /// the other.
    ///
    /// If it fails, or if a comparison or the drop of an element panics, each element is in one of the two trees.
    ///
    /// # Safety
    ///
    /// Each allocator is the one of its tree.
    pub(super) unsafe fn append<A: Allocator>(
        &mut self,
        allocator: &A,
        other: &mut Self,
        other_allocator: &A,
    ) -> Result<(), TryReserveError> {
        // SAFETY: by `# Safety` of this fn.
        let Some(mut donor) = (unsafe { Donor::new(other, other_allocator) }) else { return Ok(()) };
        // Both are in order, so each search starts where the last one ended.
        let mut edge = self.first_edge();
        while let (Some(from), Some(key)) = (edge, donor.key()) {
            match from.seek(key) {
                Search::Found(slot) => {
                    // SAFETY: the slot of an element.
                    edge = Some(unsafe { slot.right() });
                    if let Some((key, value)) = donor.take() {
                        // SAFETY: nobody else uses the value.
                        let old = mem::replace(unsafe { slot.value_mut() }, value);
                        drop((key, old));
                    }
                }
                // All that is left belongs behind the last element.
                Search::Missing(place) if place.next().is_none() => break,
                Search::Missing(place) => {
                    let spare = Self::reserve(Some(place), allocator)?;
                    if let Some(element) = donor.take() {
                        // SAFETY: the place has just been found, and the nodes are for it.
                        let slot = unsafe { self.insert_reserved(Some(place), element, spare) };
                        // SAFETY: the slot of an element.
                        edge = Some(unsafe { slot.right() });
                    }
                }
            }
        }
        // SAFETY: by `# Safety` of this fn.
        let mut builder = unsafe { Builder::new(self, allocator) };
        while donor.key().is_some() {
            let spare = builder.reserve()?;
            if let Some(element) = donor.take() {
                // SAFETY: just reserved.
                unsafe { builder.push_reserved(element, spare) };
            }
        }
        Ok(())
    }
}
