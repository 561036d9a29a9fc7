//! `Limit` counts every byte, refuses what is too much, and charges nothing for what fails.

use std::ptr::NonNull;
use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use janus_alloc::api::{Allocator, Layout, Owns, Reset, StaticAllocator};
use janus_alloc::collections::{Box, HashMap, String as StringIn, Vec as VecIn};
use janus_alloc::{Arena, AsGlobal, Failing, Global, Limit, Pages, Pool, SharedPool, Stats, System};
use static_assertions::{assert_impl_all, assert_not_impl_any};

use crate::random::Random;

assert_impl_all!(Limit<System>: Send, Sync, janus_alloc::api::GlobalAllocator, StaticAllocator);
assert_impl_all!(Limit<Pool<System>>: Send, Owns, janus_alloc::api::IndependentAllocator);
assert_not_impl_any!(Limit<Pool<System>>: Sync, janus_alloc::api::GlobalAllocator);
assert_not_impl_any!(Limit<Global>: janus_alloc::api::GlobalAllocator, Clone);
assert_impl_all!(Limit<Arena>: Reset);

fn layout(size: usize, align: usize) -> Layout {
    Layout::from_size_align(size, align).unwrap()
}

#[test]
fn every_call_is_charged_exactly() {
    let limit = Limit::new(System, 1000);
    let numbers = || (limit.used(), limit.remaining(), limit.peak());
    let a = limit.allocate(layout(400, 8)).unwrap();
    assert_eq!(numbers(), (400, 600, 400));
    let b = limit.allocate_zeroed(layout(500, 1)).unwrap();
    assert_eq!(numbers(), (900, 100, 900));
    assert!(limit.allocate(layout(101, 1)).is_err() && limit.allocate_zeroed(layout(101, 1)).is_err());
    // SAFETY: live with that layout.
    let a = unsafe { limit.grow(a.cast(), layout(400, 8), layout(500, 16)) }.unwrap();
    assert_eq!(numbers(), (1000, 0, 1000));
    // SAFETY: live with that layout.
    assert!(unsafe { limit.grow(a.cast(), layout(500, 16), layout(501, 16)) }.is_err());
    // SAFETY: live with that layout.
    assert!(unsafe { limit.grow_zeroed(a.cast(), layout(500, 16), layout(501, 16)) }.is_err());
    // SAFETY: live with that layout. Growing by nothing asks for nothing.
    let a = unsafe { limit.grow(a.cast(), layout(500, 16), layout(500, 32)) }.unwrap();
    // SAFETY: live with that layout.
    let a = unsafe { limit.shrink(a.cast(), layout(500, 32), layout(100, 8)) }.unwrap();
    assert_eq!(numbers(), (600, 400, 1000));
    // SAFETY: live with that layout.
    let a = unsafe { limit.grow_zeroed(a.cast(), layout(100, 8), layout(300, 8)) }.unwrap();
    // SAFETY: live with that layout.
    let a = unsafe { limit.shrink(a.cast(), layout(300, 8), layout(0, 8)) }.unwrap();
    assert_eq!(numbers(), (500, 500, 1000));
    // SAFETY: a block of size 0.
    let a = unsafe { limit.grow(a.cast(), layout(0, 8), layout(10, 8)) }.unwrap();
    assert_eq!((a.len(), limit.used()), (10, 510));
    // SAFETY: live with these layouts.
    unsafe { limit.deallocate(a.cast(), layout(10, 8)) };
    // SAFETY: live with these layouts.
    unsafe { limit.deallocate(b.cast(), layout(500, 1)) };
    // SAFETY: size 0 is anyone's.
    unsafe { limit.deallocate(NonNull::<u64>::dangling().cast(), layout(0, 8)) };
    assert_eq!(numbers(), (0, 1000, 1000));
    assert!(limit.allocate(layout(isize::MAX as usize - 7, 8)).is_err());
    assert_eq!(numbers(), (0, 1000, 1000));
}

/// Sizes whose sum would wrap.
#[test]
fn sums_do_not_wrap() {
    let limit = Limit::new(Failing::above(System, 1000), usize::MAX);
    let block = limit.allocate(layout(1000, 1)).unwrap();
    assert!(limit.allocate(layout(isize::MAX as usize, 1)).is_err());
    assert_eq!((limit.used(), limit.peak()), (1000, 1000));
    // SAFETY: live with that layout.
    unsafe { limit.deallocate(block.cast(), layout(1000, 1)) };
}

#[test]
fn blocks_are_as_long_as_charged() {
    let limit = Limit::new(Pages::new(), 1 << 20);
    let block = limit.allocate(layout(100, 8)).unwrap();
    assert_eq!((block.len(), limit.used()), (100, 100));
    // SAFETY: live with that layout.
    let block = unsafe { limit.grow(block.cast(), layout(100, 8), layout(5000, 8)) }.unwrap();
    assert_eq!((block.len(), limit.used()), (5000, 5000));
    // SAFETY: live with that layout.
    let block = unsafe { limit.shrink(block.cast(), layout(5000, 8), layout(50, 8)) }.unwrap();
    assert_eq!((block.len(), limit.used()), (50, 50));
    // SAFETY: live with that layout.
    unsafe { limit.deallocate(block.cast(), layout(50, 8)) };
    // hashbrown frees with the length that it was given.
    let mut map = HashMap::new_in(&limit);
    map.extend((0..1000_u64).map(|n| (n, n)));
    drop(map);
    assert_eq!(limit.used(), 0);
}

/// Every kind of call to a parent that refuses it.
#[test]
fn refusals_of_the_parent_are_not_charged() {
    for n in 0..6 {
        let limit = Limit::new(Failing::nth(System, n), 10_000);
        let mut live = None;
        let mut size = 0;
        for step in 0..6 {
            let new = if step == 4 { 10 } else { 100 * (step + 1) };
            let result = match live {
                None if step % 2 == 0 => limit.allocate(layout(new, 8)),
                None => limit.allocate_zeroed(layout(new, 8)),
                // SAFETY: live with that layout.
                Some(block) if new < size => unsafe { limit.shrink(block, layout(size, 8), layout(new, 8)) },
                // SAFETY: as above.
                Some(block) if step % 2 == 0 => unsafe { limit.grow(block, layout(size, 8), layout(new, 8)) },
                // SAFETY: as above.
                Some(block) => unsafe { limit.grow_zeroed(block, layout(size, 8), layout(new, 8)) },
            };
            assert_eq!(result.is_err(), step == n);
            if let Ok(block) = result {
                (live, size) = (Some(block.cast()), new);
            }
            assert_eq!(limit.used(), size);
            assert!(limit.peak() <= 600 && limit.peak() >= size);
        }
        // SAFETY: live with that layout.
        unsafe { limit.deallocate(live.unwrap(), layout(size, 8)) };
        assert_eq!(limit.used(), 0);
    }
}

#[test]
fn a_refusal_above_leaves_nothing_below() {
    let process = Limit::new(Stats::new(System), 1000);
    let tenant = Limit::new(&process, 800);
    let request = Limit::new(&tenant, 2000);
    let used = || (process.used(), tenant.used(), request.used());
    let mut bytes = VecIn::<u8, _>::try_with_capacity_in(700, &request).unwrap();
    assert!(bytes.try_reserve_exact(801).is_err());
    assert_eq!(used(), (700, 700, 700));
    let others = VecIn::<u8, _>::try_with_capacity_in(250, &process).unwrap();
    assert!(bytes.try_reserve_exact(760).is_err()); // too much for the process, not for the tenant
    assert_eq!((used(), bytes.capacity()), ((950, 700, 700), 700));
    assert_eq!((process.peak(), tenant.peak(), request.peak()), (950, 700, 700));
    drop(others);
    assert!(bytes.try_reserve_exact(760).is_ok());
    drop(bytes);
    assert_eq!((used(), process.parent().snapshot().live_bytes), ((0, 0, 0), 0));
    // A limit that goes leaves what it charged: the block is leaked, and still takes memory.
    {
        let request = Limit::new(&tenant, 100);
        std::mem::forget(VecIn::<u8, _>::with_capacity_in(10, &request));
    }
    assert_eq!((process.used(), tenant.used()), (10, 10));
}

#[test]
fn collections_at_the_limit_keep_what_they_have() {
    let limit = Limit::new(Global, 4000);
    let mut numbers = VecIn::new_in(&limit);
    while numbers.try_push(numbers.len() as u64).is_ok() {}
    assert_eq!((numbers.len(), numbers.capacity(), limit.used()), (256, 256, 2048));
    assert!(numbers.iter().copied().eq(0..256));
    let mut text = StringIn::new_in(&limit);
    while text.try_push('é').is_ok() {}
    assert!(text.len() >= 1000 && text.chars().all(|char| char == 'é'));
    drop(numbers);
    assert!(text.try_push('é').is_ok());
    drop(text);
    assert_eq!(limit.used(), 0);
}

#[test]
fn a_reset_frees_what_is_charged() {
    let mut limit = Limit::new(Limit::new(Arena::new(), 5000), 1000);
    let boxed = Box::new_in([0_u8; 700], &limit);
    assert!(Box::try_new_in([0_u8; 700], &limit).is_err());
    std::mem::forget(boxed);
    assert_eq!((limit.used(), limit.parent().used()), (700, 700));
    limit.reset();
    assert_eq!((limit.used(), limit.parent().used(), limit.peak()), (0, 0, 700));
    assert!(Box::try_new_in([0_u8; 700], &limit).is_ok());
}

/// A limit set while threads allocate: none goes by a limit that was never set.
#[test]
fn a_limit_that_changes() {
    let limit = Limit::new(System, 10_000);
    thread::scope(|scope| {
        let setter = scope.spawn(|| {
            for n in 0..2000 {
                limit.set_limit(if n % 2 == 0 { 3_000 } else { 10_000 });
                thread::yield_now();
            }
        });
        for seed in 0..4 {
            let (limit, setter) = (&limit, setter.thread().id());
            scope.spawn(move || {
                let mut random = Random(seed);
                let mut live = Vec::new();
                for _ in 0..5000 {
                    if let Ok(bytes) = VecIn::<u8, _>::try_with_capacity_in(1 + random.below(500), limit) {
                        live.push(bytes);
                    }
                    assert!(limit.used() <= 10_000, "{setter:?}");
                    live.truncate(random.below(20));
                }
            });
        }
    });
    limit.set_limit(3_000);
    assert_eq!(limit.used(), 0);
    assert!(limit.peak() <= 10_000 && limit.peak() > 1000);
}

/// No thread is refused bytes that are free, and none gets a byte too many.
#[test]
fn threads_share_every_byte() {
    const THREADS: usize = 8;
    const EACH: usize = 500;
    let limit = Limit::new(System, THREADS * EACH * 16);
    let barrier = Barrier::new(THREADS);
    let refused = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                for _ in 0..20 {
                    let held: Vec<_> = (0..EACH).map(|n| Box::try_new_in([n, n], &limit).unwrap()).collect();
                    barrier.wait();
                    refused.fetch_add(usize::from(Box::try_new_in(1_u8, &limit).is_err()), Ordering::Relaxed);
                    assert_eq!((limit.used(), limit.remaining()), (limit.limit(), 0));
                    barrier.wait();
                    assert!(held.iter().enumerate().all(|(n, boxed)| **boxed == [n, n]));
                    drop(held);
                    barrier.wait();
                }
            });
        }
    });
    assert_eq!((limit.used(), limit.peak()), (0, limit.limit()));
    assert_eq!(refused.into_inner(), THREADS * 20);
}

#[test]
fn a_tenants_pool() {
    const CAP: usize = 16 << 20;
    let pool = SharedPool::new_in(Limit::new(Pages::new(), CAP));
    let mut numbers: VecIn<VecIn<u64, _>, _> = VecIn::new_in(&pool);
    let mut refused = false;
    while !refused {
        let mut one = VecIn::new_in(&pool);
        refused = one.try_reserve(1000).is_err() || numbers.try_reserve(1).is_err();
        if !refused {
            one.push(7);
            numbers.push(one);
        }
    }
    assert!(numbers.len() > CAP / 8000 / 3, "{}", numbers.len());
    assert!(numbers.iter().all(|one| one[..] == [7]));
    assert!(pool.parent().peak() <= CAP && pool.parent().used() > CAP / 2);
    drop(numbers);
    pool.collect();
    assert!(pool.parent().used() <= 4 << 20, "{:?}", pool.parent());
}

#[test]
fn as_a_default() {
    let global: &'static AsGlobal<Limit<Stats<System>>> =
        std::boxed::Box::leak(std::boxed::Box::new(AsGlobal::new(Limit::new(Stats::new(System), 1000))));
    let pinned = Box::pin_in(5, global);
    assert_eq!((*pinned, global.used()), (5, 4));
    assert!(format!("{global:?}").contains("used: 4, peak: 4, limit: 1000"));
}

/// The docs and the chapter on composing say that a `push` over the limit ends the process for all that use it.
#[cfg(unix)]
#[test]
fn a_push_over_the_limit_ends_the_process() {
    use std::os::unix::process::ExitStatusExt;

    use crate::children::{disable_core_files, is_child, run_alone};

    const NAME: &str = "limit::a_push_over_the_limit_ends_the_process";
    if is_child() {
        disable_core_files();
        let limit = Limit::new(System, 1000);
        let mut bytes: VecIn<u8, _> = VecIn::new_in(&limit);
        assert!(bytes.try_reserve_exact(2000).is_err());
        bytes.reserve_exact(2000);
        return;
    }
    let output = run_alone(NAME);
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.signal(), Some(libc::SIGABRT), "{}: {message}", output.status);
    assert!(message.contains("memory allocation of 2000 bytes failed"), "{message}");
}
