//! `AsGlobal<ByTag<Stats<SharedPool>>>` as the default: this program's, in a process with but one test.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::path::Path;
use std::thread;

use janus_alloc::by_tag::Tag;
use janus_alloc::{Global, stats, tag};

use crate::children::alone;
use crate::findings::Findings;
use crate::parse::parse;
use crate::tree::{HeapUse, Nodes};
use crate::{DEFAULT, sources};

fn live(name: &'static str) -> (u64, u64) {
    let snapshot = DEFAULT.snapshot_of(Tag::named(name));
    (snapshot.live_blocks(), snapshot.live_bytes)
}

/// Live blocks and bytes of all tags.
fn all() -> (u64, u64) {
    let add = |(blocks, bytes), (more, longer)| (blocks + more, bytes + longer);
    let each = DEFAULT.rows().map(|row| (row.snapshot.live_blocks(), row.snapshot.live_bytes));
    each.fold((0, 0), add)
}

/// Reads, parses and queries this project's sources, each under a tag of its own: each tag has exactly what is in use.
#[test]
fn runs_the_main_job() {
    alone("default::runs_the_main_job", || {
        // What the names and the output take is not of the job.
        let names = ["reading", "trees", "answers"].map(Tag::named);
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let paths = [root.join("src"), root.join("tests"), root.join("examples")];
        let mut out = Vec::with_capacity(1 << 16);

        let sources = {
            let _tag = tag("reading");
            sources::read(&paths, &["target"].map(OsStr::new), &mut out).unwrap()
        };
        assert!(sources.len() > 100);
        assert_eq!(live("reading").1, sources::bytes(&sources));

        let trees: janus_alloc::collections::Vec<Nodes<Global>, Global> = {
            let _tag = tag("trees");
            let mut trees = janus_alloc::collections::Vec::new_in(Global);
            trees.extend(sources.iter().map(|source| parse(&source.text, Global)));
            trees
        };
        let used = HeapUse::of(&trees);
        assert_eq!(live("trees"), (used.blocks, used.bytes));

        let findings = {
            let _tag = tag("answers");
            Findings::of(&trees, 5)
        };
        findings.print(&sources, root, &mut out).unwrap();
        assert!(live("answers").0 > 0 && live("answers").1 < live("trees").1);
        let report = DEFAULT.report();
        println!("{report}\n\n{}", stats::report());
        assert_eq!(report.rows()[0].name, "trees");

        // Freed under other tags, and by other threads.
        let _tag = tag("the end");
        thread::scope(|scope| {
            scope.spawn(|| drop(trees));
            scope.spawn(|| drop(sources));
        });
        drop(findings);
        for name in names {
            let snapshot = DEFAULT.snapshot_of(name);
            assert_eq!((snapshot.live_blocks(), snapshot.live_bytes), (0, 0), "{name:?}");
            assert!(snapshot.allocations > 0, "{name:?}");
        }
        // What `Stats` below counts is all tags, and a byte for each block. Other threads have ended.
        let (blocks, bytes) = all();
        let counted = DEFAULT.parent().snapshot();
        assert_eq!((counted.live_blocks(), counted.live_bytes), (blocks, bytes + blocks));
        assert!(out.len() > 500);
    });
}

/// std's types know nothing of tags, and are charged as the rest.
#[test]
fn memory_inside_of_std_types_is_attributed() {
    alone("default::memory_inside_of_std_types_is_attributed", || {
        let map = {
            let _tag = tag("an index");
            let mut map: HashMap<String, Vec<String>> = HashMap::new();
            for n in 0..1000 {
                map.entry(format!("key {}", n % 100)).or_default().push(format!("value {n}"));
            }
            map
        };
        let strings: usize = map.values().flatten().chain(map.keys()).map(String::capacity).sum();
        let lists: usize = map.values().map(|list| list.capacity() * size_of::<String>()).sum();
        let (blocks, bytes) = live("an index");
        assert_eq!(blocks, 1000 + 100 + 100 + 1);
        assert!(bytes as usize > strings + lists + map.capacity() * 48, "{bytes}");
        drop(map);
        assert_eq!(live("an index"), (0, 0));
    });
}

/// Threads with tags of their own, that start others, and end.
#[test]
fn threads_with_tags() {
    alone("default::threads_with_tags", || {
        const NAMES: [&str; 4] = ["worker 0", "worker 1", "worker 2", "worker 3"];
        let kept: Vec<Vec<String>> = thread::scope(|scope| {
            let spawn = |name: &'static str| {
                scope.spawn(move || {
                    let _tag = tag(name);
                    let current = Tag::current();
                    let inner = thread::spawn(move || {
                        let _tag = current.enter();
                        (0..500).map(|n| format!("{n:010}")).collect::<Vec<String>>()
                    });
                    inner.join().unwrap()
                })
            };
            let handles: Vec<_> = NAMES.into_iter().map(spawn).collect();
            handles.into_iter().map(|handle| handle.join().unwrap()).collect()
        });
        for name in NAMES {
            let (blocks, bytes) = live(name);
            // And what std keeps for a thread that others may still ask for.
            assert!(
                (501..510).contains(&blocks) && bytes >= 500 * 10 + 512 * 24,
                "{name}: {blocks} blocks, {bytes} bytes"
            );
        }
        drop(kept);
        for name in NAMES {
            assert!(live(name).0 < 10, "{name}");
        }
    });
}

/// A program that forks can use it in the child.
#[cfg(unix)]
#[test]
fn in_the_child_of_a_fork() {
    alone("default::in_the_child_of_a_fork", || {
        let _tag = tag("before the fork");
        let kept = vec![0_u8; 1234];
        for _ in 0..20 {
            // SAFETY: the child uses the default only, a pool, which is usable in a child.
            let process = unsafe { libc::fork() };
            if process == 0 {
                let _tag = tag("in the child");
                let more = [0_u8; 55].to_vec();
                let good = live("before the fork").1 >= 1234 && live("in the child") == (1, 55);
                drop(more);
                // SAFETY: ends the child without running anything else.
                unsafe { libc::_exit(i32::from(!good)) };
            }
            let mut status = 0;
            // SAFETY: the status may be written.
            let waited = unsafe { libc::waitpid(process, &raw mut status, 0) };
            assert_eq!((waited, status), (process, 0));
        }
        assert_eq!(live("in the child"), (0, 0));
        drop(kept);
    });
}
