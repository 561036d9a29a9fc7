//! The settings, from environment variables. They are read when the pool is first used, and once more before `main`.
//! Nothing in this file may allocate.

use std::ffi::{CStr, c_char};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use janus_alloc::pools::{Options, Retain};

use crate::stderr;

/// The options read before `main`. Only one thread runs then, so setting them never blocks.
static OPTIONS: OnceLock<Options> = OnceLock::new();
/// Whether invalid settings were reported.
static ARE_REPORTED: AtomicBool = AtomicBool::new(false);
/// The value of `JANUS_STATS`.
static WANTS_STATS: AtomicBool = AtomicBool::new(false);

/// Returns the options of the pool.
pub(crate) fn options() -> Options {
    OPTIONS.get().copied().unwrap_or_else(read)
}

/// Reads and stores the settings. Called once before `main`, since the program may change its environment later.
pub(crate) fn set() {
    // This is the only call, so it cannot fail.
    _ = OPTIONS.set(read());
}

/// Returns whether to print statistics at exit.
pub(crate) fn wants_stats() -> bool {
    WANTS_STATS.load(Relaxed)
}

/// Returns whether `JANUS_PROFILE` is set.
#[cfg(feature = "profile")]
pub(crate) fn wants_profile() -> bool {
    Value::of(c"JANUS_PROFILE").is_some()
}

/// Returns the value of `JANUS_PROFILE_INTERVAL`.
#[cfg(feature = "profile")]
pub(crate) fn profile_interval() -> Option<usize> {
    setting(c"JANUS_PROFILE_INTERVAL", "a number of bytes such as 64K (K, M, G), or 0", parse_bytes, true)
}

/// Returns the value of `JANUS_PROFILE`. Called before `main`, since the program may change its environment later.
#[cfg(feature = "profile")]
pub(crate) fn profile_directory() -> Option<&'static CStr> {
    // SAFETY: the name is a C string.
    let found = unsafe { secure_getenv(c"JANUS_PROFILE".as_ptr()) };
    if found.is_null() {
        return None;
    }
    // SAFETY: a C string that stays valid while it is used: the program has not started.
    let directory = unsafe { CStr::from_ptr(found) };
    (!directory.is_empty()).then_some(directory)
}

/// Reads the settings. The first call reports invalid ones.
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
    #[cfg(not(feature = "profile"))]
    if report && Value::of(c"JANUS_PROFILE").is_some() {
        stderr::print(format_args!("janus-alloc: JANUS_PROFILE is ignored: built without the feature `profile`\n"));
    }
    options
}

/// Returns the value of a setting, or `None` if it is unset or invalid. An invalid one is reported if `report` is true.
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

/// The first bytes of a value. Every valid value fits.
struct Value {
    bytes: [u8; 64],
    length: usize,
}

unsafe extern "C" {
    fn secure_getenv(name: *const c_char) -> *const c_char;
    static environ: *const *const c_char;
}

impl Value {
    /// Returns the value of a variable, unless it is unset, empty, or must not be trusted.
    fn of(name: &CStr) -> Option<Self> {
        // SAFETY: the name is a C string.
        let found = unsafe { secure_getenv(name.as_ptr()) };
        let value = if !found.is_null() {
            // SAFETY: a C string that stays valid, since the program does not change its environment before `main`.
            Self::copied(unsafe { CStr::from_ptr(found) }.to_bytes())
        // SAFETY: glibc writes it once, before the program has threads.
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

    /// Returns the value of a variable from the kernel. glibc sets `environ` only after it has called the functions in
    /// the program's `.preinit_array`, which may allocate.
    fn at_start(name: &CStr) -> Option<Self> {
        // SAFETY: `getauxval` has no preconditions.
        if unsafe { libc::getauxval(libc::AT_SECURE) } != 0 {
            return None;
        }
        // SAFETY: the path is a C string.
        let file = unsafe { libc::open(c"/proc/self/environ".as_ptr(), libc::O_RDONLY | libc::O_CLOEXEC) };
        if file < 0 {
            return None;
        }
        let value = Self::in_file(file, name.to_bytes());
        // SAFETY: the file was opened above and is not used again.
        unsafe { libc::close(file) };
        value
    }

    /// Returns the value of a variable in a file of entries, each followed by a zero byte.
    fn in_file(file: i32, name: &[u8]) -> Option<Self> {
        // The first bytes of an entry. Every name with a valid value fits.
        let (mut entry, mut length) = ([0; 128], 0);
        let mut bytes = [0_u8; 512];
        loop {
            // SAFETY: the buffer has that many bytes.
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
