//! The cost of C's `malloc` and `free` for a program in C, ours and those of others.

use std::error::Error;
use std::path::{Path, PathBuf};

use janus_benches::defaults;

use crate::callgrind;

/// The beginning of the names of the rows on the command line, which selects all of them.
const TABLE: &str = "malloc: ";
/// The option of `janus-defaults` that takes a loop and a count.
const COUNT: &str = "--count";

/// The columns, which are names of loops of `janus-defaults`.
const LOOPS: [&str; 4] = ["malloc 64", "malloc 2000", "calloc 64", "realloc 64 to 128"];

struct Row {
    name: &'static str,
    run: Run,
    /// The goal of ours in the first column, in instructions.
    goal: Option<f64>,
}

/// The `malloc` of the program.
enum Run {
    /// The C library's `malloc`.
    System,
    /// The `malloc` of an installed library, preloaded.
    Installed,
    /// Our `malloc`, preloaded.
    Preloaded,
    /// Our `malloc`, linked to the program.
    Linked,
}

static ROWS: &[Row] = &[
    Row { name: "the C library", run: Run::System, goal: None },
    Row { name: "mimalloc, preloaded", run: Run::Installed, goal: None },
    Row { name: "SharedPool, preloaded", run: Run::Preloaded, goal: Some(60.0) },
    Row { name: "SharedPool, in the program", run: Run::Linked, goal: Some(45.0) },
];

/// Returns the path of the newest mimalloc that is installed.
fn installed() -> Result<PathBuf, Box<dyn Error>> {
    let directories =
        ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib", "/usr/local/lib"];
    let names = ["libmimalloc.so.3", "libmimalloc.so.2", "libmimalloc.so"];
    let paths = names.iter().flat_map(|name| directories.map(|directory| Path::new(directory).join(name)));
    Ok(paths.into_iter().find(|path| path.exists()).ok_or("it is not installed")?)
}

impl Run {
    /// Builds the program, and returns its path and that of the library to preload.
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

/// Returns whether the name of a row contains `part`.
pub(crate) fn has(part: &str) -> bool {
    ROWS.iter().any(|row| selected(row, part))
}

/// Measures the rows whose names contain `part`. Programs that cannot be built are skipped.
pub(crate) fn measure(part: &str) -> Result<(), Box<dyn Error>> {
    println!(
        "\nC's functions: instructions to allocate a block, resize it in the last column, and free it, with the calls and without"
    );
    println!("the empty loop; marked with ! above the goal.\n");
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
            // Rounded to a tenth: events once in thousands of operations do not count.
            let count = ((count(name)? - nothing) * 10.0).round() / 10.0;
            let is_behind = column == 0 && row.goal.is_some_and(|goal| count > goal);
            print!(" {count:>17.1}{}", if is_behind { '!' } else { ' ' });
        }
        println!(" {:>10}", row.goal.map_or(String::new(), |goal| goal.to_string()));
    }
    Ok(())
}
