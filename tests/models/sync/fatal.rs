//! As the crate's `sync/fatal.rs`; but a test can expect it.

pub(crate) fn abort_with(message: &[u8]) -> ! {
    panic!("{}", String::from_utf8_lossy(message));
}
