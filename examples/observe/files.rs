//! The files that the program writes at its end.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use janus_alloc::blocks::profile::Value;
use janus_alloc::stats;

use crate::history::History;
use crate::job::Job;
use crate::options::Options;
use crate::{DEFAULT, by_tag, flame, page, picture};

/// The name of a file, and how it is opened.
const OPEN: [(&str, &str); 6] = [
    ("memory.html", "a browser: live bytes over time, by tag"),
    ("memory.svg", "the same as a picture"),
    ("flame.svg", "a browser: the stacks of the bytes at the peak; a click enlarges one"),
    ("profile.json", "DHAT's viewer, dh_view.html of valgrind, in a browser: load the file there"),
    ("profile.pb.gz", "go tool pprof -http=: FILE"),
    ("metrics.prom", "promtool check metrics < FILE; for a scraper, the textfile collector of node_exporter"),
];

/// An error with the path that it is about.
fn about(path: &Path) -> impl FnOnce(io::Error) -> io::Error + '_ {
    move |error| io::Error::new(error.kind(), format!("cannot write {path:?}: {error}"))
}

pub(crate) fn create_directory(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path).map_err(about(path))
}

/// Writes the counts for Prometheus. A reader finds the old file or the new one, each of them whole.
pub(crate) fn write_metrics(directory: &Path) -> io::Result<()> {
    let (path, new) = (directory.join("metrics.prom"), directory.join("metrics.prom.new"));
    let text = format!("{}{}", stats::report().prometheus(), by_tag().report().prometheus());
    fs::write(&new, text).and_then(|()| fs::rename(&new, &path)).map_err(about(&path))
}

/// Writes all files, and returns lines that say how to open them.
pub(crate) fn write(options: &Options, history: &History, job: &Job<'_>) -> io::Result<String> {
    // Before the work on the files adds to it.
    let report = DEFAULT.report();
    let directory = &options.out;
    write_metrics(directory)?;
    let write = |name: &str, write: &dyn Fn(&mut BufWriter<File>) -> io::Result<()>| {
        let path = directory.join(name);
        let mut file = BufWriter::new(File::create(&path).map_err(about(&path))?);
        write(&mut file).and_then(|()| file.flush()).map_err(about(&path))
    };
    write("profile.json", &|to| report.write_dhat(to))?;
    write("profile.pb.gz", &|to| report.write_pprof(to))?;
    let mut stacks = Vec::new();
    report.write_collapsed(Value::PeakBytes, &mut stacks)?;
    write("flame.svg", &|to| flame::draw(&stacks, to))?;
    let picture = picture::draw(history).map_err(io::Error::other)?;
    write("memory.svg", &|to| to.write_all(picture.svg.as_bytes()))?;
    write("memory.html", &|to| to.write_all(page::page(options, history, job, &picture).as_bytes()))?;
    let line = |(name, how): (&str, &str)| {
        let path = directory.join(name).display().to_string();
        format!("{path}\n    {}\n", how.replace("FILE", &path))
    };
    Ok(format!("\nWritten, and how to open each\n\n{}", OPEN.map(line).concat()))
}
