//! Groups of blocks that one thread leaves for another.

use std::sync::Mutex;

use crate::block::Block;

const MOST_WAITING: usize = 8;

/// What a thread has been left, to be freed.
#[derive(Default)]
pub(super) struct Inbox {
    groups: Mutex<Vec<Vec<Block>>>,
}

impl Inbox {
    /// Leaves a group. If the owner is far behind, the group is freed here: then memory does not grow with the distance.
    pub(super) fn leave(&self, group: Vec<Block>) {
        let mut groups = self.groups.lock().expect("a thread has found an error");
        if groups.len() < MOST_WAITING {
            groups.push(group);
        } else {
            drop(groups);
            drop(group);
        }
    }

    /// Frees what has been left, in the order in which it was allocated.
    pub(super) fn free(&self) {
        let groups = std::mem::take(&mut *self.groups.lock().expect("a thread has found an error"));
        drop(groups);
    }
}
