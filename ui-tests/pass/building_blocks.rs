//! Building blocks in statics, in collections that own them, and in threads.
use std::mem::MaybeUninit;
use std::thread;

use janus_alloc::collections::{HashMap, Vec};
use janus_alloc::{
    Aligned, AsGlobal, Fallback, FixedArena, Pages, Pool, Segregate, SharedPool, StackFirst, StaticArena, Zeroizing,
};

static HEAP: StaticArena<4096> = StaticArena::new();

#[global_allocator]
static DEFAULT: AsGlobal<Fallback<&StaticArena<4096>, Segregate<4096, SharedPool, Aligned<64, Pages>>>> =
    AsGlobal::new(Fallback::new(&HEAP, Segregate::new(SharedPool::new(), Aligned::new(Pages::new()))));

fn main() {
    let mut bytes = [MaybeUninit::uninit(); 1024];
    let by_size = Segregate::<256, _, _>::new(Pool::new(), Fallback::new(FixedArena::new(&mut bytes), Pages::new()));
    let mut words: HashMap<String, usize, _, _> = HashMap::new_in(&by_size);
    words.extend((0..100).map(|n| (n.to_string(), n)));
    assert_eq!(words["99"], 99);

    let mut secret = Vec::new_in(Zeroizing::new(Pool::new()));
    secret.extend(*b"swordfish");

    let memory = StackFirst::<256, _>::new(&DEFAULT);
    let sum = thread::spawn(move || {
        let mut numbers = Vec::new_in(&memory);
        numbers.extend(0..1000_u64);
        numbers.iter().sum::<u64>()
    });
    assert_eq!(sum.join().unwrap(), 499_500);
}
