//! The place of a call in the program. A line of this crate or of the crate with the trait is none.

use core::panic::Location;

use crate::blocks::own_files::is_own;

/// A part of the path of each file of allocator-api2, which forwards calls on references.
const FORWARDER: &str = "allocator-api2-";

/// Returns `caller`, unless it is in a file that only passes calls on.
pub(super) fn outside(caller: &'static Location<'static>) -> Option<&'static Location<'static>> {
    let file = caller.file();
    let passes_on = is_own(file) || file.contains(FORWARDER);
    (!passes_on).then_some(caller)
}
