//! Collapsed stacks: a line for each stack, with the outermost function first.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::string::String;

use super::stacks::frames;
use super::{Report, Value};

pub(super) fn write(report: &Report, value: Value, mut to: impl Write) -> io::Result<()> {
    let symbols = report.symbols();
    // Sites that differ only in frames that are left out share a line.
    let mut lines = BTreeMap::<String, u64>::new();
    for site in report.sites.iter().filter(|site| value.of(site) != 0) {
        let mut line = String::new();
        for frame in frames(symbols, &site.stack).iter().rev() {
            for function in frame.functions.iter().rev() {
                if !line.is_empty() {
                    line.push(';');
                }
                // `;` ends a frame, and a line break ends a line.
                line.extend(
                    function.name.chars().map(|char| if matches!(char, ';' | '\n' | '\r') { ':' } else { char }),
                );
            }
        }
        if line.is_empty() {
            line.push_str("(no stack)");
        }
        *lines.entry(line).or_default() += value.of(site);
    }
    lines.iter().try_for_each(|(line, value)| writeln!(to, "{line} {value}"))?;
    to.flush()
}
