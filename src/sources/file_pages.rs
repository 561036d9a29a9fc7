use core::fmt;
use core::ptr::NonNull;
use std::path::Path;

use super::page_source::{self, PageSource, impl_allocator, mapping_in};
use super::{Lacking, Unsupported};
use crate::api::{AllocError, Allocator, GlobalAllocator, IndependentAllocator, Layout, StaticAllocator};
use crate::os::file::{Failure, TemporaryFiles};
use crate::os::pages::{self, Mapping};

/// Memory of temporary files, which the system writes out: a `Vec` or a `HashMap` may be larger than the memory of the machine.
///
/// Each block is the mapping of a file of its own, without a name, in a directory of your choice. The system keeps the pages in use in
/// memory, as it does for any file, and writes the others to the disk. The files vanish with their blocks, at the latest when the
/// process ends, however it ends.
///
/// * **The directory** decides where bytes go, and has to be on a disk: `/tmp` often is not (`df -T /tmp` says `tmpfs`, which is memory
///   and swap space).
/// * **Blocks**: rounded up to whole pages, and returned at that length, zeroed, with any align for which the address space has room.
///   A block of size 0 is dangling, and costs nothing.
/// * **Room** for all of a block is reserved when it is allocated (`fallocate`). So a full disk, a quota and the limit on the size of
///   files (`ulimit -f`) are an `AllocError`, and no access needs room that is not there. On file systems that copy on
///   write (Btrfs, bcachefs) an access may need more room than that, and if the disk is full, or broken, the signal `SIGBUS` ends the
///   program.
/// * **Cost per call**: six system calls to allocate, among them the creation of a file, and one more for each 256 MiB; one to free. So
///   use it for few and large blocks: collections with their full capacity, an arena with large chunks, or a
///   [`SharedPool`](crate::SharedPool), whose chunks have 2 MiB. Written pages go to the disk after some time (30 seconds by default),
///   also when memory is not short.
/// * **Growth** within the last page is free. Beyond it, it copies into a new block, so it needs room for both: create a collection
///   with the capacity that it will need. `shrink` returns the room behind the new end.
/// * **`deallocate`** returns the memory and the room on the disk. No range of a file is reused, as each file serves one block.
/// * **Errors**: also a directory that is gone, and the limits on open files (one more is open during a call) and on mappings
///   (`vm.max_map_count`).
/// * **Size**: two words, a page, and an open directory. **Threads**: any, without a lock of this crate. It has no clones: share it by
///   reference, or in an `Arc`. **Dropping** it leaves its blocks valid.
/// * **Default**: it allocates from the registered default only when it is constructed.
/// * **Secrets**: the bytes stay on the disk afterwards, though in no file. Do not keep secrets in it.
///
/// It is not [`WholePages`](crate::api::WholePages), because the memory is shared with a file: a discarded page would come back from there.
///
/// # Fork
///
/// The child of a fork has none of the blocks (`MADV_DONTFORK`), since both processes would change the same bytes. The parent keeps
/// them. In the child, an access to a block is an error that ends it by the signal `SIGSEGV`, unless it has mapped something else at
/// that address; freeing a block does nothing; and a request to a `FilePages` from before the fork is an `AllocError`. A new
/// `FilePages` works there. So a child may drop a `Vec<u8, &FilePages>`, but must not use it. A child that only starts another program
/// uses none of this. `fork` is `unsafe`, because it duplicates memory that libraries rely on; its caller has to know these rules.
///
/// # Examples
///
/// ```
/// # #[cfg(target_os = "linux")] {
/// use janus_alloc::collections::{HashMapIn, Vec};
/// use janus_alloc::FilePages;
///
/// let disk = match FilePages::new_in(std::env::temp_dir()) {
///     Ok(disk) => disk,
///     Err(error) => return eprintln!("{error}"),
/// };
/// let mut table = Vec::try_with_capacity_in(1 << 20, &disk).expect("the disk is full");
/// table.extend((0..1_u64 << 20).map(|n| n * n));
/// assert_eq!(table[1000], 1_000_000);
///
/// let mut index: HashMapIn<u64, usize, _> = HashMapIn::new_in(&disk);
/// index.insert(table[5], 5);
/// # }
/// ```
pub struct FilePages {
    files: TemporaryFiles,
}

impl FilePages {
    /// Returns a source with files in `directory`. It creates a file of one page to find out whether that is possible.
    ///
    /// # Errors
    ///
    /// Returns an [`Unsupported`] that lacks [`TemporaryFile`](Lacking::TemporaryFile) if there is no such directory,
    /// or if it cannot be written to; [`FileRoom`](Lacking::FileRoom) if its file system is full, or cannot reserve
    /// room (NFS before 4.2, FAT); [`FileMapping`](Lacking::FileMapping) on a system other than Linux 4.14 or newer.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::FilePages;
    ///
    /// fn open() -> std::io::Result<FilePages> {
    ///     Ok(FilePages::new_in("/var/tmp")?)
    /// }
    /// assert!(FilePages::new_in("/no/such/directory").is_err());
    /// # drop(open());
    /// ```
    pub fn new_in(directory: impl AsRef<Path>) -> Result<Self, Unsupported> {
        Self::open(directory.as_ref()).map_err(|failure| match failure {
            Failure::Mapping(code) => Unsupported::new(Lacking::FileMapping, code),
            Failure::File(code) => Unsupported::new(Lacking::TemporaryFile, code),
            Failure::Room(code) => Unsupported::new(Lacking::FileRoom, code),
        })
    }

    /// Returns a source with files in the directory for large temporary files: that of the environment variable `TMPDIR`, or else
    /// `/var/tmp`, which is on a disk where `/tmp` is not.
    ///
    /// # Errors
    ///
    /// Same as [`new_in`](Self::new_in).
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{FilePages, collections::Box};
    ///
    /// if let Ok(disk) = FilePages::temporary() {
    ///     assert_eq!(Box::new_in([3_u8; 10_000], &disk)[9_999], 3);
    /// }
    /// ```
    pub fn temporary() -> Result<Self, Unsupported> {
        match std::env::var_os("TMPDIR") {
            Some(directory) if !directory.is_empty() => Self::new_in(directory),
            _ => Self::new_in("/var/tmp"),
        }
    }

    fn open(directory: &Path) -> Result<Self, Failure> {
        let source = Self { files: TemporaryFiles::in_directory(directory)? };
        let mapping = source.mapping(Layout::new::<u8>()).ok_or(Failure::Mapping(None))?;
        let start = source.files.map(&mapping)?;
        // SAFETY: a fresh block of `mapping`, which nothing uses.
        unsafe { source.files.unmap(start, &mapping) };
        Ok(source)
    }
}

impl fmt::Debug for FilePages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FilePages").finish_non_exhaustive()
    }
}

// SAFETY: (1) size and align follow from the layout alone. (2) The bytes of a new file without a name, which nothing else maps; the
// child of a fork does not have the mapping. (3) The operating system neither unwinds nor calls the registered default.
unsafe impl PageSource for FilePages {
    #[inline]
    fn mapping(&self, layout: Layout) -> Option<Mapping> {
        mapping_in(pages::page_size(), layout)
    }

    fn map(&self, mapping: &Mapping) -> Option<NonNull<u8>> {
        self.files.map(mapping).ok()
    }

    unsafe fn unmap(&self, start: NonNull<u8>, mapping: &Mapping) {
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.files.unmap(start, mapping) };
    }

    /// Returns `None`: the descriptor of the file, by which it could become longer, is closed.
    unsafe fn extend(&self, _: NonNull<u8>, _: &Mapping, _: &Mapping) -> Option<NonNull<u8>> {
        None
    }

    unsafe fn cut(&self, start: NonNull<u8>, old: &Mapping, new: &Mapping) -> bool {
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.files.shrink(start, old, new) }
    }
}

impl_allocator!(FilePages);

// SAFETY: a mapping lasts until it is unmapped. No value owns it, and it keeps its file.
unsafe impl StaticAllocator for FilePages {}
// SAFETY: its methods call only the operating system.
unsafe impl GlobalAllocator for FilePages {}
// SAFETY: its methods call only the operating system.
unsafe impl IndependentAllocator for FilePages {}
