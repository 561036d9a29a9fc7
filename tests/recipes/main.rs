//! The examples of the chapter on services, run as a user runs them; and the cache of the example `lru` beside a model.
#![cfg(all(feature = "std", not(miri)))]

mod lru;

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Returns the example that `cargo test` builds beside this test. It is built here if cargo built this test alone.
fn example(name: &str) -> PathBuf {
    let test = env::current_exe().expect("a test knows its path");
    // target/<profile>/deps/recipes-0123
    let profile_dir = test.ancestors().nth(2).expect("a test lies in `deps`");
    let example = profile_dir.join("examples").join(format!("{name}{}", env::consts::EXE_SUFFIX));
    if !example.exists() {
        let profile = profile_dir.file_name().and_then(OsStr::to_str).expect("profiles have simple names");
        let status = Command::new(env!("CARGO"))
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .args(["build", "--example", name, "--profile", if profile == "debug" { "dev" } else { profile }])
            .args(if cfg!(feature = "serde") { &["--features", "serde"][..] } else { &[] })
            .arg("--target-dir")
            .arg(profile_dir.parent().expect("a profile lies in a target directory"))
            .status()
            .expect("cargo runs");
        assert!(status.success());
    }
    example
}

/// Runs an example, and returns its exit code, standard output and standard error.
fn run(name: &str, arguments: &[&OsStr]) -> (Option<i32>, String, String) {
    let output = Command::new(example(name)).args(arguments).output().expect("the example runs");
    let [out, err] = [output.stdout, output.stderr].map(|text| String::from_utf8(text).expect("it prints UTF-8"));
    println!("{out}{err}");
    (output.status.code(), out, err)
}

/// Runs an example that must succeed, and returns the numbers of each line of its output, without their commas.
fn numbers(name: &str, arguments: &[&str]) -> Vec<Vec<f64>> {
    let arguments: Vec<&OsStr> = arguments.iter().map(OsStr::new).collect();
    let (code, out, err) = run(name, &arguments);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    let words = |line: &str| {
        line.split_whitespace().filter_map(|word| word.replace([',', '%'], "").parse().ok()).collect::<Vec<f64>>()
    };
    out.lines().map(words).collect()
}

#[test]
fn lru_hits_more_with_more_memory() {
    let rows = numbers("lru", &[]);
    // entries, limit, lookups, hit rate, evictions, entries left, bytes in use, peak, pool
    let rows: Vec<&[f64]> = rows.iter().map(Vec::as_slice).filter(|row| row.len() == 9).collect();
    assert_eq!(rows.len(), 5);
    for row in &rows {
        assert!(row[5] <= row[0] && row[6] <= row[7] && row[7] <= row[1] && row[6] <= row[8]);
    }
    assert!(rows[0][3] > 50.0, "the words of a language are far from equally frequent");
    assert!(rows[0][3] < rows[1][3] && rows[1][3] < rows[3][3]);
    assert!(rows[2][3] < rows[1][3] && rows[2][5] < rows[1][5], "a limit of bytes leaves fewer entries");
}

#[test]
fn lru_reads_a_file_and_names_a_missing_one() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/sync.rs");
    assert_eq!(run("lru", &[file.as_os_str()]).0, Some(0));
    let (code, out, err) = run("lru", &[OsStr::new("not there")]);
    assert_eq!((code, out.as_str()), (Some(2), ""));
    assert!(err.contains("not there"));
}

#[cfg(feature = "serde")]
#[test]
fn documents_own_their_memory() {
    let (code, out, err) = run("document", &[]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert_eq!(out.matches("in any thread").count(), 3);
    assert!(out.ends_with("after the last document: 0 bytes\n"));
}

#[test]
fn only_the_greedy_tenant_is_refused() {
    let (code, out, err) = run("tenants", &[]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    let row = |name: &str| -> Vec<usize> {
        let line = out.lines().find(|line| line.starts_with(name)).expect("a row for each");
        line.split_whitespace().skip(1).map(|number| number.parse().expect("a number")).collect()
    };
    // limit, in use, peak, answered, too large, busy, refused allocations
    for name in ["alder", "birch"] {
        assert_eq!((row(name)[1], &row(name)[3..]), (0, &[500, 0, 0, 0][..]));
    }
    let cedar = row("cedar");
    assert!(cedar[1] > 0 && cedar[2] <= cedar[0]);
    assert_eq!((cedar[4], cedar[3] + cedar[4] + cedar[5]), (250, 500));
    assert!(cedar[3] > 0 && cedar[5] > 0 && cedar[6] > 0);
    assert!(out.contains("everything is given back"));
}

#[test]
fn the_memory_of_workers_does_not_grow_with_the_jobs() {
    let rows = numbers("worker", &["2000"]);
    let workers: Vec<_> = rows.iter().filter(|row| row.len() == 5).collect();
    assert_eq!(workers.iter().map(|row| row[1]).sum::<f64>(), 2000.0);
    assert!(workers.iter().all(|row| row[4] <= 256.0 * 1024.0));
    if cfg!(target_os = "linux") {
        // "after 400 jobs: resident memory 9,000 kB". The first rounds allocate what later ones reuse.
        let resident: Vec<f64> = rows.iter().filter(|row| row.len() == 2).map(|row| row[1]).collect();
        assert_eq!(resident.len(), 5);
        // The jobs allocate some 10 MB in each of these parts, in arenas that keep at most 256 KiB each.
        assert!(resident[4] < resident[1] + 3000.0, "{resident:?}");
    }
}

#[test]
fn frames_allocate_nothing_in_the_steady_state() {
    let (code, out, err) = run("game_frame", &[OsStr::new("1000")]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert_eq!(out.matches(" 0 requests to the default").count(), 2);
}
