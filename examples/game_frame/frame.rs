//! The state of a game in one frame, which is made from that of the frame before.

use janus_alloc::api::Allocator;
use janus_alloc::collections::prelude::*;
use janus_alloc::collections::{Box, HashMapIn, Vec};

/// A ball that rolls on a ring of [`CELLS`] cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Ball {
    at: u32,
    speed: u32,
}

const CELLS: u32 = 1000;

/// All of the state of a frame. Every part of it lies in `A`, and is freed or forgotten with it.
pub(crate) struct Frame<A: Allocator> {
    number: u64,
    balls: Vec<Ball, A>,
    /// The balls of each cell, by their places in `balls`: scratch data, which is built anew in each frame.
    cells: HashMapIn<u32, Vec<u32, A>, A>,
    /// The text on the screen.
    caption: Box<str, A>,
}

impl<A: Allocator + Clone> Frame<A> {
    pub(crate) fn first(balls: u32, allocator: A) -> Self {
        let start = (0..balls).map(|n| Ball { at: n * 37 % CELLS, speed: 1 + n % 7 });
        Self::with_balls(0, start.collect_in(allocator))
    }

    /// Makes the frame after this one, in another allocator. This frame is only read.
    pub(crate) fn next<B: Allocator + Clone>(&self, allocator: B) -> Frame<B> {
        let mut balls: Vec<Ball, B> = self.balls.iter().copied().collect_in(allocator);
        for ball in &mut balls {
            ball.at = (ball.at + ball.speed) % CELLS;
        }
        // Balls that met in the last frame swap their speeds.
        for met in self.cells.values() {
            if let [first, .., last] = met[..] {
                (balls[first as usize].speed, balls[last as usize].speed) =
                    (balls[last as usize].speed, balls[first as usize].speed);
            }
        }
        Frame::with_balls(self.number + 1, balls)
    }

    fn with_balls(number: u64, balls: Vec<Ball, A>) -> Self {
        let allocator = balls.allocator().clone();
        let mut cells: HashMapIn<u32, Vec<u32, A>, A> = HashMapIn::new_in(allocator.clone());
        for (n, ball) in (0..).zip(&balls) {
            cells.entry(ball.at).or_insert_with(|| Vec::new_in(allocator.clone())).push(n);
        }
        let caption =
            janus_alloc::format_in!(in allocator, "frame {number}: {} balls in {} cells", balls.len(), cells.len());
        Self { number, balls, cells, caption: caption.into_boxed_str() }
    }

    pub(crate) fn caption(&self) -> &str {
        &self.caption
    }

    /// Returns a number that depends on the place and speed of each ball.
    pub(crate) fn checksum(&self) -> u64 {
        self.balls.iter().fold(self.number, |sum, ball| {
            sum.wrapping_mul(31).wrapping_add(u64::from(ball.at) * 10 + u64::from(ball.speed))
        })
    }
}
