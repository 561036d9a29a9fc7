//! Programs that must not compile, with the messages of the compiler, and programs that must.
#![cfg(feature = "std")]

#[macro_use]
mod skipped;

/// The compiler whose messages are in `ui-tests/fail/*.stderr`.
const MESSAGES_OF: &str = "rustc 1.95.";

#[test]
fn compile_time_promises() {
    let version = std::process::Command::new(std::env::var_os("RUSTC").unwrap_or("rustc".into()))
        .arg("--version")
        .output()
        .expect("rustc runs, since it built this test");
    let version = String::from_utf8_lossy(&version.stdout).into_owned();

    let tests = trybuild::TestCases::new();
    tests.pass("ui-tests/pass/*.rs");
    if !version.starts_with(MESSAGES_OF) {
        skipped!("ui-tests/fail: the expected messages are those of {MESSAGES_OF}x, this is {version}");
    } else if cfg!(any(feature = "allocator-api2-03", feature = "allocator-api2-04")) {
        skipped!("ui-tests/fail: with several versions of allocator-api2 the compiler adds notes to its messages");
    } else {
        tests.compile_fail("ui-tests/fail/*.rs");
    }
}
