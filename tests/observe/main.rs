//! The example `observe`, run as a user runs it, and what it writes, read by programs that read such files.
//!
//! A program that is not installed is skipped, with a line that says so.
#![cfg(all(feature = "profile", not(miri)))]

#[macro_use]
#[path = "../skipped/mod.rs"]
mod skipped;
#[path = "../example/mod.rs"]
mod example;
mod metrics;
mod page;
mod profiles;
#[path = "../profile/readers.rs"]
#[expect(dead_code, reason = "more than this needs")]
mod readers;
#[cfg(unix)]
mod terminal;

use std::env;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::{LazyLock, OnceLock};

/// The tags of the example.
const TAGS: [&str; 6] = ["read", "parse", "answer", "index", "observe", "(untagged)"];

/// The example, built as this test was: with or without optimisation.
fn observe() -> &'static Path {
    static EXAMPLE: OnceLock<PathBuf> = OnceLock::new();
    EXAMPLE.get_or_init(|| {
        let messages = example::build("observe", &["--features", "profile"]);
        let message = |line| serde_json::from_str::<serde_json::Value>(line).unwrap();
        let built = messages.lines().find_map(|line| message(line)["executable"].as_str().map(PathBuf::from));
        built.expect("cargo names what it built")
    })
}

/// Returns an empty directory.
fn directory(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("observe").join(name);
    _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).unwrap();
    path
}

fn blocks() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/blocks")
}

/// Returns a source whose tree is larger than any in [`blocks`].
fn huge(directory: &Path) -> PathBuf {
    let mut text = String::new();
    for number in 0..20_000 {
        writeln!(text, "fn only_in_the_huge_file_{number}() {{ called_in_the_huge_file({number}); }}").unwrap();
    }
    // Characters that mean something in a page, but for those that some systems refuse.
    let path = directory.join("huge & 'odd'; `name` & äöü.rs");
    fs::write(&path, text).unwrap();
    path
}

/// Asserts that a program has succeeded, and returns its standard output.
#[track_caller]
fn succeeded(output: &Output) -> String {
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{}\n{out}\n{err}", output.status);
    out.into_owned()
}

/// Runs a program if it is installed.
fn installed(command: &mut Command) -> Option<Output> {
    match command.output() {
        Ok(output) => Some(output),
        Err(error) => {
            skipped!("{command:?}: {error}");
            None
        }
    }
}

/// One run, with a file over the limit.
struct Run {
    out: String,
    directory: PathBuf,
    huge: PathBuf,
}

impl Run {
    fn file(&self, name: &str) -> Vec<u8> {
        fs::read(self.directory.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    fn text(&self, name: &str) -> String {
        String::from_utf8(self.file(name)).unwrap()
    }
}

static RUN: LazyLock<Run> = LazyLock::new(|| {
    let huge = huge(&directory("sources"));
    // A directory that is missing.
    let directory = directory("run").join("to/be/made");
    let output = Command::new(observe())
        .args(["--rounds", "4", "--threads", "2", "--limit", "2M", "--every", "0.05", "--out"])
        .args([&directory, &blocks(), &huge])
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    Run { out: succeeded(&output), directory, huge }
});

/// The lines of the last table of `out`, without those before it.
fn last_table(out: &str) -> &str {
    &out[out.rfind(" rounds in ").expect("a table")..]
}

/// Returns the lines below a title up to an empty line.
fn list<'o>(out: &'o str, title: &str) -> Vec<&'o str> {
    let (_, rest) = out.split_once(&format!("\n{title}\n\n")).unwrap_or_else(|| panic!("no {title:?} in {out}"));
    rest.lines().take_while(|line| !line.is_empty()).collect()
}

#[test]
fn tables_show_allocators_and_tags() {
    // Tables are appended where there is no terminal.
    let out = &RUN.out;
    assert!(out.matches(" rounds in ").count() >= 2, "{out}");
    assert!(!out.contains('\x1b'));
    let last = last_table(out);
    let number = |name: &str, column: usize| -> u64 {
        let line = last.lines().find(|line| line.starts_with(&format!("{name} "))).unwrap_or_else(|| panic!("{name}"));
        line[name.len()..].split_whitespace().nth(column).unwrap().replace('_', "").parse().unwrap()
    };
    for name in TAGS.into_iter().chain(["the default", "trees", "index"]) {
        // Peak, total, allocations.
        assert!((2..5).all(|column| number(name, column) > 0), "{name}\n{last}");
    }
    // The trees of a round do not outlive it.
    assert_eq!((number("trees", 0), number("trees", 1), number("parse", 0)), (0, 0, 0));
    let sources: u64 =
        walkdir::WalkDir::new(blocks()).into_iter().map(|entry| entry.unwrap().metadata().unwrap()).map(len).sum();
    assert!(number("read", 2) >= sources + fs::metadata(&RUN.huge).unwrap().len(), "{last}");
}

fn len(metadata: fs::Metadata) -> u64 {
    if metadata.is_file() { metadata.len() } else { 0 }
}

/// The file over the limit is reported. Everything else is as without it.
#[test]
fn a_file_over_the_limit_disturbs_nothing() {
    let refused = list(&RUN.out, "Files over the limit");
    let [line] = refused.as_slice() else { panic!("{refused:?}") };
    let reported = line.strip_prefix(&format!("{}: its tree has ", RUN.huge.display())).expect(line);
    let (bytes, rest) = reported.split_once(' ').unwrap();
    assert_eq!(rest, "of 2,097,152 bytes and needs more");
    // The arena doubles its chunks, so it was refused one that is larger than what it has.
    let bytes: u64 = bytes.replace(',', "").parse().unwrap();
    assert!((2 << 20) / 4 < bytes && bytes <= 2 << 20, "{line}");

    let out = directory("without");
    let arguments = ["--rounds", "2", "--threads", "2", "--limit", "2M", "--out"];
    let without = succeeded(&Command::new(observe()).args(arguments).args([&out, &blocks()]).output().unwrap());
    assert!(!without.contains("Files over the limit"));
    let title = "The names that are called most";
    assert_eq!(list(&without, title), list(&RUN.out, title));
    assert_eq!(list(&without, title).len(), 5);
    // And with a limit above it, the file is as good as any.
    let arguments = ["--rounds", "1", "--limit", "1G", "--out"];
    let all = Command::new(observe()).args(arguments).args([&out, &blocks(), &RUN.huge]).output().unwrap();
    let all = succeeded(&all);
    assert!(!all.contains("Files over the limit"));
    assert!(list(&all, title)[0].trim().starts_with("20,000 calls  called_in_the_huge_file"), "{all}");
}

/// Each file is there, and the program says how to open it.
#[test]
fn says_how_to_open_each_file() {
    let mut files: Vec<PathBuf> = fs::read_dir(&RUN.directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    let mut named: Vec<PathBuf> = list(&RUN.out, "Written, and how to open each")
        .chunks(2)
        .map(|lines| {
            assert!(lines[1].starts_with("    ") && lines[1].len() > 20, "{lines:?}");
            PathBuf::from(lines[0])
        })
        .collect();
    files.sort();
    named.sort();
    assert_eq!(files, named);
    assert_eq!(files.len(), 6);
}

/// A change between two rounds is noticed. The program is one that runs for a time.
#[test]
fn notices_changes() {
    let directory = directory("changes");
    let file = directory.join("changing.rs");
    fs::write(&file, "fn one() { two(); }").unwrap();
    let mut child = Command::new(observe())
        .args(["--seconds", "3", "--every", "0.02", "--out"])
        .args([&directory.join("out"), &file])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = std::io::BufReader::new(child.stdout.take().unwrap());
    let mut text = String::new();
    // After the first whole round.
    while !text.lines().any(|line| line.contains(" rounds in ") && !line.starts_with("0 ")) {
        assert_ne!(std::io::BufRead::read_line(&mut out, &mut text).unwrap(), 0, "{text}");
    }
    // Whole, at one moment.
    let new = directory.join("new");
    fs::write(&new, "fn one() { three(); }").unwrap();
    fs::rename(&new, &file).unwrap();
    std::io::Read::read_to_string(&mut out, &mut text).unwrap();
    assert!(child.wait().unwrap().success());
    let last = last_table(&text).lines().next().unwrap();
    assert!(last.ends_with(", 1 files, 0 over the limit of 8,388,608 bytes, 1 changes"), "{last}");
    assert_eq!(list(&text, "The names that are called most"), ["       1 calls  three"]);
}

#[test]
fn misuse() {
    for arguments in [
        &["--limit", "12Q"][..],
        &["--limit", "é"],
        &["--limit", "99999999999G"],
        &["--seconds", "-1"],
        &["--rounds", "0"],
        &["--threads", "many"],
        &["--unknown"],
        &["no/such/directory"],
    ] {
        let output = Command::new(observe()).args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stderr.starts_with(b"observe: ") && output.stdout.is_empty(), "{arguments:?}");
    }
    let help = succeeded(&Command::new(observe()).arg("--help").output().unwrap());
    assert!(help.contains("Usage: observe [OPTIONS] [PATH ...]"));
    // A directory that cannot be made.
    let file = directory("misuse").join("file");
    fs::write(&file, "").unwrap();
    let output = Command::new(observe()).arg("--out").args([&file, &blocks()]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).starts_with("observe: cannot write "));
}
