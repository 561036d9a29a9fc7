//! A count that would overflow ends the process: each such count is made in a process of its own.

use std::env;
use std::process::Command;
use std::string::String;

use super::Counts;
use crate::collections::{arc, rc};

/// The variable that tells the process which count to make.
const COUNT: &str = "JANUS_COUNT";

/// Counts where both are `count`.
fn at<C: Counts>(count: usize) -> C {
    const { assert!(size_of::<C>() == size_of::<[usize; 2]>()) };
    // SAFETY: both kinds of counts are two numbers.
    unsafe { core::mem::transmute_copy(&[count; 2]) }
}

const RC: usize = usize::MAX;
const ARC: usize = isize::MAX as usize + 1;

#[test]
fn an_overflow_ends_the_process() {
    let counts: [(&str, fn()); 7] = [
        ("rc clone", || at::<rc::Counts>(RC).clone_strong()),
        ("rc downgrade", || at::<rc::Counts>(RC).downgrade()),
        ("rc upgrade", || _ = at::<rc::Counts>(RC).upgrade()),
        ("arc clone", || at::<arc::Counts>(ARC).clone_strong()),
        ("arc clone weak", || at::<arc::Counts>(ARC).clone_weak()),
        ("arc downgrade", || at::<arc::Counts>(ARC).downgrade()),
        ("arc upgrade", || _ = at::<arc::Counts>(ARC).upgrade()),
    ];
    if let Ok(name) = env::var(COUNT) {
        let (_, count) = counts.iter().find(|(candidate, _)| *candidate == name).expect("one of them");
        // A panic that could be caught would be no end.
        let _ = std::panic::catch_unwind(count);
        return;
    }
    for (name, _) in counts {
        let this = "collections::counted::tests::an_overflow_ends_the_process";
        let output = Command::new(env::current_exe().unwrap())
            .args(["--exact", this, "--nocapture"])
            .env(COUNT, name)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && said.contains("more references"), "{name}: {:?} {said}", output.status);
    }
}

/// One less than what ends the process is counted.
#[test]
fn the_last_that_is_counted() {
    let counts = at::<rc::Counts>(RC - 1);
    counts.clone_strong();
    assert_eq!(counts.strong(), RC);
    let counts = at::<arc::Counts>(ARC - 1);
    counts.clone_strong();
    assert_eq!(counts.strong(), ARC);
}
