//! Reads and drops the document in each way, in turns.

use std::error::Error;
use std::hint::black_box;
use std::mem;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use janus_alloc::Arena;
use janus_alloc::collections::de::In;
use janus_benches::process;
use janus_benches::statistics;
use lexopt::{Arg, Parser, ValueExt};

use crate::json_text;
use crate::value::Value;

const HELP: &str = "\
Times the reading and the drop of a JSON document.

Options:
      --megabytes N  The size of the document [default: 50]
      --rounds N     The number of times that it is read in each way; the median counts [default: 9]
  -h, --help         Print this
";

/// The time to read the document, and the time to drop the value.
type Times = (Duration, Duration);

fn with_serde_json(text: &str) -> Times {
    let start = Instant::now();
    let value: serde_json::Value = serde_json::from_str(text).expect("the text is no JSON");
    let built = start.elapsed();
    let start = Instant::now();
    drop(black_box(value));
    (built, start.elapsed())
}

fn read<'a>(text: &str, arena: &'a Arena) -> Value<&'a Arena> {
    let mut json = serde_json::Deserializer::from_str(text);
    In(arena).deserialize(&mut json).expect("the text is no JSON")
}

fn in_an_arena(text: &str) -> Times {
    let start = Instant::now();
    let arena = Arena::new();
    mem::forget(black_box(read(text, &arena)));
    let built = start.elapsed();
    let start = Instant::now();
    drop(arena);
    (built, start.elapsed())
}

fn in_the_same_arena(text: &str, arena: &mut Arena) -> Times {
    let start = Instant::now();
    mem::forget(black_box(read(text, arena)));
    let built = start.elapsed();
    let start = Instant::now();
    arena.reset();
    (built, start.elapsed())
}

fn median(times: &[Duration]) -> f64 {
    statistics::median(times.iter().map(|time| time.as_secs_f64() * 1e3))
}

/// Runs the program. `default` is the name of its default allocator.
pub(crate) fn main(default: &str) -> ExitCode {
    process::exit_code("json", run(default).map(|()| true))
}

fn run(default: &str) -> Result<(), Box<dyn Error>> {
    let (mut megabytes, mut rounds) = (50, 9);
    let mut arguments = Parser::from_env();
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Short('h') | Arg::Long("help") => {
                print!("{HELP}");
                return Ok(());
            }
            Arg::Long("megabytes") => megabytes = arguments.value()?.parse()?,
            Arg::Long("rounds") => rounds = arguments.value()?.parse::<usize>()?,
            _ => return Err(argument.unexpected().into()),
        }
    }
    if rounds == 0 || megabytes == 0 {
        return Err("--rounds and --megabytes must be at least 1".into());
    }
    let text = json_text::text(|_, bytes| bytes >= megabytes * 1_000_000);
    let mut arena = Arena::new();
    // The first run gives the arena the chunk that it keeps.
    in_the_same_arena(&text, &mut arena);
    let mut times = [const { (Vec::new(), Vec::new()) }; 3];
    for _ in 0..rounds {
        let round = [with_serde_json(&text), in_an_arena(&text), in_the_same_arena(&text, &mut arena)];
        for (column, (built, ended)) in times.iter_mut().zip(round) {
            column.0.push(built);
            column.1.push(ended);
        }
    }
    println!(
        "{} bytes of JSON, medians of {rounds} rounds, in milliseconds and as multiples of the first\n",
        text.len()
    );
    println!("{:40} {:>8} {:>6} {:>8} {:>7}", "", "build", "", "end", "");
    let names = [
        &*format!("serde_json::Value on {default}"),
        "Value<&Arena>, forgotten, a new arena",
        "the same, one arena, reset",
    ];
    let medians = times.map(|(built, ended)| (median(&built), median(&ended)));
    for (name, (built, ended)) in names.iter().zip(medians) {
        let (first_built, first_ended) = medians[0];
        println!("{name:40} {built:>8.1} {:>6.2} {ended:>8.2} {:>7.4}", built / first_built, ended / first_ended);
    }
    Ok(())
}
