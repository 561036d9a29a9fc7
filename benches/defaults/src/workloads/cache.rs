//! False sharing: `cache-thrash` and `cache-scratch` of Berger, McKinley, Blumofe and Wilson, "Hoard: A Scalable Memory
//! Allocator for Multithreaded Applications", ASPLOS 2000.
//!
//! Each thread allocates a small object, writes to it many times, and frees it, many times. That is slow if objects of two threads share a
//! cache line. In `cache-scratch`, another thread allocates the first object of each thread, next to those of the others: the allocator
//! should not reuse its memory in the thread that freed it.

use std::hint::black_box;
use std::sync::Mutex;

use super::in_threads;

const THREADS: u64 = 2;
const OBJECTS: u64 = 1_000;
const WRITES: u64 = 300_000;

/// Runs the threads with objects of their own.
pub(super) fn thrash() -> u64 {
    in_threads(THREADS, |_| use_objects())
}

/// Runs the threads with an object of the main thread first.
pub(super) fn scratch() -> u64 {
    let objects: Vec<_> = (0..THREADS).map(|_| Mutex::new(Some(Box::new(0)))).collect();
    in_threads(THREADS, |number| {
        let object = objects[number as usize].lock().expect("a thread panicked").take();
        use_object(object.expect("an object was taken twice")) + use_objects()
    })
}

fn use_objects() -> u64 {
    (0..OBJECTS).map(|_| use_object(Box::new(0))).sum()
}

fn use_object(object: Box<u64>) -> u64 {
    let mut object = black_box(object);
    for _ in 0..WRITES {
        *black_box(&mut *object) += 1;
    }
    assert_eq!(*object, WRITES, "an object was overwritten");
    *object
}
