//! Both faces of a `SharedPool` can be used from any thread.
use janus_alloc::collections::{Box, HashMap, Vec};
use janus_alloc::{AsGlobal, SharedPool, Stats, System};

#[global_allocator]
static DEFAULT: AsGlobal<Stats<SharedPool>> = AsGlobal::new(Stats::new(SharedPool::new()));
static SUBSYSTEM: SharedPool<System> = SharedPool::new_in(System);

fn main() {
    let pool = SharedPool::new();
    let mut numbers = Vec::new_in(&pool);
    std::thread::scope(|scope| {
        scope.spawn(|| numbers.extend(0..100));
        scope.spawn(|| Box::new_in(1, &pool));
    });
    let own = Vec::<u8, SharedPool>::new_in(SharedPool::new());
    let thread = std::thread::spawn(move || {
        let mut map = HashMap::new_in(&SUBSYSTEM);
        map.insert(own.len(), Box::pin(Box::new_in("pinned", &DEFAULT)));
        map
    });
    assert_eq!(thread.join().unwrap().len(), 1);
    let pinned = Box::into_pin(Box::new_in(7, &DEFAULT));
    assert_eq!((*pinned, numbers.len()), (7, 100));
}
