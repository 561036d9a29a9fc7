//! Trees of boxes, built and dropped: `binary-trees` of the Computer Language Benchmarks Game, after the benchmark of Boehm's
//! collector by Ellis and Kovac.
//!
//! A large tree stays while small ones are built and dropped.

const LARGE: u32 = 19;
const SMALL: u32 = 12;
const SMALL_TREES: usize = 1_500;

struct Node {
    children: Option<[Box<Node>; 2]>,
}

impl Node {
    fn new(depth: u32) -> Box<Self> {
        Box::new(Self { children: (depth > 0).then(|| [Self::new(depth - 1), Self::new(depth - 1)]) })
    }

    fn count(&self) -> u64 {
        1 + self.children.iter().flatten().map(|child| child.count()).sum::<u64>()
    }
}

pub(super) fn run() -> u64 {
    let large = Node::new(LARGE);
    let small: u64 = (0..SMALL_TREES).map(|_| Node::new(SMALL).count()).sum();
    small + large.count()
}
