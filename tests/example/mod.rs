//! Examples that tests load or start.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The directory that cargo builds in.
pub(crate) fn target() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap()
}

/// Builds an example as this test was, with or without optimisation, and returns what cargo says in JSON.
pub(crate) fn build(example: &str, options: &[&str]) -> String {
    let output = Command::new(env::var_os("CARGO").unwrap_or("cargo".into()))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["build", "--offline", "--example", example, "--message-format", "json-render-diagnostics"])
        .args(options)
        .args(["--profile", if cfg!(debug_assertions) { "dev" } else { "release" }, "--target-dir"])
        .arg(target())
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(output.status.success(), "the example {example} does not build");
    String::from_utf8(output.stdout).unwrap()
}

/// Builds an example that is a library, and returns its path, which ends with `name`.
#[allow(dead_code, reason = "some examples are programs")]
pub(crate) fn library(example: &str, options: &[&str], name: &str) -> PathBuf {
    let messages = build(example, options);
    messages.split('"').find(|text| text.ends_with(name)).expect("cargo names what it built").into()
}
