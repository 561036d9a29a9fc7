//! Loads the service over loopback connections, and the same service with other allocators beside it.
//!
//! `cargo run --release -p janus-service --bin load -- [OPTIONS]`, and `--help` for the options. It builds the services first.

mod client;
mod documents;
mod options;
mod server;
mod tables;
mod turn;

use std::error::Error;
use std::process::ExitCode;
use std::rc::Rc;
use std::{io, io::Write};

use documents::Documents;
use options::{HELP, Options};
use server::Server;
use turn::Turn;

/// Of one variant: its server, and a turn for each round.
struct Subject {
    server: Server,
    turns: Vec<Turn>,
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("load: {error}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let Some(options) = Options::parse()? else { return Ok(writeln!(io::stdout(), "{HELP}")?) };
    let documents = Rc::new(Documents::new(&options.sizes));
    server::build(&options.variants)?;
    let start = |variant: &String| Ok(Subject { server: Server::start(variant, options.workers)?, turns: Vec::new() });
    let mut subjects = options.variants.iter().map(start).collect::<Result<Vec<_>, Box<dyn Error>>>()?;
    for round in 0..options.rounds {
        // Each variant is the first one in turn, and follows each other one.
        for index in 0..subjects.len() {
            let index = (index + round) % options.variants.len();
            let subject = &mut subjects[index];
            let turn = turn::run(&subject.server, &documents, &options)?;
            eprintln!("round {} of {}, {}: {turn}", round + 1, options.rounds, options.variants[index]);
            subject.turns.push(turn);
        }
    }
    let turns: Vec<_> =
        options.variants.iter().zip(&subjects).map(|(name, subject)| (&**name, &*subject.turns)).collect();
    tables::print(&turns)?;
    Ok(())
}
