//! The settings: environment variables. They are read when the pool is first used, and before `main`. Nothing here may allocate.

use std::ffi::{CStr, c_char};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use janus_alloc::pools::{Options, Retain};

use crate::stderr;

/// Set before `main`, by one thread: so it never waits.
static OPTIONS: OnceLock<Options> = OnceLock::new();
static ARE_REPORTED: AtomicBool = AtomicBool::new(false);
static WANTS_STATS: AtomicBool = AtomicBool::new(false);

/// The pool's options.
pub(crate) fn options() -> Options {
    OPTIONS.get().copied().unwrap_or_else(read)
}

/// Before `main`, after which the program may change its environment.
pub(crate) fn set() {
    // It is called once.
    _ = OPTIONS.set(read());
}

pub(crate) fn wants_stats() -> bool {
    WANTS_STATS.load(Relaxed)
}

/// Reads the settings, and reports those that are not allowed the first time.
fn read() -> Options {
    let report = !ARE_REPORTED.swap(true, Relaxed);
    let mut options = Options::new();
    if let Some(retain) = setting(
        c"JANUS_RETAIN",
        r#""everything", "nothing", or a number of bytes such as 64M (K, M, G)"#,
        parse_retain,
        report,
    ) {
        options = options.retain(retain);
    }
    let switch = |name| setting(name, "0 or 1", parse_switch, report);
    if let Some(huge_pages) = switch(c"JANUS_HUGE_PAGES") {
        options = options.huge_pages(huge_pages);
    }
    if let Some(checked) = switch(c"JANUS_CHECKED") {
        options = options.checked(checked);
    }
    WANTS_STATS.store(switch(c"JANUS_STATS") == Some(true), Relaxed);
    options
}

/// The setting, or `None` for the default: if there is none, or none that is allowed, which it may report.
fn setting<T>(name: &CStr, allowed: &str, parse: impl FnOnce(&[u8]) -> Option<T>, report: bool) -> Option<T> {
    let value = Value::of(name)?;
    let parsed = parse(value.bytes());
    if parsed.is_none() && report {
        let (name, value) = (name.to_bytes().escape_ascii(), value.bytes().escape_ascii());
        stderr::print(format_args!("janus-alloc: {name}=\"{value}\" is ignored: it has to be {allowed}\n"));
    }
    parsed
}

fn parse_switch(value: &[u8]) -> Option<bool> {
    match value {
        b"0" => Some(false),
        b"1" => Some(true),
        _ => None,
    }
}

fn parse_retain(value: &[u8]) -> Option<Retain> {
    match value {
        b"everything" => Some(Retain::Everything),
        b"nothing" => Some(Retain::Nothing),
        _ => parse_bytes(value).map(Retain::Bounded),
    }
}

fn parse_bytes(value: &[u8]) -> Option<usize> {
    let (digits, unit) = match value {
        [digits @ .., b'K' | b'k'] => (digits, 1 << 10),
        [digits @ .., b'M' | b'm'] => (digits, 1 << 20),
        [digits @ .., b'G' | b'g'] => (digits, 1 << 30),
        digits => (digits, 1),
    };
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(digits).ok()?.parse::<usize>().ok()?.checked_mul(unit)
}

/// The beginning of a value: all of each that is allowed.
struct Value {
    bytes: [u8; 64],
    length: usize,
}

unsafe extern "C" {
    fn secure_getenv(name: *const c_char) -> *const c_char;
    static environ: *const *const c_char;
}

impl Value {
    /// The variable's value, if it has one that is not empty and may be trusted.
    fn of(name: &CStr) -> Option<Self> {
        // SAFETY: a string.
        let found = unsafe { secure_getenv(name.as_ptr()) };
        let value = if !found.is_null() {
            // SAFETY: a string that stays, as no thread of the program changes its environment yet.
            Self::copied(unsafe { CStr::from_ptr(found) }.to_bytes())
        // SAFETY: written once, before the program has threads.
        } else if unsafe { environ }.is_null() {
            Self::at_start(name)?
        } else {
            return None;
        };
        (value.length > 0).then_some(value)
    }

    fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    fn copied(value: &[u8]) -> Self {
        let mut bytes = [0; 64];
        let length = value.len().min(bytes.len());
        bytes[..length].copy_from_slice(&value[..length]);
        Self { bytes, length }
    }

    /// The variable's value as the kernel knows it: glibc sets `environ` only after the functions in a program's `.preinit_array`
    /// were called, which may allocate.
    fn at_start(name: &CStr) -> Option<Self> {
        // SAFETY: without conditions.
        if unsafe { libc::getauxval(libc::AT_SECURE) } != 0 {
            return None;
        }
        // SAFETY: a string.
        let file = unsafe { libc::open(c"/proc/self/environ".as_ptr(), libc::O_RDONLY | libc::O_CLOEXEC) };
        if file < 0 {
            return None;
        }
        let value = Self::in_file(file, name.to_bytes());
        // SAFETY: opened above.
        unsafe { libc::close(file) };
        value
    }

    /// The variable's value, in a file of entries with a zero byte behind each.
    fn in_file(file: i32, name: &[u8]) -> Option<Self> {
        // The beginning of an entry: more than any name and value that are asked for.
        let (mut entry, mut length) = ([0; 128], 0);
        let mut bytes = [0_u8; 512];
        loop {
            // SAFETY: there is room for so many.
            let count = unsafe { libc::read(file, bytes.as_mut_ptr().cast(), bytes.len()) };
            let count = usize::try_from(count).ok().filter(|&count| count > 0)?;
            for &byte in &bytes[..count] {
                if byte != 0 {
                    if length < entry.len() {
                        entry[length] = byte;
                        length += 1;
                    }
                    continue;
                }
                if let Some(value) = entry[..length].strip_prefix(name).and_then(|rest| rest.strip_prefix(b"=")) {
                    return Some(Self::copied(value));
                }
                length = 0;
            }
        }
    }
}
