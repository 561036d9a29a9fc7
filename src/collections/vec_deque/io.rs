//! `Write`, `Read` and `BufRead` for deques of bytes. Writing appends at the end, and reading removes from the start.

use std::io::{BufRead, Error, ErrorKind, IoSlice, Read, Result, Write};

use super::VecDeque;
use crate::api::Allocator;

/// Appends the written bytes. It returns no errors, but panics like [`VecDeque::reserve`].
impl<A: Allocator> Write for VecDeque<u8, A> {
    #[inline]
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        self.extend(bytes);
        Ok(bytes.len())
    }

    fn write_vectored(&mut self, parts: &[IoSlice<'_>]) -> Result<usize> {
        let length = parts.iter().map(|part| part.len()).sum();
        self.reserve(length);
        parts.iter().for_each(|part| self.extend(&**part));
        Ok(length)
    }

    #[inline]
    fn write_all(&mut self, bytes: &[u8]) -> Result<()> {
        self.extend(bytes);
        Ok(())
    }

    #[inline]
    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

/// Removes the bytes that are read from the start of the deque.
impl<A: Allocator> Read for VecDeque<u8, A> {
    /// Reads from the first of the two slices. It may read fewer bytes than there are, but at least one if there are
    /// any.
    #[inline]
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let count = self.as_slices().0.read(buffer)?;
        self.drain(..count);
        Ok(count)
    }

    /// Reads exactly the length of `buffer`. If there are fewer bytes, this returns an error and leaves the deque
    /// empty.
    fn read_exact(&mut self, buffer: &mut [u8]) -> Result<()> {
        let (front, back) = self.as_slices();
        let count = buffer.len();
        if count > front.len() + back.len() {
            self.clear();
            return Err(Error::new(ErrorKind::UnexpectedEof, "the deque has fewer bytes than the buffer"));
        }
        let (for_front, for_back) = buffer.split_at_mut(count.min(front.len()));
        for_front.copy_from_slice(&front[..for_front.len()]);
        for_back.copy_from_slice(&back[..for_back.len()]);
        self.drain(..count);
        Ok(())
    }

    fn read_to_end(&mut self, buffer: &mut std::vec::Vec<u8>) -> Result<usize> {
        let count = self.len();
        buffer.try_reserve(count)?;
        let (front, back) = self.as_slices();
        buffer.extend_from_slice(front);
        buffer.extend_from_slice(back);
        self.clear();
        Ok(count)
    }

    /// Reads all bytes as text. If they are not UTF-8, this returns an error, leaves the deque empty and `buffer`
    /// unchanged.
    fn read_to_string(&mut self, buffer: &mut std::string::String) -> Result<usize> {
        let count = self.len();
        buffer.try_reserve(count)?;
        let text = core::str::from_utf8(self.make_contiguous()).map(|text| buffer.push_str(text));
        self.clear();
        text.map_err(|error| Error::new(ErrorKind::InvalidData, error))?;
        Ok(count)
    }
}

/// The internal buffer is the first of the two slices.
impl<A: Allocator> BufRead for VecDeque<u8, A> {
    #[inline]
    fn fill_buf(&mut self) -> Result<&[u8]> {
        Ok(self.as_slices().0)
    }

    /// Removes the first `count` bytes.
    ///
    /// # Panics
    ///
    /// Panics if there are fewer than `count` bytes.
    #[inline]
    fn consume(&mut self, count: usize) {
        self.drain(..count);
    }
}
