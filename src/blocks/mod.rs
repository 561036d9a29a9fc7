//! Building blocks: each wraps one or two allocators and adds one behaviour.
//!
//! | block | adds |
//! | --- | --- |
//! | [`Stats`] | counts of requests, bytes, moves and failures, and the peak of live bytes |
//!
//! ```
//! use janus_alloc::{Stats, System, collections::Box};
//!
//! let counted = Stats::new(System);
//! let boxed = Box::new_in(1, &counted);
//! assert_eq!(counted.snapshot().live_blocks(), 1);
//! # drop(boxed);
//! ```

pub mod stats;

#[doc(inline)]
pub use stats::{Snapshot, Stats};
