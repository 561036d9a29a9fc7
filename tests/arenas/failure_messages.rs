//! Failures of methods that return no error. If there is no layout for a length they panic, as std's methods do; if there is no
//! memory they end the process with a message that names the requested size.

use std::env;
use std::ffi::CString;
use std::iter;
use std::mem::MaybeUninit;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::Command;

use janus_alloc::{Arena, FixedArena, System};

use crate::layout;
use crate::slices::WithLowerBound;

/// Bytes that the parent has: enough for a chunk of 4 KiB, but not for one of 8.
const LIMIT: usize = 6000;

type Small<'a> = Arena<&'a FixedArena<'a>>;
/// The name of a case, the size in its message, and the call.
type Case = (&'static str, usize, fn(&Small<'_>));

const CASES: &[Case] = &[
    ("alloc", 10_000, |arena| _ = arena.alloc([0_u8; 10_000])),
    ("alloc_leak", 10_000, |arena| _ = arena.alloc_leak([0_u8; 10_000])),
    ("alloc_with", 10_000, |arena| _ = arena.alloc_with(|| [0_u8; 10_000])),
    ("alloc_try_with", 10_008, |arena| _ = arena.alloc_try_with(|| Ok::<[u64; 1250], u64>([0; 1250]))),
    ("alloc_uninit", 10_000, |arena| _ = arena.alloc_uninit::<[u8; 10_000]>()),
    ("alloc_layout", 10_000, |arena| _ = arena.alloc_layout(layout(10_000, 8))),
    ("alloc_layout, huge", isize::MAX as usize, |arena| _ = arena.alloc_layout(layout(isize::MAX as usize, 1))),
    ("alloc_slice_copy", 16_000, |arena| _ = arena.alloc_slice_copy(&[0_u64; 2000])),
    ("alloc_slice_clone", 16_000, |arena| _ = arena.alloc_slice_clone(&[0_u64; 2000])),
    ("alloc_slice_default", 16_000, |arena| _ = arena.alloc_slice_default::<u64>(2000)),
    ("alloc_slice_fill_with", 16_000, |arena| _ = arena.alloc_slice_fill_with(2000, |n| n as u64)),
    ("alloc_slice_fill_with, huge", 8 << 50, |arena| _ = arena.alloc_slice_fill_with(1 << 50, |n| n as u64)),
    ("alloc_slice_try_fill_with", 16_000, |arena| {
        _ = arena.alloc_slice_try_fill_with(2000, |n| Ok::<_, ()>(n as u64));
    }),
    ("alloc_slice_fill_iter", 16_000, |arena| _ = arena.alloc_slice_fill_iter(0..2000_u64)),
    ("alloc_slice_fill_iter with a size hint too large", 8 << 50, |arena| {
        _ = arena.alloc_slice_fill_iter(WithLowerBound(0..3_u64, 1 << 50));
    }),
    // Grown from 4096 bytes, which the parent has.
    ("alloc_slice_fill_iter that grows", 8192, |arena| _ = arena.alloc_slice_fill_iter(WithLowerBound(0..2000_u64, 0))),
    ("alloc_slice_uninit", 16_000, |arena| _ = arena.alloc_slice_uninit::<u64>(2000)),
    ("alloc_str", 10_000, |arena| _ = arena.alloc_str(&"x".repeat(10_000))),
    ("alloc_c_str", 10_001, |arena| _ = arena.alloc_c_str(&CString::new(vec![1; 10_000]).unwrap())),
    ("alloc_fmt", 8192, |arena| _ = arena.alloc_fmt(format_args!("{:>10000}", 1))),
    ("with_capacity_in", 10_000, |arena| _ = Arena::with_capacity_in(10_000, *arena.parent())),
    ("with_capacity", 1 << 60, |_| _ = Arena::with_capacity(1 << 60)),
    ("with_min_align_and_capacity_in", isize::MAX as usize, |_| {
        _ = Arena::<_, 1>::with_min_align_and_capacity_in(isize::MAX as usize, System);
    }),
];

/// Environment variable that tells a child process which case to run.
const CASE: &str = "JANUS_ARENAS_CASE";

/// Runs `test` in a child process for the case named `case`, and returns the standard error of the child.
fn message(test: &str, case: &str) -> String {
    let mut child = Command::new(env::current_exe().unwrap());
    child.args(["--exact", test, "--nocapture"]).envs([(CASE, case), ("RUST_BACKTRACE", "0")]);
    let output = child.output().unwrap();
    assert!(!output.status.success(), "{case} succeeded");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn without_memory_the_message_names_the_requested_size() {
    if let Ok(name) = env::var(CASE) {
        #[cfg(unix)]
        crate::children::disable_core_files();
        let mut bytes = [MaybeUninit::uninit(); LIMIT];
        let fixed = FixedArena::new(&mut bytes);
        let (.., call) = CASES.iter().find(|(case, ..)| *case == name).expect("there is a case of that name");
        return call(&Arena::new_in(&fixed));
    }
    for (name, bytes, _) in CASES {
        let message = message("failure_messages::without_memory_the_message_names_the_requested_size", name);
        let expected = format!("memory allocation of {bytes} bytes failed");
        assert!(message.contains(&expected), "{name}: expected `{expected}` in: {message}");
    }
}

#[test]
fn a_capacity_overflow_panics_at_the_line_of_the_call() {
    if env::var_os(CASE).is_some() {
        Arena::new().alloc_slice_fill_iter(iter::repeat(1_u64));
    }
    let here = "failure_messages::a_capacity_overflow_panics_at_the_line_of_the_call";
    let message = message(here, "line of the call");
    assert!(message.contains(file!()) && message.contains("capacity overflow"), "{message}");
}

#[test]
fn lengths_without_a_layout_are_a_capacity_overflow() {
    let arena = Arena::new();
    let overflows: &[(&str, &dyn Fn())] = &[
        ("alloc_slice_uninit", &|| _ = arena.alloc_slice_uninit::<u64>(usize::MAX)),
        ("alloc_slice_uninit, just too long", &|| {
            _ = arena.alloc_slice_uninit::<u64>(isize::MAX as usize / 8 + 1);
        }),
        ("alloc_slice_default", &|| _ = arena.alloc_slice_default::<u64>(usize::MAX)),
        ("alloc_slice_fill_with", &|| _ = arena.alloc_slice_fill_with(usize::MAX, |n| n as u64)),
        ("alloc_slice_try_fill_with", &|| {
            _ = arena.alloc_slice_try_fill_with(usize::MAX, |n| Ok::<_, ()>(n as u64));
        }),
        ("alloc_slice_fill_iter", &|| _ = arena.alloc_slice_fill_iter(iter::repeat(1_u64))),
        ("alloc_slice_fill_iter with a size hint too large", &|| {
            _ = arena.alloc_slice_fill_iter(WithLowerBound(0..3_u64, usize::MAX));
        }),
        ("in a scope", &|| arena.scope(|scope| _ = scope.alloc_slice_uninit::<u64>(usize::MAX))),
        ("with_capacity", &|| _ = Arena::with_capacity(usize::MAX)),
        ("with_capacity_in", &|| _ = Arena::with_capacity_in(isize::MAX as usize, System)),
        ("with_min_align_and_capacity_in", &|| {
            _ = Arena::<_, 1>::with_min_align_and_capacity_in(isize::MAX as usize + 1, System);
        }),
        // std's methods panic likewise.
        ("Vec::with_capacity", &|| _ = Vec::<u64>::with_capacity(usize::MAX)),
        ("Vec::from_iter", &|| _ = Vec::from_iter(WithLowerBound(0..3_u64, usize::MAX))),
    ];
    for (name, overflow) in overflows {
        let panic = catch_unwind(AssertUnwindSafe(overflow)).expect_err(name);
        assert_eq!(panic.downcast_ref(), Some(&"capacity overflow"), "{name}");
    }
    assert_eq!((arena.allocated_bytes(), *arena.alloc(1)), (0, 1));
}
