//! Calls of the operating system: each interface has one file for each system behind it.

#[cfg(target_has_atomic = "ptr")]
pub(crate) mod access;
pub(crate) mod advice;
pub(crate) mod pages;
