//! Tests that every allocator can be put to: this crate's, and yours.
//!
//! [`conformance`] puts random operations to an allocator and compares with a model what it gives back.

pub mod conformance;
