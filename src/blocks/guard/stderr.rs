//! Standard error, written to without an allocation and without a lock.

use core::fmt::{self, Write};

/// Collects text, and writes it when it is full or dropped.
pub(super) struct Stderr {
    text: [u8; 1024],
    len: usize,
}

impl Stderr {
    pub(super) fn new() -> Self {
        Self { text: [0; 1024], len: 0 }
    }

    pub(super) fn flush(&mut self) {
        let mut text = &self.text[..self.len];
        // A signal may interrupt a write. If it keeps failing, there is no other place to report to.
        for _ in 0..5 {
            text = &text[write(text).min(text.len())..];
            if text.is_empty() {
                break;
            }
        }
        self.len = 0;
    }
}

/// Writes a part of the text, and returns its length.
fn write(text: &[u8]) -> usize {
    #[allow(clippy::unnecessary_cast, clippy::useless_conversion, reason = "the type of a length differs by system")]
    // SAFETY: the function reads as many bytes as the text has.
    let written = unsafe { libc::write(2, text.as_ptr().cast(), text.len() as _) };
    usize::try_from(written).unwrap_or(0)
}

impl Write for Stderr {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut rest = text.as_bytes();
        while !rest.is_empty() {
            if self.len == self.text.len() {
                self.flush();
            }
            let room = &mut self.text[self.len..];
            let (now, later) = rest.split_at(rest.len().min(room.len()));
            room[..now.len()].copy_from_slice(now);
            self.len += now.len();
            rest = later;
        }
        Ok(())
    }
}

impl Drop for Stderr {
    fn drop(&mut self) {
        if self.len > 0 {
            self.flush();
        }
    }
}
