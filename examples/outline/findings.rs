//! Queries on trees: the longest functions, the deepest nesting, and the names that are called most.

use std::collections::HashMap;
use std::io::{self, Write};
use std::path::Path;

use janus_alloc::api::Allocator;

use crate::numbers::grouped;
use crate::sources::Source;
use crate::token::Delimiter;
use crate::tree::{Keyword, Kind, Node, Nodes};

/// An entry of a list: a function, and the number it is ranked by.
#[derive(Clone, Debug, PartialEq, Eq)]
struct RankedFunction {
    name: String,
    source: usize,
    line: u32,
    count: u32,
}

/// The results of all queries. They are copies and do not borrow from the trees.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Findings {
    functions: usize,
    calls: usize,
    question_marks: usize,
    longest: Vec<RankedFunction>,
    deepest: Vec<RankedFunction>,
    most_called: Vec<(String, usize)>,
}

impl Findings {
    /// Walks over all trees, and keeps the first `top` entries of each list.
    pub(crate) fn of<A: Allocator>(trees: &[Nodes<A>], top: usize) -> Self {
        let mut functions = Vec::new();
        let mut called: HashMap<&str, usize> = HashMap::new();
        let mut question_marks = 0;
        for (source, tree) in trees.iter().enumerate() {
            for node in tree {
                node.walk(&mut |node| {
                    question_marks += usize::from(matches!(node.kind, Kind::Operator('?')));
                    visit(node, source, &mut functions, &mut called);
                });
            }
        }
        let rank = |count: fn(&Function<'_>) -> u32| {
            let mut list: Vec<&Function<'_>> = functions.iter().collect();
            list.sort_by_key(|function| (std::cmp::Reverse(count(function)), function.source, function.line));
            list.truncate(top);
            list.into_iter().map(|function| function.ranked_by(count(function))).collect()
        };
        let mut most_called: Vec<(String, usize)> =
            called.iter().map(|(&name, &calls)| (name.to_owned(), calls)).collect();
        most_called.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        most_called.truncate(top);
        Self {
            functions: functions.len(),
            calls: called.values().sum(),
            question_marks,
            longest: rank(|function| function.lines),
            deepest: rank(|function| function.depth),
            most_called,
        }
    }

    /// Prints all lists. Paths that start with `root` are printed relative to it.
    pub(crate) fn print(&self, sources: &[Source], root: &Path, out: &mut impl Write) -> io::Result<()> {
        let [functions, calls, question_marks] =
            [self.functions, self.calls, self.question_marks].map(|count| grouped(count as u64));
        writeln!(out, "{functions} functions, {calls} calls, {question_marks} times `?`\n")?;
        let mut list = |title, unit, functions: &[RankedFunction]| -> io::Result<()> {
            writeln!(out, "{title}\n")?;
            for RankedFunction { name, source, line, count } in functions {
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

/// A function in a tree.
struct Function<'t> {
    name: &'t str,
    source: usize,
    line: u32,
    lines: u32,
    depth: u32,
}

impl Function<'_> {
    fn ranked_by(&self, count: u32) -> RankedFunction {
        RankedFunction { name: self.name.to_owned(), source: self.source, line: self.line, count }
    }
}

/// Adds a node to `functions` if it is one, and to `called` if it is a call.
fn visit<'t, A: Allocator>(
    node: &'t Node<A>,
    source: usize,
    functions: &mut Vec<Function<'t>>,
    called: &mut HashMap<&'t str, usize>,
) {
    match &node.kind {
        Kind::Call { name, .. } => *called.entry(name).or_default() += 1,
        Kind::Item(item) if item.keyword == Keyword::Function => {
            let Some(body) = &item.body else { return };
            functions.push(Function {
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

/// Returns the depth of nested braces in a node, including its own.
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
