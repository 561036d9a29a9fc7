//! A profile as the default of a process.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use janus_alloc::Global;
use janus_alloc::blocks::profile::{Sampling, Value};

use crate::readers::{self, Sums};
use crate::{DEFAULT, child};

/// The directory for the files of a child.
const DIRECTORY: &str = "JANUS_TEST_DIRECTORY";

fn sources(path: &Path, texts: &mut Vec<String>) {
    for entry in fs::read_dir(path).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, texts);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            texts.push(fs::read_to_string(path).unwrap());
        }
    }
}

/// Parses the sources of this crate into trees in the default.
#[inline(never)]
fn main_job(texts: &[String]) -> (Vec<crate::tree::Nodes<Global>>, u64) {
    let trees: Vec<_> = texts.iter().map(|text| crate::parse::parse(text, Global)).collect();
    let mut counted = janus_alloc::collections::Vec::new_in(Global);
    counted.extend(texts.iter().map(|text| crate::parse::parse(text, Global)));
    let bytes = crate::tree::HeapUse::of(&counted).bytes - counted.capacity() as u64 * size_of_val(&counted[0]) as u64;
    (trees, bytes)
}

#[test]
#[ignore = "run as a child"]
fn child_main_job() {
    let mut texts = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut texts);
    if DEFAULT.sampling() == Sampling::All {
        // A walk up the stack for each block takes its time.
        texts.sort();
        texts.truncate(12);
    }
    let (trees, bytes) = main_job(&texts);
    let report = DEFAULT.report();
    let directory = PathBuf::from(env::var_os(DIRECTORY).unwrap());
    let create = |name: &str| fs::File::create(directory.join(name)).unwrap();
    report.write_dhat(create("profile.json")).unwrap();
    report.write_pprof(create("profile.pb.gz")).unwrap();
    report.write_collapsed(Value::LiveBytes, create("profile.folded")).unwrap();
    fs::write(directory.join("truth"), format!("{bytes} {}", report.live_bytes())).unwrap();
    drop(trees);
}

#[test]
fn the_main_job_in_a_child() {
    for interval in [0, 2000, 64 << 10] {
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("profile-{interval}"));
        _ = fs::remove_dir_all(&directory);
        fs::create_dir_all(&directory).unwrap();
        child("default::child_main_job", interval, &[(DIRECTORY, directory.to_str().unwrap())]);
        let read = |name: &str| fs::read(directory.join(name)).unwrap();
        let truth = String::from_utf8(read("truth")).unwrap();
        let (bytes, live) = truth.split_once(' ').unwrap();
        let (bytes, live): (u64, u64) = (bytes.parse().unwrap(), live.parse().unwrap());
        assert!(bytes > 500_000, "{bytes}");
        let (Sums { bytes: sums, .. }, _) = readers::dhat(&read("profile.json"));
        assert_eq!(sums[1], live);
        let (Sums { bytes: sums, .. }, _, period) = readers::pprof(&read("profile.pb.gz"));
        assert_eq!((sums[1], period), (live, interval.max(1) as i64));
        let stacks = readers::collapsed(&read("profile.folded"));
        assert_eq!(stacks.values().sum::<u64>(), live);
        // The trees are found where they were made: exactly, or within the bounds of so many samples.
        let is_of_trees = |stack: &&Vec<String>| stack.iter().any(|name| name.contains("parse::parse"));
        let of_trees: u64 = stacks.iter().filter(|(stack, _)| is_of_trees(stack)).map(|(_, bytes)| bytes).sum();
        let deviation = (bytes as f64 * interval as f64).sqrt();
        let error = of_trees as f64 - bytes as f64;
        println!("interval {interval}: {bytes} bytes in trees, error {error}, deviation {deviation:.0}");
        assert!(error.abs() <= 5.0 * deviation, "interval {interval}: {error} of {bytes}, deviation {deviation}");
    }
}

/// What a report and its files allocate is not sampled, or each report would have more to tell than the one before.
#[test]
#[ignore = "run as a child"]
fn child_reports() {
    assert_eq!(DEFAULT.sampling(), Sampling::All);
    let write = || {
        let report = DEFAULT.report();
        let mut bytes = Vec::with_capacity(64 << 20);
        report.write_dhat(&mut bytes).unwrap();
        report.write_pprof(&mut bytes).unwrap();
        report.write_collapsed(Value::TotalBytes, &mut bytes).unwrap();
        report.sites().len()
    };
    // The harness comes to rest.
    std::thread::sleep(std::time::Duration::from_millis(300));
    let report = DEFAULT.report();
    let same = DEFAULT.report();
    assert_eq!(report.total_blocks(), same.total_blocks());
    assert_eq!(report.live_bytes(), same.live_bytes());
    let first = write();
    assert!(first > 50);
    assert!(write() >= first);
}

#[test]
fn reports_do_not_recurse() {
    child("default::child_reports", 0, &[]);
}

/// Names are looked up while other threads allocate, and the threads that look them up allocate from the profile.
#[test]
fn reports_in_threads() {
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                for n in 0..4 {
                    let strings: Vec<String> = (0..100 * n).map(|n| format!("number {n}")).collect();
                    let report = DEFAULT.report();
                    let mut bytes = Vec::new();
                    report.write_collapsed(Value::LiveBytes, &mut bytes).unwrap();
                    assert_eq!(readers::collapsed(&bytes).values().sum::<u64>(), report.live_bytes());
                    drop(strings);
                }
            });
        }
    });
}
