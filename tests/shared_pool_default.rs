//! `SharedPool` as the default of a process: whatever a program does, in threads, at their end, in children, and at its own end.
#![cfg(feature = "std")]
#![cfg(any(unix, windows))]

mod any_default;
#[cfg(unix)]
#[path = "shared_pool/fork.rs"]
mod fork;

use std::env;
use std::process::{Command, Output};
use std::ptr::NonNull;
use std::sync::Mutex;
use std::thread;

use janus_alloc::pools::Options;
use janus_alloc::{AsGlobal, SharedPool, Stats, System};

use any_default::{FIRST, work};

// With caches, in debug builds too.
#[global_allocator]
static DEFAULT: AsGlobal<SharedPool> = AsGlobal::new(SharedPool::with_options(Options::new().checked(false)));

/// Large blocks, which come and go.
fn more(seed: usize) {
    let mut large = vec![0_u8; 700_000];
    large.resize(800_000 + seed, 0);
    assert!(large.iter().step_by(1000).all(|&byte| byte == 0));
}

#[test]
fn a_program_runs_on_it() {
    let boxed = Box::new([7_u8; 100]);
    assert!(DEFAULT.owns(NonNull::from(&*boxed).cast()), "it is the default");
    assert_eq!(work(3), work(3));
    let stats = DEFAULT.stats();
    // Other tests allocate and free while it counts.
    assert!(stats.live_bytes() > 100 && stats.held_bytes() > 2 << 20, "{stats}");
    DEFAULT.collect();
    assert_eq!(work(3), work(3));
    assert_eq!(*boxed, [7; 100]);
}

#[test]
fn other_pools_beside_it() {
    // Its threads' numbers are the same ones.
    let other = SharedPool::with_options_in(Options::new().checked(false), Stats::new(System));
    thread::scope(|scope| {
        for seed in 0..8_usize {
            let other = &other;
            scope.spawn(move || {
                let mut numbers = janus_alloc::collections::Vec::new_in(other);
                let mut on_the_default = janus_alloc::collections::Vec::new_in(&DEFAULT);
                numbers.extend((0..1000).map(|n| n * seed));
                on_the_default.extend(numbers.iter().copied());
                assert_eq!(work(seed), work(seed));
                assert!(numbers.iter().enumerate().all(|(n, &value)| value == n * seed));
                assert!(on_the_default.iter().enumerate().all(|(n, &value)| value == n * seed));
            });
        }
    });
    assert_eq!(other.stats().live_bytes(), 0);
}

const CHILD: &str = "JANUS_TEST_IN_A_CHILD";

/// This program again, for the test `name` alone.
fn again(name: &str) -> Output {
    let arguments = ["--exact", name, "--nocapture", "--test-threads=1"];
    Command::new(env::current_exe().unwrap()).args(arguments).env(CHILD, "1").output().unwrap()
}

fn is_child() -> bool {
    env::var_os(CHILD).is_some()
}

#[track_caller]
fn assert_passed(output: &Output) {
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && out.contains("1 passed"), "{}\n{out}\n{err}", output.status);
}

/// Thousands of short threads need no more memory than some.
#[cfg(target_os = "linux")]
#[test]
fn thread_churn() {
    if !is_child() {
        return assert_passed(&again("thread_churn"));
    }
    let resident = || {
        let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
        statm.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() * janus_alloc::Pages::page_size()
    };
    let mut most = 0;
    for round in 0..40 {
        for _ in 0..25 {
            let threads: Vec<_> = (0..4_usize)
                .map(|seed| {
                    let run = move || {
                        let lines: Vec<String> = (0..50).map(|n| format!("{}", n * seed)).collect();
                        (vec![1_u8; 50_000], lines)
                    };
                    thread::Builder::new().stack_size(64 << 10).spawn(run).unwrap()
                })
                .collect();
            threads.into_iter().for_each(|thread| assert_eq!(thread.join().unwrap().1.len(), 50));
        }
        if round == 4 {
            most = resident() + (2 << 20);
        }
        assert!(round < 4 || resident() < most, "{round}: {} of {most}", resident());
    }
}

#[cfg(unix)]
#[test]
fn commands() {
    for n in 0..20 {
        let text = format!("{n} and {}", work(n));
        let output = Command::new("echo").arg(&text).env("JANUS_N", n.to_string()).output().unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap().trim_end(), text);
    }
    // With what runs between `fork` and `exec`.
    use std::os::unix::process::CommandExt;
    let mut command = Command::new("true");
    // SAFETY: the default may be used in a child of a process with threads, and nothing else is.
    unsafe { command.pre_exec(|| (work(1) == work(1)).then_some(()).ok_or_else(|| std::io::Error::other("work"))) };
    assert!(command.status().unwrap().success());
}

/// What a program still does when `main` has returned.
#[cfg(unix)]
mod at_the_end {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    static CALLS: AtomicUsize = AtomicUsize::new(0);

    /// Allocates and frees, also what was there before, and writes down that it did.
    extern "C" fn handler() {
        static LEFT: Mutex<Vec<String>> = Mutex::new(Vec::new());
        let sum = work(5);
        let mut left = LEFT.lock().unwrap();
        left.extend((0..100).map(|n| n.to_string()));
        left.drain(..50);
        let text = format!("handler {} {}\n", CALLS.fetch_add(1, Ordering::Relaxed), sum == work(5));
        // SAFETY: the text is so long.
        unsafe { libc::write(1, text.as_ptr().cast(), text.len()) };
    }

    fn register() {
        // SAFETY: the handler may be called at the end, by the thread that ends the process.
        assert_eq!(unsafe { libc::atexit(handler) }, 0);
    }

    #[test]
    fn handlers_allocate() {
        if is_child() {
            register();
            // Registered by a thread that has ended then, and run with its memory among the rest.
            thread::spawn(register).join().unwrap();
            // Threads that go on until the very end.
            (0..2).for_each(|seed| {
                thread::spawn(move || {
                    loop {
                        work(seed);
                    }
                });
            });
            FIRST.with(|first| first.1.borrow_mut().push(String::from("used")));
            work(3);
            std::process::exit(7);
        }
        for _ in 0..5 {
            let output = again("at_the_end::handlers_allocate");
            let out = String::from_utf8_lossy(&output.stdout);
            assert_eq!(output.status.code(), Some(7), "{out} {}", String::from_utf8_lossy(&output.stderr));
            assert!(out.contains("handler 0 true\nhandler 1 true\n"), "{out}");
        }
    }

    #[track_caller]
    fn assert_aborted(output: &Output, message: &str) {
        use std::os::unix::process::ExitStatusExt;

        let err = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.signal(), Some(libc::SIGABRT), "{err}");
        assert!(err.contains(message), "{err}");
    }

    fn without_a_core_file() {
        let none = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
        // SAFETY: reads the struct.
        unsafe { libc::setrlimit(libc::RLIMIT_CORE, &raw const none) };
    }

    /// A panic that must not leave a function of C ends the process. (By the program's choice: `tests/panics.rs`.)
    #[test]
    fn a_panic_in_a_function_of_c() {
        extern "C" fn panics() {
            let lines: Vec<String> = (0..100).map(|n| n.to_string()).collect();
            panic!("in a function of C: {}", lines.len());
        }
        if !is_child() {
            return assert_aborted(&again("at_the_end::a_panic_in_a_function_of_c"), "in a function of C: 100");
        }
        without_a_core_file();
        panics();
    }

    /// A request that cannot be served: the message of std, and the end.
    #[test]
    fn no_memory() {
        if !is_child() {
            return assert_aborted(&again("at_the_end::no_memory"), "memory allocation of ");
        }
        without_a_core_file();
        let room: Vec<u8> = Vec::with_capacity(1 << 60);
        assert_eq!(room.capacity(), 0);
    }
}

/// A child has copies of everything, and no thread that could hold a lock; it goes on, and so does its parent.
#[cfg(unix)]
mod children {
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

    use super::*;
    use crate::fork::holds_in_fork;

    /// Runs `child` in a child, and asserts that it says yes.
    #[track_caller]
    fn in_a_child(child: impl FnOnce() -> bool) {
        assert!(holds_in_fork(child));
    }

    /// Runs `action` while other threads are in the middle of allocating: from the default, from another pool, and by ending and
    /// beginning.
    fn beside_threads(action: impl Fn(&SharedPool)) {
        let stop = AtomicBool::new(false);
        let other = SharedPool::with_options(Options::new().checked(false));
        let in_a_loop = |step: &dyn Fn(usize)| {
            let mut n = 0;
            while !stop.load(Ordering::Relaxed) {
                step(n);
                n += 1;
            }
        };
        thread::scope(|scope| {
            scope.spawn(|| {
                in_a_loop(&|n| {
                    work(n % 10);
                });
            });
            scope.spawn(|| {
                in_a_loop(&|n| {
                    // Through the locks as often as can be: more than a cache has, and runs, and the parent's blocks.
                    let blocks: Vec<Box<[u8]>> = (0..200).map(|m| vec![1; 3000 + 10 * m].into()).collect();
                    drop((vec![1_u8; 40_000 + n % 100_000], vec![1_u8; 600_000 + n % 1000], blocks));
                });
            });
            scope.spawn(|| {
                in_a_loop(&|n| {
                    let mut numbers = janus_alloc::collections::Vec::new_in(&other);
                    numbers.extend(0..10_000 + n % 100);
                    // A pool that comes and goes.
                    let passing = SharedPool::with_options(Options::new().checked(false));
                    drop(janus_alloc::collections::Box::new_in([n; 100], &passing));
                    other.collect();
                });
            });
            scope.spawn(|| {
                in_a_loop(&|n| {
                    thread::spawn(move || work(n % 10)).join().unwrap();
                });
            });
            // Also when it panics: else the scope would wait for ever.
            let _at_the_end = Stop(&stop);
            action(&other);
        });
    }

    struct Stop<'a>(&'a AtomicBool);

    impl Drop for Stop<'_> {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Relaxed);
        }
    }

    #[test]
    fn a_child_allocates_and_frees() {
        let expected = work(5);
        beside_threads(|other| {
            for n in 0..60_usize {
                // Freed in the child, where it is a copy, and here.
                let lines: Vec<String> = (0..100).map(|m| (n * m).to_string()).collect();
                in_a_child(|| {
                    let mut lines = lines.clone();
                    lines.iter_mut().for_each(|line| line.push('!'));
                    drop(janus_alloc::collections::Box::new_in([n; 1000], other));
                    let all_there = (0..3).all(|_| work(5) == expected) && lines.len() == 100;
                    DEFAULT.collect();
                    all_there && work(5) == expected
                });
                assert!(lines.iter().enumerate().all(|(m, line)| *line == (n * m).to_string()));
                assert_eq!(work(5), expected);
            }
        });
    }

    #[test]
    fn a_child_of_a_child_does_too() {
        let expected = work(5);
        beside_threads(|_| {
            for _ in 0..20 {
                in_a_child(|| {
                    let below = holds_in_fork(|| holds_in_fork(|| work(5) == expected) && work(5) == expected);
                    below && work(5) == expected
                });
            }
        });
    }

    /// The other pool is of no thread of the child's, and is dropped there with what it has.
    #[test]
    fn a_child_makes_and_drops_pools() {
        for n in 0..30 {
            let pool = SharedPool::with_options(Options::new().checked(n % 2 == 0));
            let mut numbers = janus_alloc::collections::Vec::new_in(&pool);
            numbers.extend(0..1000);
            in_a_child(|| {
                let own = SharedPool::with_options(Options::new().checked(n % 2 == 1));
                let mut copy = janus_alloc::collections::Vec::new_in(&own);
                copy.extend(numbers.iter().copied());
                let equal = copy == numbers;
                drop(copy);
                drop(own);
                pool.collect();
                equal && pool.stats().live_bytes() > 4000
            });
            assert_eq!(numbers.len(), 1000);
        }
    }

    /// Handlers around a fork that allocate and free: those of a library, say.
    #[test]
    fn handlers_of_a_fork() {
        static CALLS: AtomicUsize = AtomicUsize::new(0);

        extern "C" fn handler() {
            work(2);
            DEFAULT.collect();
            CALLS.fetch_add(1, Ordering::Relaxed);
        }

        if !is_child() {
            return assert_passed(&again("children::handlers_of_a_fork"));
        }
        // SAFETY: the handlers may be called around a fork.
        let error = unsafe { libc::pthread_atfork(Some(handler), Some(handler), Some(handler)) };
        assert_eq!(error, 0);
        let expected = work(5);
        beside_threads(|_| {
            for n in 1..=10 {
                // Before, and after on either side.
                in_a_child(|| CALLS.load(Ordering::Relaxed) == 2 * n && work(5) == expected);
                assert_eq!(CALLS.load(Ordering::Relaxed), 2 * n);
            }
        });
    }

    /// A signal handler that forks, and interrupts a thread wherever that is. The child ends at once: what the thread was doing
    /// is half done there.
    #[test]
    fn a_signal_handler_forks() {
        const FORKS: usize = 200;
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        static WELL: AtomicUsize = AtomicUsize::new(0);

        extern "C" fn handler(_: libc::c_int) {
            // SAFETY: the child calls nothing but the handlers of a fork.
            let process = unsafe { libc::fork() };
            if process == 0 {
                // SAFETY: ends the child without running anything else.
                unsafe { libc::_exit(0) };
            }
            let mut status = 1;
            // SAFETY: the status may be written.
            let waited = unsafe { libc::waitpid(process, &raw mut status, 0) };
            WELL.fetch_add(usize::from(waited == process && status == 0), Ordering::Relaxed);
            COUNT.fetch_add(1, Ordering::Relaxed);
        }

        if !is_child() {
            return assert_passed(&again("children::a_signal_handler_forks"));
        }
        // SAFETY: may be called whenever; one that waits for ever ends by this.
        unsafe { libc::alarm(240) };
        let handler: extern "C" fn(libc::c_int) = handler;
        // SAFETY: the handler is one of that type.
        unsafe { libc::signal(libc::SIGUSR1, handler as libc::sighandler_t) };
        // SAFETY: always succeeds.
        let this = unsafe { libc::pthread_self() } as usize;
        thread::scope(|scope| {
            scope.spawn(move || {
                for sent in 0..FORKS {
                    while COUNT.load(Ordering::Relaxed) < sent {
                        thread::yield_now();
                    }
                    // SAFETY: the thread lives until this one has ended.
                    unsafe { libc::pthread_kill(this as libc::pthread_t, libc::SIGUSR1) };
                }
            });
            while COUNT.load(Ordering::Relaxed) < FORKS {
                // Through the locks as often as can be.
                let blocks: Vec<Box<[u8]>> = (0..200).map(|m| vec![1; 3000 + 10 * m].into()).collect();
                drop((vec![1_u8; 140_000], vec![1_u8; 600_000], blocks));
            }
        });
        assert_eq!(WELL.load(Ordering::Relaxed), FORKS);
    }

    /// Two threads fork at a time.
    #[test]
    fn forks_at_the_same_time() {
        let expected = work(5);
        beside_threads(|_| {
            thread::scope(|scope| {
                for _ in 0..2 {
                    scope.spawn(|| (0..20).for_each(|_| in_a_child(|| work(5) == expected)));
                }
            });
        });
    }
}
