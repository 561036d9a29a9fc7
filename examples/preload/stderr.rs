//! Standard error, for code that must not allocate: what `eprintln!` does is not promised.

use std::fmt::{self, Write};
use std::io::Error;
use std::mem::MaybeUninit;
use std::ptr;

/// Prints what can be printed. If standard error is closed nothing happens, whatever the program does on `SIGPIPE`.
pub(crate) fn print(text: fmt::Arguments) {
    let mut stderr = Stderr { text: [0; 1024], length: 0 };
    // It never fails.
    let _ = stderr.write_fmt(text);
    stderr.flush();
}

struct Stderr {
    text: [u8; 1024],
    length: usize,
}

impl Stderr {
    fn flush(&mut self) {
        without_sigpipe(|| write_all(&self.text[..self.length]));
        self.length = 0;
    }
}

impl Write for Stderr {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for &byte in text.as_bytes() {
            if self.length == self.text.len() {
                self.flush();
            }
            self.text[self.length] = byte;
            self.length += 1;
        }
        Ok(())
    }
}

/// Returns false if the reader of a pipe is gone.
fn write_all(mut text: &[u8]) -> bool {
    while !text.is_empty() {
        // SAFETY: so many bytes are there.
        let written = unsafe { libc::write(libc::STDERR_FILENO, text.as_ptr().cast(), text.len()) };
        match usize::try_from(written) {
            Ok(written) if written > 0 => text = &text[written..],
            Ok(_) => break,
            Err(_) => match Error::last_os_error().raw_os_error() {
                Some(libc::EINTR) => {}
                error => return error != Some(libc::EPIPE),
            },
        }
    }
    true
}

/// Runs `write` so that a `SIGPIPE` that it caused, as it says, reaches nobody.
fn without_sigpipe(write: impl FnOnce() -> bool) {
    let new_set = || {
        let mut set = MaybeUninit::uninit();
        // SAFETY: there is room for a set.
        unsafe { libc::sigemptyset(set.as_mut_ptr()) };
        // SAFETY: written just now.
        unsafe { set.assume_init() }
    };
    let (mut sigpipe, mut pending, mut before) = (new_set(), new_set(), new_set());
    // SAFETY: a set, and a signal.
    unsafe { libc::sigaddset(&raw mut sigpipe, libc::SIGPIPE) };
    // SAFETY: two sets.
    unsafe { libc::pthread_sigmask(libc::SIG_BLOCK, &raw const sigpipe, &raw mut before) };
    // SAFETY: a set.
    unsafe { libc::sigpending(&raw mut pending) };
    // SAFETY: a set, and a signal.
    let was_pending = unsafe { libc::sigismember(&raw const pending, libc::SIGPIPE) } == 1;
    if !write() && !was_pending {
        let at_once = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: a set and a time; nothing is asked about the signal.
        unsafe { libc::sigtimedwait(&raw const sigpipe, ptr::null_mut(), &raw const at_once) };
    }
    // SAFETY: a set.
    unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &raw const before, ptr::null_mut()) };
}
