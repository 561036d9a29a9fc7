//! A full disk, and other limits on files: an error, before it is a signal.

use std::ffi::CString;

use janus_alloc::FilePages;
use janus_alloc::api::Allocator;
use janus_alloc::collections::Vec;
use janus_alloc::sources::Lacking;

use crate::children::alone;
use crate::file::Directory;
use crate::{fill, is_filled, layout};

/// Mounts a file system in memory of `bytes` at the directory, in a mount namespace of this thread. Returns whether that is allowed.
fn mount_small(directory: &Directory, bytes: usize) -> bool {
    let path = CString::new(directory.0.to_str().unwrap()).unwrap();
    let size = CString::new(format!("size={bytes}")).unwrap();
    // SAFETY: it has no conditions.
    if unsafe { libc::unshare(libc::CLONE_NEWNS) } != 0 {
        return false;
    }
    let (none, private) = (std::ptr::null(), libc::MS_REC | libc::MS_PRIVATE);
    // SAFETY: all strings are C strings. Mounts of this namespace stay in it from now on.
    if unsafe { libc::mount(c"none".as_ptr(), c"/".as_ptr(), none, private, none.cast()) } != 0 {
        return false;
    }
    let kind = c"tmpfs".as_ptr();
    // SAFETY: all strings are C strings.
    unsafe { libc::mount(kind, path.as_ptr(), kind, 0, size.as_ptr().cast()) == 0 }
}

const MIB: usize = 1 << 20;

#[test]
fn a_full_disk_is_an_error() {
    alone("full_disk::a_full_disk_is_an_error", || {
        let directory = Directory::new("full_disk");
        if !mount_small(&directory, 16 * MIB) {
            return skipped!("this process may not mount a file system");
        }
        let disk = FilePages::new_in(&directory.0).unwrap();
        let (most, half) = (layout(12 * MIB, 8), layout(8 * MIB, 8));
        assert!(disk.allocate(layout(17 * MIB, 8)).is_err());
        // What is freed can be used again, any number of times. All of it can be written to.
        for round in 0..15 {
            let block = disk.allocate(most).unwrap_or_else(|_| panic!("room was lost in round {round}"));
            fill(block, 1);
            assert!(disk.allocate(half).is_err());
            // SAFETY: the block is live and has that layout; the new size is larger.
            assert!(unsafe { disk.grow(block.cast(), most, layout(13 * MIB, 8)) }.is_err());
            assert!(is_filled(block, 1));
            // Shrinking needs no room, and returns some.
            // SAFETY: the block is live and has that layout; the new size is smaller.
            let block = unsafe { disk.shrink(block.cast(), most, layout(2 * MIB, 8)) }.unwrap();
            let second = disk.allocate(half).unwrap();
            fill(second, 2);
            // SAFETY: the block is live and has that layout; the new size is larger.
            let block = unsafe { disk.grow_zeroed(block.cast(), layout(2 * MIB, 8), layout(4 * MIB, 8)) }.unwrap();
            fill(block, 3);
            // SAFETY: the block is live and has that layout.
            unsafe { disk.deallocate(block.cast(), layout(4 * MIB, 8)) };
            // SAFETY: the block is live and has that layout.
            unsafe { disk.deallocate(second.cast(), half) };
        }
        // Threads fill the disk at the same time: each request succeeds or fails, and nobody gets a signal.
        let (done, failed): (std::vec::Vec<_>, std::vec::Vec<_>) = std::thread::scope(|threads| {
            let work = || {
                (0..200).map(|round| {
                    let layout = layout((1 + round % 7) * MIB, 8);
                    let block = disk.allocate(layout).ok()?;
                    fill(block, 9);
                    // SAFETY: the block is live and has that layout.
                    unsafe { disk.deallocate(block.cast(), layout) };
                    Some(())
                })
            };
            let threads: std::vec::Vec<_> =
                (0..4).map(|_| threads.spawn(move || work().collect::<std::vec::Vec<_>>())).collect();
            threads.into_iter().flat_map(|thread| thread.join().unwrap()).partition(Option::is_some)
        });
        println!("{} requests of threads succeeded, {} failed", done.len(), failed.len());
        assert!(done.len() > 100);

        let mut list: Vec<u8, _> = Vec::new_in(&disk);
        list.resize(7 * MIB, 1);
        // The old and the new block would be 21 MiB.
        assert!(list.try_reserve(7 * MIB).is_err());
        assert_eq!(list.try_reserve_exact(MIB / 2), Ok(()));
        drop(list);
        // A full disk says so at construction, too.
        let all = disk.allocate(layout(16 * MIB, 8)).unwrap();
        let error = FilePages::new_in(&directory.0).unwrap_err();
        assert_eq!((error.lacking(), error.raw_os_error()), (Lacking::FileRoom, Some(libc::ENOSPC)));
        // SAFETY: the block is live and has that layout.
        unsafe { disk.deallocate(all.cast(), layout(16 * MIB, 8)) };
        assert!(FilePages::new_in(&directory.0).is_ok());
        drop(disk);
        // The directory can be removed once nothing is mounted there.
        let path = CString::new(directory.0.to_str().unwrap()).unwrap();
        // SAFETY: the path is a C string, at which this thread has mounted a file system.
        assert_eq!(unsafe { libc::umount2(path.as_ptr(), libc::MNT_DETACH) }, 0);
    });
}

/// Beyond this limit the system would send a signal that ends the program.
#[test]
fn the_limit_of_file_sizes_is_an_error() {
    alone("full_disk::the_limit_of_file_sizes_is_an_error", || {
        let disk = FilePages::temporary().unwrap();
        let limit = libc::rlimit { rlim_cur: MIB as u64, rlim_max: MIB as u64 };
        // SAFETY: the pointer is to a valid `rlimit`.
        assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_FSIZE, &raw const limit) }, 0);
        let most = layout(MIB, 8);
        let block = disk.allocate(most).unwrap();
        fill(block, 1);
        assert!(disk.allocate(layout(MIB + 1, 8)).is_err());
        // SAFETY: the block is live and has that layout; the new size is larger.
        assert!(unsafe { disk.grow(block.cast(), most, layout(2 * MIB, 8)) }.is_err());
        assert!(is_filled(block, 1));
        // SAFETY: the block is live and has that layout.
        unsafe { disk.deallocate(block.cast(), most) };
    });
}

/// A file for each block counts against the limit of open files for a moment only.
#[test]
fn a_file_more_than_may_be_open_is_an_error() {
    alone("full_disk::a_file_more_than_may_be_open_is_an_error", || {
        let disk = FilePages::temporary().unwrap();
        let blocks: std::vec::Vec<_> = (0..2000).map(|_| disk.allocate(layout(1, 1)).unwrap()).collect();
        let limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
        // SAFETY: the pointer is to a valid `rlimit`.
        assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit) }, 0);
        assert!(disk.allocate(layout(1, 1)).is_err());
        for block in blocks {
            // SAFETY: the block is live and has that layout.
            unsafe { disk.deallocate(block.cast(), layout(1, 1)) };
        }
    });
}
