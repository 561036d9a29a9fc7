//! Reads sources from files and directories.

use std::ffi::OsStr;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::{fmt, fs};

use walkdir::{DirEntry, WalkDir};

use crate::numbers::grouped;

/// A file, and its text.
pub(crate) struct Source {
    pub(crate) path: PathBuf,
    pub(crate) text: String,
}

/// Entries that were not read.
#[derive(Default)]
struct Skipped {
    not_utf8: usize,
    /// The paths of the first [`MAX_NAMES`] files that are not UTF-8.
    names: Vec<PathBuf>,
    unreadable: usize,
    links: usize,
    others: usize,
}

/// The maximum number of skipped files to name.
const MAX_NAMES: usize = 3;

/// Reads every file in `paths`, and every file that ends in `.rs` below them. Prints to `out` what was read and what
/// was skipped, and to stderr what could not be read.
pub(crate) fn read(paths: &[PathBuf], without: &[&OsStr], out: &mut impl Write) -> io::Result<Vec<Source>> {
    let mut sources = Vec::new();
    let mut skipped = Skipped::default();
    for path in paths {
        // Links inside a directory are not followed: they could form a cycle, or lead to the same source twice.
        let is_included = |entry: &DirEntry| entry.depth() != 1 || !without.contains(&entry.file_name());
        for entry in WalkDir::new(path).sort_by_file_name().into_iter().filter_entry(is_included) {
            match entry {
                Ok(entry) => read_entry(entry, &mut sources, &mut skipped),
                Err(error) => {
                    let path = error.path().unwrap_or(path).to_path_buf();
                    skipped.report(&path, &error.io_error().map_or_else(|| error.to_string(), io::Error::to_string));
                }
            }
        }
    }
    let bytes: usize = sources.iter().map(|source| source.text.len()).sum();
    let lines: usize = sources.iter().map(|source| source.text.lines().count()).sum();
    let [files, lines, bytes] = [sources.len(), lines, bytes].map(|count| grouped(count as u64));
    writeln!(out, "files read: {files} ({lines} lines, {bytes} bytes)")?;
    write!(out, "{skipped}")?;
    Ok(sources)
}

/// Returns the number of bytes that `sources` holds on the heap.
pub(crate) fn bytes(sources: &Vec<Source>) -> u64 {
    let each = |source: &Source| source.path.capacity() + source.text.capacity();
    (sources.capacity() * size_of::<Source>() + sources.iter().map(each).sum::<usize>()) as u64
}

fn read_entry(entry: DirEntry, sources: &mut Vec<Source>, skipped: &mut Skipped) {
    // Only a link that the user has named is followed.
    let kind =
        if entry.depth() == 0 { entry.path().metadata().map(|file| file.file_type()) } else { Ok(entry.file_type()) };
    match kind {
        Ok(kind) if kind.is_dir() => {}
        Ok(kind) if kind.is_symlink() => skipped.links += 1,
        // A pipe or a device may have no end.
        Ok(kind) if !kind.is_file() => skipped.others += 1,
        // Any regular file that the user has named is read.
        Ok(_) if entry.depth() > 0 && entry.path().extension().is_none_or(|end| end != "rs") => {}
        Ok(_) => match fs::read(entry.path()) {
            Ok(bytes) => match String::from_utf8(bytes) {
                Ok(text) => sources.push(Source { path: entry.into_path(), text }),
                Err(_) => {
                    skipped.not_utf8 += 1;
                    if skipped.names.len() < MAX_NAMES {
                        skipped.names.push(entry.into_path());
                    }
                }
            },
            Err(error) => skipped.report(entry.path(), &error),
        },
        Err(error) => skipped.report(entry.path(), &error),
    }
}

impl Skipped {
    /// Counts an entry that cannot be read, and reports it.
    fn report(&mut self, path: &Path, error: &dyn fmt::Display) {
        self.unreadable += 1;
        // If stderr fails, too, there is nowhere to report it.
        let _ = writeln!(io::stderr(), "outline: cannot read {path:?}: {error}");
    }
}

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.not_utf8 > 0 {
            write!(f, "files skipped, not UTF-8: {} (", self.not_utf8)?;
            for (index, name) in self.names.iter().enumerate() {
                write!(f, "{}{name:?}", if index == 0 { "" } else { ", " })?;
            }
            writeln!(f, "{})", if self.not_utf8 > self.names.len() { ", ..." } else { "" })?;
        }
        for (what, count) in [
            ("files and directories that could not be read", self.unreadable),
            ("symbolic links not followed", self.links),
            ("pipes, sockets and devices not read", self.others),
        ] {
            if count > 0 {
                writeln!(f, "{what}: {count}")?;
            }
        }
        Ok(())
    }
}

/// Returns the first of `paths` that does not exist or cannot be opened.
pub(crate) fn missing(paths: &[PathBuf]) -> Option<(&Path, io::Error)> {
    let open = |path: &Path| {
        let kind = fs::metadata(path)?;
        if kind.is_dir() {
            fs::read_dir(path).map(drop)
        } else if kind.is_file() {
            fs::File::open(path).map(drop)
        } else {
            Ok(()) // opening a pipe may block forever
        }
    };
    paths.iter().find_map(|path| open(path).err().map(|error| (path.as_path(), error)))
}
