//! Answers from trees: the longest functions, the deepest nesting, the most called names.

use std::collections::HashMap;
use std::io::{self, Write};
use std::path::Path;

use janus_alloc::api::Allocator;

use crate::numbers::grouped;
use crate::sources::Source;
use crate::token::Delimiter;
use crate::tree::{Keyword, Kind, Node, Nodes};

/// A function, and the number that it is listed for.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Function {
    name: String,
    source: usize,
    line: u32,
    count: u32,
}

/// Everything is copied out of the trees, so that these can end.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Findings {
    functions: usize,
    calls: usize,
    question_marks: usize,
    longest: Vec<Function>,
    deepest: Vec<Function>,
    most_called: Vec<(String, usize)>,
}

impl Findings {
    /// Walks over all trees; keeps `top` of each list.
    pub(crate) fn of<A: Allocator>(trees: &[Nodes<A>], top: usize) -> Self {
        let mut all = Vec::new();
        let mut called: HashMap<&str, usize> = HashMap::new();
        let mut question_marks = 0;
        for (source, tree) in trees.iter().enumerate() {
            for node in tree {
                node.walk(&mut |node| {
                    question_marks += usize::from(matches!(node.kind, Kind::Operator('?')));
                    look(node, source, &mut all, &mut called);
                });
            }
        }
        let list = |count: fn(&Found<'_>) -> u32| {
            let mut list: Vec<&Found<'_>> = all.iter().collect();
            list.sort_by_key(|found| (std::cmp::Reverse(count(found)), found.source, found.line));
            list.truncate(top);
            list.into_iter().map(|found| found.listed_for(count(found))).collect()
        };
        let mut most_called: Vec<(String, usize)> =
            called.iter().map(|(&name, &calls)| (name.to_owned(), calls)).collect();
        most_called.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        most_called.truncate(top);
        Self {
            functions: all.len(),
            calls: called.values().sum(),
            question_marks,
            longest: list(|found| found.lines),
            deepest: list(|found| found.depth),
            most_called,
        }
    }

    /// Prints all lists, with paths relative to `root` where they start with it.
    pub(crate) fn print(&self, sources: &[Source], root: &Path, out: &mut impl Write) -> io::Result<()> {
        let [functions, calls, question_marks] =
            [self.functions, self.calls, self.question_marks].map(|count| grouped(count as u64));
        writeln!(out, "{functions} functions, {calls} calls, {question_marks} times `?`\n")?;
        let mut list = |title, unit, functions: &[Function]| -> io::Result<()> {
            writeln!(out, "{title}\n")?;
            for Function { name, source, line, count } in functions {
                let path = &sources[*source].path;
                let path = path.strip_prefix(root).unwrap_or(path).display();
                writeln!(out, "{count:>8} {unit}  {name}  {path}:{line}")?;
            }
            writeln!(out)
        };
        list("The longest functions", "lines", &self.longest)?;
        list("The deepest nesting", "braces", &self.deepest)?;
        writeln!(out, "The names that are called most\n")?;
        for (name, calls) in &self.most_called {
            writeln!(out, "{:>8} calls  {name}", grouped(*calls as u64))?;
        }
        writeln!(out)
    }
}

/// A function as it lies in a tree.
struct Found<'t> {
    name: &'t str,
    source: usize,
    line: u32,
    lines: u32,
    depth: u32,
}

impl Found<'_> {
    fn listed_for(&self, count: u32) -> Function {
        Function { name: self.name.to_owned(), source: self.source, line: self.line, count }
    }
}

fn look<'t, A: Allocator>(
    node: &'t Node<A>,
    source: usize,
    functions: &mut Vec<Found<'t>>,
    called: &mut HashMap<&'t str, usize>,
) {
    match &node.kind {
        Kind::Call { name, .. } => *called.entry(name).or_default() += 1,
        Kind::Item(item) if item.keyword == Keyword::Function => {
            let Some(body) = &item.body else { return };
            functions.push(Found {
                name: &item.name,
                source,
                line: node.first_line,
                lines: node.last_line - node.first_line + 1,
                depth: nesting(body),
            });
        }
        _ => {}
    }
}

/// The number of braces within each other, this one's included.
fn nesting<A: Allocator>(node: &Node<A>) -> u32 {
    let deepest = |nodes: &Nodes<A>| nodes.iter().map(|node| nesting(node)).max().unwrap_or(0);
    match &node.kind {
        Kind::Group { delimiter: Delimiter::Brace, parts } => 1 + deepest(parts),
        Kind::Group { parts, .. } | Kind::Sequence(parts) => deepest(parts),
        Kind::Call { arguments, .. } => deepest(arguments),
        Kind::Item(item) => item.body.as_deref().map_or(0, nesting),
        Kind::Name(_) | Kind::Literal(_) | Kind::Lifetime(_) | Kind::Operator(_) => 0,
    }
}
