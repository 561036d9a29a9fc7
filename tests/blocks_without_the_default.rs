//! No building block asks the default of the process for memory to serve a request: the default counts what each thread asks it for.
#![cfg(feature = "std")]
#![cfg(any(unix, windows))]

use std::cell::Cell;
use std::mem::MaybeUninit;
use std::ptr::NonNull;

use janus_alloc::api::{AllocError, Allocator, Layout};
#[cfg(feature = "profile")]
use janus_alloc::blocks::profile::{Profile, Sampling};
use janus_alloc::trace::Event;
use janus_alloc::{
    Aligned, AsGlobal, ByTag, Failing, Fallback, FixedArena, Global, Guard, Limit, Locked, Pages, Pool, Segregate,
    SharedPool, StackFirst, Stats, System, Trace, Zeroizing, tag,
};

type Hook = fn(&Event);

#[global_allocator]
static DEFAULT: AsGlobal<Trace<System, Hook>> = AsGlobal::new(Trace::new(System, count));

thread_local! {
    static ASKED: Cell<usize> = const { Cell::new(0) };
}

fn count(_: &Event) {
    ASKED.set(ASKED.get() + 1);
}

fn ignore(_: &Event) {}

/// Blocks of many sizes that are grown, shrunk and freed, some of them late.
fn work<A: Allocator>(allocator: &A) -> Result<(), AllocError> {
    let layout = |size: usize| Layout::from_size_align(size, 8).map_err(|_| AllocError);
    let mut live = [None::<(NonNull<u8>, Layout)>; 64];
    for step in 0..4000_usize {
        let place = &mut live[step * 7 % 64];
        if let Some((block, layout)) = place.take() {
            // SAFETY: live with that layout.
            unsafe { allocator.deallocate(block, layout) };
        }
        let (first, second, third) = (layout(1 + step % 300)?, layout(400 + step % 1000)?, layout(8 + step % 200)?);
        let block =
            if step % 3 == 0 { allocator.allocate_zeroed(first)? } else { allocator.allocate(first)? }.cast::<u8>();
        *place = Some((block, first));
        if step % 2 == 0 {
            // SAFETY: live with that layout, and the new size is no less.
            let block = unsafe { allocator.grow(block, first, second) }?.cast::<u8>();
            *place = Some((block, second));
            // SAFETY: live with that layout, and the new size is no more.
            let block = unsafe { allocator.shrink(block, second, third) }?.cast::<u8>();
            *place = Some((block, third));
        }
    }
    for (block, layout) in live.into_iter().flatten() {
        // SAFETY: live with that layout.
        unsafe { allocator.deallocate(block, layout) };
    }
    Ok(())
}

/// Returns how often the thread asks the default while `work` runs, from the first request on.
fn asked<A: Allocator>(allocator: &A) -> usize {
    let _tag = tag("a request");
    let before = ASKED.get();
    work(allocator).expect("there is memory");
    ASKED.get() - before
}

/// Asserts it of each allocator, for the first requests and for later ones.
macro_rules! never_ask {
    ($($allocator:expr;)*) => {$(
        let allocator = $allocator;
        assert_eq!([asked(&allocator), asked(&allocator)], [0, 0], stringify!($allocator));
    )*};
}

#[test]
fn no_block_asks_the_default() {
    let mut bytes = [MaybeUninit::uninit(); 4096];
    never_ask! {
        Fallback::new(FixedArena::<8>::with_min_align(&mut bytes), System);
        Segregate::<256, _, _>::new(Pool::new_in(System), Segregate::<600, _, _>::new(System, SharedPool::new()));
        Limit::new(Limit::new(System, 1 << 30), 1 << 30);
        Stats::new(System);
        Stats::named("no default", System);
        Trace::new(System, ignore as Hook);
        Guard::new(System);
        Guard::new(Pages::new());
        Guard::pages();
        Failing::never(System);
        Failing::never(System).always_moving();
        Zeroizing::new(System);
        Aligned::<64, _>::new(System);
        Locked::new(Pool::new_in(System));
        ByTag::new(System);
        ByTag::new(Stats::named("below the tags", SharedPool::new()));
        SharedPool::new_in(Limit::new(Pages::new(), 64 << 20));
    }
    let first = StackFirst::<1024, _>::new(System);
    assert_eq!(asked(&&first), 0);
}

#[cfg(feature = "profile")]
#[test]
fn nor_does_a_profile() {
    never_ask! {
        Profile::new(System);
        Profile::with_sampling(System, Sampling::Off);
        Profile::with_sampling(System, Sampling::EveryBytes(1000));
        Profile::with_sampling(System, Sampling::All);
    }
}

#[cfg(feature = "backtrace")]
#[test]
fn nor_does_a_guard_with_backtraces() {
    never_ask! { Guard::new(System).backtraces(true); }
}

/// The count itself: a block over the default asks it for each request.
#[test]
fn requests_of_the_default_are_counted() {
    assert!(asked(&Global) > 4000);
    assert!(asked(&Limit::new(Global, usize::MAX)) > 4000);
}
