//! The error of the constructors.

use std::error::Error;
use std::io;

use janus_alloc::sources::{Lacking, Unsupported};
use janus_alloc::{FilePages, HugeTlbPages, NumaPages};

fn assert_says(error: Unsupported, lacking: Lacking, words: &[&str]) {
    assert_eq!(error.lacking(), lacking);
    let text = error.to_string();
    for word in words {
        assert!(text.contains(word), "{text}");
    }
    let _: &dyn Error = &error;
}

#[test]
fn errors_say_what_is_lacking_and_what_to_do() {
    assert_says(NumaPages::new(999).unwrap_err(), Lacking::NumaNode, &["NUMA node", "has_memory"]);
    assert_says(NumaPages::preferred(u32::MAX).unwrap_err(), Lacking::NumaNode, &["NUMA node"]);
    for size in [0, 1, 4096, 3 << 20, usize::MAX, 1 << (usize::BITS - 1), 1 << (usize::BITS - 2)] {
        let error = HugeTlbPages::with_page_size(size).unwrap_err();
        assert_says(error, Lacking::HugePages, &["huge page", "vm.nr_hugepages"]);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn errors_become_those_of_std() {
    let missing = FilePages::new_in("/no/such/directory").unwrap_err();
    assert_says(missing, Lacking::TemporaryFile, &["temporary file", "No such file", "choose"]);
    assert_eq!(missing.raw_os_error(), Some(libc::ENOENT));
    let error = io::Error::from(missing);
    assert_eq!((error.kind(), error.to_string()), (io::ErrorKind::NotFound, missing.to_string()));
    // A file is no directory, and nobody can write to this one.
    assert_eq!(FilePages::new_in("/etc/passwd").unwrap_err().raw_os_error(), Some(libc::ENOTDIR));
    assert_eq!(FilePages::new_in("/proc").unwrap_err().lacking(), Lacking::TemporaryFile);
}

#[cfg(not(target_os = "linux"))]
#[test]
fn errors_become_those_of_std() {
    let lacking = FilePages::temporary().unwrap_err();
    assert_says(lacking, Lacking::FileMapping, &["files", "Linux"]);
    assert_eq!(io::Error::from(lacking).kind(), io::ErrorKind::Unsupported);
}
