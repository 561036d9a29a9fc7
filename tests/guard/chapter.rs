//! The reports in the chapter on composing are those that its programs print.

use janus_alloc::System;
use janus_alloc::blocks::guard::Leaks;
use janus_alloc::collections::{Box as BoxIn, Vec as VecIn};

use super::*;

const CHAPTER: &str = include_str!("../../docs/09-composing.md");

/// The report in the chapter that starts with `start`.
fn report(start: &str) -> &'static str {
    let at = CHAPTER.find(&format!("```text\n{start}")).expect("it is in the chapter") + "```text\n".len();
    let (report, _) = CHAPTER[at..].split_once("```").expect("it ends");
    report
}

/// Without addresses, places and random bytes, which differ.
fn masked(report: &str) -> String {
    let word = |word: &str| match word {
        word if word.contains("0x") => "0x".to_owned(),
        word if word.contains(".rs:") => "src/main.rs".to_owned(),
        word => word.to_owned(),
    };
    let line = |line: &str| line.split(' ').map(word).collect::<Vec<_>>().join(" ");
    report.trim_end().lines().map(line).collect::<Vec<_>>().join("\n")
}

/// Asserts that the chapter has what the program has printed.
#[track_caller]
fn is_in_the_chapter(start: &str, message: &str) {
    let at = message.find(start).unwrap_or_else(|| panic!("{start:?} is not in {message}"));
    assert_eq!(masked(&message[at..]), masked(report(start)));
}

#[test]
fn overflow() {
    let message = ends_by("chapter::overflow", libc::SIGABRT, || {
        let guard = Guard::new(System);
        let layout = Layout::new::<[u8; 24]>();
        let block = guard.allocate(layout).unwrap().cast::<u8>();
        (0..25).for_each(|offset| write(block, offset, b'A'));
        // SAFETY: live with that layout.
        unsafe { guard.deallocate(block, layout) };
    });
    is_in_the_chapter("janus-alloc: Guard: overflow: ", &message);
}

#[test]
fn leak() {
    let message = ends_by("chapter::leak", libc::SIGKILL, || {
        let guard = Guard::new(System).leaks(Leaks::Report);
        let mut names = VecIn::new_in(guard.call_site());
        names.push("never freed");
        std::mem::forget(names);
        let _ = BoxIn::leak(BoxIn::new_in([0_u8; 100], guard.call_site()));
        drop(BoxIn::new_in(1, guard.call_site()));
        drop(guard);
        // The guard goes on after its report: this ends the process in another way.
        // SAFETY: the signal ends this process.
        unsafe { libc::raise(libc::SIGKILL) };
    });
    is_in_the_chapter("janus-alloc: Guard: leak: ", &message);
}
