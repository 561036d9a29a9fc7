//! What Prometheus reads.

use std::fmt::{Result, Write};

use janus_alloc::stats;

use crate::{Memory, Service};

pub(crate) fn text<M: Memory>(service: &Service<M>) -> String {
    let mut text = String::new();
    write(service, &mut text).expect("writing to a string cannot fail");
    text
}

fn write<M: Memory>(service: &Service<M>, out: &mut String) -> Result {
    writeln!(out, "# HELP service_requests_total Requests, by the status of the response.")?;
    writeln!(out, "# TYPE service_requests_total counter")?;
    for (route, status, count) in service.outcomes.all() {
        writeln!(out, "service_requests_total{{route=\"{route}\",status=\"{status}\"}} {count}")?;
    }
    service.memory.write_metrics(out)?;
    // The allocators with names, here those of requests and responses, and the tags of the default.
    write!(out, "{}", stats::report().prometheus())?;
    service.options.tags.map_or(Ok(()), |tags| write!(out, "{}", tags().prometheus()))
}
