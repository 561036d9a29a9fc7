//! Collections behave as std's, over every allocator, and keep the allocators' contract.
#![cfg(feature = "std")]

mod arc;
mod boxed;
#[allow(dead_code, reason = "more than one topic needs")]
mod ledger;
mod rc;
