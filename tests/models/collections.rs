//! The counts of an `Arc`.

#[path = "../../src/collections/arc/counts.rs"]
pub(crate) mod arc;
#[path = "../../src/collections/counted/counts.rs"]
pub(crate) mod counted;
