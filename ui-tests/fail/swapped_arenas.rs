//! The state of a frame borrows its arena, so the arenas of two frames cannot be swapped.
use janus_alloc::Arena;
use janus_alloc::collections::Vec;

fn main() {
    let (mut current, mut other) = (Arena::new(), Arena::new());
    let mut balls: Vec<u32, _> = Vec::new_in(&current);
    balls.push(1);
    for _ in 0..60 {
        other.reset();
        let mut next = Vec::new_in(&other);
        next.extend(balls.iter().map(|at| at + 1));
        balls = next;
        std::mem::swap(&mut current, &mut other);
    }
}
