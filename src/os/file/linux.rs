//! Linux: a file for each block.
//!
//! A file without a name lasts as long as a descriptor or a mapping of it. So the descriptor is closed once the block is mapped, and
//! the room goes back when the block is unmapped, without a table of free ranges, a lock, or a descriptor for each block.
//!
//! # Invariants
//!
//! 1. All of a block lies on room that was reserved in its file, so an access needs none.
//! 2. Only the process that created a `TemporaryFiles` maps and unmaps its blocks: they are not mapped in the child of a fork.
//!    `Origin` tells a child.

use core::ffi::CStr;
use core::fmt::{self, Write};
use core::mem::MaybeUninit;
use core::ptr::{self, NonNull};
use core::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::fs::OpenOptions;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use super::Failure;
use crate::os::pages::{self, Mapping, page_size, unmap_range};
use crate::os::{ErrorCode, check, last_error};

/// A directory in which files are created.
#[derive(Debug)]
pub(crate) struct TemporaryFiles {
    directory: OwnedFd,
    origin: Origin,
}

impl TemporaryFiles {
    pub(crate) fn in_directory(path: &Path) -> Result<Self, Failure> {
        let file = OpenOptions::new().read(true).custom_flags(libc::O_DIRECTORY).open(path);
        let directory = file.map_err(|error| Failure::File(error.raw_os_error()))?.into();
        let origin = Origin::new().map_err(Failure::Mapping)?;
        Ok(Self { directory, origin })
    }

    /// Maps a block over a file of its own.
    pub(crate) fn map(&self, mapping: &Mapping) -> Result<NonNull<u8>, Failure> {
        if !self.origin.is_this_process() {
            return Err(Failure::Mapping(None));
        }
        let file = create_in(&self.directory).map_err(Failure::File)?;
        // Maps more than needed, and cuts off both ends to align the rest. The file begins with a hole as long as the first end.
        let padded = mapping.size.checked_add(mapping.align - page_size());
        let padded = padded.filter(|&padded| padded <= isize::MAX as usize).ok_or(Failure::Mapping(None))?;
        let access = libc::PROT_READ | libc::PROT_WRITE;
        // SAFETY: a fresh mapping at no fixed address touches no memory in use. No other process can open the file.
        let start = unsafe { libc::mmap(ptr::null_mut(), padded, access, libc::MAP_SHARED, file.as_raw_fd(), 0) };
        let start = NonNull::new(start.cast::<u8>()).filter(|start| start.as_ptr().cast() != libc::MAP_FAILED);
        let start = start.ok_or_else(|| Failure::Mapping(last_error()))?;
        let before = start.addr().get().next_multiple_of(mapping.align) - start.addr().get();
        // SAFETY: a fresh mapping.
        let hidden = check(unsafe { libc::madvise(start.as_ptr().cast(), padded, libc::MADV_DONTFORK) });
        let ready = match hidden {
            Ok(()) => reserve_room(&file, before, mapping.size).map_err(Failure::Room),
            Err(code) => Err(Failure::Mapping(code)),
        };
        if let Err(failure) = ready {
            // SAFETY: a fresh mapping, which nothing uses.
            unsafe { unmap_range(start, padded) };
            return Err(failure);
        }
        // SAFETY: `before` is at most `align - page`, so within the mapping.
        let block = unsafe { start.add(before) };
        // SAFETY: `before + size` is at most `padded`.
        let end = unsafe { block.add(mapping.size) };
        // SAFETY: the fresh bytes in front of the block, which nothing uses.
        unsafe { unmap_range(start, before) };
        // SAFETY: the fresh bytes behind the block, which nothing uses.
        unsafe { unmap_range(end, padded - mapping.size - before) };
        Ok(block)
    }

    /// Unmaps a block, whose file ends with that.
    ///
    /// # Safety
    ///
    /// `start` is a block of `mapping` from `map`, and not used again.
    pub(crate) unsafe fn unmap(&self, start: NonNull<u8>, mapping: &Mapping) {
        if !self.origin.is_this_process() {
            // By invariant 2 the block is not mapped here. Something else may be in its place.
            return;
        }
        // SAFETY: by `# Safety` of this fn.
        if unsafe { libc::munmap(start.as_ptr().cast(), mapping.size) } != 0 {
            // The process is at its limit of mappings. The mapping is leaked, but its room goes back.
            // SAFETY: by `# Safety` of this fn.
            unsafe { remove(start, mapping.size) };
        }
    }

    /// Unmaps the pages behind the new end, and returns their room. On a file system that cannot punch holes, the room goes back with
    /// the block. Returns `false`, and changes nothing, in the child of a fork.
    ///
    /// # Safety
    ///
    /// `start` is a block of `old` from `map`; `new` has fewer pages. Nothing uses the pages behind the new end.
    pub(crate) unsafe fn shrink(&self, start: NonNull<u8>, old: &Mapping, new: &Mapping) -> bool {
        if !self.origin.is_this_process() {
            return false;
        }
        // SAFETY: the new end is within the block.
        let end = unsafe { start.add(new.size) };
        let rest = old.size - new.size;
        // If a call fails, the contents of these pages may be lost all the same, so the block has shrunk in any case.
        // SAFETY: pages of the block that nothing uses, by `# Safety` of this fn.
        unsafe { remove(end, rest) };
        // SAFETY: as above.
        unsafe { libc::munmap(end.as_ptr().cast(), rest) };
        true
    }
}

/// Punches a hole into the file that is mapped there, so that its room goes back, if the file system can do so.
///
/// # Safety
///
/// Pages of a block, whose contents are not needed. They are not accessed again, as they have no reserved room any more.
unsafe fn remove(start: NonNull<u8>, length: usize) {
    // SAFETY: by `# Safety` of this fn.
    unsafe { libc::madvise(start.as_ptr().cast(), length, libc::MADV_REMOVE) };
}

/// Creates a file without a name.
fn create_in(directory: &OwnedFd) -> Result<OwnedFd, ErrorCode> {
    match open_at(directory, c".", libc::O_TMPFILE | libc::O_EXCL) {
        // Some file systems cannot create such a file, such as overlayfs before Linux 6.3 and NFS; and old kernels try to
        // open the directory.
        Err(Some(libc::EOPNOTSUPP | libc::EISDIR | libc::ENOENT)) => create_and_unlink(directory),
        result => result,
    }
}

/// The number of names that are tried.
const MAX_NAMES: usize = 100;

/// Creates a file with a name, which it then removes.
fn create_and_unlink(directory: &OwnedFd) -> Result<OwnedFd, ErrorCode> {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    for _ in 0..MAX_NAMES {
        let mut name = Name::new();
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        write!(name, ".janus-alloc-{}-{count}", std::process::id()).map_err(|_| None)?;
        match open_at(directory, name.as_c_str(), libc::O_CREAT | libc::O_EXCL | libc::O_NOFOLLOW) {
            Err(Some(libc::EEXIST)) => {}
            Err(code) => return Err(code),
            Ok(file) => {
                // SAFETY: the name is a C string. The file was created above.
                check(unsafe { libc::unlinkat(directory.as_raw_fd(), name.as_c_str().as_ptr(), 0) })?;
                return Ok(file);
            }
        }
    }
    Err(Some(libc::EEXIST))
}

fn open_at(directory: &OwnedFd, name: &CStr, flags: libc::c_int) -> Result<OwnedFd, ErrorCode> {
    const OWNER_ONLY: libc::c_uint = 0o600;
    let flags = libc::O_RDWR | libc::O_CLOEXEC | flags;
    loop {
        // SAFETY: the name is a C string.
        let file = unsafe { libc::openat(directory.as_raw_fd(), name.as_ptr(), flags, OWNER_ONLY) };
        if file >= 0 {
            // SAFETY: a fresh descriptor, which nothing else owns.
            return Ok(unsafe { OwnedFd::from_raw_fd(file) });
        }
        match last_error() {
            Some(libc::EINTR) => {}
            code => return Err(code),
        }
    }
}

/// A C string on the stack: the name of a file.
struct Name {
    bytes: [u8; 64],
    length: usize,
}

impl Name {
    fn new() -> Self {
        Self { bytes: [0; 64], length: 0 }
    }

    fn as_c_str(&self) -> &CStr {
        CStr::from_bytes_until_nul(&self.bytes).unwrap_or(c"")
    }
}

impl Write for Name {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        // One byte stays 0.
        let room = self.bytes.len() - 1 - self.length;
        let text = text.as_bytes();
        if text.len() > room {
            return Err(fmt::Error);
        }
        self.bytes[self.length..][..text.len()].copy_from_slice(text);
        self.length += text.len();
        Ok(())
    }
}

/// The bytes that are reserved by one call. Some file systems start a call again that a signal has interrupted, so a long one might
/// never end.
const STEP: usize = 256 << 20;

/// Reserves room for the bytes of a file from `from` on, so that no access to them needs any.
fn reserve_room(file: &OwnedFd, from: usize, length: usize) -> Result<(), ErrorCode> {
    // Beyond this limit the system would not only refuse, but also send the signal SIGXFSZ.
    let mut limit = MaybeUninit::<libc::rlimit>::uninit();
    // SAFETY: `limit` is writable.
    check(unsafe { libc::getrlimit(libc::RLIMIT_FSIZE, limit.as_mut_ptr()) })?;
    // SAFETY: the call has succeeded, and so written it.
    let limit = unsafe { limit.assume_init() }.rlim_cur;
    if limit != libc::RLIM_INFINITY && (from + length) as u128 > u128::from(limit) {
        return Err(Some(libc::EFBIG));
    }
    let end = from + length;
    let mut from = from;
    while from < end {
        let step = STEP.min(end - from);
        let too_large = |_| Some(libc::EFBIG);
        let (offset, bytes) = (from.try_into().map_err(too_large)?, step.try_into().map_err(too_large)?);
        // SAFETY: it has no conditions.
        match check(unsafe { libc::fallocate(file.as_raw_fd(), 0, offset, bytes) }) {
            Err(Some(libc::EINTR)) => {}
            Err(code) => return Err(code),
            Ok(()) => from += step,
        }
    }
    Ok(())
}

/// Tells whether a value is in the process that created it or in the child of a fork, by a page that reads as zero in a
/// child.
#[derive(Debug)]
struct Origin {
    page: NonNull<AtomicU8>,
}

// SAFETY: the page is shared memory, and lasts as long as the value.
unsafe impl Send for Origin {}
// SAFETY: it is read atomically.
unsafe impl Sync for Origin {}

/// The mapping of the page of an `Origin`.
fn one_page() -> Mapping {
    Mapping { size: page_size(), align: page_size(), guard: 0, huge: false, populate: false }
}

impl Origin {
    fn new() -> Result<Self, ErrorCode> {
        let page = pages::map(&one_page()).ok_or_else(last_error)?;
        // From here on, dropping it unmaps the page.
        let origin = Self { page: page.cast() };
        // SAFETY: a fresh page.
        unsafe { pages::wipe_in_children(page, page_size()) }?;
        // SAFETY: the page lasts as long as `origin`.
        unsafe { origin.page.as_ref() }.store(1, Ordering::Relaxed);
        Ok(origin)
    }

    fn is_this_process(&self) -> bool {
        // SAFETY: the page lasts as long as this value.
        unsafe { self.page.as_ref() }.load(Ordering::Relaxed) != 0
    }
}

impl Drop for Origin {
    fn drop(&mut self) {
        // SAFETY: the page is not used again.
        unsafe { pages::unmap(self.page.cast(), &one_page()) };
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::{Read, Seek, Write};
    use std::os::fd::OwnedFd;

    use super::{create_and_unlink, reserve_room};

    /// The way for file systems that cannot create a file without a name.
    #[test]
    fn a_file_loses_its_name_at_once() {
        let path = std::env::temp_dir().join(format!("janus-alloc-test-names-{}", std::process::id()));
        std::fs::create_dir(&path).unwrap();
        let directory: OwnedFd = File::open(&path).unwrap().into();
        let mut files: Vec<File> = (0..10).map(|_| create_and_unlink(&directory).unwrap().into()).collect();
        assert_eq!(std::fs::read_dir(&path).unwrap().count(), 0);
        for (number, file) in files.iter_mut().enumerate() {
            file.write_all(&[number as u8; 10]).unwrap();
        }
        for (number, file) in files.iter_mut().enumerate() {
            file.rewind().unwrap();
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).unwrap();
            assert_eq!(bytes, [number as u8; 10]);
        }
        std::fs::remove_dir(&path).unwrap();
        assert_eq!(create_and_unlink(&directory).unwrap_err(), Some(libc::ENOENT));
    }

    /// Room is reserved in several steps, in front of which there may be a hole.
    #[test]
    fn room_is_reserved_behind_a_hole() {
        use std::os::unix::fs::MetadataExt;

        let directory: OwnedFd = File::open("/var/tmp").unwrap().into();
        let file = create_and_unlink(&directory).unwrap();
        reserve_room(&file, 64 << 20, 300 << 20).unwrap();
        let metadata = File::from(file).metadata().unwrap();
        assert_eq!(metadata.len(), 364 << 20);
        let reserved = metadata.blocks() * 512;
        assert!((300 << 20..310 << 20).contains(&reserved), "{reserved}");
    }
}
