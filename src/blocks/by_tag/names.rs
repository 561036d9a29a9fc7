//! The names of all tags of the process, each with a number that fits in a byte.
//!
//! The table has a fixed size and is in a static, so a new name allocates nothing. There is no lock, so neither a signal handler nor the
//! child of a fork can find it held. A name stays for ever.
//!
//! # Invariants
//!
//! 1. Only the thread that claims a number in `claimed` stores the name of that number, and it does so before the number enters
//!    `slots`.
//! 2. A number in `slots` stays there, and its name does not change. At most [`MAX_TAGS`] slots are in use, so a search finds an empty
//!    one.

use core::hint::spin_loop;
use core::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use core::sync::atomic::{AtomicBool, AtomicPtr, AtomicU8, AtomicUsize};
use core::{ptr, slice, str};

use crate::os::sleep;
use crate::sync::clock;

/// The number of different names that a process may have. Numbers are 1 to this.
pub(super) const MAX_TAGS: usize = 250;
/// The number that all names beyond the first [`MAX_TAGS`] share.
pub(super) const OTHER: u8 = MAX_TAGS as u8 + 1;

const SLOTS: usize = 512;
const EMPTY: u8 = 0;
const BITS: usize = usize::BITS as usize;
const WORDS: usize = MAX_TAGS.div_ceil(BITS);

struct Names {
    /// A bit for each number, from 1 on, that has a name or is about to get one.
    claimed: [AtomicUsize; WORDS],
    starts: [AtomicPtr<u8>; MAX_TAGS],
    lengths: [AtomicUsize; MAX_TAGS],
    /// A hash table of numbers, with open addressing.
    slots: [AtomicU8; SLOTS],
}

static NAMES: Names = Names {
    claimed: [const { AtomicUsize::new(0) }; WORDS],
    starts: [const { AtomicPtr::new(ptr::null_mut()) }; MAX_TAGS],
    lengths: [const { AtomicUsize::new(0) }; MAX_TAGS],
    slots: [const { AtomicU8::new(EMPTY) }; SLOTS],
};

/// The number of times that a waiting thread looks before it sleeps.
const SPINS: u32 = 1000;
/// The time for which a thread waits for one that has claimed a number and may not be running.
const MAX_WAIT_MILLISECONDS: u64 = 1000;

/// Whether a thread has waited in vain: the one that has claimed a number is missing in this child of a fork, or a signal handler has
/// interrupted it and waits here. Then no thread waits any more.
static IS_CLAIM_LOST: AtomicBool = AtomicBool::new(false);

/// Waiting until each number that is claimed is in [`Names::slots`], or is given back.
#[derive(Default)]
struct Wait {
    spins: u32,
    begin: Option<u64>,
}

impl Wait {
    /// Waits for a moment. Returns `false` if there is nothing to wait for.
    fn go_on(&mut self) -> bool {
        if are_all_entered() || IS_CLAIM_LOST.load(Relaxed) {
            return false;
        }
        if self.spins < SPINS {
            self.spins += 1;
            spin_loop();
            return true;
        }
        let now = clock::milliseconds();
        if now - *self.begin.get_or_insert(now) >= MAX_WAIT_MILLISECONDS {
            IS_CLAIM_LOST.store(true, Relaxed);
            return false;
        }
        sleep::for_microseconds(1000);
        true
    }
}

/// Returns the number of `name`, and gives it one if it has none. Returns [`OTHER`] if all numbers have another name.
pub(super) fn number_of(name: &'static str) -> u8 {
    let (mut own, mut wait) = (None, Wait::default());
    let mut slot = hash(name) % SLOTS;
    loop {
        let mut number = NAMES.slots[slot].load(Acquire);
        if number == EMPTY {
            let Some(new) = own.or_else(|| claim(name)) else {
                // Another thread may have claimed the last number for this very name.
                if wait.go_on() || NAMES.slots[slot].load(Acquire) != EMPTY {
                    continue;
                }
                return OTHER;
            };
            own = Some(new);
            // Release: a thread that finds the number sees the name.
            match NAMES.slots[slot].compare_exchange(EMPTY, new, AcqRel, Acquire) {
                Ok(_) => return new,
                Err(now) => number = now,
            }
        }
        if name_of(number) == Some(name) {
            if let Some(own) = own {
                unclaim(own);
            }
            return number;
        }
        slot = (slot + 1) % SLOTS;
    }
}

/// Returns the name of a number that [`number_of`] has returned, and `None` for all other numbers.
pub(super) fn name_of(number: u8) -> Option<&'static str> {
    let index = usize::from(number).checked_sub(1)?;
    let start = NAMES.starts.get(index)?.load(Relaxed);
    if start.is_null() {
        return None;
    }
    let length = NAMES.lengths[index].load(Relaxed);
    // SAFETY: by invariants 1 and 2 these are the parts of one `&'static str`: the caller found the number in a slot, claimed it, or
    // received it from a thread that did.
    let name: &'static [u8] = unsafe { slice::from_raw_parts(start, length) };
    // SAFETY: as above.
    Some(unsafe { str::from_utf8_unchecked(name) })
}

/// Claims a number for `name`, if one is left.
fn claim(name: &'static str) -> Option<u8> {
    let index = NAMES.claimed.iter().enumerate().find_map(|(word, claimed)| {
        let free = |bits: usize| {
            let bit = bits.trailing_ones() as usize;
            (bit < BITS && word * BITS + bit < MAX_TAGS).then_some(bit)
        };
        let take = |bits| free(bits).map(|bit| bits | 1 << bit);
        // Acquire, with the release of `unclaim`.
        let before = claimed.fetch_update(Acquire, Relaxed, take).ok()?;
        free(before).map(|bit| word * BITS + bit)
    })?;
    NAMES.starts[index].store(name.as_ptr().cast_mut(), Relaxed);
    NAMES.lengths[index].store(name.len(), Relaxed);
    Some(index as u8 + 1)
}

/// Returns whether each number has a slot, so that no thread is about to enter or to give back one.
fn are_all_entered() -> bool {
    NAMES.slots.iter().filter(|slot| slot.load(Acquire) != EMPTY).count() == MAX_TAGS
}

/// Gives a number back that was claimed, and that no slot has.
fn unclaim(number: u8) {
    let index = usize::from(number) - 1;
    NAMES.claimed[index / BITS].fetch_and(!(1 << (index % BITS)), Release);
}

/// FNV-1a, folded to the word.
fn hash(name: &str) -> usize {
    let hash = name
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    (hash ^ hash >> 32) as usize
}
