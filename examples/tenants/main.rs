//! Tenants with quotas: `cargo run --release --example tenants`.
//!
//! Three tenants share a process. Two of them behave. The clients of the third send requests that are too large, and do not read
//! their responses, until that tenant's memory is full. The limits form a tree, and each block is charged on every level:
//!
//! ```text
//! process: 8 MiB ──┬── alder: 2 MiB ──┬── a request: 256 KiB
//!                  │                  └── a request: 256 KiB
//!                  ├── birch: 2 MiB ───── a request: 256 KiB
//!                  └── cedar: 2 MiB ───── a request: 256 KiB
//! ```
//!
//! `server.rs` has the tenants and their requests. The program checks that only the third tenant's requests fail, and that every byte is
//! given back.

mod server;

use std::thread;

use janus_alloc::{Limit, SharedPool};

use server::{Process, Refused, Response, Tenant};

const REQUESTS: usize = 500;

/// The requests of one tenant, by their outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Outcomes {
    answered: usize,
    too_large: usize,
    busy: usize,
}

impl Outcomes {
    fn count<T>(&mut self, outcome: &Result<T, Refused>) {
        match outcome {
            Ok(_) => self.answered += 1,
            Err(Refused::TooLarge) => self.too_large += 1,
            Err(Refused::Busy) => self.busy += 1,
        }
    }
}

/// Clients that read their responses, so that these are freed at once.
fn well_behaved(tenant: &Tenant<'_>) -> Outcomes {
    let mut outcomes = Outcomes::default();
    for n in 0..REQUESTS {
        let outcome = tenant.answer(&"to be or not to be ".repeat(1 + n % 1000));
        if let Ok(response) = &outcome {
            assert_eq!(response.lines().count(), 4, "each response is complete");
        }
        outcomes.count(&outcome);
    }
    outcomes
}

/// Clients that send too much, and clients that do not read: their responses stay.
fn greedy<'t, 'p>(tenant: &'t Tenant<'p>) -> (Outcomes, Vec<Response<'t, 'p>>) {
    let words: String = (0..2000).map(|n| format!("word{n} ")).collect();
    let too_much = "word ".repeat(100_000);
    let mut outcomes = Outcomes::default();
    let mut unread = Vec::new();
    for n in 0..REQUESTS {
        let outcome = tenant.answer(if n % 2 == 0 { &words } else { &too_much });
        outcomes.count(&outcome);
        unread.extend(outcome);
    }
    (outcomes, unread)
}

fn main() {
    let process = Process::new(SharedPool::new(), 8 << 20);
    let [alder, birch, cedar] = ["alder", "birch", "cedar"].map(|name| Tenant::new(name, &process, 2 << 20, 256 << 10));

    let (by_alder, by_birch, (by_cedar, unread)) = thread::scope(|threads| {
        let alder = threads.spawn(|| well_behaved(&alder));
        let birch = threads.spawn(|| well_behaved(&birch));
        let cedar = threads.spawn(|| greedy(&cedar));
        let joined = "a tenant's thread does not panic";
        (alder.join().expect(joined), birch.join().expect(joined), cedar.join().expect(joined))
    });

    println!("            limit  in use now        peak  answered  too large    busy  refused allocations");
    let all = Outcomes { answered: REQUESTS, ..Outcomes::default() };
    for (tenant, outcomes) in [(&alder, by_alder), (&birch, by_birch), (&cedar, by_cedar)] {
        let Outcomes { answered, too_large, busy } = outcomes;
        let refused = tenant.memory.snapshot().failures;
        print_memory(tenant.name, tenant.memory.parent());
        println!("{answered:>10}{too_large:>11}{busy:>8}{refused:>21}");
    }
    print_memory("process", &process);
    println!();

    // The neighbours of the greedy tenant noticed nothing.
    assert_eq!((by_alder, by_birch), (all, all));
    assert_eq!((alder.memory.parent().used(), birch.memory.parent().used()), (0, 0));
    assert_eq!(by_cedar.too_large, REQUESTS / 2);
    assert!(by_cedar.answered > 0 && by_cedar.busy > 0, "the responses fill the memory of the tenant");
    // What was refused was charged nowhere: the responses are all that is in use.
    let responses: usize = unread.iter().map(Response::capacity).sum();
    assert_eq!((cedar.memory.parent().used(), process.used()), (responses, responses));

    // Once the clients have gone, the tenant has its memory again.
    drop(unread);
    assert_eq!(cedar.answer("to be or not to be").as_deref(), Ok("be 2\nnot 1\nor 1\nto 2\n"));
    assert_eq!((cedar.memory.parent().used(), process.used()), (0, 0));
    println!("everything is given back: {} bytes in use", process.used());
}

fn print_memory<A>(name: &str, limit: &Limit<A>) {
    print!("{name:<8}{:>9}{:>12}{:>12}", limit.limit(), limit.used(), limit.peak());
}
