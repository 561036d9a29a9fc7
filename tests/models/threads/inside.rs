//! As the crate's `threads/inside.rs`: no thread forks in a model, but for the lock's own tests.

pub(crate) struct Inside;

pub(crate) static FORKERS: Inside = Inside;

impl Inside {
    pub(crate) fn is_inside(&self) -> bool {
        false
    }
}
