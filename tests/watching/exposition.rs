//! The text for Prometheus, parsed again by the rules of its format.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};

use janus_alloc::api::Allocator;
use janus_alloc::collections::{Box as BoxIn, Vec as VecIn};
use janus_alloc::stats::{self, Snapshot};
use janus_alloc::{ByTag, Null, Stats, System, tag};

/// A metric with its samples: labels, sorted by name, and a value.
#[derive(Debug, Default)]
struct Metric {
    kind: String,
    help: String,
    samples: BTreeMap<Vec<(String, String)>, u64>,
}

fn is_name(name: &str) -> bool {
    let starts = |c: char| c.is_ascii_alphabetic() || c == '_';
    name.starts_with(starts) && name.chars().all(|c| starts(c) || c.is_ascii_digit())
}

/// Parses the format, version 0.0.4, and panics where the text is not in it.
fn parse(text: &str) -> BTreeMap<String, Metric> {
    assert!(text.is_empty() || text.ends_with('\n'), "the last line must end, too");
    let mut metrics: BTreeMap<String, Metric> = BTreeMap::new();
    // All lines of a metric form one group.
    let mut current = String::new();
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            let (name, help) = rest.split_once(' ').expect("a help text");
            assert!(is_name(name) && !metrics.contains_key(name), "{line}");
            assert!(!help.contains('\\') && !help.is_empty(), "{line}");
            current = name.to_owned();
            metrics.entry(current.clone()).or_default().help = help.to_owned();
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').expect("a type");
            assert!(name == current && ["counter", "gauge"].contains(&kind), "{line}");
            let metric = metrics.get_mut(name).unwrap();
            assert!(metric.kind.is_empty() && metric.samples.is_empty(), "{line}");
            metric.kind = kind.to_owned();
        } else {
            let (name, labels, value) = sample(line);
            assert_eq!(name, current, "{line}");
            let metric = metrics.get_mut(name).unwrap();
            assert!(!metric.kind.is_empty(), "no type before {line}");
            assert!(metric.samples.insert(labels, value).is_none(), "a series is there twice: {line}");
        }
    }
    metrics
}

/// A line `name{label="value",...} number`.
fn sample(line: &str) -> (&str, Vec<(String, String)>, u64) {
    let (name, mut rest) = line.split_once('{').expect("labels");
    let mut labels = Vec::new();
    loop {
        let (label, after) = rest.split_once("=\"").expect("a label");
        assert!(is_name(label), "{line}");
        let (value, after) = quoted(after);
        labels.push((label.to_owned(), value));
        rest = match after.strip_prefix(',') {
            Some(next) => next,
            None => break rest = after,
        };
    }
    labels.sort();
    let number = rest.strip_prefix("} ").expect("a value");
    assert!(number.bytes().all(|byte| byte.is_ascii_digit()), "{line}");
    (name, labels, number.parse().unwrap())
}

/// The value of a label up to its closing quote, and the text behind that.
fn quoted(text: &str) -> (String, &str) {
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return (value, &text[at + 1..]),
            '\\' => value.push(match chars.next().expect("an escaped character").1 {
                'n' => '\n',
                c @ ('\\' | '"') => c,
                c => panic!("\\{c} is no escape"),
            }),
            c => value.push(c),
        }
    }
    panic!("no closing quote in {text}")
}

/// The value of a series with this label, and this one for the placement.
fn value(metrics: &BTreeMap<String, Metric>, metric: &str, label: (&str, &str), placement: Option<&str>) -> u64 {
    let mut labels = vec![(label.0.to_owned(), label.1.to_owned())];
    labels.extend(placement.map(|placement| ("placement".to_owned(), placement.to_owned())));
    labels.sort();
    let samples = &metrics.get(metric).unwrap_or_else(|| panic!("no {metric}")).samples;
    *samples.get(&labels).unwrap_or_else(|| panic!("no {labels:?} in {metric}"))
}

fn assert_has(metrics: &BTreeMap<String, Metric>, prefix: &str, label: (&str, &str), expected: Snapshot) {
    let of = |name: &str, placement| value(metrics, &format!("{prefix}_{name}"), label, placement);
    let found = [
        of("live_bytes", None),
        of("live_blocks", None),
        of("peak_bytes", None),
        of("largest_request_bytes", None),
        of("allocations_total", None),
        of("deallocations_total", None),
        of("grows_total", Some("in_place")),
        of("grows_total", Some("moved")),
        of("shrinks_total", Some("in_place")),
        of("shrinks_total", Some("moved")),
        of("failures_total", None),
        of("allocated_bytes_total", None),
        of("copied_bytes_total", None),
        of("slack_bytes_total", None),
    ];
    let s = expected;
    let expected = [
        s.live_bytes,
        s.live_blocks(),
        s.peak_bytes,
        s.largest_request,
        s.allocations,
        s.deallocations,
        s.grows_in_place,
        s.grows_moved,
        s.shrinks_in_place,
        s.shrinks_moved,
        s.failures,
        s.total_bytes,
        s.bytes_copied,
        s.slack_bytes,
    ];
    assert_eq!(found, expected, "{label:?}");
}

/// Work that changes most counts.
fn work<A: Allocator>(allocator: &A, size: usize) -> VecIn<u8, &A> {
    let mut bytes: VecIn<u8, _> = VecIn::with_capacity_in(size, allocator);
    bytes.push(1);
    bytes.reserve_exact(100 * size);
    bytes.shrink_to_fit();
    bytes.reserve_exact(size);
    drop(BoxIn::new_in([0_u64; 50], allocator));
    bytes
}

#[test]
fn each_count_comes_through() {
    let odd = "a \"quoted\" name\\path,\nsecond line {x=\"1\"} é 🦀";
    let (plain, odd) = (Stats::named("exposed", System), Stats::named(odd, System));
    let failing = Stats::named("exposed, failing", Null);
    let kept = (work(&plain, 10), work(&odd, 300));
    assert!(VecIn::<u64, _>::new_in(&failing).try_reserve_exact(3).is_err());
    let metrics = parse(&stats::report().prometheus().to_string());
    for stats in [&plain, &odd] {
        let name = ("allocator", stats.name().unwrap());
        assert_has(&metrics, "janus_allocator", name, stats.snapshot());
    }
    assert_has(&metrics, "janus_allocator", ("allocator", "exposed, failing"), failing.snapshot());
    drop(kept);
}

#[test]
fn names_follow_the_conventions() {
    let stats = Stats::named("conventions", System);
    drop(work(&stats, 10));
    let metrics = parse(&stats::report().prometheus().to_string());
    assert_eq!(metrics.len(), 12);
    for (name, metric) in &metrics {
        assert!(name.starts_with("janus_allocator_"), "{name}");
        assert_eq!(metric.kind == "counter", name.ends_with("_total"), "{name}");
        // The unit comes last, but for `_total`.
        assert_eq!(name.contains("bytes"), name.trim_end_matches("_total").ends_with("_bytes"), "{name}");
        assert!(metric.help.ends_with('.'), "{name}");
        assert!(!metric.samples.is_empty(), "{name}");
    }
}

/// A series may be there only once, so those of one name are added up.
#[test]
fn equal_names_are_one_series() {
    let all: Vec<_> = (0..5_usize).map(|_| Stats::named("exposed twice", System)).collect();
    let kept: Vec<_> = all.iter().zip([10, 20, 30, 40, 50]).map(|(stats, size)| work(stats, size)).collect();
    let metrics = parse(&stats::report().prometheus().to_string());
    let sum = |of: fn(&Snapshot) -> u64| all.iter().map(|stats| of(&stats.snapshot())).sum::<u64>();
    let of = |name: &str| value(&metrics, &format!("janus_allocator_{name}"), ("allocator", "exposed twice"), None);
    assert_eq!(of("live_bytes"), sum(|s| s.live_bytes));
    assert_eq!(of("peak_bytes"), sum(|s| s.peak_bytes));
    assert_eq!(of("allocations_total"), 10);
    assert_eq!(of("largest_request_bytes"), 50 * 100 + 1);
    drop(kept);
}

/// Both texts together are one valid text.
#[test]
fn tags_beside_allocators() {
    let by_tag = ByTag::new(Stats::named("under the tags", System));
    let kept = {
        let _tag = tag("exposed \"tag\"");
        work(&by_tag, 77)
    };
    let text = format!("{}{}", stats::report().prometheus(), by_tag.report().prometheus());
    let metrics = parse(&text);
    assert_eq!(metrics.len(), 24);
    for row in by_tag.rows() {
        assert_has(&metrics, "janus_tag", ("tag", row.name), row.snapshot);
    }
    assert_has(&metrics, "janus_allocator", ("allocator", "under the tags"), by_tag.parent().snapshot());
    drop(kept);
}

/// Prometheus' own check, if it is installed: of the format, the conventions for names, and labels with all that has to be escaped.
#[test]
fn promtool_accepts_the_text() {
    let by_tag = ByTag::new(Stats::named("a \"label\",\nwith \\ and {é=\"🦀\"} # HELP", System));
    let kept = {
        let _tag = tag("the same: \"\\\n\"}");
        work(&by_tag, 77)
    };
    let check = |text: &str| {
        let mut promtool = Command::new("promtool");
        promtool.args(["check", "metrics"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = match promtool.spawn() {
            Ok(child) => child,
            Err(error) => {
                skipped!("promtool: {error}");
                return None;
            }
        };
        // It may end before it has read all.
        _ = child.stdin.take().unwrap().write_all(text.as_bytes());
        let output = child.wait_with_output().unwrap();
        let printed = [output.stdout, output.stderr].concat();
        Some((output.status.success(), String::from_utf8(printed).unwrap()))
    };
    let text = format!("{}{}", stats::report().prometheus(), by_tag.report().prometheus());
    let Some(result) = check(&text) else { return };
    assert_eq!(result, (true, String::new()));
    // It does look at names, units and labels.
    for (from, to) in [("deallocations_total", "deallocations"), ("# HELP janus_tag_", "# "), ("\\n", "\n")] {
        assert!(text.contains(from));
        assert!(!check(&text.replace(from, to)).unwrap().0, "{from}");
    }
    drop(kept);
}
