//! The main job, as a user runs it: the example `two_faces` on a small directory, on nothing, and on this project.

#![cfg(all(feature = "std", not(miri)))]

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

/// The example beside this test: `cargo test` builds both. Built here if only the test was asked for.
static EXAMPLE: LazyLock<PathBuf> = LazyLock::new(|| {
    let test = env::current_exe().expect("a test knows its path");
    // target/<profile>/deps/main_job-0123
    let profile = test.ancestors().nth(2).expect("a test lies in `deps`");
    let example = profile.join("examples").join(format!("two_faces{}", env::consts::EXE_SUFFIX));
    if !example.exists() {
        build(profile);
    }
    example
});

fn build(profile_dir: &Path) {
    let profile = profile_dir.file_name().and_then(|name| name.to_str()).expect("profiles have simple names");
    let status = Command::new(env!("CARGO"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["build", "--example", "two_faces", "--profile", if profile == "debug" { "dev" } else { profile }])
        .arg("--target-dir")
        .arg(profile_dir.parent().expect("a profile lies in a target directory"))
        .status()
        .expect("cargo runs");
    assert!(status.success());
}

/// The exit code, the standard output and the standard error.
fn run(arguments: &[&Path]) -> (Option<i32>, String, String) {
    let output = Command::new(&*EXAMPLE).args(arguments).output().expect("the example runs");
    let out = String::from_utf8(output.stdout).expect("it prints UTF-8");
    let err = String::from_utf8(output.stderr).expect("it prints UTF-8");
    println!("{out}{err}");
    (output.status.code(), out, err)
}

/// A new directory, empty.
fn directory(name: &str) -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if directory.exists() {
        fs::remove_dir_all(&directory).unwrap();
    }
    fs::create_dir_all(&directory).unwrap();
    directory
}

/// Whether a line of `text` is made of these words.
fn has_line(text: &str, words: &[&str]) -> bool {
    text.lines().any(|line| line.split_whitespace().eq(words.iter().copied()))
}

#[test]
fn counts_words_and_adds_up() {
    let directory = directory("main_job_words");
    fs::create_dir_all(directory.join("nested/deep")).unwrap();
    fs::write(directory.join("a.txt"), "Face to face: two faces.\nÜber über 2x").unwrap();
    fs::write(directory.join("nested/deep/b.txt"), "...face...two\r\n").unwrap();
    fs::write(directory.join("nested/empty.txt"), "").unwrap();
    fs::write(directory.join("nested/latin.txt"), b"caf\xe9 face").unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink("nowhere", directory.join("nested/broken")).unwrap();
    #[cfg(target_os = "linux")]
    {
        use std::os::unix::ffi::OsStrExt;
        let name = std::ffi::OsStr::from_bytes(b"name-\xff.txt");
        fs::write(directory.join(name), "two").unwrap();
    }
    let (two, texts) = if cfg!(target_os = "linux") { ("3", "4") } else { ("2", "3") };

    let (code, out, err) = run(&[&directory]);
    assert_eq!(code, Some(0));
    assert_eq!(err, "");
    assert!(out.contains(&format!("texts read: {texts} (")));
    assert!(out.contains(&format!("files skipped, not UTF-8: 1 ({:?}", directory.join("nested").join("latin.txt"))));
    assert_eq!(out.contains("symbolic links not followed: 1"), cfg!(unix));
    assert!(out.contains("The 6 most frequent of 6 words"));
    for line in [["3", "2", "face"], [two, two, "two"], ["2", "1", "über"]] {
        assert!(has_line(&out, &line), "no line {line:?}");
    }
    for word in ["to", "faces", "2x"] {
        assert!(has_line(&out, &["1", "1", word]), "no line of {word}");
    }
    assert!(out.contains("the pool behind the default has"));
    assert!(out.contains("It adds up: all 14 checks hold."));
    assert!(!out.contains("WRONG"));
}

#[test]
fn an_empty_directory_adds_up() {
    let (code, out, _) = run(&[&directory("main_job_empty")]);
    assert_eq!(code, Some(0));
    assert!(out.contains("texts read: 0 (0 bytes"));
    assert!(out.contains("It adds up"));
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
    fs::write(directory.join("good.txt"), "good").unwrap();
    let (code, out, err) = run(&[Path::new("/proc/self/mem"), &directory]);
    assert_eq!(code, Some(0));
    assert!(err.contains("cannot read \"/proc/self/mem\""));
    assert!(out.contains("could not be read: 1"));
    assert!(has_line(&out, &["1", "1", "good"]));
}

#[test]
fn without_arguments_it_reads_this_project() {
    let (code, out, err) = run(&[]);
    assert_eq!(code, Some(0));
    assert_eq!(err, "");
    assert!(out.lines().any(|line| line.ends_with("  the")));
    assert!(out.contains("It adds up"));
}
