//! Groups of blocks that one thread passes to another.

use std::sync::Mutex;

use crate::block::Block;

const MOST_WAITING: usize = 8;

/// The groups that other threads have left for a thread to free.
#[derive(Default)]
pub(super) struct Inbox {
    groups: Mutex<Vec<Vec<Block>>>,
}

impl Inbox {
    /// Leaves a group. If the inbox is full, the calling thread frees the group, so the memory in use stays bounded.
    pub(super) fn leave(&self, group: Vec<Block>) {
        let mut groups = self.groups.lock().expect("a thread panicked");
        if groups.len() < MOST_WAITING {
            groups.push(group);
        } else {
            drop(groups);
            drop(group);
        }
    }

    /// Frees the groups in the inbox, in the order of their allocation.
    pub(super) fn free(&self) {
        let groups = std::mem::take(&mut *self.groups.lock().expect("a thread panicked"));
        drop(groups);
    }
}
