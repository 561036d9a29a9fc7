//! C's functions that say what a heap has, and have it give memory back.

use core::ffi::c_int;
use core::fmt::{self, Write};
use core::ptr::NonNull;

use super::layout::keeping_errno;
use crate::adapters::AsGlobal;
use crate::api::Allocator;
use crate::pools::{SharedPool, SharedPoolStats};

/// What C's functions ask of an allocator beside blocks.
pub trait Control: Sync {
    /// Whether a block starts at `block`, which may be of any origin.
    fn is_block(&self, block: NonNull<u8>) -> bool;
    /// Gives back what is kept for later, and returns how many bytes.
    fn collect(&self) -> usize;
    /// What the allocator has.
    fn stats(&self) -> SharedPoolStats;
}

impl<A: Allocator + Sync> Control for SharedPool<A> {
    fn is_block(&self, block: NonNull<u8>) -> bool {
        SharedPool::is_block(self, block)
    }

    fn collect(&self) -> usize {
        SharedPool::collect(self)
    }

    fn stats(&self) -> SharedPoolStats {
        SharedPool::stats(self)
    }
}

impl<A: Control> Control for AsGlobal<A> {
    fn is_block(&self, block: NonNull<u8>) -> bool {
        (**self).is_block(block)
    }

    fn collect(&self) -> usize {
        (**self).collect()
    }

    fn stats(&self) -> SharedPoolStats {
        (**self).stats()
    }
}

/// The control of an allocator that has one. Without it there is nothing to tell, and nothing to give back.
type Controlled = Option<&'static dyn Control>;

/// `struct mallinfo` and `struct mallinfo2`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Info<N> {
    /// Bytes held: from the operating system, or the parent.
    pub arena: N,
    /// Always 0, like all that speaks of another way to keep a heap.
    pub ordblks: N,
    /// Free blocks in the caches of threads.
    pub smblks: N,
    /// Always 0.
    pub hblks: N,
    /// Always 0: large blocks count as all others.
    pub hblkhd: N,
    /// Always 0.
    pub usmblks: N,
    /// Bytes in the caches of threads.
    pub fsmblks: N,
    /// Bytes in use.
    pub uordblks: N,
    /// Bytes held, but not in use.
    pub fordblks: N,
    /// Always 0.
    pub keepcost: N,
}

impl Info<usize> {
    fn of(stats: &SharedPoolStats) -> Self {
        let (held, live) = (stats.held_bytes(), stats.live_bytes());
        Self {
            arena: held,
            smblks: cached_blocks(stats),
            fsmblks: stats.cached_bytes(),
            uordblks: live,
            fordblks: held.saturating_sub(live),
            ..Self::default()
        }
    }
}

fn cached_blocks(stats: &SharedPoolStats) -> usize {
    stats.classes().map(|class| class.cached_blocks).sum()
}

/// `mallinfo2()`
pub fn mallinfo2(control: Controlled) -> Info<usize> {
    keeping_errno(|| control.map(|control| Info::of(&control.stats())).unwrap_or_default())
}

/// `mallinfo()`: what an `int` cannot hold is the largest that it can.
pub fn mallinfo(control: Controlled) -> Info<c_int> {
    let info = mallinfo2(control);
    let int = |count: usize| c_int::try_from(count).unwrap_or(c_int::MAX);
    Info {
        arena: int(info.arena),
        smblks: int(info.smblks),
        fsmblks: int(info.fsmblks),
        uordblks: int(info.uordblks),
        fordblks: int(info.fordblks),
        ..Info::default()
    }
}

/// `malloc_trim(pad)`: whether anything was given back.
pub fn malloc_trim(control: Controlled) -> c_int {
    keeping_errno(|| c_int::from(control.is_some_and(|control| control.collect() > 0)))
}

/// `mallopt(parameter, value)`: its parameters are those of another heap. They are accepted, as programs do not expect that they are
/// not, and change nothing.
pub const fn mallopt() -> c_int {
    1
}

/// Whether what is at `block` is not known to be a block of the allocator's, null included: where C's functions are not all ours,
/// it may be the block of another one.
#[inline]
pub fn is_foreign(control: impl FnOnce() -> Controlled, block: *mut core::ffi::c_void) -> bool {
    !super::symbols::are_ours() && {
        let is_block = |control: &dyn Control| NonNull::new(block.cast()).is_some_and(|block| control.is_block(block));
        !keeping_errno(|| control().is_some_and(is_block))
    }
}

/// `malloc_stats()`: a table for people, on stderr.
pub fn malloc_stats(control: Controlled) {
    keeping_errno(|| {
        let mut stderr = Stderr { text: [0; 512], length: 0 };
        // `Stderr` returns no error.
        let _ = match control {
            Some(control) => writeln!(stderr, "janus-alloc\n{}", control.stats()),
            None => writeln!(stderr, "janus-alloc: this allocator keeps no statistics"),
        };
        stderr.flush();
    });
}

/// `malloc_info(options, stream)`: a table for programs, in XML. The error number for options, of which there are none.
///
/// # Safety
///
/// `stream` is one of the C library's that is open.
pub unsafe fn malloc_info(control: Controlled, options: c_int, stream: *mut libc::FILE) -> c_int {
    if options != 0 {
        return libc::EINVAL;
    }
    // A snapshot: writing it may allocate.
    let stats = keeping_errno(|| control.map(|control| control.stats()));
    // The stream remembers what cannot be written.
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

/// A stream of the C library's that is open.
struct Stream(*mut libc::FILE);

impl Write for Stream {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        // SAFETY: the stream is open; so many bytes are to be read.
        let written = unsafe { libc::fwrite(text.as_ptr().cast(), 1, text.len(), self.0) };
        if written == text.len() { Ok(()) } else { Err(fmt::Error) }
    }
}

/// Standard error, without a stream: that might allocate.
struct Stderr {
    text: [u8; 512],
    length: usize,
}

impl Stderr {
    fn flush(&mut self) {
        let mut text = &self.text[..self.length];
        while !text.is_empty() {
            // SAFETY: so many bytes are to be read.
            let written = unsafe { libc::write(2, text.as_ptr().cast(), text.len()) };
            match usize::try_from(written) {
                Ok(written) if written > 0 => text = text.get(written..).unwrap_or_default(),
                // There is nobody to tell.
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
