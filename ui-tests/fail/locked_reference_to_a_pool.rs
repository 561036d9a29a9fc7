//! A lock around a reference does not keep others from the pool.
use janus_alloc::{Locked, Pool};

fn main() {
    let pool = Pool::new();
    let locked = Locked::new(&pool);
    std::thread::scope(|scope| {
        scope.spawn(|| locked.with(|pool| pool.live_bytes()));
    });
}
