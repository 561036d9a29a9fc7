//! What is printed: the words, the allocators, and whether the counts add up.

use std::io::{self, Write};
use std::time::Duration;

use janus_alloc::blocks::stats::Snapshot;
use janus_alloc::pools::SharedPoolStats;

use crate::index::Frequent;

/// Two ways to count one thing.
pub(crate) struct Check {
    pub(crate) what: &'static str,
    pub(crate) counted: u64,
    pub(crate) expected: u64,
}

impl Check {
    pub(crate) fn new(what: &'static str, counted: u64, expected: impl TryInto<u64>) -> Self {
        Self { what, counted, expected: expected.try_into().unwrap_or(u64::MAX) }
    }
}

/// How long one round took.
#[derive(Clone, Copy)]
pub(crate) struct Time {
    pub(crate) build: Duration,
    pub(crate) drop: Duration,
}

/// A row of a table: its name, and what of `T` it shows.
type Row<T, N> = (&'static str, fn(&T) -> N);

/// Words longer than that are cut.
const WIDTH: usize = 40;

pub(crate) fn words(out: &mut impl Write, list: &[Frequent<'_>], of: usize) -> io::Result<()> {
    if list.is_empty() {
        return writeln!(out, "\n{} words, none printed", grouped(of as u64));
    }
    writeln!(out, "\nThe {} most frequent of {} words\n", list.len(), grouped(of as u64))?;
    writeln!(out, "{:>13} {:>9}  word", "occurrences", "texts")?;
    for line in list {
        let (occurrences, texts) = (grouped(line.occurrences as u64), grouped(line.texts as u64));
        let end = line.word.char_indices().nth(WIDTH).map(|(end, _)| end);
        let (word, rest) = (&line.word[..end.unwrap_or(line.word.len())], if end.is_some() { "..." } else { "" });
        writeln!(out, "{occurrences:>13} {texts:>9}  {word}{rest}")?;
    }
    Ok(())
}

/// One column for each allocator.
pub(crate) fn allocators<const N: usize>(out: &mut impl Write, columns: [([&str; 2], Snapshot); N]) -> io::Result<()> {
    let rows: [Row<Snapshot, u64>; 12] = [
        ("allocations", |s| s.allocations),
        ("deallocations", |s| s.deallocations),
        ("live blocks", Snapshot::live_blocks),
        ("grows in place", |s| s.grows_in_place),
        ("grows moved", |s| s.grows_moved),
        ("shrinks", Snapshot::shrinks),
        ("live bytes", |s| s.live_bytes),
        ("peak bytes", |s| s.peak_bytes),
        ("total bytes", |s| s.total_bytes),
        ("largest request", |s| s.largest_request),
        ("slack bytes", |s| s.slack_bytes),
        ("failures", |s| s.failures),
    ];
    writeln!(out, "\nWhat each allocator served\n")?;
    for line in 0..2 {
        write!(out, "{:15}", "")?;
        for (title, _) in &columns {
            write!(out, " {:>18}", title[line])?;
        }
        writeln!(out)?;
    }
    for (name, count) in rows {
        write!(out, "{name:15}")?;
        for (_, snapshot) in &columns {
            write!(out, " {:>18}", grouped(count(snapshot)))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// What the pool needs to serve the second column.
pub(crate) fn pool(out: &mut impl Write, stats: &SharedPoolStats) -> io::Result<()> {
    let bytes = [stats.live_bytes(), stats.cached_bytes(), stats.held_bytes()].map(|bytes| grouped(bytes as u64));
    let [live, cached, held] = bytes;
    writeln!(out, "\nWith the arena's index up the pool behind the default has {live} bytes of blocks in use,")?;
    writeln!(out, "{cached} in the caches of threads, and holds {held} of the system's.")
}

/// The medians of both variants' rounds, and their ratio.
pub(crate) fn times(out: &mut impl Write, default: &[Time], arena: &[Time]) -> io::Result<()> {
    let parts: [Row<Time, Duration>; 3] =
        [("build", |time| time.build), ("drop", |time| time.drop), ("both", |time| time.build + time.drop)];
    writeln!(out, "\nMedian time of {} rounds of each, in milliseconds\n", default.len())?;
    writeln!(out, "{:15} {:>18} {:>18} {:>18}", "", "on the default", "in the arena", "arena / default")?;
    for (name, part) in parts {
        let (default, arena) = (median(default, part), median(arena, part));
        write!(out, "{name:15} {default:>18.3} {arena:>18.3}")?;
        writeln!(out, " {:>18.2}", arena / default)?;
    }
    Ok(())
}

/// In milliseconds. Not 0, so that it can be divided by.
fn median(times: &[Time], part: fn(&Time) -> Duration) -> f64 {
    let mut times: Vec<Duration> = times.iter().map(part).collect();
    times.sort_unstable();
    let middle = (times[(times.len() - 1) / 2] + times[times.len() / 2]) / 2;
    middle.max(Duration::from_nanos(1)).as_secs_f64() * 1e3
}

/// Prints every check, and says whether all hold.
pub(crate) fn checks(out: &mut impl Write, checks: &[Check]) -> io::Result<bool> {
    writeln!(out, "\nWhether it adds up\n")?;
    for check in checks {
        let (counted, expected) = (grouped(check.counted), grouped(check.expected));
        if check.counted == check.expected {
            writeln!(out, "   ok {counted:>15}  {}", check.what)?;
        } else {
            writeln!(out, "WRONG {counted:>15}  {}: should be {expected}", check.what)?;
        }
    }
    let wrong = checks.iter().filter(|check| check.counted != check.expected).count();
    match wrong {
        0 => writeln!(out, "\nIt adds up: all {} checks hold.", checks.len())?,
        _ => writeln!(out, "\nIt does not add up: {wrong} of {} checks fail.", checks.len())?,
    }
    Ok(wrong == 0)
}

/// Digits in groups of three.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() * 4 / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}
