//! Systems without a tested way to reserve room in a file and to keep its mappings from a child.

use core::convert::Infallible;
use core::ptr::NonNull;
use std::path::Path;

use super::Failure;
use crate::os::pages::Mapping;

/// A type without values.
pub(crate) struct TemporaryFiles(Infallible);

impl TemporaryFiles {
    pub(crate) fn in_directory(_: &Path) -> Result<Self, Failure> {
        Err(Failure::Mapping(None))
    }

    pub(crate) fn map(&self, _: &Mapping) -> Result<NonNull<u8>, Failure> {
        match self.0 {}
    }

    /// # Safety
    ///
    /// None, as there is no value of this type.
    pub(crate) unsafe fn unmap(&self, _: NonNull<u8>, _: &Mapping) {
        match self.0 {}
    }

    /// # Safety
    ///
    /// None, as there is no value of this type.
    pub(crate) unsafe fn shrink(&self, _: NonNull<u8>, _: &Mapping, _: &Mapping) -> bool {
        match self.0 {}
    }
}
