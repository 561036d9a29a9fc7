//! The settings of the library, by variables of the environment.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use super::{compiled, directory, library, output};

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
