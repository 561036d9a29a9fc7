//! The counters of each tag.
//!
//! # Invariants
//!
//! 1. A pointer in `by_number` is null or that of [`Counters`] from the system, which this value owns. Once it is not null, it does not
//!    change.

use core::ptr::{self, NonNull};

use super::names::{MAX_TAGS, OTHER};
use super::tag::Tag;
use crate::blocks::stats::counters::Counters;
use crate::blocks::system_memory;
use crate::sync::{AtomicPtr, once_ptr};

pub(super) struct Accounts {
    untagged: Counters,
    /// The counters of the numbers from 1 on. The last number is [`OTHER`].
    by_number: [AtomicPtr<Counters>; MAX_TAGS + 1],
}

impl Accounts {
    pub(super) const fn new() -> Self {
        Self { untagged: Counters::new(), by_number: [const { AtomicPtr::new(ptr::null_mut()) }; MAX_TAGS + 1] }
    }

    /// Returns the counters of `tag` if it has been charged.
    #[inline]
    pub(super) fn get(&self, tag: Tag) -> Option<&Counters> {
        let Some(index) = usize::from(tag.number).checked_sub(1) else { return Some(&self.untagged) };
        let counters = once_ptr::get(self.by_number.get(index)?)?;
        // SAFETY: by invariant 1, and this value is borrowed.
        Some(unsafe { counters.as_ref() })
    }

    /// Returns `tag` with its counters, which it creates if there are none. If the system has no memory for them, returns
    /// [`Tag::UNTAGGED`] with its counters.
    #[inline]
    pub(super) fn open(&self, tag: Tag) -> (Tag, &Counters) {
        match self.get(tag).or_else(|| self.add(tag)) {
            Some(counters) => (tag, counters),
            None => (Tag::UNTAGGED, &self.untagged),
        }
    }

    /// Returns the counters that a block with this tag was charged to.
    #[inline]
    pub(super) fn charged(&self, tag: Tag) -> &Counters {
        // A tag without counters has not been written by `ByTag`: the block was overrun.
        self.get(tag).unwrap_or(&self.untagged)
    }

    #[cold]
    fn add(&self, tag: Tag) -> Option<&Counters> {
        let place = self.by_number.get(usize::from(tag.number).checked_sub(1)?)?;
        let new: NonNull<Counters> = system_memory::new_zeroed()?;
        if once_ptr::set_once(place, new).is_some() {
            // SAFETY: it is new, and nothing has a pointer to it.
            unsafe { system_memory::free(new) };
        }
        self.get(tag)
    }

    /// Returns the tags that have been charged, with their counters.
    pub(super) fn all(&self) -> impl Iterator<Item = (Tag, &Counters)> {
        (Tag::UNTAGGED.number..=OTHER).filter_map(|number| {
            let tag = Tag { number };
            Some((tag, self.get(tag)?))
        })
    }
}

impl Drop for Accounts {
    fn drop(&mut self) {
        for counters in &mut self.by_number {
            if let Some(counters) = NonNull::new(*counters.get_mut()) {
                // SAFETY: by invariant 1 it is this value's, which is not used again.
                unsafe { system_memory::free(counters) };
            }
        }
    }
}
