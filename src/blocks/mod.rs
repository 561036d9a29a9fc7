//! Building blocks: each wraps one or two allocators and adds one behaviour.
//!
//! | block | adds |
//! | --- | --- |
//! | [`Stats`] | counts of what is asked for, served and given back |

pub mod stats;

#[doc(inline)]
pub use stats::{Snapshot, Stats};
