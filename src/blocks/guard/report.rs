//! Reports of faults to standard error, and the end of the process.

use core::fmt::{self, Write};
use core::ptr::NonNull;
use core::sync::atomic::{AtomicUsize, Ordering};

use super::backtraces::Backtrace;
use super::ledger::{Event, Origin, Record, Refusal, Status};
use super::placement::{Damage, Place};
use super::state::State;
use super::stderr::Stderr;
use crate::api::Layout;
use crate::blocks::own_files::is_own;
use crate::os::sleep;
use crate::sync::clock;
use crate::sync::fatal::{AbortOnUnwind, abort_with};
use crate::threads;

/// A call of the program for a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Call {
    Free,
    Grow,
    Shrink,
    /// It asked for its layout.
    Ask,
}

/// The moment at which a fault was found.
#[derive(Clone, Copy, Debug)]
pub(super) enum Moment {
    Call(Call),
    /// The block's memory was about to leave the quarantine.
    Reuse,
    Check,
    Reset,
    Drop,
    Exit,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Fault {
    /// Bytes in or around a block were overwritten.
    Damage { record: Record, damage: Damage, moment: Moment },
    /// A block cannot be used in this way. There is no `refusal` if the guard has never had a block.
    Refused { pointer: NonNull<u8>, layout: Option<Layout>, refusal: Option<Refusal>, call: Call },
    /// A block was grown to a smaller size, or shrunk to a larger one.
    WrongDirection { pointer: NonNull<u8>, call: Call, old: Layout, new: Layout },
    /// The pointer of a block of size 0 is not aligned.
    Misaligned { pointer: NonNull<u8>, layout: Layout, call: Call },
}

/// The guard that has found a fault, and the place in the program where it did.
pub(super) struct Finder<'a> {
    pub(super) state: Option<&'a State>,
    pub(super) created: Origin,
    pub(super) origin: Origin,
}

/// The [id](threads::id) of the thread that prints its last report, or 0.
static REPORTER: AtomicUsize = AtomicUsize::new(0);

/// Prints a fault, and aborts.
#[cold]
#[inline(never)]
pub(super) fn abort(fault: &Fault, finder: &Finder<'_>) -> ! {
    begin_last_report();
    let _unwinding = abort_on_unwind();
    let backtrace = finder.state.and_then(State::backtrace);
    let mut out = Stderr::new();
    let _ = print(&mut out, fault, finder);
    // Printed before names are looked up, because looking them up allocates and may fail.
    out.flush();
    if let Some(backtrace) = backtrace {
        let _ = writeln!(out, "  backtrace of where it was found:");
        backtrace.print(&mut out);
    }
    for (event, past) in events(fault).into_iter().flatten() {
        print_backtrace(&mut out, &event, if past == FREED { "free" } else { "allocation" }, finder.state);
    }
    drop(out);
    end()
}

/// The time for which a thread waits for the last report of another one. A report takes seconds where names are looked up in a large
/// program.
const MAX_WAIT_MILLISECONDS: u64 = 60_000;

/// Waits if another thread is printing its last report, so that the report is complete when that thread aborts. Aborts if that takes
/// too long: the report may need a lock that the calling thread holds. Aborts if the calling thread itself is printing one: then a guard
/// that the report allocates from has found a fault.
pub(super) fn begin_last_report() {
    let own = threads::id();
    match REPORTER.compare_exchange(0, own, Ordering::Relaxed, Ordering::Relaxed) {
        Ok(_) => {}
        Err(holder) if holder == own => end(),
        Err(_) => {
            let begin = clock::milliseconds();
            while clock::milliseconds() - begin < MAX_WAIT_MILLISECONDS {
                sleep::for_microseconds(1000);
            }
            abort_with(
                b"janus-alloc: Guard: another fault was found, and the report above did not end within a minute\n",
            );
        }
    }
}

pub(super) fn end() -> ! {
    // SAFETY: the function has no preconditions.
    unsafe { libc::abort() }
}

/// Ends the process if a report unwinds. [Forget](core::mem::forget) it in the end.
pub(super) fn abort_on_unwind() -> AbortOnUnwind {
    AbortOnUnwind(b"janus-alloc: Guard: the report is incomplete, because it panicked\n")
}

/// Prints the backtrace of an event, if it has one.
pub(super) fn print_backtrace(out: &mut Stderr, event: &Event, what: &str, state: Option<&State>) {
    // The lock is not held while the backtrace is printed.
    let backtrace: Option<Backtrace> = event.trace.and_then(|trace| state?.ledger().depot.get(trace));
    if let Some(backtrace) = backtrace {
        let _ = writeln!(out, "  backtrace of the {what} (event {}):", event.number);
        backtrace.print(out);
    }
}

fn print(out: &mut Stderr, fault: &Fault, finder: &Finder<'_>) -> fmt::Result {
    write!(out, "janus-alloc: Guard: ")?;
    match *fault {
        Fault::Damage { record, damage, .. } => print_damage(out, &record, &damage)?,
        Fault::Refused { pointer, layout, refusal, call } => print_refusal(out, pointer, layout, refusal, call)?,
        Fault::WrongDirection { pointer, call, old, new } => {
            let (old, new) = (old.size(), new.size());
            writeln!(out, "wrong layout: the block at {pointer:p} was {} from size {old} to size {new}", past(call))?;
        }
        Fault::Misaligned { pointer, layout, call } => {
            let align = layout.align();
            writeln!(
                out,
                "wrong layout: a block of size 0 at {pointer:p} was {} with align {align}, of which that is no multiple",
                past(call)
            )?;
        }
    }
    print_moment(out, fault, finder)?;
    for (event, what) in events(fault).into_iter().flatten() {
        writeln!(out, "  {what}: {}", Shown(&event))?;
    }
    print_surroundings(out, fault, finder)?;
    writeln!(out, "  guard created at {}", finder.created)
}

fn print_damage(out: &mut Stderr, record: &Record, damage: &Damage) -> fmt::Result {
    let is_free = record.freed.is_some() && record.status != Status::Leaving;
    let size = record.layout.size();
    let name = match damage.place {
        _ if is_free => "use after free",
        Place::Before => "underflow",
        Place::Behind => "overflow",
        Place::Within => "use after free",
    };
    let bytes = damage.bytes;
    write!(out, "{name}: {bytes} {} ", if bytes == 1 { "byte" } else { "bytes" })?;
    write!(out, "{} the {}{}", place(damage.place), if is_free { "freed " } else { "" }, Block(record))?;
    write!(out, " {} overwritten: ", if bytes == 1 { "was" } else { "were" })?;
    let (found, expected) = (damage.found, damage.expected);
    let offset = damage.offset;
    match damage.place {
        Place::Behind => write!(out, "at {} bytes from its end", offset.wrapping_sub_unsigned(size))?,
        Place::Within | Place::Before => write!(out, "at {offset} bytes from its start")?,
    }
    writeln!(out, " is {found:#04x} instead of {expected:#04x}")
}

fn place(place: Place) -> &'static str {
    match place {
        Place::Before => "in front of",
        Place::Within => "of",
        Place::Behind => "behind",
    }
}

fn print_refusal(
    out: &mut Stderr,
    pointer: NonNull<u8>,
    layout: Option<Layout>,
    refusal: Option<Refusal>,
    call: Call,
) -> fmt::Result {
    let past = past(call);
    match refusal {
        Some(Refusal::Free(record)) => {
            let name = if call == Call::Free { "double free" } else { "use after free" };
            let state = if record.status == Status::Leaving { "another thread frees it" } else { "it is free" };
            writeln!(out, "{name}: the {} was {past}, but {state}", Block(&record))
        }
        Some(Refusal::WrongLayout(record)) => {
            write!(out, "wrong layout: the {} was {past}", Block(&record))?;
            print_layout(out, layout)?;
            writeln!(out)
        }
        Some(Refusal::Unknown) | None => {
            write!(out, "foreign pointer: {pointer:p} was {past}")?;
            print_layout(out, layout)?;
            writeln!(out, ", but this guard has no block there")
        }
    }
}

fn print_layout(out: &mut Stderr, layout: Option<Layout>) -> fmt::Result {
    match layout {
        Some(layout) => write!(out, " with size {} and align {}", layout.size(), layout.align()),
        None => write!(out, " without a layout"),
    }
}

fn print_moment(out: &mut Stderr, fault: &Fault, finder: &Finder<'_>) -> fmt::Result {
    let moment = match *fault {
        Fault::Damage { moment, .. } => moment,
        Fault::Refused { call, .. } | Fault::WrongDirection { call, .. } | Fault::Misaligned { call, .. } => {
            Moment::Call(call)
        }
    };
    write!(out, "  found when ")?;
    match moment {
        Moment::Call(call) => write!(out, "it was {}", past(call))?,
        Moment::Reuse => write!(out, "its memory left the quarantine")?,
        Moment::Check => write!(out, "the guard was checked")?,
        Moment::Reset => write!(out, "the guard was reset")?,
        Moment::Drop => return writeln!(out, "the guard was dropped"),
        Moment::Exit => return writeln!(out, "the process ended"),
    }
    writeln!(out, "{}", At(finder.origin))
}

/// Prints the block that a foreign pointer points into, and the block in front of one whose front was overwritten.
fn print_surroundings(out: &mut Stderr, fault: &Fault, finder: &Finder<'_>) -> fmt::Result {
    let (address, is_foreign) = match *fault {
        Fault::Refused { pointer, refusal: Some(Refusal::Unknown) | None, .. } => (pointer.addr().get(), true),
        Fault::Damage { record, damage: Damage { place: Place::Before, .. }, .. } => (record.start.addr().get(), false),
        _ => return Ok(()),
    };
    // The nearest that starts before. The lock is not held while it is printed.
    let before = |record: &&Record| record.has_memory() && record.start.addr().get() < address;
    let nearest = finder.state.and_then(|state| {
        state.ledger().records().iter().filter(before).max_by_key(|record| record.start.addr().get()).copied()
    });
    let nearest = nearest.map(|record| (record, address - record.start.addr().get()));
    match (nearest, is_foreign) {
        (Some((record, offset)), true) if offset < record.layout.size() => {
            let kind = if record.freed.is_some() { "freed" } else { "live" };
            writeln!(out, "  it points {offset} bytes into the {kind} {}", Block(&record))?;
            writeln!(out, "    allocated: {}", Shown(&record.allocated))
        }
        (Some((record, offset)), false) if offset < record.layout.size().saturating_add(NEAR) => {
            writeln!(out, "  it may also be an overflow of the {} in front of it", Block(&record))?;
            writeln!(out, "    allocated: {}", Shown(&record.allocated))
        }
        (_, true) if address < NEAR && address.is_power_of_two() => {
            writeln!(out, "  it may be the dangling pointer of a block of size 0")
        }
        _ => Ok(()),
    }
}

/// The distance in bytes up to which blocks are neighbours, and below which an address has no memory.
const NEAR: usize = 4096;

const ALLOCATED: &str = "allocated";
const FREED: &str = "freed";

/// Returns the events of the block that a fault is about, and what happened to it.
fn events(fault: &Fault) -> [Option<(Event, &'static str)>; 2] {
    let (record, is_leaving) = match fault {
        // The event of the free is the one that has found it.
        Fault::Damage { record, .. } => (record, record.status == Status::Leaving),
        Fault::Refused { refusal: Some(Refusal::Free(record)), .. } => (record, false),
        Fault::Refused { refusal: Some(Refusal::WrongLayout(record)), .. } => (record, false),
        _ => return [None, None],
    };
    let freed = record.freed.filter(|_| !is_leaving);
    [Some((record.allocated, ALLOCATED)), freed.map(|event| (event, FREED))]
}

fn past(call: Call) -> &'static str {
    match call {
        Call::Free => "freed",
        Call::Grow => "grown",
        Call::Shrink => "shrunk",
        Call::Ask => "asked for its layout",
    }
}

/// A block in a message.
pub(super) struct Block<'a>(pub(super) &'a Record);

impl fmt::Display for Block<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Record { start, layout, .. } = *self.0;
        write!(f, "block at {start:p} of size {} and align {}", layout.size(), layout.align())
    }
}

/// An event in a message.
pub(super) struct Shown<'a>(pub(super) &'a Event);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Event { number, thread, location, .. } = *self.0;
        write!(f, "event {number}")?;
        write!(f, ", by {} thread", if thread == threads::id() { "this" } else { "another" })?;
        write!(f, "{}", At(location))
    }
}

/// A location in a message; nothing if it is one of this crate, or of the crate with the trait, through which a collection calls.
pub(super) struct At(pub(super) Origin);

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_forwarded() { Ok(()) } else { write!(f, ", at {}", self.0) }
    }
}

impl At {
    fn is_forwarded(&self) -> bool {
        let file = self.0.file();
        is_own(file) || file.contains("allocator-api2")
    }
}

impl Event {
    /// Returns whether a report says nothing of where it was.
    pub(super) fn is_without_place(&self) -> bool {
        self.trace.is_none() && At(self.location).is_forwarded()
    }
}
