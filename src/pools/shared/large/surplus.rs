//! Surplus blocks are returned to the parent, in steps, by any thread that holds no lock. A kept block is surplus if
//! more is kept than the budget allows, or if it has been free for half a second.

use core::sync::atomic::Ordering::{Relaxed, SeqCst};

use super::Large;
use super::block::Block;
use crate::api::Allocator;
use crate::pools::shared::options::{Options, Retain};
use crate::pools::shared::parent::Parent;
use crate::sync::clock;

/// The bytes of a step. For so many the system takes a quarter of a millisecond where pages are small.
pub(super) const STEP_BYTES: usize = 4 << 20;

/// The action of a thread on a surplus block that has more bytes than the thread is to return.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LongBlock {
    /// It leaves the block to the steps of later threads, which [discard](Large::discard_part) it in parts if they can.
    Leave,
    /// It returns the block.
    Return,
}

impl Large {
    /// Returns whether more is kept than the budget allows. Under the lock.
    fn exceeds_budget(&self, options: Options) -> bool {
        self.kept.bytes() > self.budget.max_kept(options.retain, self.live_bytes())
    }

    /// Returns whether `block`, the oldest kept block, is surplus. Under the lock.
    pub(super) fn is_surplus(&self, options: Options, block: &Block, now: usize) -> bool {
        self.exceeds_budget(options) || is_idle(options, block, now)
    }

    /// Notes whether a kept block is surplus. Under the lock.
    pub(super) fn note_surplus(&self, options: Options, now: usize) {
        // A block becomes idle only as time passes.
        let is_new_tick = self.last_idle_test.replace(now) != now;
        let is_oldest_idle = || self.kept.oldest().is_some_and(|block| is_idle(options, block, now));
        if self.exceeds_budget(options) || (is_new_tick && is_oldest_idle()) {
            self.has_surplus.store(true, Relaxed);
        }
    }

    /// Returns whether `is_due` holds for the oldest kept block. If it does not, or none is kept, clears the notes that
    /// a block is surplus.
    fn confirm_due(&self, is_due: impl FnOnce(&Block) -> bool) -> bool {
        let _held = self.lock.lock();
        let is_confirmed = self.kept.oldest().is_some_and(is_due);
        if !is_confirmed {
            self.has_surplus.store(false, Relaxed);
            self.bytes_to_return.store(0, SeqCst);
        }
        is_confirmed
    }

    /// Returns a part of the surplus, if there is any. The caller holds no lock.
    #[inline]
    pub(crate) fn return_surplus<A: Allocator>(&self, parent: Parent<'_, A>) {
        if self.has_surplus.load(Relaxed) {
            self.return_step(parent);
        }
    }

    /// Returns a part of the surplus, and how many bytes that was.
    #[cold]
    fn return_step<A: Allocator>(&self, parent: Parent<'_, A>) -> usize {
        match self.discard_part(parent.options) {
            Some(bytes) => bytes,
            None => self.return_surplus_blocks(parent, STEP_BYTES, LongBlock::Return),
        }
    }

    /// Returns surplus that is there because a block of so many bytes was just kept. The caller holds no lock.
    pub(super) fn return_surplus_for<A: Allocator>(&self, parent: Parent<'_, A>, bytes: usize) {
        if self.has_surplus.load(Relaxed) {
            self.return_surplus_blocks(parent, bytes.max(STEP_BYTES), LongBlock::Leave);
        }
    }

    /// Returns surplus blocks to the parent, the oldest first: `bytes` or somewhat more, and all that is kept above the
    /// bound of the options.
    ///
    /// If other threads are returning blocks, it may leave that to them. Returns how many bytes it has returned itself.
    fn return_surplus_blocks<A: Allocator>(&self, parent: Parent<'_, A>, bytes: usize, long: LongBlock) -> usize {
        let (options, now) = (parent.options, clock::now());
        let bound = options.retain.bytes();
        // Each call of the parent may free further blocks, which are kept. The limit ends that.
        let limit = self.held_bytes();
        // Before this thread enters: if it may not, those that have entered return these bytes.
        self.bytes_to_return.fetch_add(bytes, SeqCst);
        let is_surplus = |block: &Block| self.is_surplus(options, block, now);
        let mut returned = 0;
        // Look again after the last block: other threads may have left theirs to this one just then.
        while self.confirm_due(is_surplus) && returned < limit && self.bytes_to_return.load(SeqCst) > 0 {
            let (mut quota, mut done) = (0, 0);
            let next = || {
                let _held = self.lock.lock();
                let block = self.kept.take_oldest_if(|block| {
                    if !is_surplus(block) {
                        return false;
                    }
                    quota += self.bytes_to_return.swap(0, SeqCst);
                    let is_above_bound = self.kept.bytes() > bound;
                    let is_left = long == LongBlock::Leave && block.dirty.get() > quota;
                    returned < limit && (is_above_bound || (done < quota && !is_left))
                })?;
                done += block.size();
                returned += block.size();
                self.learn_from_return(options, block, block.dirty.get(), now);
                Some(self.forget(block))
            };
            if !parent.return_blocks((&self.returning, &self.held), next) {
                break;
            }
        }
        returned
    }

    /// Returns all kept blocks to the parent, except for those that it leaves to other threads that are returning
    /// blocks. Returns how many bytes. The caller holds no lock.
    pub(crate) fn return_kept<A: Allocator>(&self, parent: Parent<'_, A>) -> usize {
        // Each call of the parent may free further blocks, which are kept. The limit ends that.
        let limit = self.held_bytes();
        let mut returned = 0;
        // Look again after the last block: other threads may have left theirs to this one just then.
        while self.confirm_due(|_| true) && returned < limit {
            let next = || {
                let _held = self.lock.lock();
                let block = self.kept.take_oldest_if(|_| returned < limit)?;
                returned += block.size();
                Some(self.forget(block))
            };
            if !parent.return_blocks((&self.returning, &self.held), next) {
                break;
            }
        }
        returned
    }

    /// Returns a part of the surplus at the end of a scan, and how many bytes that was. The caller holds no lock.
    pub(crate) fn return_idle<A: Allocator>(&self, parent: Parent<'_, A>) -> usize {
        {
            let _held = self.lock.lock();
            self.budget.age();
            let now = clock::now();
            // Tests whether the oldest block is idle, even if that was tested in this tick.
            self.last_idle_test.set(now.wrapping_sub(1));
            self.note_surplus(parent.options, now);
        }
        if self.has_surplus.load(Relaxed) { self.return_step(parent) } else { 0 }
    }

    /// Tells the budget that so many bytes of a kept block are returned. Under the lock.
    pub(super) fn learn_from_return(&self, options: Options, block: &Block, bytes: usize, now: usize) {
        if is_idle(options, block, now) {
            self.budget.record_idle(bytes);
        } else {
            self.budget.record_return(bytes);
        }
    }
}

/// Returns whether a kept block has been free for half a second, after which it is not needed.
fn is_idle(options: Options, block: &Block, now: usize) -> bool {
    options.retain != Retain::Everything && now.wrapping_sub(block.freed_at.get()) as isize >= clock::HALF_A_SECOND
}
