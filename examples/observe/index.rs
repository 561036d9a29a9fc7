//! The places where each name is called.

use std::cmp::Reverse;

use janus_alloc::api::Allocator;
use janus_alloc::collections::{FromIn, HashMapIn, String, Vec};
use janus_alloc::{Global, Stats};

use crate::INDEX;
use crate::tree::{Kind, Nodes};

type Counted = &'static Stats<Global>;

/// The lines of the calls of each name, in memory that [`INDEX`] counts.
pub(crate) struct Index {
    lines: HashMapIn<String<Counted>, Vec<u32, Counted>, Counted>,
}

impl Default for Index {
    fn default() -> Self {
        Self { lines: HashMapIn::new_in(&INDEX) }
    }
}

impl Index {
    /// Adds the calls in the tree of a file.
    pub(crate) fn add<A: Allocator>(&mut self, tree: &Nodes<A>) {
        for node in tree {
            node.walk(&mut |node| {
                if let Kind::Call { name, .. } = &node.kind {
                    self.add_call(name, node.first_line);
                }
            });
        }
    }

    fn add_call(&mut self, name: &str, line: u32) {
        if let Some(lines) = self.lines.get_mut(name) {
            lines.push(line);
            return;
        }
        let mut lines = Vec::new_in(&INDEX);
        lines.push(line);
        self.lines.insert(String::from_in(name, &INDEX), lines);
    }

    /// Returns the first `top` names with their numbers of calls, the most frequent ones first.
    pub(crate) fn most_called(&self, top: usize) -> impl Iterator<Item = (usize, &str)> {
        let mut names: std::vec::Vec<(usize, &str)> =
            self.lines.iter().map(|(name, lines)| (lines.len(), name.as_str())).collect();
        names.sort_by_key(|&(calls, name)| (Reverse(calls), name));
        names.into_iter().take(top)
    }
}
