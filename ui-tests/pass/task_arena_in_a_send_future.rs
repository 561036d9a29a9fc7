//! A future that holds a `TaskArena`, and collections in it, across an `.await` is `Send`.
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use janus_alloc::collections::{Arc, BTreeMap, Box, HashMap, Vec};
use janus_alloc::{Arena, TaskArena};

async fn answer(lines: std::vec::Vec<String>) -> usize {
    let mut arena = TaskArena::new();
    let mut total = 0;
    for line in lines {
        let mut words = Vec::new_in(&arena);
        words.extend(line.split(' '));
        std::future::ready(()).await;
        let mut counts = HashMap::new_in(&arena);
        words.iter().for_each(|&word| *counts.entry(word).or_insert(0) += 1);
        let boxed = Box::new_in(counts.len(), &arena);
        std::future::ready(()).await;
        // Between two `.await`s an `Arena` over it may be used.
        total += *boxed + Arena::new_in(&arena).alloc_str(&line).len();
        drop((counts, boxed, words));
        arena.reset();
    }
    // An arena that collections own.
    let owner = Arc::new(arena);
    let mut map = BTreeMap::new_in(owner.clone());
    map.insert(total, Box::new_in(total, owner));
    std::future::ready(()).await;
    *map[&total]
}

fn spawn(task: impl Future<Output = usize> + Send + 'static) -> usize {
    std::thread::spawn(move || match pin!(task).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => unreachable!(),
    })
    .join()
    .unwrap()
}

fn main() {
    assert_eq!(spawn(answer(["a b a", "c"].map(String::from).to_vec())), 2 + 5 + 1 + 1);
}
