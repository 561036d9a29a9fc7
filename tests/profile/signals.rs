//! Signal handlers that allocate and free, over a parent that bears it.

use std::ptr::NonNull;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering::SeqCst};

use janus_alloc::api::{Allocator, Layout};
use janus_alloc::blocks::profile::Sampling;
use janus_alloc::{Pages, Profile};

use crate::child;

static PROFILE: Profile<Pages> = Profile::with_sampling(Pages::new(), Sampling::All);
/// A block that belongs to whoever takes it.
static BLOCK: AtomicPtr<u8> = AtomicPtr::new(std::ptr::null_mut());
static SIGNALS: AtomicUsize = AtomicUsize::new(0);

const LAYOUT: Layout = Layout::new::<[u64; 10]>();

/// Allocates a block, and frees the one that was there.
fn exchange() {
    let block = PROFILE.allocate(LAYOUT).unwrap();
    if let Some(old) = NonNull::new(BLOCK.swap(block.as_ptr().cast(), SeqCst)) {
        // SAFETY: allocated with that layout, and taken by nobody else.
        unsafe { PROFILE.deallocate(old, LAYOUT) };
    }
}

extern "C" fn handler(_: libc::c_int) {
    SIGNALS.fetch_add(1, SeqCst);
    exchange();
}

#[test]
#[ignore = "run as a child"]
fn child_signals() {
    let handler: extern "C" fn(libc::c_int) = handler;
    // SAFETY: the handler does what signal handlers may: `Pages` calls the system only.
    assert_ne!(unsafe { libc::signal(libc::SIGALRM, handler as libc::sighandler_t) }, libc::SIG_ERR);
    let often = libc::timeval { tv_sec: 0, tv_usec: 50 };
    let timer = libc::itimerval { it_interval: often, it_value: often };
    // SAFETY: the timer is valid, and the old one is not asked for.
    assert_eq!(unsafe { libc::setitimer(libc::ITIMER_REAL, &raw const timer, std::ptr::null_mut()) }, 0);
    let mut rounds = 0;
    while SIGNALS.load(SeqCst) < 2000 {
        exchange();
        rounds += 1;
    }
    let never = libc::timeval { tv_sec: 0, tv_usec: 0 };
    let timer = libc::itimerval { it_interval: never, it_value: never };
    // SAFETY: as above.
    unsafe { libc::setitimer(libc::ITIMER_REAL, &raw const timer, std::ptr::null_mut()) };
    let report = PROFILE.report();
    // What a handler does in the midst of the profile is not sampled, and may leave a sample behind.
    let signals = SIGNALS.load(SeqCst);
    println!("{rounds} rounds, {signals} signals, {} blocks sampled, {} live", report.total_blocks(), report.samples());
    assert!(report.total_blocks() >= rounds && report.total_blocks() <= rounds + signals as u64);
    assert!(report.samples() <= 1 + signals);
}

#[test]
fn handlers_may_interrupt_the_profile() {
    child("signals::child_signals", 1 << 20, &[]);
}
