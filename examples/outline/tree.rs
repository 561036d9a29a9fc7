//! The tree of a source. Every node has its own box and every name its own string, all in one allocator.

use janus_alloc::api::Allocator;
use janus_alloc::collections::{Box, String, Vec};

use crate::token::Delimiter;

pub(crate) type Nodes<A> = Vec<Box<Node<A>, A>, A>;

/// A part of a source.
pub(crate) struct Node<A: Allocator> {
    pub(crate) kind: Kind<A>,
    /// The lines it starts and ends on, counted from 1.
    pub(crate) first_line: u32,
    pub(crate) last_line: u32,
}

pub(crate) enum Kind<A: Allocator> {
    /// `fn`, `struct`, `mod`, `impl` and the like.
    Item(Box<Item<A>, A>),
    /// `name(...)`, `name!(...)`, or the same as a method.
    Call {
        name: String<A>,
        arguments: Nodes<A>,
    },
    /// The parts between two delimiters: statements, if these are braces.
    Group {
        delimiter: Delimiter,
        parts: Nodes<A>,
    },
    /// The parts before a semicolon or a comma.
    Sequence(Nodes<A>),
    Name(String<A>),
    Literal(String<A>),
    Lifetime(String<A>),
    Operator(char),
}

/// An item. It has its own box, since it is larger than the other kinds of nodes.
pub(crate) struct Item<A: Allocator> {
    pub(crate) keyword: Keyword,
    pub(crate) name: String<A>,
    /// The parts between the name and the body.
    pub(crate) head: Nodes<A>,
    pub(crate) body: Option<Box<Node<A>, A>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keyword {
    Function,
    Module,
    Implementation,
    Trait,
    Struct,
    Enum,
    Other,
}

/// The nodes of trees, and the blocks and bytes that they occupy in their allocator.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct HeapUse {
    pub(crate) nodes: u64,
    pub(crate) blocks: u64,
    pub(crate) bytes: u64,
}

impl HeapUse {
    /// Adds a block of `bytes`, unless that is 0.
    fn add(&mut self, bytes: usize) {
        self.blocks += u64::from(bytes > 0);
        self.bytes += bytes as u64;
    }

    fn add_nodes<A: Allocator>(&mut self, nodes: &Nodes<A>) {
        self.add(nodes.capacity() * size_of::<Box<Node<A>, A>>());
        nodes.iter().for_each(|node| self.add_node(node));
    }

    fn add_node<A: Allocator>(&mut self, node: &Node<A>) {
        self.nodes += 1;
        self.add(size_of::<Node<A>>());
        match &node.kind {
            Kind::Item(item) => {
                self.add(size_of::<Item<A>>());
                self.add(item.name.capacity());
                self.add_nodes(&item.head);
                if let Some(body) = &item.body {
                    self.add_node(body);
                }
            }
            Kind::Call { name, arguments } => {
                self.add(name.capacity());
                self.add_nodes(arguments);
            }
            Kind::Group { parts, .. } | Kind::Sequence(parts) => self.add_nodes(parts),
            Kind::Name(text) | Kind::Literal(text) | Kind::Lifetime(text) => self.add(text.capacity()),
            Kind::Operator(_) => {}
        }
    }

    /// Adds up the blocks of whole trees, and of the vectors that hold them.
    pub(crate) fn of<A: Allocator>(trees: &Vec<Nodes<A>, A>) -> Self {
        let mut heap = Self::default();
        heap.add(trees.capacity() * size_of::<Nodes<A>>());
        trees.iter().for_each(|tree| heap.add_nodes(tree));
        heap
    }
}

impl<A: Allocator> Node<A> {
    /// Calls `visit` with this node and all nodes below it, parents first.
    pub(crate) fn walk<'t>(&'t self, visit: &mut impl FnMut(&'t Self)) {
        visit(self);
        let below = |nodes: &'t Nodes<A>, visit: &mut _| nodes.iter().for_each(|node| node.walk(visit));
        match &self.kind {
            Kind::Item(item) => {
                below(&item.head, visit);
                if let Some(body) = &item.body {
                    body.walk(visit);
                }
            }
            Kind::Call { arguments, .. } => below(arguments, visit),
            Kind::Group { parts, .. } | Kind::Sequence(parts) => below(parts, visit),
            Kind::Name(_) | Kind::Literal(_) | Kind::Lifetime(_) | Kind::Operator(_) => {}
        }
    }
}
