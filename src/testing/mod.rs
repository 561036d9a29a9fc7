//! Tests for allocators: those of this crate, and yours.
//!
//! [`conformance`] makes random calls to an allocator, and checks the results by a model.

pub mod conformance;
