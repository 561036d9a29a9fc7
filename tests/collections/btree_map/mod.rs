//! `BTreeMap` behaves as std's: the same code runs with both, and the results are compared.

mod comparison;
mod elements;
mod entries;
mod iterators;
mod look_ups;
mod nodes;
mod ranges;
mod types;

use std::cmp::Ordering;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs the same code with std's types and with ours, and compares the results.
macro_rules! compare_with_std {
    ($body:block) => {
        let theirs = {
            #[allow(unused_imports, reason = "not every test needs all")]
            use std::collections::{BTreeMap, BTreeSet, btree_map, btree_set};
            $body
        };
        let ours = {
            #[allow(unused_imports, reason = "not every test needs all")]
            use janus_alloc::collections::{BTreeMap, BTreeSet, btree_map, btree_set};
            $body
        };
        assert_eq!(theirs, ours);
    };
}
pub(crate) use compare_with_std;

/// A key whose tag takes no part in comparisons. It distinguishes equal keys.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tagged(pub(crate) u32, pub(crate) char);

impl PartialEq for Tagged {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl Eq for Tagged {}

impl PartialOrd for Tagged {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Tagged {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}

/// Returns the message of `work`'s panic.
pub(crate) fn message<T>(work: impl FnOnce() -> T) -> String {
    let payload = catch_unwind(AssertUnwindSafe(work)).err().expect("no panic");
    match payload.downcast::<String>() {
        Ok(message) => *message,
        Err(payload) => payload.downcast_ref::<&str>().expect("the panic has no message").to_string(),
    }
}
