//! Collections in and out of formats of [serde](::serde): feature `serde`.
//!
//! # Adding a collection
//!
//! 1. A line in [`ser`].
//! 2. If it is a sequence: `Sequence` for it in `de/sequences.rs`, and a line in the list there. A map likewise in `de/maps.rs`,
//!    a kind of text or of pointer in `de/pointers.rs`.
//! 3. The name in the table of [`de`], and a row in `tests/collections_serde.rs`.

pub mod de;
mod ser;
