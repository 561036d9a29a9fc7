//! Reports: the counts of several allocators or tags, as a table, as rows, and for Prometheus.

use alloc::vec::Vec;
use core::cmp::Reverse;
use core::fmt::{self, Write};
use core::slice;

use super::prometheus::Prometheus;
use super::{Row, Snapshot, rows};

/// The counts of all live named allocators, or of all tags of a [`ByTag`](crate::ByTag), those with the most live bytes first.
///
/// `Display` prints a table. [`rows`](Self::rows) has the numbers, serialisable with the feature `serde`, and
/// [`prometheus`](Self::prometheus) prints them for a scraper.
///
/// # Examples
///
/// ```
/// use janus_alloc::{Global, Stats, collections::Vec, stats};
///
/// let parser = Stats::named("parser", Global);
/// let tokens: Vec<u64, _> = Vec::with_capacity_in(1000, &parser);
/// let report = stats::report();
/// println!("{report}");
/// // allocator       live bytes      live blocks       peak bytes      total bytes      allocations         failures
/// // parser               8_000                1            8_000            8_000                1                0
/// assert!(report.to_string().contains("8_000"));
/// # drop(tokens);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    subject: Subject,
    rows: Vec<Row>,
}

/// The subject of the rows of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::blocks) enum Subject {
    Allocator,
    #[cfg_attr(not(os_memory), expect(dead_code, reason = "`ByTag` needs thread indices"))]
    Tag,
}

impl Subject {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Allocator => "allocator",
            Self::Tag => "tag",
        }
    }
}

/// Returns the counts of all live [named](super::Stats::named) allocators. The report itself is in memory of the default.
///
/// An allocator joins with its first request, and leaves when it is dropped. See [`rows`] for a report that allocates nothing.
///
/// # Examples
///
/// ```
/// use janus_alloc::{Global, Stats, collections::Box, stats};
///
/// let (cache, index) = (Stats::named("cache", Global), Stats::named("index", Global));
/// let small = Box::new_in(0_u8, &cache);
/// let large = Box::new_in([0_u8; 1000], &index);
/// let report = stats::report();
/// let names: Vec<&str> = report.rows().iter().map(|row| row.name).collect();
/// assert_eq!(names, ["index", "cache"]); // the largest first
///
/// # drop((small, large));
/// drop((cache, index));
/// assert!(stats::report().rows().is_empty());
/// ```
#[must_use]
pub fn report() -> Report {
    Report::new(Subject::Allocator, rows())
}

impl Report {
    pub(in crate::blocks) fn new(subject: Subject, rows: impl Iterator<Item = Row>) -> Self {
        let mut rows: Vec<Row> = rows.collect();
        let key = |row: &Row| (Reverse(row.snapshot.live_bytes), Reverse(row.snapshot.peak_bytes), row.name);
        rows.sort_by_key(key);
        Self { subject, rows }
    }

    /// Returns the rows, those with the most live bytes first.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Stats, System, stats};
    ///
    /// let unused = Stats::named("unused", System);
    /// assert!(stats::report().rows().iter().all(|row| row.name != "unused")); // it joins with its first request
    /// # drop(unused);
    /// ```
    #[must_use]
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Returns the rows as the text that Prometheus scrapes: the exposition format 0.0.4, content type
    /// `text/plain; version=0.0.4; charset=utf-8`.
    ///
    /// The names of the metrics begin with `janus_allocator_` and have a label `allocator`; those of tags begin with `janus_tag_` and
    /// have a label `tag`. So both texts together are valid, too. Rows of one name are added up, because a series may appear only once;
    /// the peak is then the sum of their peaks.
    ///
    /// | metric | type | of [`Snapshot`] |
    /// | --- | --- | --- |
    /// | `…_live_bytes` | gauge | `live_bytes` |
    /// | `…_live_blocks` | gauge | `live_blocks()` |
    /// | `…_peak_bytes` | gauge | `peak_bytes` |
    /// | `…_largest_request_bytes` | gauge | `largest_request` |
    /// | `…_allocations_total` | counter | `allocations` |
    /// | `…_deallocations_total` | counter | `deallocations` |
    /// | `…_grows_total{placement="in_place"}`, `{placement="moved"}` | counter | `grows_in_place`, `grows_moved` |
    /// | `…_shrinks_total{placement="in_place"}`, `{placement="moved"}` | counter | `shrinks_in_place`, `shrinks_moved` |
    /// | `…_failures_total` | counter | `failures` |
    /// | `…_allocated_bytes_total` | counter | `total_bytes` |
    /// | `…_copied_bytes_total` | counter | `bytes_copied` |
    /// | `…_slack_bytes_total` | counter | `slack_bytes` |
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Global, Stats, collections::Box, stats};
    ///
    /// let parser = Stats::named("parser", Global);
    /// let boxed = Box::new_in([0_u8; 100], &parser);
    /// let text = stats::report().prometheus().to_string();
    /// assert!(text.contains("# TYPE janus_allocator_live_bytes gauge\n"));
    /// assert!(text.contains("janus_allocator_live_bytes{allocator=\"parser\"} 100\n"));
    /// # drop(boxed);
    /// ```
    #[must_use]
    pub fn prometheus(&self) -> impl fmt::Display + use<> {
        let mut rows = self.rows.clone();
        rows.sort_by_key(|row| row.name);
        rows.dedup_by(|next, row| {
            let is_same = next.name == row.name;
            if is_same {
                row.snapshot.add(&next.snapshot);
            }
            is_same
        });
        Prometheus { label: self.subject.name(), rows }
    }
}

impl<'a> IntoIterator for &'a Report {
    type Item = &'a Row;
    type IntoIter = slice::Iter<'a, Row>;

    fn into_iter(self) -> slice::Iter<'a, Row> {
        self.rows.iter()
    }
}

/// A title, and the number below it.
type Column = (&'static str, fn(&Snapshot) -> u64);

/// The columns of the table after the name.
const COLUMNS: [Column; 6] = [
    ("live bytes", |snapshot| snapshot.live_bytes),
    ("live blocks", Snapshot::live_blocks),
    ("peak bytes", |snapshot| snapshot.peak_bytes),
    ("total bytes", |snapshot| snapshot.total_bytes),
    ("allocations", |snapshot| snapshot.allocations),
    ("failures", |snapshot| snapshot.failures),
];

/// Wide enough for a terabyte in groups of three digits.
const COLUMN_WIDTH: usize = 17;

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let header = self.subject.name();
        let widths = self.rows.iter().map(|row| PrintedName(row.name).width());
        let width = widths.max().unwrap_or(0).max(header.len());
        write!(f, "{header:width$}")?;
        for (title, _) in COLUMNS {
            write!(f, "{title:>COLUMN_WIDTH$}")?;
        }
        for row in &self.rows {
            let name = PrintedName(row.name);
            write!(f, "\n{name}{:1$}", "", width - name.width())?;
            for (_, count) in COLUMNS {
                write_grouped(f, count(&row.snapshot))?;
            }
        }
        Ok(())
    }
}

/// A name, printed on one line.
struct PrintedName(&'static str);

impl PrintedName {
    fn chars(&self) -> impl Iterator<Item = char> {
        let is_printed = |c: char| !c.is_control();
        self.0.chars().map(move |c| if is_printed(c) { c } else { char::REPLACEMENT_CHARACTER })
    }

    /// Returns the number of characters.
    fn width(&self) -> usize {
        self.chars().count()
    }
}

impl fmt::Display for PrintedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.chars().try_for_each(|c| f.write_char(c))
    }
}

/// Writes a column with a number in groups of three digits.
fn write_grouped(f: &mut fmt::Formatter<'_>, number: u64) -> fmt::Result {
    let digits = number.checked_ilog10().unwrap_or(0) as usize + 1;
    let length = digits + (digits - 1) / 3;
    write!(f, "{:1$}", "", COLUMN_WIDTH.saturating_sub(length).max(1))?;
    for place in (0..digits).rev() {
        let digit = number / 10_u64.pow(place as u32) % 10;
        write!(f, "{digit}")?;
        if place % 3 == 0 && place > 0 {
            f.write_char('_')?;
        }
    }
    Ok(())
}
