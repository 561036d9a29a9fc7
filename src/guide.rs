//! Compiles and runs the code of the pages that are not part of the crate's documentation.

#[doc = include_str!("../README.md")]
struct Readme;

#[doc = include_str!("../docs/01-where-is-malloc.md")]
struct WhereIsMalloc;

#[doc = include_str!("../docs/02-writing-your-own.md")]
struct WritingYourOwn;

#[doc = include_str!("../docs/03-arenas.md")]
struct Arenas;

#[doc = include_str!("../docs/04-pools.md")]
struct Pools;

#[doc = include_str!("../docs/05-choosing-a-default.md")]
struct ChoosingADefault;

#[doc = include_str!("../docs/06-collections.md")]
struct Collections;

// On compilers whose std has the trait.
#[cfg(any(std_allocator, std_allocator_gated))]
#[doc = include_str!("../docs/07-moving-to-std.md")]
struct MovingToStd;

#[doc = include_str!("../docs/08-coming-from.md")]
struct ComingFrom;

#[cfg(any(unix, windows))]
#[doc = include_str!("../docs/09-composing.md")]
struct Composing;

// Some of its code has a profile.
#[cfg(all(feature = "profile", any(unix, windows)))]
#[doc = include_str!("../docs/10-watching.md")]
struct Watching;

#[doc = include_str!("../docs/11-services.md")]
struct Services;
