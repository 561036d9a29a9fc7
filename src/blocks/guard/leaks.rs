//! The live blocks of a guard, by the places that they were allocated at.

use core::cmp::{Ordering, Reverse};
use core::fmt::Write;
use core::mem;

use super::ledger::{Record, Status};
use super::paged_vec::PagedVec;
use super::report::{Block, Shown, abort_on_unwind, print_backtrace};
use super::state::State;
use super::stderr::Stderr;
use crate::api::AllocError;

/// The live blocks of one place.
#[derive(Clone, Copy)]
struct Group {
    /// The oldest of them.
    first: Record,
    blocks: usize,
    bytes: usize,
}

/// The number of places that are printed.
const MAX_GROUPS: usize = 20;

/// Printed if a block has no place. The places of the default's blocks are known by backtraces only.
const NO_PLACE: &str = "to see the missing places, give collections `guard.call_site()`, or build with the feature `backtrace` and set `Guard::backtraces(true)`";

/// Returns whether a block that was allocated after that event is live.
pub(super) fn any_since(state: &State, event: u64) -> bool {
    live_since(state.ledger().records(), event).next().is_some()
}

fn live_since(records: &[Record], event: u64) -> impl Iterator<Item = &Record> {
    records.iter().filter(move |record| record.status == Status::Live && record.allocated.number > event)
}

/// Prints the live blocks that were allocated after that event, by the places that they were allocated at, those with the most bytes
/// first. `reason` says why.
pub(super) fn print_since(state: &State, event: u64, reason: &str) {
    let ledger = state.ledger();
    let (blocks, bytes) = live_since(ledger.records(), event)
        .fold((0, 0), |(blocks, bytes), record| (blocks + 1, bytes + record.layout.size()));
    let groups = groups(ledger.records(), event);
    // The lock is not held while the rest is printed, which may allocate.
    drop(ledger);
    let unwinding = abort_on_unwind();
    let mut out = Stderr::new();
    let plural = if blocks == 1 { "block" } else { "blocks" };
    let _ = writeln!(out, "janus-alloc: Guard: {reason}: {blocks} live {plural} with {bytes} bytes");
    let groups = groups.as_deref().unwrap_or_default();
    for group in groups.iter().take(MAX_GROUPS) {
        print_group(&mut out, group);
    }
    let rest = groups.get(MAX_GROUPS..).unwrap_or_default();
    if !rest.is_empty() {
        let (blocks, bytes) =
            rest.iter().fold((0, 0), |(blocks, bytes), group| (blocks + group.blocks, bytes + group.bytes));
        let _ = writeln!(out, "  {blocks} more blocks with {bytes} bytes, of {} other places", rest.len());
    }
    let _ = writeln!(out, "  guard created at {}", state.created);
    if groups.iter().take(MAX_GROUPS).any(|group| group.first.allocated.is_without_place()) {
        let _ = writeln!(out, "  {NO_PLACE}");
    }
    out.flush();
    for group in groups.iter().take(MAX_GROUPS) {
        print_backtrace(&mut out, &group.first.allocated, "allocation", Some(state));
    }
    mem::forget(unwinding);
}

fn print_group(out: &mut Stderr, group: &Group) {
    let Group { first, blocks, bytes } = group;
    let event = Shown(&first.allocated);
    let _ = match blocks {
        1 => writeln!(out, "  a {}, allocated: {event}", Block(first)),
        _ => writeln!(out, "  {blocks} blocks with {bytes} bytes, the first a {}, allocated: {event}", Block(first)),
    };
}

/// Returns the groups, those with the most bytes first.
fn groups(records: &[Record], event: u64) -> Result<PagedVec<Group>, AllocError> {
    let mut live = PagedVec::new();
    for record in live_since(records, event) {
        live.push(*record)?;
    }
    live.sort_unstable_by(|a, b| place_order(a, b).then(a.allocated.number.cmp(&b.allocated.number)));
    let mut groups: PagedVec<Group> = PagedVec::new();
    for record in live.iter() {
        let size = record.layout.size();
        match groups.last_mut() {
            Some(group) if place_order(&group.first, record).is_eq() => {
                group.blocks += 1;
                group.bytes += size;
            }
            _ => groups.push(Group { first: *record, blocks: 1, bytes: size })?,
        }
    }
    groups.sort_unstable_by_key(|group| (Reverse(group.bytes), group.first.allocated.number));
    Ok(groups)
}

/// Blocks of the same place have the same location and the same backtrace.
fn place_order(a: &Record, b: &Record) -> Ordering {
    let (a, b) = (&a.allocated, &b.allocated);
    a.location.cmp(b.location).then(a.trace.cmp(&b.trace))
}
