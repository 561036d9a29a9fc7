//! A tree of allocators that is chosen at run time.

use janus_alloc::api::{Allocator, Owns};
use janus_alloc::collections::{Box as BoxIn, Rc};
use janus_alloc::trace::Event;
use janus_alloc::{
    Aligned, Arena, ByTag, Failing, Fallback, Global, Guard, Limit, Locked, Pool, Segregate, SharedPool, Stats,
    SyncArena, System, Trace, Zeroizing, unsize_box,
};

use crate::longer::Longer;

/// The form of a tree. Every leaf takes its memory from the bottom.
#[derive(Clone, Debug)]
pub(crate) enum Plan {
    /// The bottom itself.
    Bottom,
    Arena(Box<Plan>),
    SyncArena(Box<Plan>),
    Pool(Box<Plan>),
    SharedPool(Box<Plan>),
    Aligned(Box<Plan>),
    ByTag(Box<Plan>),
    /// Fails one request in so many, with this seed.
    Failing(u32, u64, Box<Plan>),
    Guard(usize, Box<Plan>),
    Limit(usize, Box<Plan>),
    Locked(Box<Plan>),
    Longer(Box<Plan>),
    #[cfg(feature = "profile")]
    Profile(Box<Plan>),
    Shared(Box<Plan>),
    Stats(Box<Plan>),
    Trace(Box<Plan>),
    Zeroizing(Box<Plan>),
    /// A pool is put over a first that does not know its blocks.
    Fallback(Box<Plan>, Box<Plan>),
    /// With this border, rounded to one of the types' borders.
    Segregate(usize, Box<Plan>, Box<Plan>),
}

/// An allocator, by value in a box. `Fallback` needs one that knows its blocks as its first.
pub(crate) enum Part<'a> {
    Plain(BoxIn<dyn Allocator + 'a>),
    Owning(BoxIn<dyn Owns + 'a>),
}

fn plain<'a>(allocator: impl Allocator + 'a) -> Part<'a> {
    Part::Plain(unsize_box!(BoxIn::new_in(allocator, Global)))
}

fn owning<'a>(allocator: impl Owns + 'a) -> Part<'a> {
    Part::Owning(unsize_box!(BoxIn::new_in(allocator, Global)))
}

/// Builds a block that knows its blocks if its parent does.
macro_rules! follows {
    ($plan:expr, $bottom:expr, |$parent:ident| $block:expr) => {
        match $plan.build($bottom) {
            Part::Plain($parent) => plain($block),
            Part::Owning($parent) => owning($block),
        }
    };
}

/// Builds one that knows its blocks, over any parent.
macro_rules! knows {
    ($plan:expr, $bottom:expr, |$parent:ident| $block:expr) => {
        match $plan.build($bottom) {
            Part::Plain($parent) => owning($block),
            Part::Owning($parent) => owning($block),
        }
    };
}

fn segregate<'a, const BORDER: usize>(small: Part<'a>, large: Part<'a>) -> Part<'a> {
    match (small, large) {
        (Part::Owning(small), Part::Owning(large)) => owning(Segregate::<BORDER, _, _>::new(small, large)),
        (Part::Plain(small), Part::Plain(large)) => plain(Segregate::<BORDER, _, _>::new(small, large)),
        (Part::Plain(small), Part::Owning(large)) => plain(Segregate::<BORDER, _, _>::new(small, large)),
        (Part::Owning(small), Part::Plain(large)) => plain(Segregate::<BORDER, _, _>::new(small, large)),
    }
}

impl Plan {
    pub(crate) fn build<'a>(&self, bottom: &'a Stats<System>) -> Part<'a> {
        match self {
            Self::Bottom => plain(bottom),
            Self::Arena(plan) => knows!(plan, bottom, |parent| Arena::<_>::new_in(parent)),
            Self::SyncArena(plan) => knows!(plan, bottom, |parent| SyncArena::new_in(parent)),
            Self::Pool(plan) => knows!(plan, bottom, |parent| Pool::new_in(parent)),
            Self::SharedPool(plan) => knows!(plan, bottom, |parent| SharedPool::new_in(parent)),
            Self::Aligned(plan) => follows!(plan, bottom, |parent| Aligned::<64, _>::new(parent)),
            Self::ByTag(plan) => follows!(plan, bottom, |parent| ByTag::new(parent)),
            Self::Failing(one_in, seed, plan) if seed % 2 == 0 => {
                follows!(plan, bottom, |parent| Failing::chance(parent, *seed, *one_in))
            }
            Self::Failing(one_in, seed, plan) => {
                follows!(plan, bottom, |parent| Failing::chance(parent, *seed, *one_in).always_moving())
            }
            Self::Guard(quarantine, plan) => {
                knows!(plan, bottom, |parent| Guard::new(parent).quarantine_bytes(*quarantine))
            }
            Self::Limit(bytes, plan) => follows!(plan, bottom, |parent| Limit::new(parent, *bytes)),
            Self::Longer(plan) => match plan.build(bottom) {
                Part::Plain(parent) => plain(Longer(parent)),
                Part::Owning(parent) => plain(Longer(parent)),
            },
            Self::Locked(plan) => follows!(plan, bottom, |parent| Locked::new(parent)),
            #[cfg(feature = "profile")]
            Self::Profile(plan) => {
                use janus_alloc::{Profile, blocks::profile::Sampling};
                follows!(plan, bottom, |parent| Profile::with_sampling(parent, Sampling::EveryBytes(500)))
            }
            Self::Shared(plan) => follows!(plan, bottom, |parent| Rc::new_in(parent, Global)),
            Self::Stats(plan) => follows!(plan, bottom, |parent| Stats::new(parent)),
            Self::Trace(plan) => follows!(plan, bottom, |parent| Trace::new(parent, |_: &Event| {})),
            Self::Zeroizing(plan) => follows!(plan, bottom, |parent| Zeroizing::new(parent)),
            Self::Fallback(first, second) => {
                let first: BoxIn<dyn Owns + 'a> = match first.build(bottom) {
                    Part::Owning(first) => first,
                    Part::Plain(first) => unsize_box!(BoxIn::new_in(Pool::new_in(first), Global)),
                };
                match second.build(bottom) {
                    Part::Plain(second) => plain(Fallback::new(first, second)),
                    Part::Owning(second) => owning(Fallback::new(first, second)),
                }
            }
            Self::Segregate(border, small, large) => {
                let (small, large) = (small.build(bottom), large.build(bottom));
                match border {
                    0..=16 => segregate::<16>(small, large),
                    17..=250 => segregate::<250>(small, large),
                    _ => segregate::<4090>(small, large),
                }
            }
        }
    }
}
