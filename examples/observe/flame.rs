//! A flame graph of the memory at the peak.

use std::io::{self, Write};

use inferno::flamegraph;

/// Draws collapsed stacks, with their bytes at the peak, as SVG.
pub(crate) fn draw(stacks: &[u8], to: &mut impl Write) -> io::Result<()> {
    let stacks = std::str::from_utf8(stacks).map_err(io::Error::other)?;
    let mut stacks: Vec<&str> = stacks.lines().map(own_frames).collect();
    let mut options = flamegraph::Options::default();
    options.title = "Memory at the peak".into();
    options.subtitle = Some("The width of a frame: the bytes that it and the frames above it have allocated".into());
    options.count_name = "bytes".into();
    options.colors = flamegraph::color::Palette::Basic(flamegraph::color::BasicPalette::Mem);
    // The same colors each time, and no frames too narrow to be seen.
    options.deterministic = true;
    options.min_width = 0.1;
    if stacks.is_empty() {
        stacks.push("(no samples) 1");
    }
    flamegraph::from_lines(&mut options, stacks, to).map_err(io::Error::other)
}

/// Leaves out the frames of std below the function of a thread, which are the same in all threads.
fn own_frames(stack: &str) -> &str {
    const START: &str = "__rust_begin_short_backtrace;";
    stack.find(START).map_or(stack, |at| &stack[at + START.len()..])
}
