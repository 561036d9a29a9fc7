//! Bytes written to the end of a deque and read from its start.

use std::io::{BufRead, Error, ErrorKind, IoSlice, Read, Result, Write};

use super::VecDeque;
use crate::api::Allocator;

/// Appends what is written. Never an error; without room it panics as [`VecDeque::reserve`] does.
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

/// Takes what is read out of the deque, from its start.
impl<A: Allocator> Read for VecDeque<u8, A> {
    /// Reads from the first of the two slices: less than there is, perhaps, but something if there is.
    #[inline]
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let count = self.as_slices().0.read(buffer)?;
        self.drain(..count);
        Ok(count)
    }

    /// If there are not so many bytes, the deque is empty then.
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

    /// If the bytes are not UTF-8, they are lost to the deque, and the buffer is as before.
    fn read_to_string(&mut self, buffer: &mut std::string::String) -> Result<usize> {
        let count = self.len();
        buffer.try_reserve(count)?;
        let text = core::str::from_utf8(self.make_contiguous()).map(|text| buffer.push_str(text));
        self.clear();
        text.map_err(|error| Error::new(ErrorKind::InvalidData, error))?;
        Ok(count)
    }
}

/// The buffer is the first of the two slices.
impl<A: Allocator> BufRead for VecDeque<u8, A> {
    #[inline]
    fn fill_buf(&mut self) -> Result<&[u8]> {
        Ok(self.as_slices().0)
    }

    /// # Panics
    ///
    /// If there are fewer than `count` bytes.
    #[inline]
    fn consume(&mut self, count: usize) {
        self.drain(..count);
    }
}
