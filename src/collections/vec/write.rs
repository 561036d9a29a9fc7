//! `Write` for vectors of bytes.

use std::io::{IoSlice, Result, Write};

use super::Vec;
use crate::api::Allocator;

/// Appends the written bytes. It returns no errors, but panics like [`Vec::reserve`].
impl<A: Allocator> Write for Vec<u8, A> {
    #[inline]
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        self.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn write_vectored(&mut self, parts: &[IoSlice<'_>]) -> Result<usize> {
        let length = parts.iter().map(|part| part.len()).sum();
        self.reserve(length);
        parts.iter().for_each(|part| self.extend_from_slice(part));
        Ok(length)
    }

    #[inline]
    fn write_all(&mut self, bytes: &[u8]) -> Result<()> {
        self.extend_from_slice(bytes);
        Ok(())
    }

    #[inline]
    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}
