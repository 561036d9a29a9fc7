//! Kept blocks go back: in steps, by whichever thread comes by, and with no lock held.

use core::sync::atomic::Ordering::{Relaxed, SeqCst};

use super::Large;
use super::block::{Block, State};
use super::huge::HUGE_PAGE;
use crate::api::Allocator;
use crate::os::advice;
use crate::pools::shared::options::{Options, Retain};
use crate::pools::shared::parent::Parent;
use crate::sync::clock;

/// The bytes of a step, which takes the system a quarter of a millisecond where pages are small.
const STEP: usize = 4 << 20;

/// Why kept blocks go back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reason {
    /// All of them are asked for.
    Collect,
    /// A block with so many bytes is kept in place of others.
    Kept(usize),
    /// A thread comes by.
    Step,
}

impl Large {
    /// Whether `block`, the oldest that is kept, is to go back.
    fn is_excess(&self, options: Options, block: &Block, now: usize) -> bool {
        self.kept.bytes() > self.budget.kept(options.retain, self.live()) || is_idle(options, block, now)
    }

    /// Notes whether something is to go back. Under the lock.
    pub(super) fn note_excess(&self, options: Options, now: usize) {
        let exceeds = self.kept.bytes() > self.budget.kept(options.retain, self.live());
        // A block becomes idle with time.
        let is_new = self.looked.replace(now) != now;
        if exceeds || is_new && self.kept.oldest().is_some_and(|block| is_idle(options, block, now)) {
            self.has_excess.store(true, Relaxed);
        }
    }

    /// Gives back a part of what is kept for nothing, if there is any; with no lock held.
    #[inline]
    pub(in super::super) fn give_excess_back<A: Allocator>(&self, parent: Parent<'_, A>) {
        if self.has_excess.load(Relaxed) {
            self.give_step_back(parent);
        }
    }

    /// Returns how many bytes.
    #[cold]
    fn give_step_back<A: Allocator>(&self, parent: Parent<'_, A>) -> usize {
        if let Some(bytes) = self.discard_part(parent.options) {
            return bytes;
        }
        self.give_kept_back(parent, Reason::Step)
    }

    /// Gives back what is too much now that a block with so many bytes is kept; with no lock held.
    pub(super) fn make_room<A: Allocator>(&self, parent: Parent<'_, A>, bytes: usize) {
        if self.has_excess.load(Relaxed) {
            self.give_kept_back(parent, Reason::Kept(bytes));
        }
    }

    /// Gives kept blocks to the parent, the oldest first. Returns how many bytes, but for those that are left to other threads that are
    /// giving some back.
    fn give_kept_back<A: Allocator>(&self, parent: Parent<'_, A>, reason: Reason) -> usize {
        let (options, bound, now) = (parent.options, parent.options.retain.bytes(), clock::now());
        // The parent may have others kept, for each: but no more than there are.
        let limit = self.held();
        // Noted before this thread begins, for those that have begun: they do it if this one is not to.
        match reason {
            Reason::Collect => {}
            Reason::Kept(bytes) => _ = self.owed.fetch_add(bytes.max(STEP), SeqCst),
            Reason::Step => _ = self.owed.fetch_add(STEP, SeqCst),
        }
        let mut bytes = 0;
        // Once more after the last, for what was left to this thread just then.
        loop {
            let is_going = |block: &&Block| reason == Reason::Collect || self.is_excess(options, block, now);
            {
                let _held = self.lock.lock();
                if self.kept.oldest().filter(is_going).is_none() {
                    self.has_excess.store(false, Relaxed);
                    self.owed.store(0, SeqCst);
                    return bytes;
                }
            }
            if bytes >= limit || reason != Reason::Collect && self.owed.load(SeqCst) == 0 {
                return bytes;
            }
            let (mut given, mut most) = (0, if reason == Reason::Collect { limit } else { 0 });
            let next = || {
                let _held = self.lock.lock();
                let block = self.kept.oldest().filter(is_going)?;
                most += self.owed.swap(0, SeqCst);
                // What exceeds a bound goes at once. A long block goes by steps, of the next threads.
                let is_urgent = reason != Reason::Collect && self.kept.bytes() > bound;
                let is_long = matches!(reason, Reason::Kept(_)) && block.dirty.get() > most;
                if bytes >= limit || !is_urgent && (given >= most || is_long) {
                    return None;
                }
                given += block.size();
                bytes += block.size();
                if reason != Reason::Collect {
                    self.note_kept_for_nothing(options, block, block.dirty.get(), now);
                }
                // SAFETY: a kept block is in these lists.
                unsafe { self.kept.remove(block) };
                Some(self.forget(block))
            };
            if !parent.return_blocks((&self.giving, &self.held), next) {
                return bytes;
            }
        }
    }

    /// So many bytes of a kept block go back. Under the lock.
    fn note_kept_for_nothing(&self, options: Options, block: &Block, bytes: usize, now: usize) {
        if is_idle(options, block, now) {
            self.budget.note_idle(bytes);
        } else {
            self.budget.note_returned(bytes);
        }
    }

    /// Gives the last pages of a long block to the system, if such a one is to go back: its memory takes long to free. Returns how many
    /// bytes; `None` if the oldest block is not so long, or cannot be taken apart.
    fn discard_part(&self, options: Options) -> Option<usize> {
        if !options.whole_pages || !advice::CAN_DISCARD {
            return None;
        }
        let now = clock::now();
        let (block, from, length) = {
            let _held = self.lock.lock();
            let long = self.kept.oldest().filter(|block| block.dirty.get() > STEP);
            let block = long.filter(|block| self.is_excess(options, block, now))?;
            // SAFETY: it is kept.
            unsafe { self.kept.remove(block) };
            block.state.set(State::Discarding);
            // Huge pages are not cut.
            let end = block.address() + block.dirty.get();
            let from = (end - STEP).next_multiple_of(HUGE_PAGE) - block.address();
            (block, from, block.dirty.get() - from)
        };
        // SAFETY: within the block.
        let part = unsafe { block.start.get().add(from) };
        // SAFETY: it is this thread's.
        let is_done = unsafe { advice::discard(part, length) };
        let _held = self.lock.lock();
        self.note_kept_for_nothing(options, block, length, now);
        // Where the system refuses, the parent gets it all next.
        block.dirty.set(if is_done { from } else { STEP });
        // SAFETY: in no list; and a record lives as long as this.
        unsafe { self.kept.push_oldest(block) };
        Some(length)
    }

    /// Gives back what was kept for nothing, a step of it, or all that is kept. Returns how many bytes.
    pub(in super::super) fn give_idle_back<A: Allocator>(&self, parent: Parent<'_, A>, only_idle: bool) -> usize {
        if !only_idle {
            return self.give_kept_back(parent, Reason::Collect);
        }
        {
            let _held = self.lock.lock();
            self.budget.look();
            self.looked.set(self.looked.get().wrapping_sub(1));
            self.note_excess(parent.options, clock::now());
        }
        if self.has_excess.load(Relaxed) { self.give_step_back(parent) } else { 0 }
    }
}

/// Whether a kept block was free for half a second.
fn is_idle(options: Options, block: &Block, now: usize) -> bool {
    options.retain != Retain::Everything && now.wrapping_sub(block.freed.get()) as isize >= clock::HALF_A_SECOND
}
