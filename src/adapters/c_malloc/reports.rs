//! `malloc_stats` and `malloc_info`: the statistics of a heap as text.

use core::ffi::c_int;
use core::fmt::{self, Write};

use super::control::OptionalControl;
use super::errno::preserve_errno;
use super::mallinfo::cached_blocks;
use crate::pools::SharedPoolStats;

/// `malloc_stats()`: writes a table for people to the standard error.
pub fn malloc_stats(control: OptionalControl) {
    preserve_errno(|| {
        let mut stderr = Stderr { text: [0; 512], length: 0 };
        // `Stderr` returns no error.
        let _ = match control {
            Some(control) => writeln!(stderr, "janus-alloc\n{}", control.stats()),
            None => writeln!(stderr, "janus-alloc: this allocator keeps no statistics"),
        };
        stderr.flush();
    });
}

/// `malloc_info(options, stream)`: writes a table for programs, in XML. There are no options: returns `EINVAL` unless
/// they are 0.
///
/// # Safety
///
/// `stream` is an open stream of the C library.
pub unsafe fn malloc_info(control: OptionalControl, options: c_int, stream: *mut libc::FILE) -> c_int {
    if options != 0 {
        return libc::EINVAL;
    }
    // A snapshot, since writing it may allocate.
    let stats = preserve_errno(|| control.map(|control| control.stats()));
    // The stream remembers an error.
    let _ = write_info(&mut Stream(stream), stats.as_ref());
    0
}

fn write_info(to: &mut impl Write, stats: Option<&SharedPoolStats>) -> fmt::Result {
    writeln!(to, "<malloc version=\"1\">")?;
    if let Some(stats) = stats {
        writeln!(to, "<heap nr=\"0\">\n<sizes>")?;
        let mut from = 1;
        for class in stats.classes() {
            let (size, count) = (class.size, class.cached_blocks);
            if count > 0 {
                let total = size * count;
                writeln!(to, "  <size from=\"{from}\" to=\"{size}\" total=\"{total}\" count=\"{count}\"/>")?;
            }
            from = size + 1;
        }
        writeln!(to, "</sizes>")?;
        write_totals(to, stats)?;
        writeln!(to, "</heap>")?;
        write_totals(to, stats)?;
    }
    writeln!(to, "</malloc>")
}

fn write_totals(to: &mut impl Write, stats: &SharedPoolStats) -> fmt::Result {
    let (held, cached) = (stats.held_bytes(), stats.cached_bytes());
    let rest = held.saturating_sub(stats.live_bytes()).saturating_sub(cached);
    writeln!(to, "<total type=\"fast\" count=\"{}\" size=\"{cached}\"/>", cached_blocks(stats))?;
    writeln!(to, "<total type=\"rest\" size=\"{rest}\"/>")?;
    writeln!(to, "<system type=\"current\" size=\"{held}\"/>")?;
    writeln!(to, "<aspace type=\"total\" size=\"{held}\"/>")
}

/// An open stream of the C library.
struct Stream(*mut libc::FILE);

impl Write for Stream {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        // SAFETY: the stream is open, and `text` is that long.
        let written = unsafe { libc::fwrite(text.as_ptr().cast(), 1, text.len(), self.0) };
        if written == text.len() { Ok(()) } else { Err(fmt::Error) }
    }
}

/// The standard error by its file descriptor: a stream might allocate.
struct Stderr {
    text: [u8; 512],
    length: usize,
}

impl Stderr {
    fn flush(&mut self) {
        let mut text = &self.text[..self.length];
        while !text.is_empty() {
            // SAFETY: `text` is that long.
            let written = unsafe { libc::write(2, text.as_ptr().cast(), text.len()) };
            match usize::try_from(written) {
                Ok(written) if written > 0 => text = text.get(written..).unwrap_or_default(),
                // An error cannot be reported anywhere.
                _ => break,
            }
        }
        self.length = 0;
    }
}

impl Write for Stderr {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for part in text.as_bytes().chunks(64) {
            if self.text.len() - self.length < part.len() {
                self.flush();
            }
            self.text[self.length..][..part.len()].copy_from_slice(part);
            self.length += part.len();
        }
        Ok(())
    }
}
