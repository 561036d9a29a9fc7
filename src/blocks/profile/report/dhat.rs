//! The JSON of DHAT: version 2 of the format that valgrind's `dh_view.js` reads, as valgrind and the crate dhat write it.
//!
//! | key | meaning |
//! | --- | --- |
//! | `tb`, `tbk`, `tl` | total bytes and blocks, and the sum of their lifetimes |
//! | `mb`, `mbk` | bytes and blocks at the maximum of the site |
//! | `gb`, `gbk` | bytes and blocks at the maximum of all sites |
//! | `eb`, `ebk` | bytes and blocks at the end |
//! | `fs` | the frames from the innermost on, as indices of `ftbl`, whose first entry is the root |

use core::fmt::{self, Write as _};
use std::collections::{BTreeMap, HashMap};
use std::io::{self, BufWriter, Write};
use std::string::{String, ToString};
use std::vec::Vec;
use std::{env, format, process, vec};

use super::stacks::frames;
use super::{Report, Site};

/// In microseconds: blocks that live no longer count as short-lived.
const SHORT_LIFETIME: u32 = 10;

/// The counts of sites with the same frames: the viewer refuses two of them.
#[derive(Default)]
struct Counts {
    total: [u64; 3],
    max: [u64; 2],
    peak: [u64; 2],
    live: [u64; 2],
}

impl Counts {
    fn add(&mut self, site: &Site) {
        fn add<const N: usize>(to: &mut [u64; N], counts: [u64; N]) {
            to.iter_mut().zip(counts).for_each(|(to, count)| *to = to.saturating_add(count));
        }
        add(&mut self.total, [site.total_bytes, site.total_blocks, site.lifetimes]);
        // Sites may reach their maxima at different times, so the sum is an upper bound.
        add(&mut self.max, [site.max_bytes, site.max_blocks]);
        add(&mut self.peak, [site.peak_bytes, site.peak_blocks]);
        add(&mut self.live, [site.live_bytes, site.live_blocks]);
    }
}

/// The different frames, by their order of appearance.
struct Frames {
    names: Vec<String>,
    indices: HashMap<String, usize>,
}

impl Frames {
    fn index(&mut self, name: String) -> usize {
        let Self { names, indices } = self;
        *indices.entry(name).or_insert_with_key(|name| {
            names.push(name.clone());
            names.len() - 1
        })
    }
}

pub(super) fn write(report: &Report, to: impl Write) -> io::Result<()> {
    let symbols = report.symbols();
    let mut table = Frames { names: vec!["[root]".to_string()], indices: HashMap::new() };
    let mut points = BTreeMap::<Vec<usize>, Counts>::new();
    for site in &report.sites {
        let mut indices = Vec::new();
        for frame in frames(symbols, &site.stack) {
            for function in frame.functions {
                let (address, name) = (frame.address, &function.name);
                indices.push(table.index(match &function.file {
                    Some(file) => format!("{address:#x}: {name} ({file}:{}:{})", function.line, function.column),
                    None => format!("{address:#x}: {name}"),
                }));
            }
        }
        points.entry(indices).or_default().add(site);
    }

    let mut to = BufWriter::new(to);
    let command: Vec<String> = env::args_os().map(|argument| argument.to_string_lossy().into_owned()).collect();
    write!(to, r#"{{"dhatFileVersion":2,"mode":"heap","verb":"Allocated","bklt":true,"bkacc":false"#)?;
    write!(to, r#","tu":"µs","Mtu":"s","tuth":{SHORT_LIFETIME},"cmd":{}"#, json(&command.join(" ")))?;
    let (peak, end) = (report.peak_time.as_micros(), report.duration.as_micros());
    write!(to, r#","pid":{},"tg":{peak},"te":{end},"pps":["#, process::id())?;
    for (at, (frames, counts)) in points.iter().enumerate() {
        let Counts { total: [tb, tbk, tl], max: [mb, mbk], peak: [gb, gbk], live: [eb, ebk] } = counts;
        let comma = if at == 0 { "" } else { "," };
        write!(to, "{comma}\n{{\"tb\":{tb},\"tbk\":{tbk},\"tl\":{tl},\"mb\":{mb},\"mbk\":{mbk}")?;
        write!(to, r#","gb":{gb},"gbk":{gbk},"eb":{eb},"ebk":{ebk},"fs":{frames:?}}}"#)?;
    }
    write!(to, "\n],\"ftbl\":[")?;
    for (at, name) in table.names.iter().enumerate() {
        write!(to, "{}\n{}", if at == 0 { "" } else { "," }, json(name))?;
    }
    writeln!(to, "\n]}}")?;
    to.flush()
}

/// Shows a text as a string of JSON.
fn json(text: &str) -> impl fmt::Display + '_ {
    struct Json<'a>(&'a str);
    impl fmt::Display for Json<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_char('"')?;
            for char in self.0.chars() {
                match char {
                    '"' | '\\' => write!(f, "\\{char}")?,
                    '\0'..='\x1f' => write!(f, "\\u{:04x}", u32::from(char))?,
                    _ => f.write_char(char)?,
                }
            }
            f.write_char('"')
        }
    }
    Json(text)
}

#[cfg(test)]
mod tests {
    use std::string::{String, ToString};

    use super::json;

    #[test]
    fn any_text_is_a_string_of_json() {
        let text: String = ('\0'..='\u{300}').chain(['\u{2028}', '\u{1f600}']).collect();
        let read: String = serde_json::from_str(&json(&text).to_string()).unwrap();
        assert_eq!(read, text);
    }
}
