//! The example `outline`, run as a user runs it: on a small directory, on an empty one, and on this project.

#![cfg(all(feature = "std", not(miri)))]

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

/// The example that `cargo test` builds beside this test. It is built here if cargo built this test alone.
static EXAMPLE: LazyLock<PathBuf> = LazyLock::new(|| {
    let test = env::current_exe().expect("a test knows its path");
    // target/<profile>/deps/main_job-0123
    let profile = test.ancestors().nth(2).expect("a test lies in `deps`");
    let example = profile.join("examples").join(format!("outline{}", env::consts::EXE_SUFFIX));
    if !example.exists() {
        build(profile);
    }
    example
});

fn build(profile_dir: &Path) {
    let profile = profile_dir.file_name().and_then(|name| name.to_str()).expect("profiles have simple names");
    let status = Command::new(env!("CARGO"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["build", "--example", "outline", "--profile", if profile == "debug" { "dev" } else { profile }])
        .arg("--target-dir")
        .arg(profile_dir.parent().expect("a profile lies in a target directory"))
        .status()
        .expect("cargo runs");
    assert!(status.success());
}

/// Runs the example, and returns its exit code, standard output and standard error.
fn run(arguments: &[&Path]) -> (Option<i32>, String, String) {
    let output = Command::new(&*EXAMPLE).args(arguments).output().expect("the example runs");
    let out = String::from_utf8(output.stdout).expect("it prints UTF-8");
    let err = String::from_utf8(output.stderr).expect("it prints UTF-8");
    println!("{out}{err}");
    (output.status.code(), out, err)
}

/// Creates an empty directory.
fn directory(name: &str) -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if directory.exists() {
        fs::remove_dir_all(&directory).unwrap();
    }
    fs::create_dir_all(&directory).unwrap();
    directory
}

/// Whether `text` has a line of exactly these words.
fn has_line(text: &str, words: &[&str]) -> bool {
    text.lines().any(|line| line.split_whitespace().eq(words.iter().copied()))
}

const SOURCE: &str = r##"
//! A comment with fn words() { in it }.
pub struct Pair<'a>(&'a str, char);

impl<'a> Pair<'a> {
    /* nested /* comment */ { */
    fn short(&self) -> char { '}' }

    pub(crate) fn long(&self, text: &str) -> Option<usize> {
        if text.is_empty() {
            for _ in 0..3 {
                log!(r#"a raw "string" with { "#, b'\'', "\"{", 1.5e-3, 'a');
            }
        }
        let number = text.len() + text.len();
        Some(number.checked_add(text.len())?)
    }
}
"##;

#[test]
fn outlines_sources() {
    let directory = directory("main_job_outline");
    fs::create_dir_all(directory.join("nested/deep")).unwrap();
    fs::write(directory.join("a.rs"), SOURCE).unwrap();
    fs::write(directory.join("nested/deep/b.rs"), "fn only() { len(); }\r\n").unwrap();
    fs::write(directory.join("nested/empty.rs"), "").unwrap();
    fs::write(directory.join("nested/other.txt"), "fn not_read() {}").unwrap();
    fs::write(directory.join("nested/latin.rs"), b"fn caf\xe9() {}").unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink("nowhere", directory.join("nested/broken.rs")).unwrap();

    let (code, out, err) = run(&[&directory, Path::new("--rounds"), Path::new("1")]);
    assert_eq!(code, Some(0));
    assert_eq!(err, "");
    assert!(out.contains("files read: 3 (19 lines, "));
    assert!(out.contains(&format!("files skipped, not UTF-8: 1 ({:?}", directory.join("nested").join("latin.rs"))));
    assert_eq!(out.contains("symbolic links not followed: 1"), cfg!(unix));
    assert!(out.contains("3 functions, 8 calls, 1 times `?`"));
    let (a, b) = (directory.join("a.rs"), directory.join("nested").join("deep").join("b.rs"));
    let place = |path: &Path, line| format!("{}:{line}", path.display());
    assert!(has_line(&out, &["9", "lines", "long", &place(&a, 9)]));
    assert!(has_line(&out, &["1", "lines", "short", &place(&a, 7)]));
    assert!(has_line(&out, &["1", "lines", "only", &place(&b, 1)]));
    assert!(has_line(&out, &["3", "braces", "long", &place(&a, 9)]));
    assert!(has_line(&out, &["4", "calls", "len"]));
    assert!(has_line(&out, &["1", "calls", "log"]));
    for row in ["System", "Malloc", "SharedPool", "Pool", "Arena, dropped", "Arena, forgotten", "bumpalo, forgotten"] {
        assert!(out.lines().any(|line| line.starts_with(row) && line.contains('\u{2588}')), "no row {row}");
    }
}

#[test]
fn the_audit_passes() {
    let directory = directory("main_job_audit");
    fs::write(directory.join("a.rs"), SOURCE.repeat(50)).unwrap();
    let (code, out, _) = run(&[Path::new("--audit"), &directory]);
    assert_eq!(code, Some(0));
    assert!(out.contains("It adds up: all 25 checks hold."));
    assert!(!out.contains("WRONG"));
}

#[test]
fn draws_the_bars() {
    let directory = directory("main_job_bars");
    fs::write(directory.join("a.rs"), SOURCE).unwrap();
    let picture = directory.join("bars.svg");
    let (code, _, err) = run(&[&directory, Path::new("--rounds"), Path::new("1"), Path::new("--svg"), &picture]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    let picture = fs::read_to_string(picture).unwrap();
    assert!(picture.starts_with("<svg") && picture.contains("Arena, forgotten"));

    let nowhere = directory.join("not there").join("bars.svg");
    let (code, _, err) = run(&[&directory, Path::new("--rounds"), Path::new("1"), Path::new("--svg"), &nowhere]);
    assert_eq!(code, Some(1));
    assert!(err.contains(&format!("{nowhere:?}")));

    // A file to which nothing can be written.
    #[cfg(target_os = "linux")]
    {
        let full = Path::new("/dev/full");
        let (code, _, err) = run(&[&directory, Path::new("--rounds"), Path::new("1"), Path::new("--svg"), full]);
        assert_eq!(code, Some(1));
        assert!(err.contains("cannot write \"/dev/full\""));
    }
}

/// For any contents of a file, the program ends and its audit accounts for all memory.
#[test]
fn accepts_files_that_are_not_rust() {
    let directory = directory("main_job_not_rust");
    let deep = ["(", "{", "[", "fn f(", "a!("].map(|open| open.repeat(30_000));
    let odd =
        ["\"", "'", "r#\"", "/* ", ")}])", "fn", "fn fn fn", "impl", "0x", "1.", "b'", "r#", "'a", "é'é'é", "=> ! ; ,"];
    for (at, text) in deep.iter().map(String::as_str).chain(odd).enumerate() {
        fs::write(directory.join(format!("{at}.rs")), text).unwrap();
    }
    let (code, out, err) = run(&[Path::new("--audit"), &directory]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(out.contains("It adds up"));
}

#[test]
fn an_empty_directory_is_outlined() {
    let (code, out, _) = run(&[&directory("main_job_empty")]);
    assert_eq!(code, Some(0));
    assert!(out.contains("files read: 0 (0 lines, 0 bytes)"));
    assert!(out.contains("0 functions, 0 calls"));
}

#[test]
fn a_missing_path_is_named() {
    let missing = directory("main_job_missing").join("not there");
    let (code, out, err) = run(&[Path::new(env!("CARGO_MANIFEST_DIR")), &missing]);
    assert_eq!(code, Some(2));
    assert_eq!(out, "");
    assert!(err.contains(&format!("{missing:?}")));
}

#[test]
fn a_bad_option_is_named() {
    for arguments in [["--colour", "red"], ["--top", "many"], ["--rounds", "0"]] {
        let (code, out, err) = run(&arguments.map(Path::new));
        assert_eq!(code, Some(2));
        assert_eq!(out, "");
        assert!(err.contains(arguments[0]) || err.contains(arguments[1]));
    }
}

/// A file whose first page cannot be read, even by the superuser.
#[cfg(target_os = "linux")]
#[test]
fn an_unreadable_file_is_named_and_the_rest_is_read() {
    let directory = directory("main_job_unreadable");
    fs::write(directory.join("good.rs"), "fn good() {}").unwrap();
    let (code, out, err) = run(&[Path::new("/proc/self/mem"), &directory, Path::new("--rounds"), Path::new("1")]);
    assert_eq!(code, Some(0));
    assert!(err.contains("cannot read \"/proc/self/mem\""));
    assert!(out.contains("could not be read: 1"));
    assert!(has_line(&out, &["1", "lines", "good", &format!("{}:1", directory.join("good.rs").display())]));
}

#[test]
fn reads_this_project_without_a_path() {
    let (code, out, err) = run(&[Path::new("--audit")]);
    assert_eq!(code, Some(0));
    assert_eq!(err, "");
    assert!(out.contains("It adds up"));
}
