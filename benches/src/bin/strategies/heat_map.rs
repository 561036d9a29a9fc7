//! The table as a picture: a row for each structure and size, and a column for each allocator. A cell is green if the allocator is faster
//! than the default, and red if it is slower.

use std::error::Error;
use std::path::Path;

use plotters::prelude::*;

use crate::strategies::STRATEGIES;
use crate::structures::NAMES;
use crate::table::Table;

const CELL: (i32, i32) = (86, 15);
const LEFT: i32 = 270;
const TOP: i32 = 50;

/// Draws the table into the SVG file `path`.
pub(crate) fn draw(table: &Table, path: &Path) -> Result<(), Box<dyn Error>> {
    let rows = (NAMES.len() * table.sizes.len()) as i32;
    let size = (LEFT + CELL.0 * STRATEGIES.len() as i32 + 10, TOP + CELL.1 * rows + 10);
    let area = SVGBackend::new(path, (size.0 as u32, size.1 as u32)).into_drawing_area();
    area.fill(&WHITE)?;
    let text = |size: i32| ("sans-serif", size).into_font().color(&BLACK);
    area.draw(&Text::new("Time as percent of the default's", (10, 8), text(14)))?;
    for (column, (name, _)) in STRATEGIES.iter().enumerate() {
        area.draw(&Text::new(*name, (LEFT + CELL.0 * column as i32 + 4, TOP - 16), text(11)))?;
    }
    for (structure, name) in NAMES.iter().enumerate() {
        for (place, size) in table.sizes.iter().enumerate() {
            let top = TOP + CELL.1 * (structure * table.sizes.len() + place) as i32;
            let label = if place == 0 { (*name).to_owned() } else { String::new() };
            area.draw(&Text::new(label, (10, top + 2), text(11)))?;
            area.draw(&Text::new(format!("2^{size}"), (LEFT - 40, top + 2), text(10)))?;
            for column in 0..STRATEGIES.len() {
                let percent = table.percent(structure, place, column);
                let left = LEFT + CELL.0 * column as i32;
                let corners = [(left, top), (left + CELL.0 - 1, top + CELL.1 - 1)];
                area.draw(&Rectangle::new(corners, color(percent).filled()))?;
                area.draw(&Text::new(format!("{percent:.0}"), (left + 4, top + 2), text(10)))?;
            }
        }
    }
    area.present()?;
    Ok(())
}

/// Returns a color from green, at 10 percent, over white, at 100 percent, to red, at 1000 percent.
fn color(percent: f64) -> RGBColor {
    let distance = (percent / 100.0).log10().clamp(-1.0, 1.0);
    let pale = (255.0 * (1.0 - distance.abs())) as u8;
    if distance < 0.0 { RGBColor(pale, 235, pale) } else { RGBColor(245, pale, pale) }
}
