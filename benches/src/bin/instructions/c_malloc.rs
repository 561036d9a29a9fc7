//! C's `malloc` and `free`, ours beside those of others: what a program in C pays.

use std::error::Error;
use std::path::{Path, PathBuf};

use janus_benches::defaults;

use crate::callgrind;

/// The names of the rows begin with this on the command line, and so it selects all.
const TABLE: &str = "malloc: ";
/// The option of `janus-defaults` that takes a loop and a count.
const COUNT: &str = "--count";

/// The columns, as `janus-defaults` names its loops.
const LOOPS: [&str; 4] = ["malloc 64", "malloc 2000", "calloc 64", "realloc 64 to 128"];

struct Row {
    name: &'static str,
    run: Run,
    /// What ours is to reach in the first column.
    goal: Option<f64>,
}

/// Whose `malloc` it is, and how it gets into the program.
enum Run {
    /// The C library's.
    System,
    /// That of a library that is installed here, preloaded.
    Installed,
    /// Ours, preloaded.
    Preloaded,
    /// Ours, linked to the program.
    Linked,
}

static ROWS: &[Row] = &[
    Row { name: "the C library", run: Run::System, goal: None },
    Row { name: "mimalloc, preloaded", run: Run::Installed, goal: None },
    Row { name: "SharedPool, preloaded", run: Run::Preloaded, goal: Some(60.0) },
    Row { name: "SharedPool, in the program", run: Run::Linked, goal: Some(45.0) },
];

/// Where a distribution puts mimalloc: the newest that is there.
fn installed() -> Result<PathBuf, Box<dyn Error>> {
    let directories =
        ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib", "/usr/local/lib"];
    let names = ["libmimalloc.so.3", "libmimalloc.so.2", "libmimalloc.so"];
    let paths = names.iter().flat_map(|name| directories.map(|directory| Path::new(directory).join(name)));
    Ok(paths.into_iter().find(|path| path.exists()).ok_or("it is not installed")?)
}

impl Run {
    /// The program, and what is preloaded to it.
    fn build(&self) -> Result<(PathBuf, Option<PathBuf>), Box<dyn Error>> {
        Ok(match self {
            Run::System => (defaults::build(defaults::SYSTEM)?, None),
            Run::Installed => (defaults::build(defaults::SYSTEM)?, Some(installed()?)),
            Run::Preloaded => {
                defaults::build(defaults::EXPORTED)?;
                (defaults::build(defaults::SYSTEM)?, Some(defaults::library()?))
            }
            Run::Linked => (defaults::build(defaults::EXPORTED)?, None),
        })
    }
}

fn selected(row: &Row, part: &str) -> bool {
    format!("{TABLE}{}", row.name).contains(part)
}

/// Whether a row has `part` in its name.
pub(crate) fn has(part: &str) -> bool {
    ROWS.iter().any(|row| selected(row, part))
}

/// Measures the rows with `part` in their names. What cannot be built here is skipped.
pub(crate) fn measure(part: &str) -> Result<(), Box<dyn Error>> {
    println!(
        "\nC's functions: instructions of a block that is allocated, resized if the column says so, and freed, with the"
    );
    println!("calls, without the empty loop; behind the goal marked with !.\n");
    print!("{:28}", "");
    LOOPS.iter().for_each(|column| print!(" {column:>18}"));
    println!(" {:>10}", "to reach");
    for row in ROWS.iter().filter(|row| selected(row, part)) {
        let (program, library) = match row.run.build() {
            Ok(built) => built,
            Err(error) => {
                println!("{:28}  skipped: {error}", row.name);
                continue;
            }
        };
        let count = |name| callgrind::instructions_with(library.as_deref(), &program, COUNT, name);
        let nothing = count("nothing")?;
        print!("{:28}", row.name);
        for (column, name) in LOOPS.iter().enumerate() {
            // To a tenth: what happens once in thousands of operations is not part of it.
            let count = ((count(name)? - nothing) * 10.0).round() / 10.0;
            let is_behind = column == 0 && row.goal.is_some_and(|goal| count > goal);
            print!(" {count:>17.1}{}", if is_behind { '!' } else { ' ' });
        }
        println!(" {:>10}", row.goal.map_or(String::new(), |goal| goal.to_string()));
    }
    Ok(())
}
