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
    let mut turns: Vec<Vec<Turn>> = options.variants.iter().map(|_| Vec::new()).collect();
    for round in 0..options.rounds {
        // Each variant is the first one in turn.
        for index in 0..turns.len() {
            let index = (index + round) % turns.len();
            let variant = &options.variants[index];
            // A process differs from others of the same program by where its memory lies, and that lasts as long as it does.
            let server = Server::start(variant, options.workers)?;
            turn::run(&server, &documents, &options.warm_up())?;
            let turn = turn::run(&server, &documents, &options)?;
            eprintln!("round {} of {}, {variant}: {turn}", round + 1, options.rounds);
            turns[index].push(turn);
        }
    }
    let turns: Vec<_> = options.variants.iter().zip(&turns).map(|(name, turns)| (&**name, &**turns)).collect();
    tables::print(&turns)?;
    Ok(())
}
