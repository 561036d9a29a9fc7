//! `SharedPool` does what its docs say.
#![cfg(feature = "std")]

use janus_alloc::pools::{self};
use janus_alloc::testing::conformance::{Options, check};
use janus_alloc::*;
#[test]
fn conf() {
    for checked in [false, true] {
        let pool = SharedPool::with_options(pools::Options::new().checked(checked));
        let r = check(&pool, &Options { operations: 300_000, strict_realign: true, ..Default::default() });
        println!("{}", r.unwrap_or_else(|v| panic!("{v}")));
        println!("{}", pool.stats());
        println!("{}", pool.collect());
        println!("{}", pool.stats());
        let pool = SharedPool::with_options_in(pools::Options::new().checked(checked), System);
        check(&pool, &Options { operations: 100_000, strict_realign: true, ..Default::default() })
            .unwrap_or_else(|v| panic!("{v}"));
    }
}
#[test]
fn threads() {
    let pool = SharedPool::with_options(pools::Options::new().checked(false));
    std::thread::scope(|s| {
        for t in 0..4 {
            let pool = &pool;
            s.spawn(move || {
                check(pool, &Options { operations: 100_000, seed: t, strict_realign: true, ..Default::default() })
                    .unwrap_or_else(|v| panic!("{v}"));
            });
        }
    });
    println!("{}", pool.stats());
}
