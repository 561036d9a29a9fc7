//! Random requests under random tags, against a model: after every step each tag has what the model says.

use std::ptr::NonNull;

use janus_alloc::api::{Allocator, Layout};
use janus_alloc::by_tag::{Tag, TagGuard};
use janus_alloc::{ByTag, SharedPool, Stats, System, tag};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

const NAMES: [&str; 3] = ["model 1", "model 2", "model 3"];

#[derive(Clone, Debug)]
enum Step {
    /// Enters the tag of that number.
    Enter(usize),
    /// Drops one of the guards.
    Leave(Index),
    Allocate(Layout),
    Free(Index),
    Resize(Index, Layout),
}

fn layouts() -> impl Strategy<Value = Layout> {
    let sizes = prop_oneof![8 => 0..200_usize, 2 => 0..10_000_usize, 1 => Just(4096_usize)];
    (sizes, 0..8_u32).prop_map(|(size, align)| Layout::from_size_align(size, 1 << align).unwrap())
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        2 => (0..=NAMES.len()).prop_map(Step::Enter),
        2 => any::<Index>().prop_map(Step::Leave),
        6 => layouts().prop_map(Step::Allocate),
        3 => any::<Index>().prop_map(Step::Free),
        5 => (any::<Index>(), layouts()).prop_map(|(index, layout)| Step::Resize(index, layout)),
    ];
    vec(step, 0..200)
}

/// Returns the tag of a number: that of a name, or beyond the names no tag.
fn tag_of(number: usize) -> Tag {
    NAMES.get(number).map_or(Tag::UNTAGGED, |name| Tag::named(name))
}

struct Block {
    start: NonNull<u8>,
    layout: Layout,
    /// The number of its tag.
    tag: usize,
}

impl Block {
    /// Fills the block with bytes that differ from their neighbours and from those of other tags.
    fn fill(&self) {
        for at in 0..self.layout.size() {
            // SAFETY: within the block.
            let byte = unsafe { self.start.add(at) };
            // SAFETY: as above.
            unsafe { byte.write(at as u8 ^ self.tag as u8) };
        }
    }

    /// Checks the first `length` bytes of a block that was filled and has moved to `start`.
    fn assert_filled(&self, start: NonNull<u8>, length: usize) {
        for at in 0..length {
            // SAFETY: within the block.
            let byte = unsafe { start.add(at) };
            // SAFETY: as above, and filled.
            assert_eq!(unsafe { byte.read() }, at as u8 ^ self.tag as u8, "byte {at}");
        }
    }
}

fn resize<A: Allocator>(by_tag: &ByTag<A>, block: &mut Block, layout: Layout, current: usize) {
    let old = block.layout;
    let resized = if layout.size() < old.size() {
        // SAFETY: live with the old layout.
        unsafe { by_tag.shrink(block.start, old, layout) }
    } else if layout.size() % 2 == 0 {
        // SAFETY: as above.
        unsafe { by_tag.grow(block.start, old, layout) }
    } else {
        // SAFETY: as above.
        unsafe { by_tag.grow_zeroed(block.start, old, layout) }
    };
    let resized = resized.unwrap();
    assert_eq!(resized.len(), layout.size());
    block.assert_filled(resized.cast(), old.size().min(layout.size()));
    // A block of size 0 has no tag; the growth begins one.
    let tag = if old.size() == 0 { current } else { block.tag };
    *block = Block { start: resized.cast(), layout, tag };
    block.fill();
}

fn run<A: Allocator>(by_tag: &ByTag<A>, steps: Vec<Step>) {
    let mut guards: Vec<(TagGuard, usize)> = Vec::new();
    let mut blocks: Vec<Block> = Vec::new();
    for step in steps {
        let current = guards.last().map_or(NAMES.len(), |(_, number)| *number);
        match step {
            Step::Enter(number) if guards.len() < 60 => {
                let guard = NAMES.get(number).map_or_else(|| Tag::UNTAGGED.enter(), |name| tag(name));
                guards.push((guard, number));
            }
            Step::Leave(index) if !guards.is_empty() => drop(guards.remove(index.index(guards.len()))),
            Step::Allocate(layout) => {
                let start = by_tag.allocate(layout).unwrap();
                assert_eq!(start.len(), layout.size());
                let block = Block { start: start.cast(), layout, tag: current };
                block.fill();
                blocks.push(block);
            }
            Step::Free(index) if !blocks.is_empty() => {
                let block = blocks.swap_remove(index.index(blocks.len()));
                block.assert_filled(block.start, block.layout.size());
                // SAFETY: live with that layout.
                unsafe { by_tag.deallocate(block.start, block.layout) };
            }
            Step::Resize(index, layout) if !blocks.is_empty() => {
                let index = index.index(blocks.len());
                resize(by_tag, &mut blocks[index], layout, current);
            }
            _ => {}
        }
        assert_eq!(Tag::current(), guards.last().map_or(Tag::UNTAGGED, |(_, number)| tag_of(*number)));
        for number in 0..=NAMES.len() {
            let own = || blocks.iter().filter(|block| block.tag == number && block.layout.size() > 0);
            let expected = (own().count() as u64, own().map(|block| block.layout.size() as u64).sum());
            let snapshot = by_tag.snapshot_of(tag_of(number));
            assert_eq!((snapshot.live_blocks(), snapshot.live_bytes), expected, "{:?}", tag_of(number));
        }
    }
    for block in blocks {
        // SAFETY: live with that layout.
        unsafe { by_tag.deallocate(block.start, block.layout) };
    }
    drop(guards);
    assert!(by_tag.rows().all(|row| row.snapshot.live_bytes == 0 && row.snapshot.live_blocks() == 0));
}

proptest! {
    #[test]
    fn each_tag_has_its_blocks(steps in steps()) {
        run(&ByTag::new(System), steps);
    }

    #[test]
    fn each_tag_has_its_blocks_of_a_pool(steps in steps()) {
        let by_tag = ByTag::new(Stats::new(SharedPool::new()));
        run(&by_tag, steps);
        prop_assert_eq!(by_tag.parent().snapshot().live_bytes, 0);
    }
}
