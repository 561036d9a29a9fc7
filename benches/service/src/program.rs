//! The command line of the service.

use std::error::Error;
use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::sync::Arc;

use lexopt::prelude::*;
use tokio::runtime::Builder;

use crate::{Memory, Options, Server, Service, Tags};

const HELP: &str = "\
Usage: service [--port PORT] [--workers THREADS]

  --port PORT          the port on the loopback interface; 0, the default, is any free one
  --workers THREADS    the number of threads; the default is that of the processors";

/// Runs a service until the process is ended. Prints its address first.
pub fn run<M: Memory>(memory: M, tags: Option<Tags>) -> ExitCode {
    match try_run(memory, tags) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("service: {error}");
            ExitCode::from(2)
        }
    }
}

fn try_run<M: Memory>(memory: M, tags: Option<Tags>) -> Result<(), Box<dyn Error>> {
    let (mut port, mut runtime) = (0, Builder::new_multi_thread());
    let mut arguments = lexopt::Parser::from_env();
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("port") => port = arguments.value()?.parse()?,
            Long("workers") => _ = runtime.worker_threads(arguments.value()?.parse::<usize>()?.clamp(1, 1024)),
            Short('h') | Long("help") => return Ok(writeln!(io::stdout(), "{HELP}")?),
            other => return Err(other.unexpected().into()),
        }
    }
    let service = Arc::new(Service::new(memory, Options { tags, ..Options::default() }));
    runtime.enable_io().enable_time().build()?.block_on(async {
        let server = Server::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)), service)?;
        writeln!(io::stdout(), "listening on http://{}", server.address()?)?;
        server.run().await;
        Ok(())
    })
}
