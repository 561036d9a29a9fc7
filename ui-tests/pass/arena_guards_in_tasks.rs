//! Guards of an `ArenaPool` are `Send`: a future may hold one across an `.await`, by reference or owned.
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use janus_alloc::arenas::OwnedArenaGuard;
use janus_alloc::collections::{Box, Vec};
use janus_alloc::{ArenaPool, TaskArena};

static ARENAS: ArenaPool = ArenaPool::new(8, 1 << 20);

struct Parsed {
    words: Vec<Box<str, janus_alloc::collections::Arc<OwnedArenaGuard>>, janus_alloc::collections::Arc<OwnedArenaGuard>>,
}

async fn parse(text: String, arena: OwnedArenaGuard) -> Parsed {
    let arena = janus_alloc::collections::Arc::new(arena);
    let mut words = Vec::new_in(arena.clone());
    for word in text.split(' ') {
        words.push(Box::clone_from_ref_in(word, arena.clone()));
        std::future::ready(()).await;
    }
    Parsed { words }
}

async fn count(text: String) -> usize {
    let arena = ARENAS.get();
    let words = split(&text, &arena).await;
    words.len()
}

async fn split<'a>(text: &'a str, arena: &'a TaskArena) -> Vec<&'a str, &'a TaskArena> {
    let mut words = Vec::new_in(arena);
    std::future::ready(()).await;
    words.extend(text.split(' '));
    words
}

fn run<T: Send + 'static>(task: impl Future<Output = T> + Send + 'static) -> T {
    std::thread::spawn(move || match pin!(task).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => unreachable!(),
    })
    .join()
    .unwrap()
}

fn main() {
    assert_eq!(run(count(String::from("one two three"))), 3);
    assert_eq!(ARENAS.idle(), 1);
    let pool = Arc::new(ArenaPool::new(8, 1 << 20));
    let parsed = run(parse(String::from("one two"), pool.get_owned()));
    assert_eq!((&*parsed.words[1], pool.idle()), ("two", 0));
    drop(parsed);
    assert_eq!(pool.idle(), 1);
}
