//! The results.

use std::io::{self, Result, Write};

use crate::turn::{PARTS, Turn};

/// The services that are a default alone.
const DEFAULTS: [&str; 3] = ["pool", "mimalloc", "system"];

/// Prints the medians of all rounds, some with their quartiles, and the memory over the last turn, as tables in Markdown.
pub(crate) fn print(subjects: &[(&str, &[Turn])]) -> Result<()> {
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "| | requests/s | p50, us | p99 | p99.9 | CPU/request, us | beside the best default | MiB, loaded | after |"
    )?;
    writeln!(out, "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")?;
    for (name, turns) in subjects {
        let of = |value: &dyn Fn(&Turn) -> f64| median(turns.iter().map(value).collect());
        write!(out, "| {name} | {:.0} ", of(&|turn| turn.per_second))?;
        for index in 0..2 {
            write!(out, "| {:.0} ", of(&|turn| turn.percentiles[index]))?;
        }
        let [low, p999, high] = quartiles(turns.iter().map(|turn| turn.percentiles[2]).collect());
        write!(out, "| {p999:.0} ({low:.0} to {high:.0}) | {:.1} ", of(&|turn| turn.cpu))?;
        match beside_best_default(subjects, turns) {
            Some([low, ratio, high]) => write!(out, "| {ratio:.2} ({low:.2} to {high:.2}) ")?,
            None => write!(out, "| ")?,
        }
        writeln!(out, "| {:.1} | {:.1} |", of(&|turn| mebibytes(turn.peak)), of(&|turn| mebibytes(turn.after)))?;
    }

    write!(out, "\n| resident MiB, of the last turn | requests | at first ")?;
    (1..=PARTS).try_for_each(|part| write!(out, "| {} % ", 100 * part / PARTS))?;
    writeln!(out, "|\n| --- | ---: {}|", "| ---: ".repeat(PARTS + 1))?;
    for (name, turns) in subjects {
        let Some(turn) = turns.last() else { continue };
        write!(out, "| {name} | {} ", turn.requests)?;
        turn.resident.iter().try_for_each(|&bytes| write!(out, "| {:.1} ", mebibytes(bytes)))?;
        writeln!(out, "|")?;
    }
    Ok(())
}

/// Returns quartiles, over all rounds, of the CPU time in the ratio to that of the best default in the same round. The best default is the one
/// with the least median.
fn beside_best_default(subjects: &[(&str, &[Turn])], turns: &[Turn]) -> Option<[f64; 3]> {
    let cpu = |turns: &[Turn]| median(turns.iter().map(|turn| turn.cpu).collect());
    let defaults = subjects.iter().filter(|(name, _)| DEFAULTS.contains(name)).map(|(_, turns)| *turns);
    let best = defaults.min_by(|left, right| cpu(left).total_cmp(&cpu(right)))?;
    Some(quartiles(turns.iter().zip(best).map(|(turn, best)| turn.cpu / best.cpu).collect()))
}

fn quartiles(mut values: Vec<f64>) -> [f64; 3] {
    values.sort_unstable_by(f64::total_cmp);
    [1, 2, 3].map(|quarter| values.get((values.len().max(1) - 1) * quarter / 4).copied().unwrap_or(f64::NAN))
}

fn median(values: Vec<f64>) -> f64 {
    quartiles(values)[1]
}

fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}
