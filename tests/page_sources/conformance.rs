//! Each source keeps the rules of `janus_alloc::api`.

use janus_alloc::api::Allocator;
use janus_alloc::testing::conformance::{Failures, Options, Report, check, check_clones};
use janus_alloc::{
    Arena, Fallback, FilePages, NumaPages, Pages, Pool, SecretPages, Segregate, SharedPool, Stats, SyncArena, Zeroizing,
};

use crate::huge_tlb::{free_pages, huge_pages};
use crate::layout;
use crate::secret::secret_pages;

/// Each operation is several system calls.
const OPERATIONS: usize = 30_000;

/// Each block is a file.
const FEWER: usize = 6_000;

fn options(operations: usize) -> Options {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let scaled = number("JANUS_OPERATIONS").map(|of_a_million| operations as u64 * of_a_million / 1_000_000);
    Options {
        seed: number("JANUS_SEED").unwrap_or(20_261_129),
        operations: scaled.map_or(operations, |scaled| (scaled as usize).max(operations)),
        max_size: 100_000,
        strict_realign: true,
        failures: Failures::NotExpected,
        ..Options::default()
    }
}

#[track_caller]
fn keeps_the_rules<A: Allocator>(allocator: A, options: &Options) -> Report {
    let report = check(allocator, options).unwrap_or_else(|violation| panic!("{violation}"));
    let some = report.operations / 50;
    assert!(report.allocations > some && report.grows > some && report.shrinks > some, "{report}");
    assert!(report.failures < report.operations / 100, "{report}");
    assert_eq!(report.deallocations, report.allocations, "{report}");
    report
}

#[test]
fn secrets() {
    let Some(pages) = secret_pages() else { return };
    let report = keeps_the_rules(pages, &options(OPERATIONS));
    assert!(report.longer > report.allocations / 2, "{report}");
    check_clones(pages, &options(OPERATIONS / 10)).unwrap_or_else(|violation| panic!("{violation}"));
    keeps_the_rules(SecretPages::locked().unwrap(), &options(OPERATIONS / 3));
    keeps_the_rules(Zeroizing::new(Pool::new_in(pages)), &options(OPERATIONS));
    keeps_the_rules(Zeroizing::new(pages), &options(OPERATIONS / 3));
    keeps_the_rules(SharedPool::new_in(Zeroizing::new(pages)), &options(OPERATIONS));
}

#[test]
fn numa_pages() {
    let Ok(pages) = NumaPages::new(0) else { return skipped!("no NUMA node 0 on this machine") };
    keeps_the_rules(pages, &options(OPERATIONS));
    check_clones(pages, &options(OPERATIONS / 10)).unwrap_or_else(|violation| panic!("{violation}"));
    keeps_the_rules(NumaPages::preferred(0).unwrap(), &options(OPERATIONS));
    keeps_the_rules(SharedPool::new_in(Stats::new(pages)), &options(OPERATIONS));
}

#[test]
fn huge_tlb_pages() {
    let Some((huge, _guard)) = huge_pages(12) else { return };
    // Five pages are left, so that some requests fail.
    let others = layout((free_pages() - 5) << 21, 8);
    let block = huge.allocate(others).unwrap();
    let few = Options { max_live: 4, max_size: 5 << 20, failures: Failures::Expected, ..options(OPERATIONS / 10) };
    let report = check(huge, &few).unwrap_or_else(|violation| panic!("{violation}"));
    assert!(report.allocations > 100 && report.shrinks > 10 && report.failures > 10, "{report}");
    let few = Options { failures: Failures::NotExpected, ..few };
    check(SharedPool::new_in(huge), &few).unwrap_or_else(|violation| panic!("{violation}"));
    check(Fallback::new(Arena::new_in(huge), Pages::new()), &few).unwrap_or_else(|violation| panic!("{violation}"));
    assert_eq!(free_pages(), 5, "pages were lost");
    // SAFETY: the block is live and has that layout.
    unsafe { huge.deallocate(block.cast(), others) };
}

#[test]
fn file_pages() {
    let pages = || FilePages::temporary().unwrap();
    let report = keeps_the_rules(pages(), &options(FEWER));
    assert!(report.longer > report.allocations / 2, "{report}");
    check_clones(&pages(), &options(FEWER / 10)).unwrap_or_else(|violation| panic!("{violation}"));
    keeps_the_rules(SharedPool::new_in(pages()), &options(FEWER));
    keeps_the_rules(Pool::new_in(Stats::new(pages())), &options(FEWER));
    keeps_the_rules(SyncArena::new_in(pages()), &Options { max_live: 20, ..options(FEWER / 3) });
    keeps_the_rules(Segregate::<4096, _, _>::new(Pages::new(), pages()), &options(FEWER));
}

/// Blocks of several threads at a time.
#[test]
fn files_of_threads() {
    let pages = FilePages::temporary().unwrap();
    std::thread::scope(|threads| {
        for thread in 0..4 {
            let pages = &pages;
            threads.spawn(move || {
                let options = options(FEWER / 10);
                keeps_the_rules(pages, &Options { seed: options.seed + thread, ..options });
            });
        }
    });
}
