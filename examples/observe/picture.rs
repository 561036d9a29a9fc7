//! The picture of live bytes over time: a band for each tag, one on top of the other.

use std::error::Error;

use plotters::coord::Shift;
use plotters::prelude::*;

use crate::history::{History, Sample, TAGS};

/// The colors of [`TAGS`], which differ for people who see few colors, too, on white and on black.
pub(crate) const COLORS: [RGBColor; TAGS.len()] = [
    RGBColor(66, 133, 190),
    RGBColor(240, 150, 50),
    RGBColor(60, 160, 100),
    RGBColor(165, 105, 175),
    RGBColor(215, 90, 110),
    RGBColor(150, 150, 150),
];

/// Lines and text. The page replaces these colors on a dark screen.
const TEXT: RGBColor = RGBColor(68, 68, 68);
const GRID: RGBColor = RGBColor(221, 221, 221);

const SIZE: (u32, u32) = (960, 420);

pub(crate) struct Picture {
    pub(crate) svg: String,
    /// The rectangle of the samples, in units of the picture: left, top, right, bottom.
    pub(crate) plot: [i32; 4],
    /// The time at the right edge, in seconds.
    pub(crate) seconds: f64,
    /// The picture without the legend and the background, for a page that has its own.
    pub(crate) inline: String,
}

/// A unit of bytes.
struct Unit {
    name: &'static str,
    bytes: f64,
}

impl Unit {
    /// Returns the unit for an axis up to `bytes`.
    fn for_axis(bytes: u64) -> Self {
        match bytes {
            0..0x0010_0000 => Self { name: "KiB", bytes: 1024.0 },
            0x0010_0000..0x4000_0000 => Self { name: "MiB", bytes: 1024.0 * 1024.0 },
            _ => Self { name: "GiB", bytes: 1024.0 * 1024.0 * 1024.0 },
        }
    }
}

/// Whether the picture stands alone or in a page.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Setting {
    Alone,
    Page,
}

pub(crate) fn draw(history: &History) -> Result<Picture, Box<dyn Error + Send + Sync>> {
    let samples = history.samples();
    let seconds = samples.last().map_or(0.0, |sample| sample.time.as_secs_f64()).max(0.001);
    let (svg, _) = draw_svg(samples, seconds, Setting::Alone).map_err(|error| error.to_string())?;
    let (inline, plot) = draw_svg(samples, seconds, Setting::Page).map_err(|error| error.to_string())?;
    Ok(Picture { svg, plot, seconds, inline })
}

/// Returns the text of an SVG file, and the rectangle of the samples.
fn draw_svg(samples: &[Sample], seconds: f64, setting: Setting) -> Result<(String, [i32; 4]), Box<dyn Error>> {
    let mut svg = String::new();
    let area = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
    let peak = samples.iter().map(Sample::sum).max().unwrap_or(0).max(1024);
    let unit = Unit::for_axis(peak);
    let plot = {
        let mut above = 12;
        if setting == Setting::Alone {
            area.fill(&WHITE)?;
            draw_legend(&area)?;
            above = 56;
        }
        let mut chart = ChartBuilder::on(&area)
            .margin_top(above)
            .margin_right(22)
            .margin_bottom(8)
            .margin_left(8)
            .x_label_area_size(44)
            .y_label_area_size(64)
            .build_cartesian_2d(0.0..seconds, 0.0..peak as f64 / unit.bytes * 1.06)?;
        chart
            .configure_mesh()
            .max_light_lines(0)
            .bold_line_style(GRID)
            .axis_style(TEXT)
            .label_style(TextStyle::from(("sans-serif", 13)).color(&TEXT))
            .axis_desc_style(TextStyle::from(("sans-serif", 14)).color(&TEXT))
            .x_labels(10)
            .y_labels(8)
            .x_label_formatter(&|seconds| number(*seconds))
            .y_label_formatter(&|size| number(*size))
            .x_desc("time in seconds")
            .y_desc(format!("live bytes in {}", unit.name))
            .draw()?;
        draw_bands(&mut chart, samples, unit.bytes)?;
        let (x, y) = chart.plotting_area().get_pixel_range();
        area.present()?;
        [x.start, y.start, x.end, y.end]
    };
    drop(area);
    Ok((svg, plot))
}

/// Prints a number of an axis with as many digits as it needs.
fn number(number: f64) -> String {
    let text = format!("{number:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

type Chart<'a, 'b> = ChartContext<
    'a,
    SVGBackend<'b>,
    Cartesian2d<plotters::coord::types::RangedCoordf64, plotters::coord::types::RangedCoordf64>,
>;

/// Draws a band for each tag that has had a byte, the first one at the bottom.
fn draw_bands(chart: &mut Chart<'_, '_>, samples: &[Sample], unit: f64) -> Result<(), Box<dyn Error>> {
    let line = |tag: usize| {
        samples.iter().map(move |sample| {
            let below: u64 = sample.live[..tag].iter().sum();
            (sample.time.as_secs_f64(), below as f64 / unit)
        })
    };
    for (tag, color) in COLORS.iter().enumerate() {
        if samples.iter().all(|sample| sample.live[tag] == 0) {
            continue;
        }
        let (below, above) = (line(tag), line(tag + 1));
        let band: Vec<(f64, f64)> = above.clone().chain(below.rev()).collect();
        chart.draw_series([Polygon::new(band, color.mix(0.75).filled())])?;
        chart.draw_series([PathElement::new(above.collect::<Vec<_>>(), color)])?;
    }
    Ok(())
}

/// Draws a title and the names of the tags above the picture.
fn draw_legend(area: &DrawingArea<SVGBackend<'_>, Shift>) -> Result<(), Box<dyn Error>> {
    let title = TextStyle::from(("sans-serif", 17)).color(&TEXT);
    area.draw(&Text::new("Live bytes over time, by tag", (72, 8), title))?;
    let text = TextStyle::from(("sans-serif", 13)).color(&TEXT);
    let mut x = 72;
    for (name, color) in TAGS.iter().zip(COLORS) {
        area.draw(&Rectangle::new([(x, 34), (x + 12, 46)], color.mix(0.75).filled()))?;
        area.draw(&Text::new(*name, (x + 18, 33), text.clone()))?;
        x += 46 + 8 * name.len() as i32;
    }
    Ok(())
}
