//! The memory of a long kept block is returned to the system in parts: to free all of it at once would take long.

use super::Large;
use super::block::State;
use super::huge_pages::HUGE_PAGE;
use super::surplus::STEP_BYTES;
use crate::os::advice;
use crate::pools::shared::options::Options;
use crate::sync::clock;

impl Large {
    /// Returns the memory of the last pages of the oldest kept block to the system, if the block is surplus and longer
    /// than a step, and returns how many bytes that was: 0 if the system refuses. `None` if the block is not, or if pages
    /// cannot be discarded.
    pub(super) fn discard_part(&self, options: Options) -> Option<usize> {
        if !options.whole_pages || !advice::CAN_DISCARD {
            return None;
        }
        let now = clock::now();
        let (block, from) = {
            let _held = self.lock.lock();
            let block = self
                .kept
                .take_oldest_if(|block| block.dirty.get() > STEP_BYTES && self.is_surplus(options, block, now))?;
            block.state.set(State::Discarding);
            // Whole huge pages, since the system would have to split one of which it discards a part.
            let end = block.address() + block.dirty.get();
            (block, (end - STEP_BYTES).next_multiple_of(HUGE_PAGE) - block.address())
        };
        let length = block.dirty.get() - from;
        // SAFETY: `from` is less than `dirty`, since a step is longer than a huge page; and that is at most the size.
        let part = unsafe { block.start.get().add(from) };
        // SAFETY: the pages of a block are mapped. It is free, and belongs to this thread, by invariant 4 of `Large`.
        let is_discarded = unsafe { advice::discard(part, length) };
        let _held = self.lock.lock();
        self.learn_from_return(options, block, length, now);
        // If the system refuses, the block is no longer than a step from now on, so the next step returns all of it.
        block.dirty.set(if is_discarded { from } else { STEP_BYTES });
        // SAFETY: it was taken from its list above, and its record stays, by invariant 1 of `Large`.
        unsafe { self.kept.push_oldest(block) };
        Some(if is_discarded { length } else { 0 })
    }
}
