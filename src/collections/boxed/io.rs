//! The traits of [`std::io`], forwarded to the value of a box.

use std::fmt;
use std::io::{BufRead, IoSlice, IoSliceMut, Read, Result, Seek, SeekFrom, Write};

use super::Box;
use crate::api::Allocator;

// The traits take std's buffers.
use alloc::string::String;
use alloc::vec::Vec;

impl<R: Read + ?Sized, A: Allocator> Read for Box<R, A> {
    #[inline]
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        (**self).read(buffer)
    }

    #[inline]
    fn read_vectored(&mut self, buffers: &mut [IoSliceMut<'_>]) -> Result<usize> {
        (**self).read_vectored(buffers)
    }

    #[inline]
    fn read_to_end(&mut self, buffer: &mut Vec<u8>) -> Result<usize> {
        (**self).read_to_end(buffer)
    }

    #[inline]
    fn read_to_string(&mut self, buffer: &mut String) -> Result<usize> {
        (**self).read_to_string(buffer)
    }

    #[inline]
    fn read_exact(&mut self, buffer: &mut [u8]) -> Result<()> {
        (**self).read_exact(buffer)
    }
}

impl<R: BufRead + ?Sized, A: Allocator> BufRead for Box<R, A> {
    #[inline]
    fn fill_buf(&mut self) -> Result<&[u8]> {
        (**self).fill_buf()
    }

    #[inline]
    fn consume(&mut self, amount: usize) {
        (**self).consume(amount);
    }

    #[inline]
    fn read_until(&mut self, byte: u8, buffer: &mut Vec<u8>) -> Result<usize> {
        (**self).read_until(byte, buffer)
    }

    #[inline]
    fn skip_until(&mut self, byte: u8) -> Result<usize> {
        (**self).skip_until(byte)
    }

    #[inline]
    fn read_line(&mut self, buffer: &mut String) -> Result<usize> {
        (**self).read_line(buffer)
    }
}

impl<W: Write + ?Sized, A: Allocator> Write for Box<W, A> {
    #[inline]
    fn write(&mut self, buffer: &[u8]) -> Result<usize> {
        (**self).write(buffer)
    }

    #[inline]
    fn write_vectored(&mut self, buffers: &[IoSlice<'_>]) -> Result<usize> {
        (**self).write_vectored(buffers)
    }

    #[inline]
    fn flush(&mut self) -> Result<()> {
        (**self).flush()
    }

    #[inline]
    fn write_all(&mut self, buffer: &[u8]) -> Result<()> {
        (**self).write_all(buffer)
    }

    #[inline]
    fn write_fmt(&mut self, arguments: fmt::Arguments<'_>) -> Result<()> {
        (**self).write_fmt(arguments)
    }
}

impl<S: Seek + ?Sized, A: Allocator> Seek for Box<S, A> {
    #[inline]
    fn seek(&mut self, position: SeekFrom) -> Result<u64> {
        (**self).seek(position)
    }

    #[inline]
    fn rewind(&mut self) -> Result<()> {
        (**self).rewind()
    }

    #[inline]
    fn stream_position(&mut self) -> Result<u64> {
        (**self).stream_position()
    }

    #[inline]
    fn seek_relative(&mut self, offset: i64) -> Result<()> {
        (**self).seek_relative(offset)
    }
}
