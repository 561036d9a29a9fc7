//! The page with the memory over time: one file, without anything from elsewhere.

use serde_json::json;

use crate::history::{History, Sample, TAGS};
use crate::job::{Job, Refused};
use crate::options::Options;
use crate::picture::{COLORS, Picture};

const TEMPLATE: &str = include_str!("page.html");

pub(crate) fn page(options: &Options, history: &History, job: &Job<'_>, picture: &Picture) -> String {
    let paths: Vec<_> = options.paths.iter().map(|path| path.display().to_string()).collect();
    let color = |color: &plotters::style::RGBColor| format!("rgb({}, {}, {})", color.0, color.1, color.2);
    let tags: Vec<_> = TAGS.iter().zip(&COLORS).map(|(name, of)| json!({ "name": name, "color": color(of) })).collect();
    let sample = |sample: &Sample| json!([sample.time.as_secs_f64(), sample.live]);
    let refused = |file: &Refused| json!({ "path": file.path.display().to_string(), "bytes": file.bytes });
    let data = json!({
        "paths": paths,
        "progress": job.progress(),
        "limit": options.limit,
        "refused": job.with_refused(|files| files.iter().map(refused).collect::<Vec<_>>()),
        "tags": tags,
        "samples": history.samples().iter().map(sample).collect::<Vec<_>>(),
        "step": history.step().as_secs_f64(),
        "plot": picture.plot,
        "seconds": picture.seconds,
    });
    // `</` could end the script that the data is in.
    let data = data.to_string().replace("</", "<\\/");
    // The data comes last, because it may contain anything.
    TEMPLATE.replacen("<!--PICTURE-->", &picture.inline, 1).replacen("\"DATA\"", &data, 1)
}
