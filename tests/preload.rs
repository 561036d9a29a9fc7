//! Programs that know nothing of this crate, with the example `preload` as their `malloc`.
//!
//! Each program has to print what it prints without, and nothing to stderr, where the dynamic linker complains too. One that
//! is not installed is skipped, with a line that says so (`cargo test --test preload -- --nocapture` shows it).
#![cfg(all(feature = "std", target_os = "linux", target_env = "gnu"))]

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::{OnceLock, mpsc};
use std::thread;
use std::time::Duration;

/// Far more than any of the programs needs.
const PATIENCE: Duration = Duration::from_secs(300);

/// The library, built as this test was: with or without optimisation.
fn library() -> &'static Path {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
        let output = Command::new(env::var_os("CARGO").unwrap_or("cargo".into()))
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .args(["build", "--offline", "--example", "preload", "--message-format", "json-render-diagnostics"])
            .args(["--profile", if cfg!(debug_assertions) { "dev" } else { "release" }, "--target-dir"])
            .arg(target)
            .stderr(Stdio::inherit())
            .output()
            .unwrap();
        assert!(output.status.success(), "the example does not build");
        let messages = String::from_utf8(output.stdout).unwrap();
        let path = messages.split('"').find(|text| text.ends_with("/libpreload.so"));
        path.expect("cargo names what it built").into()
    })
}

/// A directory of its own for each test, empty.
fn directory(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("preload").join(name);
    _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).unwrap();
    path
}

/// What the program printed, or `None` if there is no such program.
fn output(command: &mut Command) -> Option<Output> {
    let program = command.get_program().to_string_lossy().into_owned();
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let child = match child {
        Ok(child) => child,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            println!("SKIPPED {program}: not installed");
            return None;
        }
        Err(error) => panic!("{program}: {error}"),
    };
    let process = child.id();
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || sender.send(child.wait_with_output()));
    let Ok(output) = receiver.recv_timeout(PATIENCE) else {
        // SAFETY: the child has not been waited for, so the number is still its own.
        unsafe { libc::kill(libc::pid_t::try_from(process).unwrap(), libc::SIGKILL) };
        panic!("{program} hangs");
    };
    Some(output.unwrap())
}

/// Runs the program over the library, unless it is missing.
#[track_caller]
fn prints(command: &mut Command, expected: &str) {
    let Some(output) = output(command.env("LD_PRELOAD", library())) else { return };
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?}\n{}\n{stdout}\n{stderr}", output.status);
    assert_eq!(stdout, expected, "{command:?}\n{stderr}");
    assert_eq!(stderr, "", "{command:?}");
}

/// Runs the program without the library and then over it.
#[track_caller]
fn prints_the_same(mut command: impl FnMut() -> Command) {
    let Some(expected) = output(&mut command()) else { return };
    prints(&mut command(), &String::from_utf8(expected.stdout).unwrap());
}

/// Compiles a program of `tests/preload`, unless there is no compiler.
fn compiled(source: &str, to: PathBuf, flags: &[&str]) -> Option<PathBuf> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/preload").join(source);
    let mut compiler = Command::new("cc");
    compiler.args(["-O1", "-Wall", "-Wextra", "-pthread", "-o"]).args([to.as_path(), &source]).args(flags);
    let output = output(&mut compiler)?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(to)
}

#[test]
fn python() {
    let script = r#"
import json, os, subprocess, threading

assert "libpreload" in open("/proc/self/maps").read()

table = {str(n): list(range(n % 50)) for n in range(20000)}
assert json.loads(json.dumps(table)) == table

sums = []
def work(seed):
    texts = [str(n * seed) * (n % 20) for n in range(5000)]
    sums.append(sum(map(len, texts)) > 0)
threads = [threading.Thread(target=work, args=(n,)) for n in range(1, 9)]
for thread in threads: thread.start()
for n in range(5):
    process = os.fork()
    if process == 0:
        os._exit(0 if sum(len(str(n)) for n in range(1000)) == 2890 else 1)
    assert os.waitpid(process, 0)[1] == 0
for thread in threads: thread.join()
assert sums == [True] * 8

buffer = bytearray()
for n in range(200): buffer += bytes(100000)
print(len(buffer), subprocess.run(["echo", "a child"], capture_output=True, text=True).stdout.strip())
"#;
    for malloc in ["pymalloc", "malloc"] {
        let mut python = Command::new("python3");
        prints(python.env("PYTHONMALLOC", malloc).args(["-c", script]), "20000000 a child\n");
    }
}

#[test]
fn perl() {
    let script = r#"
my %table = map { $_ => "x" x ($_ % 100) } 1 .. 50000;
my $length = 0;
$length += length $table{$_} for sort keys %table;
my $text = join ",", map { $_ * 2 } 1 .. 10000;
$text =~ s/(\d)0/$1-/g;
for (1 .. 5) {
    my $process = fork;
    if ($process == 0) { my @list = map { "$_" } 1 .. 1000; exit(@list == 1000 ? 0 : 1) }
    waitpid $process, 0;
    die if $?;
}
print "$length ", scalar(() = $text =~ /-/g), "\n";
"#;
    prints_the_same(|| {
        let mut perl = Command::new("perl");
        perl.args(["-e", script]);
        perl
    });
}

#[test]
fn sqlite3() {
    let script = "
create table t (n integer primary key, name text, other text);
with recursive c (n) as (select 1 union all select n + 1 from c where n < 50000)
    insert into t select n, hex(n), printf('%0*d', n % 300, n) from c;
create index by_name on t (name, other);
delete from t where n % 3 = 0;
vacuum;
select count(*), sum(length(other)), max(name) from t;
select count(*) from (select a.n from t a join t b on a.name = b.name order by b.other);
pragma integrity_check;
";
    prints_the_same(|| {
        let mut sqlite3 = Command::new("sqlite3");
        sqlite3.arg(directory("sqlite3").join("database")).arg(script);
        sqlite3
    });
}

#[test]
fn git() {
    let repository = directory("git");
    let git = |args: &[&str]| {
        let mut git = Command::new("git");
        git.current_dir(&repository).args(args).env("HOME", &repository).env("GIT_CONFIG_NOSYSTEM", "1");
        for who in ["AUTHOR", "COMMITTER"] {
            git.env(format!("GIT_{who}_NAME"), "Test").env(format!("GIT_{who}_EMAIL"), "test@localhost");
        }
        git
    };
    prints(&mut git(&["init", "--quiet", "--initial-branch", "main"]), "");
    for round in 0..5 {
        for file in 0..100 {
            let text: String = (0..200).map(|line| format!("{file} {}\n", line * (line % 7 + round))).collect();
            fs::write(repository.join(format!("file{file}")), text).unwrap();
        }
        prints(&mut git(&["add", "."]), "");
        prints(&mut git(&["commit", "--quiet", "--message", &format!("Round {round}")]), "");
    }
    prints(&mut git(&["-c", "pack.threads=4", "gc", "--quiet", "--aggressive"]), "");
    prints(&mut git(&["fsck", "--full", "--no-progress"]), "");
    prints_the_same(|| git(&["log", "--stat", "--patch", "-n2"]));
    prints_the_same(|| git(&["grep", "--count", "--threads=4", "99 12", "HEAD"]));
}

/// A program of many threads that forks, and allocates before `main`, at the end of threads and at the end.
#[test]
fn threads_and_forks() {
    let Some(program) = compiled("forks.c", directory("forks").join("forks"), &[]) else { return };
    for _ in 0..3 {
        prints(&mut Command::new(&program), "40 children, all well\n");
    }
}

/// Forks in a signal handler that interrupts `malloc` and `free`, by one thread and beside others.
#[test]
fn forks_in_a_signal_handler() {
    let Some(program) = compiled("signals.c", directory("signals").join("signals"), &[]) else { return };
    prints(Command::new(&program).args(["1", "200"]), "200 forks, all well\n");
    prints(Command::new(&program).args(["3", "60"]), "60 forks, all well\n");
}

/// What a child of such a fork may say that goes on: it is without the allocator.
#[test]
fn a_child_of_a_signal_handler_goes_on() {
    let Some(program) = compiled("signals.c", directory("children").join("signals"), &[]) else { return };
    let mut program = Command::new(program);
    let output = output(program.args(["3", "60", "on"]).env("LD_PRELOAD", library())).unwrap();
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{}\n{stdout}\n{stderr}", output.status);
    assert_eq!(stdout, "60 forks, all well\n", "{stderr}");
    let reason = "janus-alloc: this process was forked while another thread used the allocator";
    assert!(stderr.lines().all(|line| line.starts_with(reason)), "{stderr}");
}

/// Handlers of `pthread_atfork` that allocate, registered before the library's own and after.
#[test]
fn handlers_that_allocate_around_a_fork() {
    let directory = directory("handlers");
    let shared = ["-DLIBRARY", "-shared", "-fPIC"];
    let Some(handlers) = compiled("handlers.c", directory.join("libhandlers.so"), &shared) else { return };
    let program = compiled("handlers.c", directory.join("handlers"), &[handlers.to_str().unwrap()]).unwrap();
    prints(&mut Command::new(program), "20 forks, all well\n");
}

/// Threads that ask for the first time when there is no memory left; also where the C library has to allocate for a key.
#[test]
fn threads_without_memory() {
    let Some(program) = compiled("no_memory.c", directory("no_memory").join("no_memory"), &[]) else { return };
    for keys in ["0", "40"] {
        prints(Command::new(&program).arg(keys), "all threads were refused, and went on\n");
    }
}

/// Threads whose tables of thread-local variables have to grow, for which the dynamic linker calls `malloc` while the
/// library asks it for one of these variables.
#[test]
fn modules_with_thread_local_variables() {
    let directory = directory("modules");
    let Some(program) = compiled("modules.c", directory.join("modules"), &["-ldl"]) else { return };
    let Some(module) = compiled("modules.c", directory.join("module.so"), &["-DMODULE", "-shared", "-fPIC"]) else {
        return;
    };
    let modules = (0..60).map(|n| directory.join(format!("module{n}.so")));
    let modules: Vec<PathBuf> = modules.inspect(|copy| _ = fs::copy(&module, copy).unwrap()).collect();
    prints(Command::new(program).args(modules.iter().map(AsRef::<OsStr>::as_ref)), "60 modules, all well\n");
}

/// A program's own functions get its own blocks.
#[test]
fn a_malloc_of_the_program() {
    let flags = ["-fno-builtin", "-ldl"];
    let Some(program) = compiled("own_malloc.c", directory("own_malloc").join("own_malloc"), &flags) else { return };
    for mode in ["r", "f", "u", "v"] {
        prints(Command::new(&program).arg(mode), "hello, in own heap\n");
    }
}

#[test]
fn a_malloc_that_is_wrapped() {
    let directory = directory("wrapped_malloc");
    for (name, flags) in [("own_names", &["-fno-builtin"][..]), ("next", &["-fno-builtin", "-DNEXT", "-ldl"])] {
        let Some(program) = compiled("wrapped_malloc.c", directory.join(name), flags) else { return };
        prints(&mut Command::new(program), "wrapped, all well\n");
    }
}

#[test]
fn calloc_gives_zeroes() {
    let Some(program) = compiled("zeroes.c", directory("zeroes").join("zeroes"), &["-fno-builtin"]) else { return };
    prints(&mut Command::new(&program), "all zero\n");
    let Some(output) = output(Command::new(&program).arg("lock")) else { return };
    match String::from_utf8_lossy(&output.stdout).as_ref() {
        "not allowed\n" => println!("SKIPPED locked pages: not allowed"),
        _ => prints(Command::new(&program).arg("lock"), "all zero\n"),
    }
}

/// A program that shows the settings.
struct Shows(PathBuf);

impl Shows {
    fn new(test: &str, flags: &[&str]) -> Option<Self> {
        let flags = [&["-fno-builtin"], flags].concat();
        compiled("settings.c", directory(test).join("settings"), &flags).map(Self)
    }

    /// Runs it over the library.
    fn run(&self, variables: &[(&str, &str)], argument: &str) -> Output {
        let mut command = Command::new(&self.0);
        command.env("LD_PRELOAD", library()).envs(variables.iter().copied()).arg(argument);
        output(&mut command).unwrap()
    }
}

/// What the program prints but for the last line, and nothing to stderr.
#[track_caller]
fn shown(output: &Output) -> String {
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    let stdout = String::from_utf8_lossy(&output.stdout);
    stdout.strip_suffix("done\n").expect("it comes to its end").trim_end().to_owned()
}

#[test]
fn retain() {
    let Some(settings) = Shows::new("retain", &[]) else { return };
    let held = |retain| shown(&settings.run(&[("JANUS_RETAIN", retain)], "held")).parse::<usize>().unwrap();
    // Of 120 MiB. A thread's cache has some, and what lies around that.
    let (all, little) = (115, 15);
    assert!(held("everything") >= all);
    assert!(held("nothing") <= little);
    for bounded in ["0", "1", "100", "1k", "1K"] {
        assert!(held(bounded) <= little, "{bounded}");
    }
    // For each of three kinds.
    for bounded in ["16777216", "16384K", "16384k", "16M", "16m"] {
        assert!((little..=16 * 3 + little).contains(&held(bounded)), "{bounded}");
    }
    for bounded in ["1G", "1g", "9999999999"] {
        assert!(held(bounded) >= all, "{bounded}");
    }
    assert_eq!(held(""), shown(&settings.run(&[], "held")).parse().unwrap(), "an empty value is none");
}

#[test]
fn checked() {
    let Some(settings) = Shows::new("checked", &[]) else { return };
    let cached = |variables: &[_]| shown(&settings.run(variables, "cached"));
    assert_eq!(cached(&[("JANUS_CHECKED", "1")]), "not cached");
    assert_eq!(cached(&[("JANUS_CHECKED", "0")]), "cached");
    let by_default = if cfg!(debug_assertions) { "not cached" } else { "cached" };
    assert_eq!(cached(&[]), by_default);
    assert_eq!(cached(&[("JANUS_CHECKED", "")]), by_default);
    let output = settings.run(&[("JANUS_CHECKED", "1")], "twice");
    assert_eq!(output.status.signal(), Some(libc::SIGABRT), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("it was given back twice"), "{output:?}");
}

#[test]
fn huge_pages() {
    let Some(settings) = Shows::new("huge_pages", &[]) else { return };
    let huge = |variables: &[_]| shown(&settings.run(variables, "huge"));
    assert_eq!(huge(&[("JANUS_HUGE_PAGES", "0")]), "small");
    let enabled = fs::read_to_string("/sys/kernel/mm/transparent_hugepage/enabled").unwrap_or_default();
    if enabled.contains("[madvise]") || enabled.contains("[always]") {
        assert_eq!(huge(&[("JANUS_HUGE_PAGES", "1")]), "huge");
        assert_eq!(huge(&[]), "huge");
    } else {
        println!("SKIPPED huge pages: the system has none");
    }
}

/// One line each, in which there is what would be right; and the default.
#[test]
fn settings_that_are_not_allowed() {
    let Some(settings) = Shows::new("not_allowed", &[]) else { return };
    let default = shown(&settings.run(&[], "cached"));
    let report = |variables: &[(&str, &str)]| {
        let output = settings.run(variables, "cached");
        assert!(output.status.success(), "{output:?}");
        assert_eq!(String::from_utf8_lossy(&output.stdout), format!("{default}\ndone\n"));
        String::from_utf8(output.stderr).unwrap()
    };
    let long = "x".repeat(10_000);
    let retain = ["x", "M", "-1", "+1", "1T", "1MB", "1 M", "1.5G", "0x10", "Everything", "none", " 1", &long];
    for value in retain.into_iter().chain(["99999999999999999999", "99999999999999999G"]) {
        let line = report(&[("JANUS_RETAIN", value)]);
        assert!(line.starts_with("janus-alloc: JANUS_RETAIN=\"") && line.lines().count() == 1, "{line}");
        assert!(line.contains(&value[..value.len().min(50)]), "{line}");
        assert!(["everything", "nothing", "64M"].iter().all(|allowed| line.contains(allowed)), "{line}");
    }
    for variable in ["JANUS_CHECKED", "JANUS_HUGE_PAGES", "JANUS_STATS"] {
        for value in ["x", "2", "-1", "yes", "true", "01", "1 ", &long] {
            let line = report(&[(variable, value)]);
            assert!(line.starts_with(&format!("janus-alloc: {variable}=\"")), "{line}");
            assert!(line.ends_with("is ignored: it has to be 0 or 1\n") && line.lines().count() == 1, "{line}");
        }
    }
    // What would end the line, or play tricks on a terminal.
    assert!(report(&[("JANUS_STATS", "1\n\u{1b}[2J")]).contains(r#""1\n\x1b[2J""#));
    assert_eq!(report(&[("JANUS_STATS", "x"), ("JANUS_RETAIN", "x"), ("JANUS_CHECKED", "")]).lines().count(), 2);
    assert_eq!(report(&[("JANUS_RETAINED", "x"), ("XJANUS_RETAIN", "x")]), "");
}

/// Where the C library does not know the environment yet.
#[test]
fn settings_before_all_else() {
    let Some(settings) = Shows::new("early", &["-DEARLY"]) else { return };
    for (value, expected) in [("1", "not cached"), ("0", "cached")] {
        let padding = "x".repeat(5000);
        let output =
            settings.run(&[("A_PADDING", &padding), ("JANUS_CHECKED", value), ("Z_PADDING", &padding)], "cached");
        assert_eq!(shown(&output), format!("early\n{expected}"));
    }
    let stderr = settings.run(&[("JANUS_CHECKED", "x")], "").stderr;
    assert_eq!(stderr.iter().filter(|&&byte| byte == b'\n').count(), 1, "{}", String::from_utf8_lossy(&stderr));
}

#[test]
fn stats_at_exit() {
    let Some(settings) = Shows::new("stats", &[]) else { return };
    let tables = |argument| {
        let output = settings.run(&[("JANUS_STATS", "1")], argument);
        assert!(output.status.success(), "{output:?}");
        assert!(output.stdout.ends_with(b"done\n"));
        let stderr = String::from_utf8(output.stderr).unwrap();
        let table = |line: &&str| line.starts_with("janus-alloc: process ") && line.ends_with(" at its exit");
        (stderr.lines().filter(table).count(), stderr)
    };
    let (count, table) = tables("");
    assert_eq!(count, 1, "{table}");
    let mut lines = table.lines().skip_while(|line| !line.starts_with("held "));
    assert!(lines.nth(1).unwrap().split_whitespace().eq(["size", "live", "cached"]), "{table}");
    assert!(lines.next().is_some(), "{table}");
    assert_eq!(tables("forks").0, 1);
    assert_eq!(tables("forks and exits").0, 4);
    assert_eq!(tables("closes").1, "");
    for variables in [&[][..], &[("JANUS_STATS", "0")], &[("JANUS_STATS", "")]] {
        assert_eq!(shown(&settings.run(variables, "")), "");
    }
    // Nobody reads: the process ends as it would without.
    let mut command = Command::new(&settings.0);
    command.env("LD_PRELOAD", library()).env("JANUS_STATS", "1").arg("waits");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stderr.take());
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
}

/// Sandboxes that were written for glibc's `malloc`: what is not listed there ends the process, and what need not be there fails.
#[test]
fn sandboxes() {
    let Some(program) = compiled("sandbox.c", directory("sandbox").join("sandbox"), &[]) else { return };
    let refusals = ["i", "m", "r", "p", "im", "ir", "mr", "imr", "imrp"].map(|letters| ["refuse", letters]);
    for arguments in [["list", ""], ["kill", "i"]].into_iter().chain(refusals) {
        let sandbox = || {
            let mut sandbox = Command::new(&program);
            sandbox.args(arguments);
            sandbox
        };
        let works = output(&mut sandbox()).is_some_and(|output| output.stdout == b"all well\n");
        if works {
            prints(&mut sandbox(), "all well\n");
        } else {
            println!("SKIPPED {arguments:?}: without the library it does not work here either");
        }
    }
}
