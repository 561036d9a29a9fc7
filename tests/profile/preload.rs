//! Profiles of programs that know nothing of this crate, by the example `preload`.
//!
//! A program that is not installed is skipped, with a line that says so (`-- --nocapture` shows it).

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use crate::{example, readers};

/// The library, built as this test was: with or without optimisation.
fn library() -> &'static Path {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let built = example::library("preload", &["--features", "profile"], "/libpreload.so");
        // A test of the library without the feature builds it at the same place.
        let copy = example::target().join("tmp/libpreload-profile.so");
        fs::copy(built, &copy).unwrap();
        copy
    })
}

fn directory(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("profile-preload").join(name);
    _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).unwrap();
    path
}

type Stacks = BTreeMap<Vec<String>, u64>;

/// What a process has at its end, by its file for pprof.
struct Process {
    program: String,
    number: u32,
    sums: readers::Sums,
    /// The live bytes of each stack.
    stacks: Stacks,
}

/// Runs a program over the library. Returns what it printed, and its processes. `None` if there is no such program.
fn profiled(name: &str, interval: &str, command: &mut Command) -> Option<(String, Vec<Process>)> {
    // Missing, and by a relative path.
    let directory = directory(name);
    let profiles = directory.join("to/be/made");
    command.current_dir(&directory).env("JANUS_PROFILE", "to/be/made").env("JANUS_PROFILE_INTERVAL", interval);
    let output = match command.env("LD_PRELOAD", library()).stdin(Stdio::null()).output() {
        Ok(output) => output,
        Err(error) => {
            skipped!("{command:?}: {error}");
            return None;
        }
    };
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && err.is_empty(), "{}\n{out}\n{err}", output.status);
    let mut files: Vec<PathBuf> = fs::read_dir(profiles).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let pprofs = files.iter().filter(|file| file.extension().is_some_and(|extension| extension == "gz"));
    let profiles: Vec<_> = pprofs
        .map(|file| {
            let (sums, stacks, _) = readers::pprof(&fs::read(file).unwrap());
            let stem = file.with_extension("").with_extension("");
            let (program, number) = stem.file_name().unwrap().to_str().unwrap().rsplit_once('.').unwrap();
            let other = |ending: &str| fs::read(format!("{}.{ending}", stem.display())).unwrap();
            assert_eq!(readers::dhat(&other("json")).0, sums);
            assert_eq!(readers::collapsed(&other("folded")).values().sum::<u64>(), sums.bytes[2]);
            let svg = String::from_utf8(other("svg")).unwrap();
            assert!(svg.contains("Memory at the peak") && svg.trim_end().ends_with("</svg>"), "{svg}");
            // Frames of functions that allocate much are wide enough to be drawn.
            assert!(svg.matches(" bytes, ").count() > 1, "{svg}");
            Process { program: program.to_owned(), number: number.parse().unwrap(), sums, stacks }
        })
        .collect();
    assert_eq!(files.len(), 4 * profiles.len());
    Some((out.into_owned(), profiles))
}

/// The live bytes of stacks with the function.
fn bytes_in(stacks: &Stacks, function: &str) -> u64 {
    let has = |stack: &&Vec<String>| stack.iter().any(|name| name == function);
    stacks.iter().filter(|(stack, _)| has(stack)).map(|(_, bytes)| bytes).sum()
}

/// Compiles the C program, unless there is no compiler.
fn compiled() -> Option<PathBuf> {
    let program = directory("program").join("allocates");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/profile/allocates.c");
    match Command::new("cc").args(["-O1", "-fno-builtin", "-g", "-o"]).args([&program, &source]).status() {
        Ok(status) => {
            assert!(status.success());
            Some(program)
        }
        Err(error) => {
            skipped!("cc: {error}");
            None
        }
    }
}

#[test]
fn a_c_program() {
    let Some(program) = compiled() else { return };
    let (out, profiles) = profiled("exact", "0", &mut Command::new(&program)).unwrap();
    assert_eq!(out, "1\n");
    let [Process { sums, stacks, .. }] = profiles.as_slice() else { panic!("{} processes", profiles.len()) };
    assert_eq!(bytes_in(stacks, "keeps"), 100_000);
    assert_eq!((bytes_in(stacks, "frees"), bytes_in(stacks, "grows")), (0, 1 << 20));
    assert!(sums.bytes[0] >= 100_000 + 500 * 10_000 + (1 << 20) && sums.blocks[0] >= 1501);
    assert!(stacks.keys().filter(|stack| stack.iter().any(|name| name == "keeps")).all(|stack| stack[0] == "keeps"));

    let (_, profiles) = profiled("sampled", "2K", &mut Command::new(&program)).unwrap();
    let bytes = bytes_in(&profiles[0].stacks, "keeps") as f64;
    let deviation = (100_000.0 * 2048.0_f64).sqrt();
    assert!((bytes - 100_000.0).abs() < 5.0 * deviation, "{bytes}");

    // Both processes: the child has what its parent had, and its own.
    let (_, profiles) = profiled("forked", "0", Command::new(&program).arg("fork")).unwrap();
    let mut kept: Vec<u64> = profiles.iter().map(|process| bytes_in(&process.stacks, "keeps")).collect();
    kept.sort_unstable();
    assert_eq!(kept, [100_000, 200_000]);
}

#[test]
fn python() {
    let program = "words = {str(n) * 20: [n] * 20 for n in range(30000)}\nprint(len(words))";
    let mut python = Command::new("python3");
    python.env("PYTHONMALLOC", "malloc").args(["-S", "-c", program]);
    let Some((out, profiles)) = profiled("python", "64K", &mut python) else { return };
    assert_eq!(out, "30000\n");
    // A launcher in front of the interpreter has a profile, too, if any.
    let sums = &profiles.iter().max_by_key(|process| process.sums.bytes[2]).expect("a profile").sums;
    // At the least the strings and lists.
    assert!(sums.bytes[2] > 30_000 * (80 + 160), "{sums:?}");
}

/// A program of some size: it parses JSON, forks, and starts another program. Each process has files of its own.
#[test]
fn python_with_children() {
    let program = r#"
import json, os, subprocess
text = json.dumps([{"name": "name %d" % n, "values": list(range(20))} for n in range(5000)])
value = json.loads(text)
child = os.fork()
if child == 0:
    kept = bytearray(5_000_000)
    os.sys.exit(0)
assert os.waitpid(child, 0)[1] == 0
statement = "create table t(a); with recursive n(i) as (select 1 union all select i + 1 from n where i < 20000) \
    insert into t select hex(randomblob(50)) from n; select count(*) from t;"
count = subprocess.run(["sqlite3", ":memory:", statement], capture_output=True, check=True, text=True).stdout
print(len(value), count.strip(), os.getpid(), child)
"#;
    if Command::new("sqlite3").arg("--version").output().is_err() {
        skipped!("no sqlite3");
        return;
    }
    let mut python = Command::new("python3");
    python.env("PYTHONMALLOC", "malloc").args(["-S", "-c", program]);
    let Some((out, profiles)) = profiled("python-children", "64K", &mut python) else { return };
    let numbers: Vec<u32> = out.split_whitespace().map(|number| number.parse().unwrap()).collect();
    let [objects, rows, own, child] = numbers[..] else { panic!("{out}") };
    assert_eq!((objects, rows), (5000, 20_000));
    let find = |number| profiles.iter().find(|process| process.number == number).expect("a profile");
    let (own, child) = (find(own), find(child));
    assert!(own.program.starts_with("python3") && child.program == own.program, "{}", own.program);
    // The text and the values, which the child has as well, and at its peak its own array.
    let [_, _, peak] = own.sums.bytes;
    assert!(peak > 5000 * 150, "{:?}", own.sums);
    assert!(child.sums.bytes[0] > 5_000_000 && child.sums.bytes[2] > 5_000_000, "{:?}", child.sums);
    let sqlite: Vec<&Process> = profiles.iter().filter(|process| process.program == "sqlite3").collect();
    let [sqlite] = sqlite[..] else { panic!("{} processes of sqlite3", sqlite.len()) };
    assert!(sqlite.sums.bytes[2] > 2_000_000 && sqlite.number != own.number, "{:?}", sqlite.sums);
}

#[test]
fn sqlite() {
    let statements =
        "create table t(a, b); with recursive n(i) as (select 1 union all select i + 1 from n where i < 20000)
        insert into t select i, hex(randomblob(50)) from n; select count(*) from t;";
    let Some((out, profiles)) = profiled("sqlite", "64K", Command::new("sqlite3").args([":memory:", statements]))
    else {
        return;
    };
    assert_eq!(out, "20000\n");
    // The table is in pages of the cache.
    assert!(profiles[0].sums.bytes[2] > 2_000_000, "{:?}", profiles[0].sums);
}

/// Without the variable nothing is sampled; a program that cannot write says so, and ends as it would have.
#[test]
fn without_a_directory() {
    let Some(program) = compiled() else { return };
    let run = |directory: Option<&str>| {
        let mut command = Command::new(&program);
        command.env("LD_PRELOAD", library()).env_remove("JANUS_PROFILE").env("JANUS_PROFILE_INTERVAL", "0");
        directory.into_iter().for_each(|directory| _ = command.env("JANUS_PROFILE", directory));
        let output = command.output().unwrap();
        assert!(output.status.success());
        assert_eq!(String::from_utf8_lossy(&output.stdout), "1\n");
        String::from_utf8(output.stderr).unwrap()
    };
    assert_eq!(run(None), "");
    assert_eq!(run(Some("")), "");
    let message = run(Some("/dev/null/nowhere"));
    assert!(message.starts_with("janus-alloc: the profile cannot be written into /dev/null/nowhere: "), "{message}");
}
