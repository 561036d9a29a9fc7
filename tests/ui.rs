//! What must not compile, with the message a user reads; and what must.
#![cfg(feature = "std")]

/// The compiler whose messages `ui-tests/fail/*.stderr` hold.
const WORDED_BY: &str = "rustc 1.95.";

#[test]
fn compile_time_promises() {
    let version = std::process::Command::new(std::env::var_os("RUSTC").unwrap_or("rustc".into()))
        .arg("--version")
        .output()
        .expect("rustc runs, since it built this test");
    let version = String::from_utf8_lossy(&version.stdout).into_owned();

    let tests = trybuild::TestCases::new();
    tests.pass("ui-tests/pass/*.rs");
    if !version.starts_with(WORDED_BY) {
        println!("SKIPPED ui-tests/fail: their messages are those of {WORDED_BY}x, this is {version}");
    } else if cfg!(any(feature = "allocator-api2-03", feature = "allocator-api2-04")) {
        println!(
            "SKIPPED ui-tests/fail: with more than one generation of allocator-api2 the compiler adds that to them"
        );
    } else {
        tests.compile_fail("ui-tests/fail/*.rs");
    }
}
