//! The place of a call in the program. A line of this crate or of the crate with the trait is none.

use core::panic::Location;

/// Returns the directory that the paths of this crate's files start with: the path of this file without its part inside the crate.
fn own_files() -> Option<&'static str> {
    const IN_CRATE: usize = "blocks/trace/origin.rs".len();
    file!().get(..file!().len() - IN_CRATE)
}

/// A part of the path of each file of allocator-api2, which forwards calls on references.
const FORWARDER: &str = "allocator-api2-";

/// Returns `caller`, unless it is in a file that only passes calls on.
pub(super) fn outside(caller: &'static Location<'static>) -> Option<&'static Location<'static>> {
    let file = caller.file();
    let passes_on = own_files().is_some_and(|own| file.starts_with(own)) || file.contains(FORWARDER);
    (!passes_on).then_some(caller)
}
