//! Serialization and deserialization of collections with [serde](::serde) (feature `serde`).
//!
//! # Adding a collection
//!
//! 1. Add a line to [`ser`].
//! 2. For a sequence, implement `Sequence` in `de/sequences.rs` and add the type to the list there. Do the same for a map in
//!    `de/maps.rs`, and for a kind of string or pointer in `de/pointers.rs`.
//! 3. Add the name to the table of [`de`], and a row to `tests/collections_serde.rs`.

pub mod de;
mod ser;
