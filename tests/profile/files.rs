//! The files have the numbers of the report, and the programs for such files can read them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use janus_alloc::blocks::profile::{Report, Sampling, Value};
use janus_alloc::collections::{Box, Vec};
use janus_alloc::{Profile, System};

use crate::readers::{self, Sums};

type Sampled = Profile<System>;

#[inline(never)]
fn outer_of_boxes(profile: &Sampled) -> std::vec::Vec<Box<[u8; 200], &Sampled>> {
    (0..300).map(|_| inner_of_boxes(profile)).collect()
}

#[inline(never)]
fn inner_of_boxes(profile: &Sampled) -> Box<[u8; 200], &Sampled> {
    Box::new_in(std::hint::black_box([1; 200]), profile)
}

#[inline(never)]
fn grower(profile: &Sampled) -> Vec<u32, &Sampled> {
    let mut vec = Vec::new_in(profile);
    (0..5000).for_each(|n| vec.push(n));
    vec
}

#[inline(never)]
fn recursive(profile: &Sampled, depth: usize) -> usize {
    let boxed = Box::new_in([depth; 50], profile);
    if depth == 0 { boxed[7] } else { recursive(profile, depth - 1) + boxed[3] }
}

/// Calls `check` with reports of a workload, by sampling.
fn with_reports(check: impl Fn(&Report)) {
    for sampling in [Sampling::All, Sampling::EveryBytes(2000), Sampling::Off] {
        let profile = Profile::with_sampling(System, sampling);
        check(&profile.report());
        let boxes = outer_of_boxes(&profile);
        let vec = grower(&profile);
        // Deeper than a stack is walked.
        recursive(&profile, 200);
        check(&profile.report());
        drop((boxes, vec));
        check(&profile.report());
    }
}

fn sums(report: &Report) -> Sums {
    Sums {
        bytes: [Value::TotalBytes, Value::LiveBytes, Value::PeakBytes].map(|value| report.sum(value)),
        blocks: [Value::TotalBlocks, Value::LiveBlocks, Value::PeakBlocks].map(|value| report.sum(value)),
    }
}

fn written(write: impl FnOnce(&mut std::vec::Vec<u8>) -> std::io::Result<()>) -> std::vec::Vec<u8> {
    let mut file = std::vec::Vec::new();
    write(&mut file).unwrap();
    file
}

fn sum_by_names(stacks: BTreeMap<std::vec::Vec<String>, u64>) -> BTreeMap<std::vec::Vec<String>, u64> {
    stacks.into_iter().filter(|&(_, value)| value > 0).fold(BTreeMap::new(), |mut sums, (stack, value)| {
        *sums.entry(stack).or_default() += value;
        sums
    })
}

/// Removes the address and the place of a frame such as `0x1234: name (file.rs:1:2)`.
fn name_of(frame: &str) -> String {
    let name = frame.split_once(": ").expect("an address comes first").1;
    let end = if name.ends_with(')') { name.rfind(" (").unwrap_or(name.len()) } else { name.len() };
    name[..end].to_owned()
}

#[test]
fn all_files_say_the_same() {
    with_reports(|report| {
        let (dhat_sums, dhat_stacks) = readers::dhat(&written(|to| report.write_dhat(to)));
        assert_eq!(dhat_sums, sums(report));
        if report.sites().is_empty() {
            assert_eq!(written(|to| report.write_collapsed(Value::TotalBytes, to)), b"");
            return;
        }
        let (pprof_sums, pprof_stacks, period) = readers::pprof(&written(|to| report.write_pprof(to)));
        assert_eq!(pprof_sums, sums(report));
        assert_eq!(period, if report.sampling() == Sampling::All { 1 } else { 2000 });
        let collapsed = readers::collapsed(&written(|to| report.write_collapsed(Value::LiveBytes, to)));
        assert_eq!(collapsed.values().sum::<u64>(), report.live_bytes());
        let by_name = |(stack, bytes): (std::vec::Vec<String>, u64)| {
            (stack.iter().map(|frame| name_of(frame)).collect::<std::vec::Vec<_>>(), bytes)
        };
        let mut by_names = BTreeMap::new();
        dhat_stacks.into_iter().map(by_name).for_each(|(stack, bytes)| *by_names.entry(stack).or_default() += bytes);
        assert_eq!(sum_by_names(by_names), collapsed);
        assert_eq!(sum_by_names(pprof_stacks), collapsed);
        for value in [Value::LiveBlocks, Value::PeakBytes, Value::PeakBlocks, Value::TotalBytes, Value::TotalBlocks] {
            let lines = readers::collapsed(&written(|to| report.write_collapsed(value, to)));
            assert_eq!(lines.values().sum::<u64>(), report.sum(value), "{value:?}");
        }
    });
}

/// The innermost frame is the one that asked, not the profile; its callers follow.
#[test]
fn frames_have_names() {
    let profile = Profile::with_sampling(System, Sampling::All);
    let boxes = outer_of_boxes(&profile);
    let lines = readers::collapsed(&written(|to| profile.report().write_collapsed(Value::LiveBytes, to)));
    let (stack, bytes) = lines.iter().next().unwrap();
    assert_eq!((lines.len(), *bytes), (1, 60_000));
    let place = |part: &str| stack.iter().position(|name| name.contains(part)).unwrap_or_else(|| panic!("{stack:#?}"));
    assert!(place("inner_of_boxes") < place("outer_of_boxes"));
    // An optimised caller may end with a call that leaves no frame.
    assert!(!cfg!(debug_assertions) || place("outer_of_boxes") < place("frames_have_names"));
    assert!(!stack.iter().any(|name| name.contains("blocks::profile") || name.starts_with("backtrace")), "{stack:#?}");
    assert!(!stack[0].contains("Allocator>"), "{stack:#?}");
    // Where lines are known, that of the call is.
    let dhat = String::from_utf8(written(|to| profile.report().write_dhat(to))).unwrap();
    assert!(dhat.contains("files.rs:") || !cfg!(debug_assertions), "{dhat}");
    drop(boxes);
}

#[test]
fn a_flame_graph_is_drawn() {
    let profile = Profile::with_sampling(System, Sampling::All);
    let boxes = outer_of_boxes(&profile);
    let lines = written(|to| profile.report().write_collapsed(Value::LiveBytes, to));
    let mut options = inferno::flamegraph::Options::default();
    options.count_name = "bytes".into();
    let svg = written(|to| {
        inferno::flamegraph::from_reader(&mut options, lines.as_slice(), to).map_err(std::io::Error::other)
    });
    let svg = String::from_utf8(svg).unwrap();
    assert!(svg.contains("inner_of_boxes") && svg.contains("60,000 bytes"), "{svg}");
    drop(boxes);
}

/// An error of the file is returned.
#[test]
fn errors_are_returned() {
    struct Full(usize);
    impl std::io::Write for Full {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            let length = bytes.len().min(self.0);
            self.0 -= length;
            if length == 0 { Err(std::io::ErrorKind::StorageFull.into()) } else { Ok(length) }
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let profile = Profile::with_sampling(System, Sampling::All);
    let boxes = outer_of_boxes(&profile);
    let report = profile.report();
    for room in [0, 10, 100] {
        assert!(report.write_dhat(Full(room)).is_err());
        assert!(report.write_pprof(Full(room)).is_err());
        assert!(report.write_collapsed(Value::LiveBytes, Full(room.min(20))).is_err());
    }
    drop(boxes);
}

/// DHAT's own viewer, if valgrind and node are installed: it builds its tree from the file, with our sums at the root.
#[test]
fn the_viewer_of_dhat_reads_it() {
    let places = ["/usr/libexec/valgrind", "/usr/lib/valgrind", "/usr/lib/x86_64-linux-gnu/valgrind"];
    let viewer = places.map(|place| Path::new(place).join("dh_view.js")).into_iter().find(|path| path.exists());
    let Some(viewer) = viewer else {
        skipped!("valgrind's dh_view.js is not installed");
        return;
    };
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let program = directory.join("dh_view_test.js");
    fs::write(&program, VIEW).unwrap();
    for (number, report) in collect_reports().iter().enumerate() {
        let file = directory.join(format!("dhat-{number}.json"));
        fs::write(&file, written(|to| report.write_dhat(to))).unwrap();
        let output = match Command::new("node").args([&program, &viewer, &file]).output() {
            Ok(output) => output,
            Err(error) => {
                skipped!("node: {error}");
                return;
            }
        };
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let Sums { bytes, blocks } = sums(report);
        let numbers = |numbers: &[u64]| numbers.iter().map(u64::to_string).collect::<std::vec::Vec<_>>().join(" ");
        let expected = format!("{} {}\n", numbers(&bytes), numbers(&blocks));
        assert_eq!(String::from_utf8_lossy(&output.stdout), expected);
    }
}

fn collect_reports() -> std::vec::Vec<Report> {
    let profile = Profile::with_sampling(System, Sampling::All);
    let sampled = Profile::with_sampling(System, Sampling::EveryBytes(1000));
    let boxes = (outer_of_boxes(&profile), outer_of_boxes(&sampled));
    let vec = (grower(&profile), grower(&sampled));
    recursive(&profile, 20);
    let reports = std::vec![profile.report(), sampled.report()];
    drop((boxes, vec));
    reports
}

/// Loads the viewer in a world without a page, and lets it build the tree.
const VIEW: &str = r#"
const fs = require("fs"), vm = require("vm");
const [, , viewer, file] = process.argv;
const world = { console, document: { body: {} }, window: {}, performance: { now: () => 0 }, Intl };
vm.createContext(world);
vm.runInContext(fs.readFileSync(viewer, "utf8").replace(/\bonLoad\(\);/g, ""), world);
world.text = fs.readFileSync(file, "utf8");
console.log(vm.runInContext(`
    gData = JSON.parse(text);
    gSelect = { childNodes: gSelectData.map(() => ({})), selectedIndex: 0 };
    buildTree();
    [gRoot._totalBytes, gRoot._atTEndBytes, gRoot._atTGmaxBytes,
     gRoot._totalBlocks, gRoot._atTEndBlocks, gRoot._atTGmaxBlocks].join(" ")
`, world));
"#;
