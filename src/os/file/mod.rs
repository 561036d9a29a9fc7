//! Mappings of temporary files without a name.

#[cfg_attr(target_os = "linux", path = "linux.rs")]
#[cfg_attr(not(target_os = "linux"), path = "lacking.rs")]
mod system;

use super::ErrorCode;
pub(crate) use system::TemporaryFiles;

/// The step in which a file could not be mapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "no file is mapped on such a system"))]
pub(crate) enum Failure {
    /// The system has no such mappings.
    Mapping(ErrorCode),
    /// No file can be made in the directory.
    File(ErrorCode),
    /// The file system has no room, or cannot reserve it.
    Room(ErrorCode),
}
