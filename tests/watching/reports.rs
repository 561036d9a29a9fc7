//! Reports as tables and as rows.

use janus_alloc::collections::{Box as BoxIn, Vec as VecIn};
use janus_alloc::stats::{self, Report};
use janus_alloc::{ByTag, Stats, System, tag};

#[test]
fn the_largest_come_first() {
    let sizes = [500, 70_000, 1, 3000, 3000];
    let all: Vec<_> = sizes.iter().map(|_| Stats::named("ordered", System)).collect();
    let kept: Vec<VecIn<u8, _>> =
        sizes.iter().zip(&all).map(|(&size, stats)| VecIn::with_capacity_in(size, stats)).collect();
    let report = stats::report();
    let live: Vec<u64> = report.rows().iter().map(|row| row.snapshot.live_bytes).collect();
    assert!(live.is_sorted_by(|a, b| a >= b), "{live:?}");
    let own = report.rows().iter().filter(|row| row.name == "ordered").map(|row| row.snapshot.live_bytes);
    assert_eq!(own.collect::<Vec<_>>(), [70_000, 3000, 3000, 500, 1]);
    assert_eq!((&report).into_iter().count(), report.rows().len());
    drop(kept);
}

/// The cells of a line: a name may have single spaces in it.
fn cells(line: &str) -> Vec<&str> {
    line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect()
}

fn assert_is_aligned(table: &str) {
    let widths: Vec<usize> = table.lines().map(|line| line.chars().count()).collect();
    assert!(widths.iter().all(|&width| width == widths[0]), "not aligned:\n{table}");
}

#[test]
fn the_table_has_a_line_for_each() {
    let long = "a name that is longer than all titles, with déjà vu in it";
    let (short, long, odd) =
        (Stats::named("short", System), Stats::named(long, System), Stats::named("two\nlines\t\u{1b}[31m", System));
    let kept = (
        BoxIn::new_in(1_u8, &short),
        VecIn::<u8, _>::with_capacity_in(1_234_567, &long),
        VecIn::<u8, _>::with_capacity_in(1000, &odd),
    );
    let table = stats::report().to_string();
    assert_is_aligned(&table);
    let lines: Vec<Vec<&str>> = table.lines().map(cells).collect();
    let titles = ["allocator", "live bytes", "live blocks", "peak bytes", "total bytes", "allocations", "failures"];
    assert_eq!(lines[0], titles);
    let line =
        |name: &str| lines.iter().find(|cells| cells[0] == name).unwrap_or_else(|| panic!("no {name}:\n{table}"));
    assert_eq!(line("short")[1..], ["1", "1", "1", "1", "1", "0"]);
    assert_eq!(line(long.name().unwrap())[1..], ["1_234_567", "1", "1_234_567", "1_234_567", "1", "0"]);
    assert_eq!(line("two\u{fffd}lines\u{fffd}\u{fffd}[31m")[1..3], ["1_000", "1"]);
    drop(kept);
}

#[test]
fn numbers_are_grouped() {
    for (size, printed) in
        [(999, "999"), (1000, "1_000"), (1001, "1_001"), (100_000, "100_000"), (2_000_030, "2_000_030")]
    {
        let by_tag = ByTag::new(System);
        let kept: VecIn<u8, _> = VecIn::with_capacity_in(size, &by_tag);
        let table = by_tag.report().to_string();
        assert_is_aligned(&table);
        assert_eq!(cells(table.lines().nth(1).unwrap())[..3], ["(untagged)", printed, "1"]);
        drop(kept);
    }
}

#[test]
fn tags_have_the_same_table() {
    let by_tag = ByTag::new(System);
    let kept = {
        let _tag = tag("a tag in a table");
        VecIn::<u8, _>::with_capacity_in(5000, &by_tag)
    };
    let table = by_tag.report().to_string();
    assert_is_aligned(&table);
    let lines: Vec<Vec<&str>> = table.lines().map(cells).collect();
    assert_eq!(lines[0][..2], ["tag", "live bytes"]);
    assert_eq!(lines[1][..3], ["a tag in a table", "5_000", "1"]);
    assert_eq!(lines[2][..3], ["(untagged)", "0", "0"]);
    assert_eq!(lines.len(), 3);
    drop(kept);
}

/// The reports are values: they can be kept, compared and sent.
#[test]
fn reports_are_values() {
    fn is_value<T: Send + Sync + Clone + PartialEq + std::fmt::Debug>(_: &T) {}
    let by_tag = ByTag::new(System);
    let report: Report = by_tag.report();
    is_value(&report);
    assert_eq!(report, report.clone());
    assert!(format!("{report:?}").contains("(untagged)"));
}

#[cfg(feature = "serde")]
#[test]
fn rows_are_serialised_flat() {
    let stats = Stats::named("serialised \"with\" \\ and é", System);
    let kept: VecIn<u8, _> = VecIn::with_capacity_in(4321, &stats);
    let text = serde_json::to_string(&stats::report()).unwrap();
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    let rows = value.as_array().unwrap();
    let row = rows.iter().find(|row| row["name"] == stats.name().unwrap()).unwrap().as_object().unwrap();
    let expected = [
        ("allocations", 1),
        ("deallocations", 0),
        ("grows_in_place", 0),
        ("grows_moved", 0),
        ("shrinks_in_place", 0),
        ("shrinks_moved", 0),
        ("bytes_copied", 0),
        ("live_bytes", 4321),
        ("peak_bytes", 4321),
        ("total_bytes", 4321),
        ("slack_bytes", 0),
        ("failures", 0),
        ("largest_request", 4321),
    ];
    assert_eq!(row.len(), expected.len() + 1);
    assert!(expected.iter().all(|(name, count)| row[*name] == *count), "{row:?}");
    let alone: serde_json::Value = serde_json::to_value(stats.snapshot()).unwrap();
    assert_eq!(alone.as_object().unwrap().len(), expected.len());
    assert_eq!(alone["live_bytes"], 4321);
    drop(kept);
}
