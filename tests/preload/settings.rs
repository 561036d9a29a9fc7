//! The settings of the library by environment variables.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use super::{compiled, directory, library, output};

/// The program `settings.c`, which prints the effects of the settings.
struct Program(PathBuf);

impl Program {
    fn new(test: &str, flags: &[&str]) -> Option<Self> {
        let flags = [&["-fno-builtin"], flags].concat();
        compiled("settings.c", directory(test).join("settings"), &flags).map(Self)
    }

    /// Runs the program with the library.
    fn run(&self, variables: &[(&str, &str)], argument: &str) -> Output {
        let mut command = Command::new(&self.0);
        command.env("LD_PRELOAD", library()).envs(variables.iter().copied()).arg(argument);
        output(&mut command).unwrap()
    }
}

/// Returns the output of the program without its last line, and asserts that it printed nothing to stderr.
#[track_caller]
fn printed(output: &Output) -> String {
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    let stdout = String::from_utf8_lossy(&output.stdout);
    stdout.strip_suffix("done\n").expect("the program did not reach its end").trim_end().to_owned()
}

#[test]
fn retain_bounds_the_memory_kept() {
    let Some(program) = Program::new("retain", &[]) else { return };
    let held = |retain| printed(&program.run(&[("JANUS_RETAIN", retain)], "held")).parse::<usize>().unwrap();
    // The program frees 120 MiB. With nothing retained, the thread's cache and the chunks around its blocks stay.
    let (all, little) = (115, 15);
    assert!(held("everything") >= all);
    assert!(held("nothing") <= little);
    for bounded in ["0", "1", "100", "1k", "1K"] {
        assert!(held(bounded) <= little, "{bounded}");
    }
    // The bound holds for each of three kinds of memory.
    for bounded in ["16777216", "16384K", "16384k", "16M", "16m"] {
        assert!((little..=16 * 3 + little).contains(&held(bounded)), "{bounded}");
    }
    for bounded in ["1G", "1g", "9999999999"] {
        assert!(held(bounded) >= all, "{bounded}");
    }
    assert_eq!(held(""), printed(&program.run(&[], "held")).parse().unwrap(), "an empty value differs from none");
}

#[test]
fn checked_finds_a_double_free() {
    let Some(program) = Program::new("checked", &[]) else { return };
    let cached = |variables: &[_]| printed(&program.run(variables, "cached"));
    assert_eq!(cached(&[("JANUS_CHECKED", "1")]), "not cached");
    assert_eq!(cached(&[("JANUS_CHECKED", "0")]), "cached");
    let by_default = if cfg!(debug_assertions) { "not cached" } else { "cached" };
    assert_eq!(cached(&[]), by_default);
    assert_eq!(cached(&[("JANUS_CHECKED", "")]), by_default);
    let output = program.run(&[("JANUS_CHECKED", "1")], "double free");
    assert_eq!(output.status.signal(), Some(libc::SIGABRT), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("it was given back twice"), "{output:?}");
}

#[test]
fn huge_pages_can_be_turned_off() {
    let Some(program) = Program::new("huge_pages", &[]) else { return };
    let huge = |variables: &[_]| printed(&program.run(variables, "huge"));
    assert_eq!(huge(&[("JANUS_HUGE_PAGES", "0")]), "small");
    let enabled = fs::read_to_string("/sys/kernel/mm/transparent_hugepage/enabled").unwrap_or_default();
    if enabled.contains("[madvise]") || enabled.contains("[always]") {
        assert_eq!(huge(&[("JANUS_HUGE_PAGES", "1")]), "huge");
        assert_eq!(huge(&[]), "huge");
    } else {
        skipped!("huge pages: the system has none");
    }
}

/// The library reports each invalid value in one line, with the valid ones, and uses the default.
#[test]
fn invalid_settings_are_reported_and_ignored() {
    let Some(program) = Program::new("not_allowed", &[]) else { return };
    let default = printed(&program.run(&[], "cached"));
    let report = |variables: &[(&str, &str)]| {
        let output = program.run(variables, "cached");
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
    // Line breaks and terminal escapes are printed escaped.
    assert!(report(&[("JANUS_STATS", "1\n\u{1b}[2J")]).contains(r#""1\n\x1b[2J""#));
    assert_eq!(report(&[("JANUS_STATS", "x"), ("JANUS_RETAIN", "x"), ("JANUS_CHECKED", "")]).lines().count(), 2);
    assert_eq!(report(&[("JANUS_RETAINED", "x"), ("XJANUS_RETAIN", "x")]), "");
}

/// The program allocates before the C library knows the environment.
#[test]
fn settings_apply_to_the_first_allocation() {
    let Some(program) = Program::new("early", &["-DEARLY"]) else { return };
    for (value, expected) in [("1", "not cached"), ("0", "cached")] {
        let padding = "x".repeat(5000);
        let output =
            program.run(&[("A_PADDING", &padding), ("JANUS_CHECKED", value), ("Z_PADDING", &padding)], "cached");
        assert_eq!(printed(&output), format!("early\n{expected}"));
    }
    let stderr = program.run(&[("JANUS_CHECKED", "x")], "").stderr;
    assert_eq!(stderr.iter().filter(|&&byte| byte == b'\n').count(), 1, "{}", String::from_utf8_lossy(&stderr));
}

#[test]
fn stats_are_printed_at_exit() {
    let Some(program) = Program::new("stats", &[]) else { return };
    let tables = |argument| {
        let output = program.run(&[("JANUS_STATS", "1")], argument);
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
    assert_eq!(tables("closes stderr").1, "");
    for variables in [&[][..], &[("JANUS_STATS", "0")], &[("JANUS_STATS", "")]] {
        assert_eq!(printed(&program.run(variables, "")), "");
    }
    // With a closed pipe as stderr, the process still ends with success.
    let mut command = Command::new(&program.0);
    command.env("LD_PRELOAD", library()).env("JANUS_STATS", "1").arg("waits");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stderr.take());
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
}
