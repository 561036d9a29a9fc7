use core::ptr::NonNull;

use super::page_source::{self, PageSource, impl_allocator, mapping_in};
use super::{Lacking, Unsupported};
use crate::api::{
    AllocError, Allocator, AllocatorClone, GlobalAllocator, IndependentAllocator, Layout, StaticAllocator, WholePages,
};
use crate::os::advice;
use crate::os::pages::{self, Mapping};

/// Whole pages for secrets: locked in memory, left out of core dumps, wiped in the child of a fork, and with a guard page before and
/// behind each block.
///
/// `SecretPages` keeps bytes from leaving the process's memory. It does not wipe them when they are freed: put
/// [`Zeroizing`](crate::Zeroizing) on top, and a [`Pool`](crate::Pool) in between for many small secrets, since each block takes at
/// least three pages of addresses and locks at least one.
///
/// * **Locked** (`mlock`; `VirtualLock` on Windows): the pages are not written to swap space. Hibernation still writes all memory to
///   the disk. A process may lock a limited number of bytes (`ulimit -l`: often 8 MiB on Linux; root has no limit).
/// * **Core dumps** (`MADV_DONTDUMP`) have no bytes of a block.
/// * **Guard pages**, like those of [`Pages::guard_pages`](crate::Pages::guard_pages): an access before or behind a block ends
///   the program.
/// * **Blocks**: rounded up to whole pages, and returned at that length, with any align for which the address space has room. A block
///   of size 0 is dangling. All of a block occupies memory from the start on.
/// * **Cost per call**: five system calls to allocate, and a page fault for each page; one to free. Growth and shrinking within the
///   last page are free. Beyond it, growth copies into a new block, and shrinking takes five system calls.
/// * **`deallocate`** returns the pages to the system, which zeroes them before anybody else sees them.
/// * **Errors**: a page that cannot be locked is an `AllocError`, as if there were no memory. No block is ever less protected than
///   promised. Growth needs both blocks at once.
/// * **Size**: one byte. **Threads**: any, without a lock of this crate.
///
/// # Fork
///
/// In the child of a fork the blocks are there, and all their bytes are 0. So secrets do not spread to children that run other code;
/// but a value may be used or dropped in the child only if zeros are valid for it, such as integers. Zeros are not valid for a
/// reference, for a `String` inside a `Vec`, or for a pool or arena over `SecretPages`, whose records are in wiped pages too. A child
/// that only starts another program uses none of this. `fork` is `unsafe`, because it duplicates memory that libraries rely on; its
/// caller has to know these rules. In the child, new blocks are protected as in the parent. Blocks from before the fork are not locked
/// there.
///
/// # Examples
///
/// ```
/// use janus_alloc::{SecretPages, Zeroizing, Pool, collections::Vec};
///
/// # #[cfg(target_os = "linux")] {
/// let secrets = match SecretPages::new() {
///     Ok(pages) => Zeroizing::new(Pool::new_in(pages)),
///     Err(error) => return eprintln!("{error}"),
/// };
/// let mut key = Vec::with_capacity_in(32, &secrets);
/// key.extend_from_slice(b"correct horse battery staple");
/// drop(key); // wiped, and free for the next secret
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SecretPages {
    protection: Protection,
}

/// The protection of each block besides its guard pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Protection {
    Lock,
    LockAndHide,
}

impl SecretPages {
    /// Returns the source, if this system and this process can do all that it promises. It maps and locks a page to find out.
    ///
    /// # Errors
    ///
    /// Returns an [`Unsupported`] that lacks [`LockedMemory`](Lacking::LockedMemory) if nothing more can be locked,
    /// [`CoreDumpExclusion`](Lacking::CoreDumpExclusion) and [`WipeOnFork`](Lacking::WipeOnFork) if the system cannot do that: only
    /// Linux can, from 4.14 on.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{SecretPages, collections::Box};
    ///
    /// if let Ok(secret) = SecretPages::new() {
    ///     let seed = Box::new_in([7_u8; 32], secret);
    ///     assert_eq!(seed[31], 7);
    /// }
    /// ```
    pub fn new() -> Result<Self, Unsupported> {
        Self { protection: Protection::LockAndHide }.probe()
    }

    /// Returns a source of pages that are locked and guarded, and no more, for systems that do not have the rest. Core dumps may
    /// contain their bytes, and the child of a fork has copies of them, which are not locked.
    ///
    /// # Errors
    ///
    /// Returns an [`Unsupported`] that lacks [`LockedMemory`](Lacking::LockedMemory) if nothing more can be locked.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::SecretPages;
    /// use janus_alloc::sources::Lacking;
    ///
    /// let pages = SecretPages::new().or_else(|error| match error.lacking() {
    ///     Lacking::CoreDumpExclusion | Lacking::WipeOnFork => SecretPages::locked(),
    ///     _ => Err(error),
    /// });
    /// # drop(pages);
    /// ```
    pub fn locked() -> Result<Self, Unsupported> {
        Self { protection: Protection::Lock }.probe()
    }

    /// Maps a page and unmaps it again.
    fn probe(self) -> Result<Self, Unsupported> {
        let lacks_pages = Unsupported::new(Lacking::Memory, None);
        let mapping = self.mapping(Layout::new::<u8>()).ok_or(lacks_pages)?;
        let start = pages::map(&mapping).ok_or(lacks_pages)?;
        // SAFETY: a fresh block of `mapping`.
        let protected = unsafe { self.protect(start, mapping.size) };
        // SAFETY: as above; nothing uses it.
        unsafe { pages::unmap(start, &mapping) };
        protected.map(|()| self)
    }

    /// Protects a block.
    ///
    /// # Safety
    ///
    /// The range is that of a block of these pages, private and anonymous.
    unsafe fn protect(self, start: NonNull<u8>, length: usize) -> Result<(), Unsupported> {
        if self.protection == Protection::LockAndHide {
            // SAFETY: by `# Safety` of this fn.
            unsafe { pages::omit_from_dumps(start, length) }
                .map_err(|code| Unsupported::new(Lacking::CoreDumpExclusion, code))?;
            // SAFETY: by `# Safety` of this fn.
            unsafe { pages::wipe_in_children(start, length) }
                .map_err(|code| Unsupported::new(Lacking::WipeOnFork, code))?;
        }
        // SAFETY: by `# Safety` of this fn.
        unsafe { pages::lock(start, length) }.map_err(|code| Unsupported::new(Lacking::LockedMemory, code))
    }
}

// SAFETY: (1) size, align and guards follow from the layout alone. (2) Fresh pages of the system. (3) The operating system neither
// unwinds nor calls the registered default.
unsafe impl PageSource for SecretPages {
    #[inline]
    fn mapping(&self, layout: Layout) -> Option<Mapping> {
        Some(Mapping { guard: pages::guard_size(), ..mapping_in(pages::page_size(), layout)? })
    }

    fn map(&self, mapping: &Mapping) -> Option<NonNull<u8>> {
        let start = pages::map(mapping)?;
        // SAFETY: a fresh block of `mapping`.
        if unsafe { self.protect(start, mapping.size) }.is_err() {
            // SAFETY: as above; nothing uses it.
            unsafe { pages::unmap(start, mapping) };
            return None;
        }
        Some(start)
    }

    unsafe fn unmap(&self, start: NonNull<u8>, mapping: &Mapping) {
        // Unmapping unlocks.
        // SAFETY: by `# Safety` of this fn.
        unsafe { pages::unmap(start, mapping) };
    }

    /// Returns `None`: a guard is in the way.
    unsafe fn extend(&self, _: NonNull<u8>, _: &Mapping, _: &Mapping) -> Option<NonNull<u8>> {
        None
    }

    unsafe fn cut(&self, start: NonNull<u8>, old: &Mapping, new: &Mapping) -> bool {
        // SAFETY: by `# Safety` of this fn; both have guards.
        if !unsafe { pages::shrink(start, old, new) } {
            return false;
        }
        // The new guard consists of pages that were locked, which the system therefore kept.
        // SAFETY: the guard follows the block.
        let guard = unsafe { start.add(new.size) };
        // SAFETY: the guard of the block.
        unsafe { pages::unlock(guard, new.guard) };
        // SAFETY: as above; its contents are not needed.
        unsafe { advice::discard(guard, new.guard) };
        true
    }
}

impl_allocator!(SecretPages);

// SAFETY: a mapping lasts until it is unmapped, and no value owns it.
unsafe impl StaticAllocator for SecretPages {}
// SAFETY: copies have the same guards, so each finds the mapping of a block.
unsafe impl AllocatorClone for SecretPages {}
// SAFETY: it calls only the operating system.
unsafe impl GlobalAllocator for SecretPages {}
// SAFETY: it calls only the operating system.
unsafe impl IndependentAllocator for SecretPages {}
// SAFETY: a block is a mapping of its own, private and anonymous, and fresh pages are zero. The system does not discard locked pages,
// and advice about huge pages neither unlocks nor shows them.
unsafe impl WholePages for SecretPages {}
