//! Blocks of a `Pool` and of a `BlockPool`.
#![no_main]

#[allow(dead_code, reason = "other targets use it")]
mod blocks;

use std::ptr::NonNull;

use arbitrary::Arbitrary;
use blocks::{Blocks, Request, Shape, Steps, parent};
use janus_alloc::{BlockPool, Pool};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
struct Input {
    /// The layout of a `BlockPool`; `None` for a `Pool`. It replaces the layouts of all requests except those with a
    /// number that is a multiple of 8.
    layout: Option<Shape>,
    failing: Option<u8>,
    requests: Steps<(Request, u8)>,
}

fn newest(blocks: &Blocks) -> Option<NonNull<u8>> {
    blocks.owned_by(0).rfind(|(_, layout)| layout.size() > 0).map(|(start, _)| start)
}

fuzz_target!(|input: Input| {
    let ledger = parent(input.failing);
    let mut blocks = Blocks::default();
    if let Some(shape) = input.layout {
        let pool = BlockPool::new_in(shape.layout(), &ledger);
        for (request, number) in input.requests.0 {
            let layout = |other: Shape| if number % 8 == 0 { other.layout() } else { shape.layout() };
            blocks.request(&pool, 0, request, layout);
            assert_eq!(blocks.owned_by(0).filter(|(_, layout)| layout.size() > 0).count(), pool.live_blocks());
            assert!(newest(&blocks).is_none_or(|start| pool.owns(start)));
        }
        blocks.check();
    } else {
        let pool = Pool::new_in(&ledger);
        for (request, _) in input.requests.0 {
            blocks.request(&pool, 0, request, Shape::layout);
            assert!(newest(&blocks).is_none_or(|start| pool.owns(start)));
            assert!((blocks.size(0)..=pool.held_bytes()).contains(&pool.live_bytes()));
        }
        blocks.check();
    }
});
