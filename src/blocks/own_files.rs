//! The paths of this crate's files, as the compiler knows them, by which reports tell places in the crate from those of its users.

/// Returns the start of these paths: that of this file without its path in the crate.
pub(super) fn own_directory() -> &'static str {
    const IN_CRATE: usize = "blocks/own_files.rs".len();
    file!().split_at(file!().len() - IN_CRATE).0
}

/// Returns whether `file`, the file of a `Location`, is one of this crate's.
pub(super) fn is_own(file: &str) -> bool {
    file.starts_with(own_directory())
}
