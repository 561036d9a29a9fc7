//! A job borrows its worker's arena for any lifetime, so no result can hold that borrow.
use janus_alloc::Arena;
use janus_alloc::collections::String;
use janus_alloc::collections::prelude::*;

fn run<T>(job: &str, work: impl Fn(&str, &Arena) -> T) -> T {
    let mut arena = Arena::new();
    let result = work(job, &arena);
    arena.reset();
    result
}

fn main() {
    run("a job", |job, arena| String::from_in(job, arena));
}
