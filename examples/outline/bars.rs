//! Bar charts of the comparison, in the terminal and as a picture.

use std::error::Error;
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use plotters::prelude::*;

use crate::numbers::milliseconds;
use crate::rows::Row;

/// The longest bar, in characters.
const WIDTH: f64 = 40.0;

/// Prints a table of the rows, with the cost of each as a bar.
pub(crate) fn print(rows: &[Row], tokens: Duration, rounds: usize, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "Median times of {rounds} interleaved rounds, in milliseconds. Reading the tokens alone takes")?;
    writeln!(out, "{:.2} of each build; the cost of the trees is build plus end, minus that.\n", milliseconds(tokens))?;
    if cfg!(debug_assertions) {
        writeln!(out, "This is a debug build, in which pools check every block: compare with --release.\n")?;
    }
    let longest = rows.iter().map(|row| row.cost(tokens)).max().unwrap_or_default();
    writeln!(out, "{:18} {:>7} {:>7} {:>7} {:>7}", "", "build", "answer", "end", "cost")?;
    for row in rows {
        let [build, answer, end] = [row.times.build, row.times.answer, row.times.end].map(milliseconds);
        let cost = milliseconds(row.cost(tokens));
        let length = (cost / milliseconds(longest).max(f64::MIN_POSITIVE) * WIDTH).round() as usize;
        let bar = "\u{2588}".repeat(length.max(1));
        writeln!(out, "{:18} {build:>7.2} {answer:>7.2} {end:>7.2} {cost:>7.2} {bar}", row.name)?;
    }
    writeln!(out)?;
    for row in rows {
        writeln!(out, "{:18} {}", row.name, row.note)?;
    }
    Ok(())
}

/// Draws the cost of each row as a bar in an SVG file.
pub(crate) fn draw(rows: &[Row], tokens: Duration, path: &Path) -> Result<(), Box<dyn Error>> {
    // `SVGBackend::new` takes a path but ignores errors of its last write.
    fs::write(path, picture(rows, tokens)?)?;
    Ok(())
}

/// Returns the picture as the text of an SVG file.
fn picture(rows: &[Row], tokens: Duration) -> Result<String, Box<dyn Error>> {
    let mut svg = String::new();
    let longest = rows.iter().map(|row| milliseconds(row.cost(tokens))).fold(0.1, f64::max);
    let height = 70 + 34 * rows.len() as u32;
    let area = SVGBackend::with_string(&mut svg, (760, height)).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .caption("Cost of building and ending a tree of boxed nodes, in milliseconds", ("sans-serif", 16))
        .margin(10)
        .x_label_area_size(24)
        .y_label_area_size(140)
        .build_cartesian_2d(0.0..longest * 1.12, 0.0..rows.len() as f64)?;
    chart.configure_mesh().disable_y_mesh().disable_y_axis().light_line_style(WHITE).x_labels(6).y_labels(0).draw()?;
    let text = TextStyle::from(("sans-serif", 14).into_font()).color(&BLACK);
    for (index, row) in rows.iter().enumerate() {
        let cost = milliseconds(row.cost(tokens));
        let bottom = (rows.len() - 1 - index) as f64;
        let color = if row.name.starts_with("bumpalo") || row.name == "System" || row.name == "Malloc" {
            RGBColor(150, 160, 175)
        } else {
            RGBColor(35, 110, 180)
        };
        let bar = Rectangle::new([(0.0, bottom + 0.15), (cost, bottom + 0.85)], color.filled());
        chart.draw_series([bar])?;
        let label = Text::new(format!("{cost:.1}"), (cost + longest * 0.01, bottom + 0.66), text.clone());
        chart.draw_series([label])?;
        let (_, y) = chart.backend_coord(&(0.0, bottom + 0.66));
        area.draw(&Text::new(row.name, (14, y), text.clone()))?;
    }
    area.present()?;
    // These borrow the text.
    drop((chart, area));
    Ok(svg)
}
