//! Building blocks: each wraps one or two allocators and adds one behaviour.
//!
//! | block | adds |
//! | --- | --- |
//! | [`Aligned`] | a minimum alignment of all blocks |
//! | [`ByTag`] | the counts of a `Stats` for each tag, such as `tag("request")`, that a thread works under |
//! | [`Failing`] | failures of chosen requests, to test the code that handles them |
//! | [`Fallback`] | a second allocator where the first one fails |
//! | [`Guard`] | a search for writes outside of blocks, wrong frees, and leaks |
//! | [`Limit`] | a limit of the live bytes, also of several allocators together |
//! | [`Locked`] | a lock, so that threads can share an allocator for one thread |
//! | [`Profile`] | samples of blocks with the stacks that allocated them, for heap profiles (feature `profile`) |
//! | [`Segregate`] | one allocator for small blocks and another for large ones |
//! | [`StackFirst`] | a buffer inside itself, then another allocator |
//! | [`Stats`] | counts of requests, bytes, moves and failures, and the peak of live bytes; [reports](stats::report) of all that have a name |
//! | [`Trace`] | a call of a hook for each request |
//! | [`Zeroizing`] | a wipe of everything that is freed |
//!
//! ```
//! use janus_alloc::{Stats, System, collections::Box};
//!
//! let counted = Stats::new(System);
//! let boxed = Box::new_in(1, &counted);
//! assert_eq!(counted.snapshot().live_blocks(), 1);
//! # drop(boxed);
//! ```

mod aligned;
#[cfg(os_memory)]
pub mod by_tag;
pub mod failing;
mod fallback;
#[cfg(os_memory)]
pub mod guard;
pub mod limit;
pub mod locked;
#[cfg(os_memory)]
mod own_files;
#[cfg(all(feature = "profile", os_memory))]
pub mod profile;
mod segregate;
mod stack_first;
pub mod stats;
mod system_memory;
#[cfg(os_memory)]
pub mod trace;
mod zeroizing;

pub use aligned::Aligned;
#[cfg(os_memory)]
#[doc(inline)]
pub use by_tag::{ByTag, tag};
#[doc(inline)]
pub use failing::Failing;
pub use fallback::Fallback;
#[cfg(os_memory)]
#[doc(inline)]
pub use guard::Guard;
#[doc(inline)]
pub use limit::Limit;
#[doc(inline)]
pub use locked::Locked;
#[cfg(all(feature = "profile", os_memory))]
#[doc(inline)]
pub use profile::Profile;
pub use segregate::Segregate;
pub use stack_first::StackFirst;
#[doc(inline)]
pub use stats::{Snapshot, Stats};
#[cfg(os_memory)]
#[doc(inline)]
pub use trace::Trace;
pub use zeroizing::Zeroizing;
