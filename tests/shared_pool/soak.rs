//! A long run that is started by hand and shows whether memory use levels off.
//!
//! `JANUS_SOAK_SECONDS=300 cargo test --release --test shared_pool -- --ignored --nocapture soak` runs this test alone.

use std::env;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, RwLock};
use std::thread;
use std::time::{Duration, Instant};

use janus_alloc::SharedPool;

use crate::UNCHECKED;
use crate::blocks::{Block, Random};

/// The number of bytes by which what is held without use may be more on average in the second half than in the first: a chunk.
const MARGIN: usize = 2 << 20;
/// The largest number of blocks that a thread has, and that it leaves for others.
const MAX_BLOCKS: usize = 600;

/// Runs one thread until `stop` is set or its steps are done, and returns the number of steps. Blocks are exchanged with other threads
/// through `left`.
fn use_in_a_thread(pool: &SharedPool, left: &Mutex<Vec<Block>>, random: &mut Random, stop: &AtomicBool) -> usize {
    let mut own = Vec::new();
    let steps = 20_000 + random.below(20_000);
    for step in 0..steps {
        if step % 64 == 0 && stop.load(Ordering::Relaxed) {
            break;
        }
        match random.below(8) {
            0..4 => {
                let number = step as u64;
                let layout = random.layout();
                let block = if step % 5 == 0 {
                    Block::allocate_zeroed(pool, layout, number)
                } else {
                    Block::allocate(pool, layout, number)
                };
                own.push(block.unwrap());
            }
            4 if !own.is_empty() => {
                let at = random.below(own.len());
                own[at].resize(pool, random.layout(), step % 2 == 0).unwrap();
            }
            5 => {
                let mut left = left.lock().unwrap();
                let count = own.len().min(20);
                left.extend(own.drain(..count));
                // Blocks above the maximum are taken back.
                let first = left.len().min(MAX_BLOCKS);
                let taken = left.split_off(first);
                drop(left);
                own.extend(taken);
            }
            6 => own.extend(left.lock().unwrap().pop()),
            _ => {}
        }
        while own.len() > MAX_BLOCKS || own.len() > MAX_BLOCKS / 2 && random.below(3) == 0 {
            own.swap_remove(random.below(own.len())).free(pool);
        }
    }
    left.lock().unwrap().append(&mut own);
    steps
}

#[test]
#[ignore = "takes five minutes, or JANUS_SOAK_SECONDS"]
#[cfg(target_os = "linux")]
fn soak() {
    let seconds = env::var("JANUS_SOAK_SECONDS").map_or(300, |text| text.parse().unwrap());
    let pool = SharedPool::with_options(UNCHECKED);
    let (left, stop, steps, lives) =
        (Mutex::default(), AtomicBool::new(false), AtomicUsize::new(0), AtomicUsize::new(0));
    let start = Instant::now();
    let (mut resident, mut unused) = (Vec::new(), Vec::new());
    // A thread of a lane holds it for reading. The sampler holds it for writing, when no thread uses the pool.
    let running = RwLock::new(());
    thread::scope(|scope| {
        for lane in 0..2 {
            let (pool, left, stop, steps, lives, running) = (&pool, &left, &stop, &steps, &lives, &running);
            scope.spawn(move || {
                let mut random = Random(lane);
                while !stop.load(Ordering::Relaxed) {
                    let _running = running.read().unwrap();
                    // One thread after the other.
                    thread::scope(|inner| {
                        let random = &mut random;
                        let done = inner.spawn(move || use_in_a_thread(pool, left, random, stop)).join().unwrap();
                        steps.fetch_add(done, Ordering::Relaxed);
                        lives.fetch_add(1, Ordering::Relaxed);
                    });
                }
            });
        }
        let mut printed = 0;
        while start.elapsed() < Duration::from_secs(seconds) {
            thread::sleep(Duration::from_millis(250));
            resident.push(crate::process_memory::resident_bytes());
            let elapsed = start.elapsed().as_secs();
            if elapsed / 10 > printed {
                printed = elapsed / 10;
                let (steps, lives) = (steps.load(Ordering::Relaxed), lives.load(Ordering::Relaxed));
                let (now, held) = (resident.last().unwrap() >> 10, pool.stats().held_bytes() >> 10);
                let _paused = running.write().unwrap();
                pool.collect();
                let stats = pool.stats();
                unused.push(stats.held_bytes() - stats.live_bytes());
                let kept = unused.last().unwrap() >> 10;
                eprintln!(
                    "{elapsed:>4} s: {now:>8} KiB resident, {held:>8} KiB held, {kept:>6} KiB unused after a collection, \
                     {lives} threads, {steps} steps"
                );
            }
        }
        stop.store(true, Ordering::Relaxed);
    });
    // The first tenth, in which memory use rises, is left out.
    fn halves(samples: &[usize]) -> (&[usize], &[usize]) {
        samples[samples.len() / 10..].split_at(samples.len() * 9 / 20)
    }
    let mean = |half: &[usize]| half.iter().sum::<usize>() / half.len();
    let most = |half: &[usize]| half.iter().max().unwrap() >> 10;
    let (first, second) = halves(&resident);
    println!("resident: at most {} KiB in the first half, {} KiB in the second", most(first), most(second));
    let (first, second) = (mean(first), mean(second));
    println!("resident: on average {} KiB in the first half, {} KiB in the second", first >> 10, second >> 10);
    // Free memory is returned by the clock, so a process that gets more of the processor has more of it. A leak raises more.
    assert!(second <= first + first / 4, "resident: {first} {second}");
    let (first, second) = halves(&unused);
    let (first, second) = (mean(first), mean(second));
    println!(
        "unused after a collection: on average {} KiB in the first half, {} KiB in the second",
        first >> 10,
        second >> 10
    );
    assert!(second <= first + MARGIN, "unused after a collection: {first} {second}");
    left.into_inner().unwrap().into_iter().for_each(|block: Block| block.free(&pool));
    assert_eq!(pool.stats().live_bytes(), 0);
}
