//! Runs a workload again for each request to its parent: once with that request failing, and once with all from it on.

use std::ops::Range;

use janus_alloc::api::AllocError;
use janus_alloc::{Stats, System};

use crate::parents::{FailingRequests, RuledParent};

pub(crate) type Parent<'a> = RuledParent<FailingRequests, &'a Stats<System>>;

/// Records, for each call of a workload, the range of its requests to the parent and whether the call succeeded.
pub(crate) struct Log<'a> {
    pub(crate) rule: &'a FailingRequests,
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

/// Runs `work` with a parent that never fails, then with each possible failure.
///
/// The requests of `work` must not depend on addresses, so it may not use aligns above 16.
pub(crate) fn with_each_failure(work: impl Fn(&Parent<'_>, &mut Log<'_>)) {
    let stats = Stats::new(System);
    let run = |rule| {
        let parent = RuledParent { rule, parent: &stats };
        let mut log = Log { rule: &parent.rule, calls: Vec::new() };
        work(&parent, &mut log);
        let after = stats.snapshot();
        assert_eq!((after.live_blocks(), after.live_bytes), (0, 0), "{after}");
        (log.calls, parent.rule.count())
    };
    let (clean, count) = run(FailingRequests::none());
    // Requests after the last logged call reach a healed parent, and cannot fail.
    let count = clean.last().map_or(0, |(requests, _)| requests.end).min(count);
    assert!(clean.iter().all(|(_, ok)| *ok) && count > 8, "{count}");
    for index in 0..count {
        let at = clean
            .iter()
            .position(|(requests, _)| requests.contains(&index))
            .expect("only logged calls reach the parent");

        let (calls, _) = run(FailingRequests::only(index));
        assert_eq!(calls.len(), clean.len());
        for (other, (_, ok)) in calls.iter().enumerate() {
            assert!(*ok || other == at, "request {index}: call {other} failed, not only call {at}");
        }

        let (calls, _) = run(FailingRequests::from(index));
        assert!(calls[..at].iter().all(|(_, ok)| *ok), "{index}");
        // A call may succeed without the memory if it made no more requests than before, such as a shrink that stays in place.
        let made_no_more_requests = calls[at].0.len() == clean[at].0.len();
        assert!(!calls[at].1 || made_no_more_requests, "request {index}: call {at} succeeded without memory");
    }
}
