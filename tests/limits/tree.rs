//! A quota tree under threads: at no moment do the live bytes exceed any limit, and at the end none is in use.

use std::ptr::NonNull;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use janus_alloc::api::{AllocError, Allocator, Layout};
use janus_alloc::{Limit, System};
use proptest::prelude::*;

/// `System`, which watches that no more than some bytes are live.
struct Watched {
    live: AtomicUsize,
    most: usize,
    exceeded: AtomicUsize,
}

impl Watched {
    fn new(most: usize) -> Self {
        Self { live: AtomicUsize::new(0), most, exceeded: AtomicUsize::new(0) }
    }

    /// Before memory is taken, so that no moment is missed.
    fn add(&self, bytes: usize) {
        let live = self.live.fetch_add(bytes, Ordering::SeqCst) + bytes;
        if live > self.most {
            self.exceeded.fetch_max(live, Ordering::SeqCst);
        }
    }

    /// After it is given back.
    fn remove(&self, bytes: usize) {
        self.live.fetch_sub(bytes, Ordering::SeqCst);
    }
}

// SAFETY: forwards to `System`.
unsafe impl Allocator for Watched {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.add(layout.size());
        System.allocate(layout).inspect_err(|_| self.remove(layout.size()))
    }

    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        // SAFETY: by `# Safety` of this fn.
        unsafe { System.deallocate(block, layout) };
        self.remove(layout.size());
    }

    unsafe fn grow(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.add(new.size() - old.size());
        // SAFETY: by `# Safety` of this fn.
        unsafe { System.grow(block, old, new) }.inspect_err(|_| self.remove(new.size() - old.size()))
    }

    unsafe fn shrink(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: by `# Safety` of this fn.
        let shrunk = unsafe { System.shrink(block, old, new) };
        self.remove(shrunk.map_or(0, |_| old.size() - new.size()));
        shrunk
    }
}

/// A step of a thread.
#[derive(Clone, Debug)]
enum Step {
    Allocate { limit: usize, size: usize },
    Resize { index: usize, size: usize },
    Free { index: usize },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..7_usize, 1..400_usize).prop_map(|(limit, size)| Step::Allocate { limit, size }),
        2 => (any::<usize>(), 0..600_usize).prop_map(|(index, size)| Step::Resize { index, size }),
        3 => any::<usize>().prop_map(|index| Step::Free { index }),
    ]
}

/// Which limits above a limit it is charged to, itself included: 0 is the process, 1 and 2 are tenants, the rest are requests.
const PATHS: [&[usize]; 7] = [&[0], &[1, 0], &[2, 0], &[3, 1, 0], &[4, 1, 0], &[5, 2, 0], &[6, 2, 0]];

/// The tree, and what a test counts by itself: the bytes that are live for certain, for each limit.
struct Tree<'a> {
    /// By number.
    limits: [&'a (dyn Measured + Sync); 7],
    counted: [AtomicUsize; 7],
    caps: [usize; 7],
}

/// A limit of any parent.
trait Measured: Allocator {
    fn numbers(&self) -> (usize, usize);
}

impl<A: Allocator> Measured for Limit<A> {
    fn numbers(&self) -> (usize, usize) {
        (self.used(), self.peak())
    }
}

struct Block {
    start: NonNull<u8>,
    layout: Layout,
    limit: usize,
}

impl Tree<'_> {
    fn count(&self, limit: usize, change: impl Fn(&AtomicUsize)) {
        PATHS[limit].iter().for_each(|&at| change(&self.counted[at]));
    }

    fn check(&self) {
        for (number, limit) in self.limits.iter().enumerate() {
            // In this order: what is counted is in use, until it is counted no more.
            let counted = self.counted[number].load(Ordering::SeqCst);
            let (used, peak) = limit.numbers();
            assert!(used <= self.caps[number] && peak <= self.caps[number], "{number}: {used} {peak}");
            assert!(counted <= self.caps[number], "{number}: {counted}");
        }
    }

    fn run(&self, steps: &[Step]) {
        let mut live: Vec<Block> = Vec::new();
        for step in steps {
            match *step {
                Step::Allocate { limit, size } => {
                    let layout = Layout::from_size_align(size, 1 << (size % 6)).unwrap();
                    if let Ok(block) = self.limits[limit].allocate(layout) {
                        assert_eq!(block.len(), size);
                        self.count(limit, |counted| _ = counted.fetch_add(size, Ordering::SeqCst));
                        live.push(Block { start: block.cast(), layout, limit });
                    }
                }
                Step::Resize { index, size } if !live.is_empty() => {
                    let index = index % live.len();
                    self.resize(&mut live[index], size);
                }
                Step::Free { index } if !live.is_empty() => {
                    let block = live.swap_remove(index % live.len());
                    self.free(&block);
                }
                _ => {}
            }
            self.check();
        }
        live.iter().for_each(|block| self.free(block));
    }

    fn resize(&self, block: &mut Block, size: usize) {
        let (old, limit) = (block.layout, self.limits[block.limit]);
        let new = Layout::from_size_align(size, old.align()).unwrap();
        if size >= old.size() {
            // SAFETY: live with that layout.
            if let Ok(grown) = unsafe { limit.grow(block.start, old, new) } {
                self.count(block.limit, |counted| _ = counted.fetch_add(size - old.size(), Ordering::SeqCst));
                (block.start, block.layout) = (grown.cast(), new);
            }
        } else {
            self.count(block.limit, |counted| _ = counted.fetch_sub(old.size() - size, Ordering::SeqCst));
            // SAFETY: as above. Shrinking does not fail in `System`.
            let shrunk = unsafe { limit.shrink(block.start, old, new) }.unwrap();
            (block.start, block.layout) = (shrunk.cast(), new);
        }
    }

    fn free(&self, block: &Block) {
        self.count(block.limit, |counted| _ = counted.fetch_sub(block.layout.size(), Ordering::SeqCst));
        // SAFETY: live with that layout, and not used again.
        unsafe { self.limits[block.limit].deallocate(block.start, block.layout) };
    }
}

fn with_tree(caps: [usize; 7], work: impl FnOnce(&Tree<'_>)) {
    let process = Limit::new(Watched::new(caps[0]), caps[0]);
    let tenants = [Limit::new(&process, caps[1]), Limit::new(&process, caps[2])];
    let requests: [_; 4] = std::array::from_fn(|at| Limit::new(&tenants[at / 2], caps[3 + at]));
    let tree = Tree {
        limits: [&process, &tenants[0], &tenants[1], &requests[0], &requests[1], &requests[2], &requests[3]],
        counted: Default::default(),
        caps,
    };
    work(&tree);
    for (number, limit) in tree.limits.iter().enumerate() {
        assert_eq!((limit.numbers().0, tree.counted[number].load(Ordering::SeqCst)), (0, 0), "{number}");
    }
    assert_eq!(process.parent().exceeded.load(Ordering::SeqCst), 0, "the parent had more than {}", caps[0]);
    assert_eq!(process.parent().live.load(Ordering::SeqCst), 0);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn threads_never_exceed_a_limit(
        caps in prop::array::uniform7(200..4000_usize),
        threads in prop::collection::vec(prop::collection::vec(step(), 1..200), 2..6),
    ) {
        with_tree(caps, |tree| {
            thread::scope(|scope| threads.iter().for_each(|steps| _ = scope.spawn(|| tree.run(steps))));
        });
    }

    /// In one thread the model is exact: a request is served if and only if no limit is exceeded, and every number is right.
    #[test]
    fn one_thread_is_exact(
        caps in prop::array::uniform7(200..4000_usize),
        steps in prop::collection::vec(step(), 1..300),
    ) {
        with_tree(caps, |tree| {
            let mut live: Vec<Block> = Vec::new();
            let mut used = [0_usize; 7];
            let mut peaks = [0_usize; 7];
            for step in &steps {
                match *step {
                    Step::Allocate { limit, size } => {
                        let layout = Layout::from_size_align(size, 8).unwrap();
                        let fits = PATHS[limit].iter().all(|&at| used[at] + size <= caps[at]);
                        let block = tree.limits[limit].allocate(layout);
                        assert_eq!(block.is_ok(), fits);
                        if let Ok(block) = block {
                            PATHS[limit].iter().for_each(|&at| used[at] += size);
                            tree.count(limit, |counted| _ = counted.fetch_add(size, Ordering::SeqCst));
                            live.push(Block { start: block.cast(), layout, limit });
                        }
                    }
                    Step::Resize { index, size } if !live.is_empty() => {
                        let index = index % live.len();
                        let block = &mut live[index];
                        let old = block.layout.size();
                        let path = PATHS[block.limit];
                        let fits = path.iter().all(|&at| size <= old || used[at] - old + size <= caps[at]);
                        tree.resize(block, size);
                        assert_eq!(block.layout.size() == size, fits);
                        if fits {
                            path.iter().for_each(|&at| used[at] = used[at] - old + size);
                        }
                    }
                    Step::Free { index } if !live.is_empty() => {
                        let block = live.swap_remove(index % live.len());
                        PATHS[block.limit].iter().for_each(|&at| used[at] -= block.layout.size());
                        tree.free(&block);
                    }
                    _ => {}
                }
                for at in 0..7 {
                    peaks[at] = peaks[at].max(used[at]);
                    assert_eq!(tree.limits[at].numbers(), (used[at], peaks[at]), "{at}");
                }
            }
            live.iter().for_each(|block| tree.free(block));
        });
    }
}

/// More threads, and more of everything, in fewer runs.
#[test]
fn many_threads_never_exceed_a_limit() {
    let mut random = crate::random::Random(1);
    for _ in 0..4 {
        let caps = std::array::from_fn(|at| if at == 0 { 6000 } else { 1000 + random.below(4000) });
        let mut steps = || {
            (0..6000)
                .map(|_| match random.below(9) {
                    0..4 => Step::Allocate { limit: random.below(7), size: 1 + random.below(400) },
                    4..6 => Step::Resize { index: random.below(1000), size: random.below(600) },
                    _ => Step::Free { index: random.below(1000) },
                })
                .collect::<Vec<_>>()
        };
        let threads: Vec<_> = (0..8).map(|_| steps()).collect();
        with_tree(caps, |tree| {
            thread::scope(|scope| threads.iter().for_each(|steps| _ = scope.spawn(|| tree.run(steps))));
        });
    }
}
