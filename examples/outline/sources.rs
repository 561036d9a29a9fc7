//! Reads sources from files and directories.

use std::ffi::OsStr;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::{fmt, fs};

use walkdir::{DirEntry, WalkDir};

use crate::numbers::grouped;

pub(crate) struct Source {
    pub(crate) path: PathBuf,
    pub(crate) text: String,
}

/// What was found beside texts, to be told.
#[derive(Default)]
struct Skipped {
    not_utf8: usize,
    /// The first few of those.
    names: Vec<PathBuf>,
    unreadable: usize,
    links: usize,
    others: usize,
}

/// How many names of skipped files are told.
const NAMES: usize = 3;

/// Reads every file of `paths`, and every one that ends in `.rs` below them; tells `out` what was read and what was skipped. What
/// cannot be read is told on the standard error as it comes.
pub(crate) fn read(paths: &[PathBuf], without: &[&OsStr], out: &mut impl Write) -> io::Result<Vec<Source>> {
    let mut sources = Vec::new();
    let mut skipped = Skipped::default();
    for path in paths {
        // Links inside a directory are not followed: they could lead around in a circle, or to the same source again.
        let wanted = |entry: &DirEntry| entry.depth() != 1 || !without.contains(&entry.file_name());
        for entry in WalkDir::new(path).sort_by_file_name().into_iter().filter_entry(wanted) {
            match entry {
                Ok(entry) => read_entry(entry, &mut sources, &mut skipped),
                Err(error) => {
                    let path = error.path().unwrap_or(path).to_path_buf();
                    skipped.complain(&path, &error.io_error().map_or_else(|| error.to_string(), io::Error::to_string));
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

/// The bytes on the heap that `sources` holds.
pub(crate) fn bytes(sources: &Vec<Source>) -> u64 {
    let each = |source: &Source| source.path.capacity() + source.text.capacity();
    (sources.capacity() * size_of::<Source>() + sources.iter().map(each).sum::<usize>()) as u64
}

fn read_entry(entry: DirEntry, sources: &mut Vec<Source>, skipped: &mut Skipped) {
    // The one link that is followed is a path named by the user.
    let kind =
        if entry.depth() == 0 { entry.path().metadata().map(|file| file.file_type()) } else { Ok(entry.file_type()) };
    match kind {
        Ok(kind) if kind.is_dir() => {}
        Ok(kind) if kind.is_symlink() => skipped.links += 1,
        // A pipe or a device may have no end.
        Ok(kind) if !kind.is_file() => skipped.others += 1,
        // Other files that the user names are read all the same.
        Ok(_) if entry.depth() > 0 && entry.path().extension().is_none_or(|end| end != "rs") => {}
        Ok(_) => match fs::read(entry.path()) {
            Ok(bytes) => match String::from_utf8(bytes) {
                Ok(text) => sources.push(Source { path: entry.into_path(), text }),
                Err(_) => {
                    skipped.not_utf8 += 1;
                    if skipped.names.len() < NAMES {
                        skipped.names.push(entry.into_path());
                    }
                }
            },
            Err(error) => skipped.complain(entry.path(), &error),
        },
        Err(error) => skipped.complain(entry.path(), &error),
    }
}

impl Skipped {
    /// Names what cannot be read.
    fn complain(&mut self, path: &Path, error: &dyn fmt::Display) {
        self.unreadable += 1;
        // Nothing can be done if even that fails.
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

/// Says which of `paths` is not there, or cannot be opened.
pub(crate) fn missing(paths: &[PathBuf]) -> Option<(&Path, io::Error)> {
    let open = |path: &Path| {
        let kind = fs::metadata(path)?;
        if kind.is_dir() {
            fs::read_dir(path).map(drop)
        } else if kind.is_file() {
            fs::File::open(path).map(drop)
        } else {
            Ok(()) // to open a pipe may wait for ever
        }
    };
    paths.iter().find_map(|path| open(path).err().map(|error| (path.as_path(), error)))
}
