//! The crate's `sync/fatal.rs` by a panic, which a test can expect.

pub(crate) fn abort_with(message: &[u8]) -> ! {
    panic!("{}", String::from_utf8_lossy(message));
}
