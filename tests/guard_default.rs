//! `Guard` as the default of a process: whatever a program does, in threads, at their end, in children, and the main job, without a
//! report; and with one where the program is at fault.
#![cfg(all(feature = "std", unix, not(miri)))]

mod any_default;
#[path = "shared_pool/children.rs"]
#[expect(dead_code, reason = "more than this needs")]
mod children;
#[path = "../examples/outline/findings.rs"]
mod findings;
#[path = "shared_pool/fork.rs"]
mod fork;
#[path = "../examples/outline/numbers.rs"]
#[expect(dead_code, reason = "more than this needs")]
mod numbers;
#[path = "../examples/outline/parse.rs"]
mod parse;
#[path = "../examples/outline/sources.rs"]
#[expect(dead_code, reason = "more than this needs")]
mod sources;
#[path = "../examples/outline/token.rs"]
mod token;
#[path = "../examples/outline/tree.rs"]
#[expect(dead_code, reason = "more than this needs")]
mod tree;

use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Command;
use std::thread;

use janus_alloc::api::Allocator;
use janus_alloc::collections::Vec as VecIn;
use janus_alloc::{AsGlobal, Global, Guard, SharedPool, System};

use any_default::{FIRST, work};
use children::{disable_core_files, is_child, run_alone};
use findings::Findings;

#[cfg(not(feature = "backtrace"))]
#[global_allocator]
static DEFAULT: AsGlobal<Guard<SharedPool>> = AsGlobal::new(Guard::new(SharedPool::new()));
#[cfg(feature = "backtrace")]
#[global_allocator]
static DEFAULT: AsGlobal<Guard<SharedPool>> = AsGlobal::new(Guard::new(SharedPool::new()).backtraces(true));

/// Large blocks, which come and go.
fn extra_work(seed: usize) {
    let mut large = vec![0_u8; 700_000];
    large.resize(800_000 + seed, 0);
    assert!(large.iter().step_by(1000).all(|&byte| byte == 0));
}

/// Runs the test `name`, which calls this: `program` in a child, which has to end well, without a report.
#[track_caller]
fn runs_clean(name: &str, program: impl FnOnce()) {
    if is_child() {
        DEFAULT.check_at_exit().unwrap();
        program();
        return DEFAULT.check();
    }
    let output = run_alone(name);
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && out.contains("1 passed"), "{name}: {}\n{out}\n{err}", output.status);
    assert!(!err.contains("janus-alloc"), "{name}: {err}");
}

/// Parses the sources of this crate into trees in `A`, and prints what it finds.
fn outline<A: Allocator + Copy>(allocator: A) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut out = Vec::new();
    let sources = sources::read(&[root.join("src").join("blocks")], &[], &mut out).unwrap();
    assert!(sources.len() > 10);
    let mut trees: Vec<tree::Nodes<A>> = Vec::new();
    for source in &sources {
        trees.push(parse::parse(&source.text, allocator));
    }
    Findings::of(&trees, 5).print(&sources, root, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn the_main_job() {
    runs_clean("the_main_job", || {
        let expected = outline(System);
        assert!(expected.contains("functions"));
        let before = DEFAULT.live_blocks();
        for _ in 0..2 {
            assert_eq!(outline(Global), expected);
            assert_eq!(outline(DEFAULT.call_site()), expected);
        }
        let threads: Vec<_> = (0..3).map(|_| thread::spawn(|| outline(&DEFAULT))).collect();
        assert!(threads.into_iter().all(|thread| thread.join().unwrap() == expected));
        assert!(DEFAULT.live_blocks() < before + 50, "nothing is left of it");
    });
}

#[test]
fn many_threads_and_children() {
    runs_clean("many_threads_and_children", || {
        let expected = work(5);
        let run = |rounds: usize| (0..rounds).all(|_| work(5) == expected);
        thread::scope(|scope| {
            let others: Vec<_> = (0..3).map(|_| scope.spawn(|| run(20))).collect();
            for _ in 0..10 {
                assert!(fork::holds_in_fork(|| run(2)));
                let output = Command::new("echo").arg(expected.to_string()).output().unwrap();
                assert_eq!(String::from_utf8(output.stdout).unwrap().trim_end(), expected.to_string());
            }
            assert!(others.into_iter().all(|other| other.join().unwrap()));
        });
        FIRST.with(|first| first.1.borrow_mut().push("main".to_owned()));
    });
}

/// Runs the test `name`, which calls this: `bug` in a child, which has to abort with a report that has `parts` in that order.
#[track_caller]
fn reports(name: &str, parts: &[&str], bug: impl FnOnce()) {
    if is_child() {
        DEFAULT.check_at_exit().unwrap();
        disable_core_files();
        bug();
        std::process::exit(0);
    }
    let output = run_alone(name);
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.signal(), Some(libc::SIGABRT), "{name}: {}: {message}", output.status);
    let mut rest = &*message;
    for part in parts {
        let at = rest.find(part).unwrap_or_else(|| panic!("{name}: {part:?} is not there: {message}"));
        rest = &rest[at + part.len()..];
    }
}

#[test]
fn an_overflow() {
    let kind = "janus-alloc: Guard: overflow: 1 byte behind the block at 0x";
    let mut parts = vec![kind, "size 40 and align 4", "found when it was freed", "created at tests/guard_default.rs:"];
    if cfg!(feature = "backtrace") {
        parts.extend([
            "backtrace of where it was found",
            "drop_numbers",
            "backtrace of the allocation",
            "make_numbers",
        ]);
    }
    #[inline(never)]
    fn make_numbers() -> Vec<u32> {
        std::hint::black_box(Vec::with_capacity(10))
    }
    #[inline(never)]
    fn drop_numbers(numbers: Vec<u32>) {
        drop(numbers);
        // So that the call is not the last one, whose frame goes first.
        std::hint::black_box(());
    }
    reports("an_overflow", &parts, || {
        let mut numbers = make_numbers();
        // SAFETY: none: that is the bug.
        unsafe { numbers.as_mut_ptr().wrapping_add(10).cast::<u8>().write_volatile(0) };
        drop_numbers(numbers);
    });
}

#[test]
fn a_use_after_free() {
    let parts = ["janus-alloc: Guard: use after free: 1 byte of the freed block at 0x", "found when the process ended"];
    reports("a_use_after_free", &parts, || {
        let mut text = String::with_capacity(10_001);
        let start = text.as_mut_ptr();
        drop(text);
        // SAFETY: none: that is the bug.
        unsafe { start.wrapping_add(77).write_volatile(0) };
    });
}

#[test]
fn a_double_free() {
    let parts = ["janus-alloc: Guard: double free: the block at 0x", "size 77 and align 1"];
    reports("a_double_free", &parts, || {
        let mut bytes = std::mem::ManuallyDrop::new(vec![1_u8; 77]);
        for _ in 0..2 {
            // SAFETY: none the second time: that is the bug.
            drop(unsafe { Vec::from_raw_parts(bytes.as_mut_ptr(), 77, 77) });
        }
    });
}

#[test]
fn a_block_of_c() {
    let parts = ["janus-alloc: Guard: foreign pointer: 0x", "was freed with size 100 and align 1"];
    reports("a_block_of_c", &parts, || {
        // SAFETY: the function has no preconditions.
        let bytes = unsafe { libc::malloc(100) }.cast::<u8>();
        // SAFETY: none: that is the bug.
        drop(unsafe { Vec::from_raw_parts(bytes, 0, 100) });
    });
}

/// A program prints what is live, and goes on.
#[test]
fn live_blocks() {
    if is_child() {
        let mut own = VecIn::new_in(DEFAULT.call_site());
        own.extend(0..123_456_u64);
        DEFAULT.print_live_blocks();
        return;
    }
    let output = run_alone("live_blocks");
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{message}");
    assert!(message.starts_with("janus-alloc: Guard: live blocks: "), "{message}");
    assert!(message.contains("of size 987648 and align 8, allocated: event "), "{message}");
    assert!(message.contains(", at tests/guard_default.rs:"), "{message}");
}
