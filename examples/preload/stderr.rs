//! Output to stderr for code that must not allocate. `eprintln!` gives no promise about that.

use std::fmt::{self, Write};
use std::io::Error;
use std::mem::MaybeUninit;
use std::ptr;

/// Prints as much of the text as stderr takes. If stderr is closed, nothing happens, whatever the program does on `SIGPIPE`.
pub(crate) fn print(text: fmt::Arguments) {
    let mut stderr = Stderr { text: [0; 1024], length: 0 };
    // `write_str` never fails.
    let _ = stderr.write_fmt(text);
    stderr.flush();
}

/// A buffer in front of stderr.
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

/// The reader of a pipe is gone, so the write has raised `SIGPIPE`.
struct BrokenPipe;

/// Writes all of `text` to stderr, or stops at an error.
fn write_all(mut text: &[u8]) -> Result<(), BrokenPipe> {
    while !text.is_empty() {
        // SAFETY: pointer and length are those of a slice.
        let written = unsafe { libc::write(libc::STDERR_FILENO, text.as_ptr().cast(), text.len()) };
        match usize::try_from(written) {
            Ok(written) if written > 0 => text = &text[written..],
            Ok(_) => break,
            Err(_) => match Error::last_os_error().raw_os_error() {
                Some(libc::EINTR) => {}
                Some(libc::EPIPE) => return Err(BrokenPipe),
                _ => break,
            },
        }
    }
    Ok(())
}

/// Runs `write` with `SIGPIPE` blocked, and discards the `SIGPIPE` that it has raised, if any.
fn without_sigpipe(write: impl FnOnce() -> Result<(), BrokenPipe>) {
    let new_set = || {
        let mut set = MaybeUninit::uninit();
        // SAFETY: the pointer is valid for a set.
        unsafe { libc::sigemptyset(set.as_mut_ptr()) };
        // SAFETY: `sigemptyset` has initialised the set.
        unsafe { set.assume_init() }
    };
    let (mut sigpipe, mut pending, mut before) = (new_set(), new_set(), new_set());
    // SAFETY: the set is initialised, and the signal exists.
    unsafe { libc::sigaddset(&raw mut sigpipe, libc::SIGPIPE) };
    // SAFETY: both sets are initialised.
    unsafe { libc::pthread_sigmask(libc::SIG_BLOCK, &raw const sigpipe, &raw mut before) };
    // SAFETY: the set is initialised.
    unsafe { libc::sigpending(&raw mut pending) };
    // SAFETY: the set is initialised, and the signal exists.
    let was_pending = unsafe { libc::sigismember(&raw const pending, libc::SIGPIPE) } == 1;
    if write().is_err() && !was_pending {
        let no_wait = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: the set and the time are initialised. The information about the signal may be null.
        unsafe { libc::sigtimedwait(&raw const sigpipe, ptr::null_mut(), &raw const no_wait) };
    }
    // SAFETY: the set is initialised. The former one may be null.
    unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &raw const before, ptr::null_mut()) };
}
