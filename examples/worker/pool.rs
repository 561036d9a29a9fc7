//! A thread pool whose workers have an arena each.

use std::num::NonZero;
use std::sync::{Mutex, PoisonError, mpsc};
use std::thread;

use janus_alloc::Arena;

/// The memory that a worker keeps between jobs. A job that needs more gets it, and returns it at its end.
pub(crate) const MAX_KEPT_BYTES: usize = 256 << 10;

/// The totals of a worker.
#[derive(Debug, Default)]
pub(crate) struct Totals {
    pub(crate) jobs: u64,
    /// The bytes that jobs allocated in the arena.
    pub(crate) bytes: u64,
    /// The bytes that the largest job allocated.
    pub(crate) largest: usize,
    /// The bytes that the arena kept in the end.
    pub(crate) kept: usize,
}

/// Runs `work` for each job that arrives, on `workers` threads, and sends what it returns to `results`. Returns the totals of each
/// worker, once there are no more jobs.
///
/// `work` borrows the arena for one job alone: for any lifetime, however short. So nothing in the arena outlives its job, and the
/// compiler rejects a result that would: a `T` cannot name that lifetime.
pub(crate) fn run<J: Send, T: Send>(
    workers: NonZero<usize>,
    jobs: mpsc::Receiver<J>,
    results: mpsc::SyncSender<T>,
    work: impl Fn(J, &Arena) -> T + Sync,
) -> Vec<Totals> {
    let jobs = Mutex::new(jobs);
    thread::scope(|threads| {
        let spawn = |_| {
            let (jobs, work, results) = (&jobs, &work, results.clone());
            threads.spawn(move || worker(jobs, &results, work))
        };
        let running: Vec<_> = (0..workers.get()).map(spawn).collect();
        running.into_iter().map(|worker| worker.join().expect("a job does not panic")).collect()
    })
}

fn worker<J, T>(
    jobs: &Mutex<mpsc::Receiver<J>>,
    results: &mpsc::SyncSender<T>,
    work: &impl Fn(J, &Arena) -> T,
) -> Totals {
    let mut arena = Arena::new();
    let mut totals = Totals::default();
    loop {
        // A thread that waits for a job holds the lock, and the others wait for the lock.
        let Ok(job) = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv() else { break };
        let result = work(job, &arena);
        totals.jobs += 1;
        totals.bytes += arena.allocated_bytes() as u64;
        totals.largest = totals.largest.max(arena.allocated_bytes());
        // One call frees all that the job allocated. The memory stays for the next job.
        arena.reset_keep_at_most(MAX_KEPT_BYTES);
        if results.send(result).is_err() {
            break; // nobody wants results any more
        }
    }
    totals.kept = arena.capacity_bytes();
    totals
}
