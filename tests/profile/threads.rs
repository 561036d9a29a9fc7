//! Threads: as many as have countdowns of their own and more, blocks that pass between them, and their ends.

use std::cell::RefCell;
use std::sync::{Barrier, mpsc};
use std::thread;

use janus_alloc::blocks::profile::Sampling;
use janus_alloc::collections::{Box, Vec};
use janus_alloc::{Profile, SharedPool, System};

#[test]
fn threads_add_up() {
    for threads in [2_u64, 8, 40, 80] {
        let profile = Profile::with_sampling(System, Sampling::All);
        let barrier = Barrier::new(threads as usize);
        let kept: std::vec::Vec<_> = thread::scope(|scope| {
            let work = |index: u64| {
                let (profile, barrier) = (&profile, &barrier);
                move || {
                    barrier.wait();
                    let mut kept = std::vec::Vec::new();
                    for round in 0..100 {
                        drop(Box::new_in([0_u64; 100], profile));
                        if round % 10 == 0 {
                            kept.push(Box::new_in(index, profile));
                        }
                    }
                    kept
                }
            };
            let handles: std::vec::Vec<_> = (0..threads).map(|index| scope.spawn(work(index))).collect();
            handles.into_iter().flat_map(|handle| handle.join().unwrap()).collect()
        });
        let report = profile.report();
        assert_eq!((report.live_bytes(), report.live_blocks()), (8 * 10 * threads, 10 * threads));
        assert_eq!((report.total_bytes(), report.total_blocks()), (threads * (100 * 800 + 80), threads * 110));
        drop(kept); // by another thread than the ones that asked
        assert_eq!((profile.report().live_bytes(), profile.report().samples()), (0, 0));
    }
}

/// Sampled blocks pass from thread to thread, and are freed, grown and shrunk there, while others sample.
#[test]
fn blocks_pass_between_threads() {
    for sampling in [Sampling::All, Sampling::EveryBytes(300)] {
        let profile = Profile::with_sampling(SharedPool::new(), sampling);
        thread::scope(|scope| {
            let (send, receive) = mpsc::sync_channel::<Vec<u8, &Profile<SharedPool>>>(100);
            let receive = std::sync::Arc::new(std::sync::Mutex::new(receive));
            for _ in 0..3 {
                let send = send.clone();
                let profile = &profile;
                scope.spawn(move || {
                    for n in 0..3000 {
                        send.send(Vec::with_capacity_in(1 + n % 200, profile)).unwrap();
                    }
                });
                let receive = std::sync::Arc::clone(&receive);
                scope.spawn(move || {
                    loop {
                        let Ok(mut vec) = receive.lock().unwrap().recv() else { break };
                        vec.resize(vec.capacity() * 2, 7);
                        vec.truncate(10);
                        vec.shrink_to_fit();
                        assert!(vec.iter().all(|&byte| byte == 7));
                    }
                });
            }
            drop(send);
        });
        let report = profile.report();
        assert_eq!((report.live_bytes(), report.live_blocks(), report.samples()), (0, 0, 0));
        assert!(sampling != Sampling::All || report.total_blocks() == 9000);
    }
}

/// Each thread samples for itself, and the sum is right: within five standard deviations.
#[test]
fn estimates_of_threads() {
    for threads in [1_usize, 4, 60] {
        let (interval, size, count) = (10_000, 200, 4000);
        let profile = Profile::with_sampling(System, Sampling::EveryBytes(interval)).seed(threads as u64);
        let barrier = Barrier::new(threads);
        let kept: std::vec::Vec<_> = thread::scope(|scope| {
            let spawn = |_| {
                scope.spawn(|| {
                    barrier.wait();
                    let allocate = |_| Vec::<u8, _>::with_capacity_in(size, &profile);
                    let kept: std::vec::Vec<_> = (0..count / threads).map(allocate).collect();
                    barrier.wait();
                    kept
                })
            };
            let handles: std::vec::Vec<_> = (0..threads).map(spawn).collect();
            handles.into_iter().flat_map(|handle| handle.join().unwrap()).collect()
        });
        let chance = 1.0 - (-(size as f64) / interval as f64).exp();
        let deviation = (kept.len() as f64 * (size * size) as f64 * (1.0 - chance) / chance).sqrt();
        let error = profile.report().live_bytes() as f64 - (kept.len() * size) as f64;
        assert!(error.abs() < 5.0 * deviation, "{threads} threads: {error}, deviation {deviation}");
        drop(kept);
        assert_eq!(profile.report().samples(), 0);
    }
}

/// What destructors of thread-locals free and allocate while their thread ends is sampled too.
#[test]
fn thread_exit_loses_nothing() {
    static PROFILE: Profile<System> = Profile::with_sampling(System, Sampling::All);
    struct Holder(RefCell<std::vec::Vec<Box<[u8; 100], &'static Profile<System>>>>);
    impl Drop for Holder {
        fn drop(&mut self) {
            drop(Box::new_in(1, &PROFILE)); // allocates while the thread ends
            self.0.borrow_mut().clear();
        }
    }
    thread_local! {
        static FIRST: Holder = const { Holder(RefCell::new(std::vec::Vec::new())) };
        static LAST: Holder = const { Holder(RefCell::new(std::vec::Vec::new())) };
    }
    for _ in 0..50 {
        thread::spawn(|| {
            FIRST.with(|holder| assert!(holder.0.borrow().is_empty()));
            FIRST.with(|holder| holder.0.borrow_mut().push(Box::new_in([0; 100], &PROFILE)));
            LAST.with(|holder| holder.0.borrow_mut().push(Box::new_in([0; 100], &PROFILE)));
        })
        .join()
        .unwrap();
    }
    let report = PROFILE.report();
    assert_eq!((report.total_blocks(), report.live_bytes(), report.samples()), (200, 0, 0));
}

/// Reports beside threads that allocate are consistent: no more is live than was allocated, and the peak is no lower.
#[test]
fn reports_beside_working_threads() {
    let profile = Profile::with_sampling(System, Sampling::EveryBytes(1000));
    let done = std::sync::atomic::AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                for n in 0..20_000 {
                    drop(Vec::<u8, _>::with_capacity_in(1 + n % 500, &profile));
                }
                done.store(true, std::sync::atomic::Ordering::Release);
            });
        }
        while !done.load(std::sync::atomic::Ordering::Acquire) {
            let report = profile.report();
            assert!(
                report.live_bytes() <= report.peak_bytes() && report.peak_bytes() <= report.total_bytes(),
                "{report}"
            );
            assert!(report.sites().iter().all(|site| site.live_bytes <= site.max_bytes));
        }
    });
    assert_eq!(profile.report().live_bytes(), 0);
}
