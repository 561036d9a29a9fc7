//! The page with the memory of the service.

use std::fmt::{Result, Write};

use janus_alloc::stats::{self, Report};

use crate::{Memory, Service};

const TEMPLATE: &str = include_str!("page.html");

pub(crate) fn page<M: Memory>(service: &Service<M>) -> String {
    let mut content = String::new();
    write(service, &mut content).expect("writing to a string cannot fail");
    TEMPLATE.replace("<!--CONTENT-->", &content)
}

fn write<M: Memory>(service: &Service<M>, out: &mut String) -> Result {
    if let Some(tags) = service.options.tags {
        table(out, "By route", "tag", &tags())?;
    }
    table(out, "By allocator", "allocator", &stats::report())?;
    writeln!(out, "<h2>Requests</h2>\n<table><tr><th>route<th class=n>status<th class=n>requests</tr>")?;
    for (route, status, count) in service.outcomes.all() {
        writeln!(out, "<tr><td>{route}<td class=n>{status}<td class=n>{count}</tr>")?;
    }
    writeln!(out, "</table>")
}

/// Names are those in the program, so they need no escapes.
fn table(out: &mut String, title: &str, subject: &str, report: &Report) -> Result {
    write!(out, "<h2>{title}</h2>\n<table><tr><th>{subject}")?;
    for column in ["live bytes", "live blocks", "peak bytes", "total bytes", "allocations", "failures"] {
        write!(out, "<th class=n>{column}")?;
    }
    writeln!(out, "</tr>")?;
    for row in report.rows() {
        let counts = &row.snapshot;
        write!(out, "<tr><td>{}", row.name)?;
        for number in [
            counts.live_bytes,
            counts.live_blocks(),
            counts.peak_bytes,
            counts.total_bytes,
            counts.allocations,
            counts.failures,
        ] {
            write!(out, "<td class=n>{number}")?;
        }
        writeln!(out, "</tr>")?;
    }
    writeln!(out, "</table>")
}
