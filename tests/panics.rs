//! A panic in a program whose default is a pool. As `cargo test` builds it, the panic unwinds; built with `-Cpanic=abort`, as
//! `.ci/run` does, it aborts. The test harness cannot be built so, hence this is a program without it.
#![cfg_attr(not(unix), allow(dead_code, unused_imports, reason = "does nothing"))]

use std::env;
use std::process::{Command, Output};
use std::thread;

use janus_alloc::pools::Options;
use janus_alloc::{AsGlobal, SharedPool, Stats};

// Threads have caches, in debug builds too.
#[global_allocator]
static DEFAULT: AsGlobal<Stats<SharedPool>> =
    AsGlobal::new(Stats::new(SharedPool::with_options(Options::new().checked(false))));

/// Environment variable that is set in the child.
const CHILD: &str = "JANUS_PANICS";

fn lines(count: usize) -> Vec<String> {
    (0..count).map(|n| n.to_string()).collect()
}

/// Prints its lines when it is dropped.
struct Guard(Vec<String>);

impl Drop for Guard {
    fn drop(&mut self) {
        eprintln!("dropped {}", self.0.join(" "));
    }
}

/// Starts a thread that panics with live blocks, an allocated message, and a hook that allocates.
fn child() {
    #[cfg(unix)]
    // SAFETY: the pointer is to a valid `rlimit`. (No core file, if the panic aborts.)
    unsafe {
        libc::setrlimit(libc::RLIMIT_CORE, &libc::rlimit { rlim_cur: 0, rlim_max: 0 })
    };
    let print = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        eprintln!("hook {}", lines(1000).concat().len());
        print(info);
    }));
    let kept = lines(500);
    let panicked = thread::spawn(|| {
        let _guard = Guard(lines(3));
        panic!("message: {}", lines(100).join(" "));
    })
    .join();
    let payload = panicked.expect_err("the thread panics").downcast::<String>().expect("the payload is a string");
    assert!(payload.starts_with("message: 0 1 2 3 "));
    assert_eq!(kept, lines(500));
    eprintln!("continues: {}", DEFAULT.snapshot().live_bytes > 500);
}

/// Whether standard error has a line that starts with `line`.
fn has(output: &Output, line: &str) -> bool {
    String::from_utf8_lossy(&output.stderr).lines().any(|found| found.starts_with(line))
}

#[cfg(unix)]
fn main() {
    use std::os::unix::process::ExitStatusExt;

    if env::var_os(CHILD).is_some() {
        return child();
    }
    let output = Command::new(env::current_exe().unwrap()).env(CHILD, "1").output().unwrap();
    let aborts = cfg!(panic = "abort");
    assert!(has(&output, "hook 2890") && has(&output, "message: 0 1 2"), "{output:?}");
    // Destructors and the rest of the program run only if the panic unwinds.
    assert_eq!(has(&output, "dropped 0 1 2"), !aborts, "{output:?}");
    assert_eq!(has(&output, "continues: true"), !aborts, "{output:?}");
    if aborts {
        assert_eq!(output.status.signal(), Some(libc::SIGABRT), "{output:?}");
    } else {
        assert!(output.status.success(), "{output:?}");
    }
    println!("a panic that {} ... ok", if aborts { "aborts" } else { "unwinds" });
}

#[cfg(not(unix))]
fn main() {}
