//! `SharedPool` as the default of a process: in threads, when they end, in forked children, and when the process ends.
#![cfg(feature = "std")]
#![cfg(any(unix, windows))]

mod any_default;
#[path = "shared_pool/children.rs"]
#[allow(dead_code, reason = "other test binaries use more of it")]
mod children;
#[cfg(unix)]
#[path = "shared_pool/fork.rs"]
mod fork;
#[path = "shared_pool/process_memory.rs"]
#[allow(dead_code, reason = "other test binaries use more of it")]
mod process_memory;

#[cfg(unix)]
use std::process::{Command, Output};
use std::ptr::NonNull;
#[cfg(unix)]
use std::sync::Mutex;
use std::thread;

use janus_alloc::pools::Options;
use janus_alloc::{AsGlobal, SharedPool, Stats, System};

#[cfg(unix)]
use any_default::FIRST;
use any_default::work;
#[cfg(unix)]
use children::{disable_core_files, is_child, run_alone};

// Threads have caches, in debug builds too.
#[global_allocator]
static DEFAULT: AsGlobal<SharedPool> = AsGlobal::new(SharedPool::with_options(Options::new().checked(false)));

/// Allocates, grows and frees a large block.
fn extra_work(seed: usize) {
    let mut large = vec![0_u8; 700_000];
    large.resize(800_000 + seed, 0);
    assert!(large.iter().step_by(1000).all(|&byte| byte == 0));
}

#[test]
fn a_program_runs_on_the_default() {
    let boxed = Box::new([7_u8; 100]);
    assert!(DEFAULT.owns(NonNull::from(&*boxed).cast()), "the pool is not the default");
    assert_eq!(work(3), work(3));
    let stats = DEFAULT.stats();
    // Other tests allocate and free meanwhile, so the figures are not exact.
    assert!(stats.live_bytes() > 100 && stats.held_bytes() > 2 << 20, "{stats}");
    DEFAULT.collect();
    assert_eq!(work(3), work(3));
    assert_eq!(*boxed, [7; 100]);
}

#[test]
fn other_pools_work_beside_the_default() {
    // A thread has the same index in both pools.
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

/// Thousands of short-lived threads need no more memory than hundreds.
#[cfg(target_os = "linux")]
#[test]
fn thread_churn() {
    use process_memory::resident_bytes;

    children::alone("thread_churn", || {
        let mut limit = usize::MAX;
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
                limit = resident_bytes() + (2 << 20);
            }
            assert!(resident_bytes() < limit, "{round}: {} of {limit}", resident_bytes());
        }
    });
}

#[cfg(unix)]
#[test]
fn child_programs_run() {
    for n in 0..20 {
        let text = format!("{n} and {}", work(n));
        let output = Command::new("echo").arg(&text).env("JANUS_N", n.to_string()).output().unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap().trim_end(), text);
    }
    // A function runs between `fork` and `exec`.
    use std::os::unix::process::CommandExt;
    let mut command = Command::new("true");
    // SAFETY: the function only allocates and frees, which the default supports in a child of a process with threads.
    unsafe { command.pre_exec(|| (work(1) == work(1)).then_some(()).ok_or_else(|| std::io::Error::other("work"))) };
    assert!(command.status().unwrap().success());
}

/// Allocations while a process exits, and failures that end it.
#[cfg(unix)]
mod at_exit {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    static CALLS: AtomicUsize = AtomicUsize::new(0);

    /// Allocates and frees blocks, also of the previous call, and prints whether it worked.
    extern "C" fn handler() {
        static LEFT: Mutex<Vec<String>> = Mutex::new(Vec::new());
        let sum = work(5);
        let mut left = LEFT.lock().unwrap();
        left.extend((0..100).map(|n| n.to_string()));
        left.drain(..50);
        let text = format!("handler {} {}\n", CALLS.fetch_add(1, Ordering::Relaxed), sum == work(5));
        // SAFETY: the pointer and the length are those of the text.
        unsafe { libc::write(1, text.as_ptr().cast(), text.len()) };
    }

    fn register() {
        // SAFETY: `handler` may be called by any thread at exit.
        assert_eq!(unsafe { libc::atexit(handler) }, 0);
    }

    #[test]
    fn handlers_allocate() {
        if is_child() {
            register();
            // Registered by a thread that has ended when the handler runs.
            thread::spawn(register).join().unwrap();
            // Threads that run until the process ends.
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
            let output = run_alone("at_exit::handlers_allocate");
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

    /// A panic that would leave an `extern "C"` function aborts. (`tests/panics.rs` has a program built to abort on panic.)
    #[test]
    fn a_panic_in_a_c_function_aborts() {
        extern "C" fn panics() {
            let lines: Vec<String> = (0..100).map(|n| n.to_string()).collect();
            panic!("in a C function: {}", lines.len());
        }
        if !is_child() {
            return assert_aborted(&run_alone("at_exit::a_panic_in_a_c_function_aborts"), "in a C function: 100");
        }
        disable_core_files();
        panics();
    }

    /// A request that cannot be served aborts with the message of std.
    #[test]
    fn a_failed_allocation_aborts() {
        if !is_child() {
            return assert_aborted(&run_alone("at_exit::a_failed_allocation_aborts"), "memory allocation of ");
        }
        disable_core_files();
        let room: Vec<u8> = Vec::with_capacity(1 << 60);
        assert_eq!(room.capacity(), 0);
    }
}

/// A forked child, in which no other thread exists, can allocate and free, and so can its parent.
#[cfg(unix)]
mod forks {
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

    use super::*;
    use crate::children::alone;
    use crate::fork::holds_in_fork;

    /// Runs `action` while other threads use the default and another pool, and while threads start and end.
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
                    // Takes all locks often: by more blocks than a cache holds, by runs, and by blocks of the parent.
                    let blocks: Vec<Box<[u8]>> = (0..200).map(|m| vec![1; 3000 + 10 * m].into()).collect();
                    drop((vec![1_u8; 40_000 + n % 100_000], vec![1_u8; 600_000 + n % 1000], blocks));
                });
            });
            scope.spawn(|| {
                in_a_loop(&|n| {
                    let mut numbers = janus_alloc::collections::Vec::new_in(&other);
                    numbers.extend(0..10_000 + n % 100);
                    // A pool that is created and dropped.
                    let temporary = SharedPool::with_options(Options::new().checked(false));
                    drop(janus_alloc::collections::Box::new_in([n; 100], &temporary));
                    other.collect();
                });
            });
            scope.spawn(|| {
                in_a_loop(&|n| {
                    thread::spawn(move || work(n % 10)).join().unwrap();
                });
            });
            // Stops the threads also if `action` panics, or the scope would wait forever.
            let _stop_on_drop = StopOnDrop(&stop);
            action(&other);
        });
    }

    struct StopOnDrop<'a>(&'a AtomicBool);

    impl Drop for StopOnDrop<'_> {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Relaxed);
        }
    }

    #[test]
    fn a_child_allocates_and_frees() {
        let expected = work(5);
        beside_threads(|other| {
            for n in 0..60_usize {
                let lines: Vec<String> = (0..100).map(|m| (n * m).to_string()).collect();
                assert!(holds_in_fork(|| {
                    let mut lines = lines.clone();
                    lines.iter_mut().for_each(|line| line.push('!'));
                    drop(janus_alloc::collections::Box::new_in([n; 1000], other));
                    let works = (0..3).all(|_| work(5) == expected) && lines.len() == 100;
                    DEFAULT.collect();
                    works && work(5) == expected
                }));
                assert!(lines.iter().enumerate().all(|(m, line)| *line == (n * m).to_string()));
                assert_eq!(work(5), expected);
            }
        });
    }

    #[test]
    fn a_child_of_a_child_allocates_and_frees() {
        let expected = work(5);
        beside_threads(|_| {
            for _ in 0..20 {
                assert!(holds_in_fork(|| {
                    let in_children = holds_in_fork(|| holds_in_fork(|| work(5) == expected) && work(5) == expected);
                    in_children && work(5) == expected
                }));
            }
        });
    }

    #[test]
    fn a_child_creates_and_drops_pools() {
        for n in 0..30 {
            let pool = SharedPool::with_options(Options::new().checked(n % 2 == 0));
            let mut numbers = janus_alloc::collections::Vec::new_in(&pool);
            numbers.extend(0..1000);
            assert!(holds_in_fork(|| {
                let own = SharedPool::with_options(Options::new().checked(n % 2 == 1));
                let mut copy = janus_alloc::collections::Vec::new_in(&own);
                copy.extend(numbers.iter().copied());
                let equal = copy == numbers;
                drop(copy);
                drop(own);
                pool.collect();
                equal && pool.stats().live_bytes() > 4000
            }));
            assert_eq!(numbers.len(), 1000);
        }
    }

    #[test]
    fn fork_handlers_may_use_the_default() {
        static CALLS: AtomicUsize = AtomicUsize::new(0);

        extern "C" fn handler() {
            work(2);
            DEFAULT.collect();
            CALLS.fetch_add(1, Ordering::Relaxed);
        }

        alone("forks::fork_handlers_may_use_the_default", || {
            // SAFETY: the handlers only use the default, which is allowed around a fork.
            let error = unsafe { libc::pthread_atfork(Some(handler), Some(handler), Some(handler)) };
            assert_eq!(error, 0);
            let expected = work(5);
            beside_threads(|_| {
                for n in 1..=10 {
                    // One call before each fork, and one after it in either process.
                    assert!(holds_in_fork(|| CALLS.load(Ordering::Relaxed) == 2 * n && work(5) == expected));
                    assert_eq!(CALLS.load(Ordering::Relaxed), 2 * n);
                }
            });
        });
    }

    /// A signal handler forks while the interrupted thread is anywhere in the pool. The child exits at once, since the interrupted call
    /// is unfinished there.
    #[test]
    fn a_signal_handler_may_fork() {
        const FORKS: usize = 200;
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        static SUCCESSES: AtomicUsize = AtomicUsize::new(0);

        extern "C" fn handler(_: libc::c_int) {
            // SAFETY: the child only exits, after the fork handlers.
            let process = unsafe { libc::fork() };
            if process == 0 {
                // SAFETY: `_exit` has no conditions.
                unsafe { libc::_exit(0) };
            }
            let mut status = 1;
            // SAFETY: the pointer is to `status`.
            let waited = unsafe { libc::waitpid(process, &raw mut status, 0) };
            SUCCESSES.fetch_add(usize::from(waited == process && status == 0), Ordering::Relaxed);
            COUNT.fetch_add(1, Ordering::Relaxed);
        }

        alone("forks::a_signal_handler_may_fork", || {
            // Ends a process that waits forever.
            // SAFETY: `alarm` has no conditions.
            unsafe { libc::alarm(240) };
            let handler: extern "C" fn(libc::c_int) = handler;
            // SAFETY: `handler` has the type of a signal handler, and calls only functions that are safe in one.
            unsafe { libc::signal(libc::SIGUSR1, handler as libc::sighandler_t) };
            // SAFETY: `pthread_self` has no conditions.
            let this = unsafe { libc::pthread_self() } as usize;
            thread::scope(|scope| {
                scope.spawn(move || {
                    for sent in 0..FORKS {
                        while COUNT.load(Ordering::Relaxed) < sent {
                            thread::yield_now();
                        }
                        // SAFETY: the thread waits for this one to end, so it exists.
                        unsafe { libc::pthread_kill(this as libc::pthread_t, libc::SIGUSR1) };
                    }
                });
                while COUNT.load(Ordering::Relaxed) < FORKS {
                    // Takes all locks often.
                    let blocks: Vec<Box<[u8]>> = (0..200).map(|m| vec![1; 3000 + 10 * m].into()).collect();
                    drop((vec![1_u8; 140_000], vec![1_u8; 600_000], blocks));
                }
            });
            assert_eq!(SUCCESSES.load(Ordering::Relaxed), FORKS);
        });
    }

    #[test]
    fn two_threads_may_fork_at_the_same_time() {
        let expected = work(5);
        beside_threads(|_| {
            thread::scope(|scope| {
                for _ in 0..2 {
                    scope.spawn(|| (0..20).for_each(|_| assert!(holds_in_fork(|| work(5) == expected))));
                }
            });
        });
    }
}
