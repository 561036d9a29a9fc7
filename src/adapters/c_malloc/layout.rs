//! The layouts of C's requests.

use core::ffi::c_int;

use crate::api::Layout;

/// The align of every block: at least that of `max_align_t` on every target.
pub(super) const ALIGN: usize = 16;

/// Returns the layout of a request, or the error number. The size is at least 1, so that each block has an address of
/// its own and can be freed.
#[inline]
pub(super) fn layout(size: usize, align: usize) -> Result<Layout, c_int> {
    if !align.is_power_of_two() {
        return Err(libc::EINVAL);
    }
    Layout::from_size_align(size.max(1), align.max(ALIGN)).map_err(|_| libc::ENOMEM)
}

pub(super) fn page_size() -> usize {
    // SAFETY: `sysconf` takes any name.
    let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    page.try_into().unwrap_or(4096)
}
