//! A count that would overflow ends the process. Each test case runs in a child process.

use std::env;
use std::process::Command;
use std::string::String;

use super::Counts;
use crate::collections::{arc, rc};

/// The environment variable that tells the child process which case to run.
const CASE: &str = "JANUS_COUNT";

/// Returns counts with `count` strong and `count` weak references.
fn at<C: Counts>(count: usize) -> C {
    const { assert!(size_of::<C>() == size_of::<[usize; 2]>()) };
    // SAFETY: both kinds of counts consist of two `usize`s, in a `Cell` or an atomic.
    unsafe { core::mem::transmute_copy(&[count; 2]) }
}

/// The largest count of an `Rc`: one more ends the process.
const MAX_RC: usize = usize::MAX;
/// The largest count of an `Arc`: one more ends the process.
const MAX_ARC: usize = isize::MAX as usize + 1;

#[test]
fn an_overflow_ends_the_process() {
    /// A test case: its name, and a call of one method of one kind of counts.
    macro_rules! case {
        ($type:ty, $count:expr, $method:ident) => {
            // SAFETY: the counts are this function's, and so are all references that they count.
            (stringify!($type::$method), || _ = unsafe { at::<$type>($count).$method() })
        };
    }
    #[allow(unused_unsafe, reason = "`upgrade` is not unsafe")]
    let cases: [(&str, fn()); 8] = [
        case!(rc::Counts, MAX_RC, clone_strong),
        case!(rc::Counts, MAX_RC, clone_weak),
        case!(rc::Counts, MAX_RC, downgrade),
        case!(rc::Counts, MAX_RC, upgrade),
        case!(arc::Counts, MAX_ARC, clone_strong),
        case!(arc::Counts, MAX_ARC, clone_weak),
        case!(arc::Counts, MAX_ARC, downgrade),
        case!(arc::Counts, MAX_ARC, upgrade),
    ];
    if let Ok(name) = env::var(CASE) {
        let (_, run) = cases.iter().find(|(candidate, _)| *candidate == name).expect("the name of a case");
        // A panic would be caught, and the process would succeed.
        let _ = std::panic::catch_unwind(run);
        return;
    }
    for (name, _) in cases {
        let test = "collections::counted::tests::an_overflow_ends_the_process";
        let output = Command::new(env::current_exe().unwrap())
            .args(["--exact", test, "--nocapture"])
            .env(CASE, name)
            .output()
            .unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && stderr.contains("more references"), "{name}: {:?} {stderr}", output.status);
    }
}

/// The largest count can be reached.
#[test]
fn the_largest_count_is_reached() {
    let counts = at::<rc::Counts>(MAX_RC - 1);
    // SAFETY: the counts are this function's, and so are all references that they count.
    unsafe { counts.clone_strong() };
    assert_eq!(counts.strong(), MAX_RC);
    let counts = at::<arc::Counts>(MAX_ARC - 1);
    // SAFETY: the counts are this function's, and so are all references that they count.
    unsafe { counts.clone_strong() };
    assert_eq!(counts.strong(), MAX_ARC);
}
