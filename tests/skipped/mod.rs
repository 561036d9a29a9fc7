//! What a test cannot check on a machine.

use std::fmt;
use std::io::{self, Write};
use std::thread;

/// Says why the calling test does not check something. On standard error itself, because the harness hides what `println!` prints in a test that
/// passes.
#[allow(unused_macros, reason = "on some systems nothing is skipped")]
macro_rules! skipped {
    ($($why:tt)*) => {
        crate::skipped::print(format_args!($($why)*))
    };
}

#[allow(dead_code, reason = "as above")]
pub(crate) fn print(why: fmt::Arguments<'_>) {
    let test = thread::current();
    // Without standard error there is nobody to tell.
    let _ = writeln!(io::stderr(), "SKIPPED {}: {why}", test.name().unwrap_or_default());
}
