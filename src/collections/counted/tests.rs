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
    /// One method of one kind of counts.
    macro_rules! count {
        ($type:ty, $count:expr, $method:ident) => {
            // SAFETY: all of the references are the caller's.
            (stringify!($type::$method), || _ = unsafe { at::<$type>($count).$method() })
        };
    }
    #[allow(unused_unsafe, reason = "one of them is not unsafe")]
    let counts: [(&str, fn()); 8] = [
        count!(rc::Counts, RC, clone_strong),
        count!(rc::Counts, RC, clone_weak),
        count!(rc::Counts, RC, downgrade),
        count!(rc::Counts, RC, upgrade),
        count!(arc::Counts, ARC, clone_strong),
        count!(arc::Counts, ARC, clone_weak),
        count!(arc::Counts, ARC, downgrade),
        count!(arc::Counts, ARC, upgrade),
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
    // SAFETY: all of the references are the caller's.
    unsafe { counts.clone_strong() };
    assert_eq!(counts.strong(), RC);
    let counts = at::<arc::Counts>(ARC - 1);
    // SAFETY: all of the references are the caller's.
    unsafe { counts.clone_strong() };
    assert_eq!(counts.strong(), ARC);
}
