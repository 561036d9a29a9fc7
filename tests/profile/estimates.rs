//! Estimates from samples are right in the mean, and no further off than statistics say.
//!
//! Each workload runs with many seeds. The mean of the errors has to be within five standard errors of 0: of a thousand correct
//! estimators, not one would fail. Seeds are fixed, so a run repeats.

use std::collections::BTreeMap;

use janus_alloc::api::{Allocator, Layout};
use janus_alloc::blocks::profile::{Report, Sampling};
use janus_alloc::{Profile, System};

const INTERVAL: usize = 4096;

type Sampled = Profile<System>;
/// Live blocks by their addresses.
type Blocks = Vec<(std::ptr::NonNull<u8>, usize)>;

fn layout(size: usize) -> Layout {
    Layout::from_size_align(size, 8).unwrap()
}

fn allocate(profile: &Sampled, size: usize) -> (std::ptr::NonNull<u8>, usize) {
    (profile.allocate(layout(size)).unwrap().cast(), size)
}

fn resize(
    profile: &Sampled,
    (block, old): (std::ptr::NonNull<u8>, usize),
    new: usize,
) -> (std::ptr::NonNull<u8>, usize) {
    let resized = if new >= old {
        // SAFETY: live with that layout.
        unsafe { profile.grow(block, layout(old), layout(new)) }
    } else {
        // SAFETY: live with that layout.
        unsafe { profile.shrink(block, layout(old), layout(new)) }
    };
    (resized.unwrap().cast(), new)
}

fn free(profile: &Sampled, (block, size): (std::ptr::NonNull<u8>, usize)) {
    // SAFETY: live with that layout.
    unsafe { profile.deallocate(block, layout(size)) };
}

/// What a workload has done: live bytes and blocks, total bytes and blocks.
type Truth = [f64; 4];

fn estimate(report: &Report) -> Truth {
    [report.live_bytes(), report.live_blocks(), report.total_bytes(), report.total_blocks()].map(|count| count as f64)
}

/// Runs `work` with `runs` seeds. It returns the blocks it left, and what it allocated in total.
fn is_unbiased(name: &str, runs: u64, work: impl Fn(&Sampled) -> (Blocks, usize, usize)) {
    let mut errors: [Vec<f64>; 4] = Default::default();
    let mut truth = [0.0; 4];
    for seed in 0..runs {
        let profile = Profile::with_sampling(System, Sampling::EveryBytes(INTERVAL)).seed(seed);
        let (blocks, total_bytes, total_blocks) = work(&profile);
        let report = profile.report();
        let live: usize = blocks.iter().map(|block| block.1).sum();
        truth = [live as f64, blocks.len() as f64, total_bytes as f64, total_blocks as f64];
        for (errors, (estimate, truth)) in errors.iter_mut().zip(estimate(&report).into_iter().zip(truth)) {
            errors.push(estimate - truth);
        }
        blocks.into_iter().for_each(|block| free(&profile, block));
        let after = profile.report();
        assert_eq!((after.live_bytes(), after.live_blocks(), after.samples()), (0, 0, 0), "{name}");
    }
    for (of, (errors, truth)) in ["live bytes", "live blocks", "bytes", "blocks"].iter().zip(errors.iter().zip(truth)) {
        let mean = errors.iter().sum::<f64>() / runs as f64;
        let deviation = (errors.iter().map(|error| (error - mean).powi(2)).sum::<f64>() / (runs - 1) as f64).sqrt();
        let bound = 5.0 * deviation / (runs as f64).sqrt();
        println!("{name}, {of}: {truth}, mean error {mean:.1}, deviation {deviation:.1}, bound {bound:.1}");
        // Rounding to whole blocks is within half of one for each site.
        assert!(mean.abs() <= bound + 0.5, "{name}, {of}: {truth}, but the mean error of {runs} runs is {mean}");
        assert!(deviation < truth.max(1.0) * 2.0, "{name}, {of}: a deviation of {deviation}");
    }
}

#[test]
fn of_blocks_of_each_size() {
    for (size, count) in [(8, 20_000), (100, 3000), (1000, 500), (4096, 200), (20_000, 50), (1 << 20, 3)] {
        is_unbiased(&format!("{count} of {size} bytes"), 60, |profile| {
            ((0..count).map(|_| allocate(profile, size)).collect(), count * size, count)
        });
    }
}

#[test]
fn of_blocks_that_are_freed() {
    is_unbiased("two of three freed", 100, |profile| {
        let blocks: Blocks = (0..3000).map(|n| allocate(profile, 50 + n % 300)).collect();
        let total = blocks.iter().map(|block| block.1).sum();
        let (kept, freed): (Vec<_>, Vec<_>) = blocks.into_iter().enumerate().partition(|(n, _)| n % 3 == 0);
        freed.into_iter().for_each(|(_, block)| free(profile, block));
        (kept.into_iter().map(|(_, block)| block).collect(), total, 3000)
    });
}

#[test]
fn of_blocks_that_grow() {
    is_unbiased("grown in steps", 100, |profile| {
        let mut blocks: Blocks = (0..200).map(|_| allocate(profile, 16)).collect();
        for size in [17, 32, 100, 1000, 1001, 5000] {
            blocks = blocks.into_iter().map(|block| resize(profile, block, size)).collect();
        }
        (blocks, 200 * 5000, 200)
    });
}

#[test]
fn of_blocks_that_shrink() {
    is_unbiased("shrunk in steps", 300, |profile| {
        let mut blocks: Blocks = (0..400).map(|_| allocate(profile, 10_000)).collect();
        for size in [9000, 4000, 1000] {
            blocks = blocks.into_iter().map(|block| resize(profile, block, size)).collect();
        }
        (blocks, 400 * 10_000, 400)
    });
}

#[test]
fn of_blocks_of_any_history() {
    is_unbiased("random", 300, |profile| {
        // The same requests for each seed of the profile.
        let mut state = 1_u64;
        let mut random = |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            ((state >> 33) % below) as usize
        };
        let (mut blocks, mut bytes, mut count) = (Blocks::new(), 0, 0);
        for _ in 0..3000 {
            match random(10) {
                0..4 => {
                    let size = 1 + random(2000);
                    blocks.push(allocate(profile, size));
                    bytes += size;
                    count += 1;
                }
                4..6 if !blocks.is_empty() => free(profile, blocks.swap_remove(random(blocks.len() as u64))),
                6.. if !blocks.is_empty() => {
                    let at = random(blocks.len() as u64);
                    let size = 1 + random(4000);
                    bytes += size.saturating_sub(blocks[at].1);
                    blocks[at] = resize(profile, blocks[at], size);
                }
                _ => {}
            }
        }
        (blocks, bytes, count)
    });
}

/// The spread is that of theory as well: a sum over blocks of `n` bytes has the variance `n² (1 - p) / p` each.
#[test]
fn the_spread_is_that_of_a_poisson_process() {
    let (size, count, runs) = (500, 1000, 300);
    let chance = 1.0 - (-(size as f64) / INTERVAL as f64).exp();
    let expected = (count as f64 * (size * size) as f64 * (1.0 - chance) / chance).sqrt();
    let errors: Vec<f64> = (0..runs)
        .map(|seed| {
            let profile = Profile::with_sampling(System, Sampling::EveryBytes(INTERVAL)).seed(1000 + seed);
            let blocks: Blocks = (0..count).map(|_| allocate(&profile, size)).collect();
            let error = profile.report().live_bytes() as f64 - (count * size) as f64;
            blocks.into_iter().for_each(|block| free(&profile, block));
            error
        })
        .collect();
    let deviation = (errors.iter().map(|error| error * error).sum::<f64>() / runs as f64).sqrt();
    // The standard error of a deviation of 300 runs is 4 %.
    assert!((deviation / expected - 1.0).abs() < 0.2, "{deviation}, but {expected} expected");
    // No run is more than five deviations off, and about two of three are within one.
    assert!(errors.iter().all(|error| error.abs() < 5.0 * expected));
    let within = errors.iter().filter(|error| error.abs() < expected).count();
    assert!((within as f64 / runs as f64 - 0.683).abs() < 0.12, "{within} of {runs} within one deviation");
}

#[test]
fn a_seed_gives_the_same_samples_again() {
    let sampled = |seed| {
        let profile = Profile::with_sampling(System, Sampling::EveryBytes(INTERVAL)).seed(seed);
        let mut blocks = BTreeMap::new();
        let mut hits = Vec::new();
        let mut before = 0;
        for n in 0..2000 {
            blocks.insert(n, allocate(&profile, 100));
            if profile.report().samples() > before {
                before += 1;
                hits.push(n);
            }
        }
        blocks.into_values().for_each(|block| free(&profile, block));
        hits
    };
    assert!(sampled(3).len() > 20);
    // A thread of its own has the same countdown, whatever the number of the test's thread is, or another sequence: the first of two runs
    // on one thread tells.
    assert_eq!(sampled(3), sampled(3));
    assert_ne!(sampled(3), sampled(4));
}
