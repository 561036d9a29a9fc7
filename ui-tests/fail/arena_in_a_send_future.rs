//! A future that holds an `Arena` by reference across an `.await` stays in its thread. The message names `TaskArena`.
use janus_alloc::Arena;
use janus_alloc::collections::Vec;

async fn answer() -> usize {
    let arena = Arena::new();
    let mut numbers = Vec::new_in(&arena);
    numbers.push(1);
    std::future::ready(()).await;
    numbers.len()
}

fn spawn(_: impl Future + Send + 'static) {}

fn main() {
    spawn(answer());
}
