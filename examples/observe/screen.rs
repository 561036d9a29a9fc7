//! A table that is redrawn in its place.

use std::io::{self, IsTerminal, Write};

pub(crate) struct Screen<W> {
    out: W,
    /// The number of lines of the table on the screen, on a terminal.
    drawn: Option<usize>,
}

impl<W: Write + IsTerminal> Screen<W> {
    pub(crate) fn new(out: W) -> Self {
        let drawn = out.is_terminal().then_some(0);
        Self { out, drawn }
    }

    /// Shows a text of whole lines: on a terminal in place of the one before, elsewhere after it.
    pub(crate) fn show(&mut self, text: &str) -> io::Result<()> {
        let Some(drawn) = &mut self.drawn else { return self.out.write_all(format!("{text}\n").as_bytes()) };
        let up = if *drawn > 0 { format!("\x1b[{drawn}A") } else { String::new() };
        *drawn = text.lines().count();
        // Lines that are too wide are cut, because wrapped ones would take more than a line. In one write, so that nothing flickers.
        let text = format!("\r{up}\x1b[J\x1b[?7l{text}\x1b[?7h");
        self.out.write_all(text.as_bytes())?;
        self.out.flush()
    }

    /// Adds a text below the table.
    pub(crate) fn add(&mut self, text: &str) -> io::Result<()> {
        self.out.write_all(text.as_bytes())?;
        self.out.flush()
    }
}
