//! Tests for allocators, those of this crate and yours, and for code that allocates.
//!
//! [`conformance`] makes random calls to an allocator, and checks the results by a model. [`faults`] runs code with each of its requests
//! for memory failing in turn.

pub mod conformance;
#[cfg(target_has_atomic = "ptr")]
pub mod faults;
