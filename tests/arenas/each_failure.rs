//! Fails each request to a parent once, and all from each on.

use std::ops::Range;

use janus_alloc::api::AllocError;
use janus_alloc::{Stats, System};

use crate::parents::{Indices, Ruled};

pub(crate) type Parent<'a> = Ruled<Indices, &'a Stats<System>>;

/// What each call of a workload asked the parent for, and whether it succeeded.
pub(crate) struct Log<'a> {
    pub(crate) rule: &'a Indices,
    calls: Vec<(Range<usize>, bool)>,
}

impl Log<'_> {
    pub(crate) fn call<T>(&mut self, call: impl FnOnce() -> Result<T, AllocError>) -> Option<T> {
        let first = self.rule.count();
        let result = call().ok();
        self.calls.push((first..self.rule.count(), result.is_some()));
        result
    }
}

/// Runs `work` with a parent that never fails, then with each failure. What `work` asks for must not depend on addresses: no
/// aligns above 16.
pub(crate) fn with_each_failure(work: impl Fn(&Parent<'_>, &mut Log<'_>)) {
    let stats = Stats::new(System);
    let run = |rule| {
        let parent = Ruled { rule, parent: &stats };
        let mut log = Log { rule: &parent.rule, calls: Vec::new() };
        work(&parent, &mut log);
        let after = stats.snapshot();
        assert_eq!((after.live_blocks(), after.live_bytes), (0, 0), "{after}");
        (log.calls, parent.rule.count())
    };
    let (clean, count) = run(Indices::none());
    // What is asked for after the last call is asked of a parent that was healed.
    let count = clean.last().map_or(0, |(requests, _)| requests.end).min(count);
    assert!(clean.iter().all(|(_, ok)| *ok) && count > 8, "{count}");
    for index in 0..count {
        let at = clean.iter().position(|(requests, _)| requests.contains(&index)).expect("only calls ask the parent");

        let (calls, _) = run(Indices::only(index));
        assert_eq!(calls.len(), clean.len());
        for (other, (_, ok)) in calls.iter().enumerate() {
            assert!(*ok || other == at, "{index}: call {other} failed, not only {at}");
        }

        let (calls, _) = run(Indices::from(index));
        assert!(calls[..at].iter().all(|(_, ok)| *ok), "{index}");
        let one_for_less = calls[at].1 && calls[at].0.len() == clean[at].0.len();
        assert!(!calls[at].1 || one_for_less, "{index}: call {at} succeeded without memory");
    }
}
