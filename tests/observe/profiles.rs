//! The profile in its three forms.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use quick_xml::events::Event;

use crate::{RUN, installed, readers, succeeded};

/// Functions of the example that allocate, or whose callees do. With optimisation, and without debug information, others are inlined.
const FUNCTIONS: &[&str] = if cfg!(debug_assertions) {
    &["observe::job::Job::round", "observe::job::Job::outline", "observe::sources::read_entry"]
} else {
    &["observe::job::Job::round"]
};

fn functions(stacks: &BTreeMap<Vec<String>, u64>) -> impl Iterator<Item = &str> {
    stacks.keys().flatten().map(String::as_str)
}

#[test]
fn dhat_and_pprof_say_the_same() {
    let (dhat, dhat_stacks) = readers::dhat(&RUN.file("profile.json"));
    let (pprof, pprof_stacks, period) = readers::pprof(&RUN.file("profile.pb.gz"));
    assert_eq!(dhat, pprof);
    assert_eq!(period, 64 << 10);
    for name in FUNCTIONS {
        assert!(functions(&dhat_stacks).any(|frame| frame.contains(name)), "{name}");
        assert!(functions(&pprof_stacks).any(|frame| frame.contains(name)), "{name}");
    }
    // Four rounds have read all sources, which are the most there is.
    let huge = std::fs::metadata(&RUN.huge).unwrap().len();
    let [total, _, peak] = pprof.bytes;
    assert!(total > 4 * huge && peak > huge && peak < total, "{pprof:?}");
    // The allocators' own frames are left out.
    for name in ["SharedPool", "ByTag", "blocks::profile", "blocks::stats"] {
        assert!(!pprof_stacks.keys().any(|stack| stack[0].contains(name)), "{name}");
    }
}

/// Go's pprof, which has the format.
#[test]
fn go_reads_the_profile() {
    let file = RUN.directory.join("profile.pb.gz");
    let mut pprof = Command::new("go");
    pprof.args(["tool", "pprof", "-top", "-cum", "-nodefraction=0", "-sample_index=peak_space"]);
    let Some(output) = installed(pprof.arg(&file)) else { return };
    let out = succeeded(&output);
    assert!(out.contains("Type: peak_space"), "{out}");
    for name in FUNCTIONS {
        assert!(out.contains(name), "{name}\n{out}");
    }
}

/// The flame graph is well-formed, and its frames have the names and the bytes at the peak.
#[test]
fn the_flame_graph_has_all_frames() {
    let svg = RUN.text("flame.svg");
    let mut reader = quick_xml::Reader::from_str(&svg);
    reader.config_mut().check_comments = true;
    let (mut open, mut elements) = (Vec::new(), BTreeSet::new());
    let mut titles = vec![];
    loop {
        match reader.read_event().expect("it is XML") {
            Event::Start(start) => {
                // Attributes have quotes, and none is there twice.
                start.attributes().for_each(|attribute| _ = attribute.expect("an attribute"));
                let name = String::from_utf8(start.name().as_ref().to_vec()).unwrap();
                elements.insert(name.clone());
                if name == "title" {
                    titles.push(String::new());
                }
                open.push(name);
            }
            Event::End(_) => _ = open.pop(),
            Event::Text(text) if open.last().is_some_and(|name| name == "title") => {
                titles.last_mut().unwrap().push_str(&text.decode().unwrap());
            }
            Event::GeneralRef(name) if open.last().is_some_and(|name| name == "title") => {
                titles.last_mut().unwrap().push_str(&format!("&{};", name.decode().unwrap()));
            }
            Event::Eof => break,
            _ => {}
        }
    }
    assert!(open.is_empty(), "{open:?}");
    assert!(["svg", "g", "text", "title", "script"].iter().all(|name| elements.contains(*name)), "{elements:?}");
    for name in FUNCTIONS {
        assert!(titles.iter().any(|title| title.starts_with(name)), "{name}\n{titles:#?}");
    }
    let (sums, _, _) = readers::pprof(&RUN.file("profile.pb.gz"));
    let all = titles.iter().find_map(|title| title.strip_prefix("all (")).expect("the lowest frame");
    let bytes = all.split_once(" bytes").unwrap().0.replace(',', "");
    assert_eq!(bytes.parse::<u64>().unwrap(), sums.bytes[2]);
}
