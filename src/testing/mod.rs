//! Tests that every allocator can be put to.
