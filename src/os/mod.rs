//! Calls of the operating system: each interface has one file for each system behind it.

pub(crate) mod advice;
pub(crate) mod pages;
