//! Limits and locks in any order, in other threads, by reference and by a pointer that counts.
use janus_alloc::api::{GlobalAllocator, IndependentAllocator, Reset, StaticAllocator};
use janus_alloc::collections::{Arc, Box, Vec};
use janus_alloc::{AsGlobal, Arena, Failing, Limit, Locked, Pages, Pool, SharedPool, Stats, System};

#[global_allocator]
static DEFAULT: AsGlobal<Limit<Locked<Stats<Pool<Pages>>>>> =
    AsGlobal::new(Limit::new(Locked::new(Stats::new(Pool::new_in(Pages::new()))), usize::MAX));

static TENANTS: [Limit<&AsGlobal<Limit<Locked<Stats<Pool<Pages>>>>>>; 2] =
    [Limit::new(&DEFAULT, 1 << 20), Limit::new(&DEFAULT, 1 << 20)];

fn global<A: GlobalAllocator>(_: &A) {}
fn pinning<A: StaticAllocator>(_: &A) {}
fn independent<A: IndependentAllocator>(_: &A) {}

fn main() {
    let requests = Limit::new(&TENANTS[0], 2000);
    let numbers = Vec::from_iter_in(0..100_u64, &requests);
    std::thread::scope(|scope| _ = scope.spawn(|| Vec::from_iter_in(numbers.iter(), &requests).len()));
    assert_eq!(TENANTS[0].used(), 800);

    let shared = Arc::new_in(Locked::new(Limit::new(Arena::new(), 1000)), System);
    let there = shared.clone();
    let boxed = std::thread::spawn(move || Box::new_in(5, there)).join().unwrap();
    assert_eq!(*boxed, 5);

    global(&Failing::nth(SharedPool::new(), 7));
    global(&Locked::new(Arena::new_in(System)));
    pinning(&Limit::new(Failing::never(Locked::new(System)), 7));
    independent(&Limit::new(Pool::new_in(&requests), 10));
    let mut arena = Failing::never(Limit::new(Locked::new(Arena::new()), 1000));
    arena.reset();
}
