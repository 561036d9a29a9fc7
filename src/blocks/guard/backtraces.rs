//! Backtraces: captured as bare addresses, without an allocation; stored once, however many blocks share one; and turned into names
//! only when a report prints them.
//!
//! (std's `Backtrace` cannot serve: its capture allocates from the default, which the guard may be a part of.)

use core::fmt::Write;
use core::num::NonZeroU32;
use core::ptr;

use super::paged_vec::PagedVec;
use super::stderr::Stderr;
use crate::api::AllocError;

/// The number of frames that are kept, the innermost ones. Some of them are the guard's own, which are not printed.
const MAX_FRAMES: usize = 40;

/// The id of a backtrace in the depot: its position in `words`, plus 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct TraceId(NonZeroU32);

/// The return addresses of the calling thread's frames, the innermost first.
#[derive(Clone, Copy)]
pub(super) struct Backtrace {
    len: usize,
    addresses: [usize; MAX_FRAMES],
}

impl Backtrace {
    /// Returns the backtrace of the calling thread; `None` while it is capturing one: where C's `malloc` is a guard, the unwinder may
    /// call it.
    #[inline(never)]
    pub(super) fn capture() -> Option<Self> {
        let _capturing = reentry::enter()?;
        let mut this = Self { len: 0, addresses: [0; MAX_FRAMES] };
        // SAFETY: on Unix the unwinder may be called by several threads at a time; only that of Windows has to be synchronized.
        unsafe {
            backtrace::trace_unsynchronized(|frame| {
                if let Some(place) = this.addresses.get_mut(this.len) {
                    *place = frame.ip().addr();
                    this.len += 1;
                }
                this.len < MAX_FRAMES
            });
        };
        Some(this)
    }

    fn addresses(&self) -> &[usize] {
        &self.addresses[..self.len]
    }

    /// Prints the frames with their names and lines, the guard's own ones left out. This allocates from the default, and reads the
    /// debug information of the program.
    pub(super) fn print(&self, out: &mut Stderr) {
        let is_own = |&address: &usize| {
            let mut is_own = false;
            resolve(address, |symbol| {
                let name = symbol.name();
                let name = name.as_ref().and_then(|name| name.as_str()).unwrap_or_default();
                is_own |= name.contains("6blocks5guard") || name.contains("9backtrace9backtrace");
            });
            is_own
        };
        // All of them lie within the innermost ones.
        let own = self.addresses().iter().take(16).rposition(is_own).map_or(0, |last| last + 1);
        for (number, &address) in self.addresses()[own..].iter().enumerate() {
            let (mut is_named, mut is_start) = (false, false);
            // Once for each function that was inlined there, the innermost first.
            resolve(address, |symbol| {
                let Some(name) = symbol.name() else { return };
                is_start |= name.as_str().is_some_and(|name| name.contains("__rust_begin_short_backtrace"));
                if is_start {
                    return;
                }
                let _ = match is_named {
                    false => writeln!(out, "    {number:2}: {name:#}"),
                    true => writeln!(out, "        {name:#}"),
                };
                is_named = true;
                if let (Some(file), Some(line)) = (symbol.filename(), symbol.lineno()) {
                    let _ = writeln!(out, "            at {}:{line}", file.display());
                }
            });
            // The remaining frames are those of std before `main`.
            if is_start {
                return;
            }
            if !is_named {
                let _ = writeln!(out, "    {number:2}: {address:#x}");
            }
        }
    }
}

fn resolve(address: usize, symbol: impl FnMut(&backtrace::Symbol)) {
    backtrace::resolve(ptr::without_provenance_mut(address), symbol);
}

/// All different backtraces.
///
/// # Invariants
///
/// 1. `words` has for each backtrace its hash, its length, and its addresses.
/// 2. `index` has the id of each, by its hash, with linear probing. Its length is 0 or a power of two, and at least half of it is empty.
pub(super) struct Depot {
    words: PagedVec<usize>,
    index: PagedVec<Option<NonZeroU32>>,
    len: usize,
}

const FIRST_LENGTH: usize = 512;

impl Depot {
    pub(super) const fn new() -> Self {
        Self { words: PagedVec::new(), index: PagedVec::new(), len: 0 }
    }

    /// Returns the id of a backtrace, which is stored if it is new; `None` if there is no memory.
    pub(super) fn intern(&mut self, backtrace: &Backtrace) -> Option<TraceId> {
        self.reserve().ok()?;
        let addresses = backtrace.addresses();
        let hash =
            addresses.iter().fold(addresses.len(), |hash, address| (hash.rotate_left(5) ^ address).wrapping_mul(ODD));
        let mut position = self.home(hash);
        while let Some(id) = self.index[position] {
            if self.words[start(id)] == hash && self.stored(id) == addresses {
                return Some(TraceId(id));
            }
            position = (position + 1) & (self.index.len() - 1);
        }
        let id = u32::try_from(self.words.len() + 1).ok().and_then(NonZeroU32::new)?;
        self.words.reserve_total(self.words.len() + 2 + addresses.len()).ok()?;
        for &word in [hash, addresses.len()].iter().chain(addresses) {
            self.words.push(word).ok()?;
        }
        self.index[position] = Some(id);
        self.len += 1;
        Some(TraceId(id))
    }

    #[expect(clippy::unnecessary_wraps, reason = "the signature of `no_backtraces.rs`")]
    pub(super) fn get(&self, TraceId(id): TraceId) -> Option<Backtrace> {
        let stored = self.stored(id);
        let mut backtrace = Backtrace { len: stored.len(), addresses: [0; MAX_FRAMES] };
        backtrace.addresses[..stored.len()].copy_from_slice(stored);
        Some(backtrace)
    }

    /// Makes room in the index for one more.
    fn reserve(&mut self) -> Result<(), AllocError> {
        if 2 * (self.len + 1) <= self.index.len() {
            return Ok(());
        }
        let larger = PagedVec::with_len((2 * self.index.len()).max(FIRST_LENGTH))?;
        let smaller = core::mem::replace(&mut self.index, larger);
        for &id in smaller.iter().flatten() {
            let mut position = self.home(self.words[start(id)]);
            while self.index[position].is_some() {
                position = (position + 1) & (self.index.len() - 1);
            }
            self.index[position] = Some(id);
        }
        Ok(())
    }

    fn home(&self, hash: usize) -> usize {
        (hash ^ hash >> (usize::BITS / 2)) & (self.index.len() - 1)
    }

    fn stored(&self, id: NonZeroU32) -> &[usize] {
        let start = start(id);
        &self.words[start + 2..][..self.words[start + 1]]
    }
}

fn start(id: NonZeroU32) -> usize {
    id.get() as usize - 1
}

#[expect(clippy::cast_possible_truncation, reason = "the lower half is odd, too")]
const ODD: usize = 0x9e37_79b9_7f4a_7c15_u64 as usize;

/// Tells whether the calling thread is capturing a backtrace, on systems where a thread-local without a destructor is read without an
/// allocation.
#[cfg(any(native_thread_local, target_vendor = "apple"))]
mod reentry {
    use std::cell::Cell;

    std::thread_local! {
        static IS_CAPTURING: Cell<bool> = const { Cell::new(false) };
    }

    /// Marks the calling thread as capturing until it is dropped.
    pub(super) struct Capturing(());

    pub(super) fn enter() -> Option<Capturing> {
        let was_capturing = IS_CAPTURING.try_with(|is_capturing| is_capturing.replace(true)).unwrap_or(true);
        // Lazily: a value that is not returned would end the outer capture.
        (!was_capturing).then(|| Capturing(()))
    }

    impl Drop for Capturing {
        fn drop(&mut self) {
            let _ = IS_CAPTURING.try_with(|is_capturing| is_capturing.set(false));
        }
    }
}
#[cfg(not(any(native_thread_local, target_vendor = "apple")))]
mod reentry {
    pub(super) struct Capturing(());

    impl Drop for Capturing {
        fn drop(&mut self) {}
    }

    #[expect(clippy::unnecessary_wraps, reason = "the signature of the other `reentry`")]
    pub(super) fn enter() -> Option<Capturing> {
        Some(Capturing(()))
    }
}

#[cfg(all(test, any(native_thread_local, target_vendor = "apple")))]
mod tests {
    use super::reentry;

    /// The unwinder may call `malloc` several times.
    #[test]
    fn an_inner_capture_is_refused_each_time() {
        let outer = reentry::enter();
        assert!(outer.is_some());
        assert!((0..3).all(|_| reentry::enter().is_none()));
        drop(outer);
        assert!(reentry::enter().is_some());
    }
}
