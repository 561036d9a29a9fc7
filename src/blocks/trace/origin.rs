//! The place of a call, if it says something: not a line of this crate or of the trait's.

use core::panic::Location;

/// Returns the start of the paths of this crate's files, as the compiler knows them: that of this file without its path in the crate.
fn own_files() -> Option<&'static str> {
    const IN_CRATE: usize = "blocks/trace/origin.rs".len();
    file!().get(..file!().len() - IN_CRATE)
}

/// A part of the paths of allocator-api2's files, which forward calls by reference.
const FORWARDER: &str = "allocator-api2-";

/// Returns `caller`, unless it is in a file that only passes calls on.
pub(super) fn outside(caller: &'static Location<'static>) -> Option<&'static Location<'static>> {
    let file = caller.file();
    let passes_on = own_files().is_some_and(|own| file.starts_with(own)) || file.contains(FORWARDER);
    (!passes_on).then_some(caller)
}
