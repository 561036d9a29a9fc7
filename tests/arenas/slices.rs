//! Methods that allocate slices and strings.

use std::cell::Cell;
use std::fmt;
use std::iter;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use janus_alloc::api::Allocator;
use janus_alloc::{Arena, Null, System};

use crate::{assert_all_returned, counted, live_chunks};

/// Lengths close to those at which slices grow, and close to chunk sizes.
const LENGTHS: [usize; 14] = [0, 1, 2, 7, 8, 9, 16, 17, 100, 511, 512, 513, 4096, 50_000];

/// An iterator whose `size_hint` has the given lower bound, whether or not that is true.
pub(crate) struct WithLowerBound<I>(pub(crate) I, pub(crate) usize);

impl<I: Iterator> Iterator for WithLowerBound<I> {
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        self.0.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.1, None)
    }
}

fn check_slices<const MIN_ALIGN: usize>() {
    assert_all_returned::<_, MIN_ALIGN>(|arena| {
        let arena = &*arena;
        let mut kept: Vec<(Vec<u64>, &mut [u64])> = Vec::new();
        for length in LENGTHS {
            let values: Vec<u64> = (0..length as u64).map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15)).collect();
            let get = |n: usize| values[n];
            let all = || values.iter().copied();
            for claimed in [0, length / 2, length, 2 * length + 3] {
                kept.push((values.clone(), arena.alloc_slice_fill_iter(WithLowerBound(all(), claimed))));
                kept.push((values.clone(), arena.try_alloc_slice_fill_iter(WithLowerBound(all(), claimed)).unwrap()));
            }
            kept.push((values.clone(), arena.alloc_slice_copy(&values)));
            kept.push((values.clone(), arena.try_alloc_slice_copy(&values).unwrap()));
            kept.push((values.clone(), arena.alloc_slice_clone(&values)));
            kept.push((values.clone(), arena.try_alloc_slice_clone(&values).unwrap()));
            kept.push((vec![0; length], arena.alloc_slice_default(length)));
            kept.push((vec![0; length], arena.try_alloc_slice_default(length).unwrap()));
            let ok = |n: usize| Ok::<_, ()>(values[n]);
            kept.push((values.clone(), arena.alloc_slice_try_fill_with(length, ok).unwrap()));
            kept.push((values.clone(), arena.try_alloc_slice_try_fill_with(length, ok).unwrap().unwrap()));
            kept.push((values.clone(), arena.alloc_slice_fill_with(length, get)));
            kept.push((values.clone(), arena.try_alloc_slice_fill_with(length, get).unwrap()));
            for places in [arena.alloc_slice_uninit(length), arena.try_alloc_slice_uninit(length).unwrap()] {
                assert_eq!(places.len(), length);
                let written = places.iter_mut().zip(&values).map(|(place, &value)| place.write(value)).count();
                assert_eq!(written, length);
                // SAFETY: all elements have been written, and `places` is not used again.
                let written = unsafe { &mut *(&raw mut *places as *mut [u64]) };
                kept.push((values.clone(), written));
            }
        }
        for (values, slice) in &kept {
            assert_eq!(values, slice);
            assert!(slice.is_empty() || slice.as_ptr().addr() % MIN_ALIGN.max(8) == 0);
        }
    });
}

#[test]
fn slices_are_kept_with_every_minimum_alignment() {
    check_slices::<1>();
    check_slices::<8>();
    check_slices::<16>();
    check_slices::<4096>();
}

fn check_texts<const MIN_ALIGN: usize>() {
    assert_all_returned::<_, MIN_ALIGN>(|arena| {
        let arena = &*arena;
        let mut kept: Vec<(String, &mut str)> = Vec::new();
        for length in LENGTHS {
            let text: String = "añ€𝄞".chars().cycle().take(length).collect();
            kept.push((text.clone(), arena.alloc_str(&text)));
            kept.push((text.clone(), arena.try_alloc_str(&text).unwrap()));
            kept.push((format!("{text}-{length}"), arena.alloc_fmt(format_args!("{text}-{length}"))));
            kept.push((format!("<{text:>9}>"), arena.try_alloc_fmt(format_args!("<{text:>9}>")).unwrap()));
            let c_text = std::ffi::CString::new(text).unwrap();
            assert_eq!(arena.alloc_c_str(&c_text), &*c_text);
            assert_eq!(arena.try_alloc_c_str(&c_text), Ok(&*c_text));
        }
        kept.push((String::new(), arena.alloc_fmt(format_args!(""))));
        kept.push(("as it is".into(), arena.alloc_fmt(format_args!("as it is"))));
        for (text, copy) in &kept {
            assert_eq!(text, &**copy);
        }
    });
}

#[test]
fn texts_are_kept_and_packed() {
    check_texts::<1>();
    check_texts::<8>();
    check_texts::<64>();
    let packed = Arena::<_, 1>::with_min_align_in(System);
    packed.alloc_str("abc");
    packed.alloc_fmt(format_args!("{}{}", 12, 345));
    packed.alloc_c_str(c"xyz");
    packed.alloc_slice_copy(&[1_u8; 5]);
    packed.alloc_slice_fill_iter(WithLowerBound(iter::repeat_n(1_u8, 6), 2));
    assert_eq!(packed.allocated_bytes(), 3 + 5 + 4 + 5 + 6);
}

#[test]
fn without_memory_each_try_method_is_an_error() {
    fn fails(arena: &Arena<impl Allocator>) {
        let called = Cell::new(false);
        let call = |n| {
            called.set(true);
            n
        };
        assert!(arena.try_alloc_slice_copy(&[1]).is_err());
        assert!(arena.try_alloc_slice_clone(&[Some(1)]).is_err());
        assert!(arena.try_alloc_slice_fill_with(1, call).is_err());
        assert!(arena.try_alloc_slice_try_fill_with(1, |n| Ok::<_, ()>(call(n))).is_err());
        assert!(arena.try_alloc_slice_try_fill_with(1, |n| Err::<u8, _>(call(n))).is_err());
        assert!(arena.try_alloc_slice_default::<u64>(1).is_err());
        assert!(arena.try_alloc_slice_fill_iter((0..1).map(call)).is_err());
        assert!(!called.get());
        assert!(arena.try_alloc_slice_fill_iter(WithLowerBound(0..1, 0)).is_err());
        assert!(arena.try_alloc_slice_uninit::<u8>(1).is_err());
        assert!(arena.try_alloc_str("a").is_err());
        assert!(arena.try_alloc_fmt(format_args!("{}", called.get())).is_err());
        assert!(arena.try_alloc_fmt(format_args!("a")).is_err());
        assert!(arena.try_alloc_c_str(c"").is_err());
        // Requests for no bytes succeed.
        assert!(arena.try_alloc_str("").is_ok_and(|text| text.is_empty()));
        assert!(arena.try_alloc_slice_copy::<u64>(&[]).is_ok_and(|slice| slice.is_empty()));
        assert!(arena.try_alloc_slice_fill_with(0, call).is_ok_and(|slice| slice.is_empty()));
        assert!(arena.try_alloc_slice_fill_with(9, |_| ()).is_ok_and(|slice| slice.len() == 9));
        assert!(arena.try_alloc_slice_default::<()>(9).is_ok_and(|slice| slice.len() == 9));
        assert!(arena.try_alloc_slice_try_fill_with(9, |_| Ok::<_, ()>(())).is_ok_and(|slice| slice.is_ok()));
        assert!(arena.try_alloc_fmt(format_args!("")).is_ok_and(|text| text.is_empty()));
        assert_eq!(arena.allocated_bytes(), 0);
    }
    fails(&Arena::new_in(Null));
    fails(&Arena::new_in(&Arena::new_in(Null)));
}

#[test]
fn lengths_without_a_layout_are_errors() {
    let arena = counted();
    for length in [usize::MAX, usize::MAX / 8, isize::MAX as usize, isize::MAX as usize / 8 - 10] {
        assert!(arena.try_alloc_slice_fill_with(length, |n| n as u64).is_err());
        assert!(arena.try_alloc_slice_try_fill_with(length, |n| Ok::<_, ()>(n as u64)).is_err());
        assert!(arena.try_alloc_slice_default::<u64>(length).is_err());
        assert!(arena.try_alloc_slice_uninit::<u64>(length).is_err());
        assert!(arena.try_alloc_slice_fill_iter(WithLowerBound(0..1_u64, length)).is_err());
    }
    assert!(arena.try_alloc_slice_uninit::<()>(usize::MAX).is_ok_and(|slice| slice.len() == usize::MAX));
    assert_eq!(arena.alloc_slice_fill_iter(iter::repeat_n((), 100_000)).len(), 100_000);
    assert_eq!((arena.allocated_bytes(), live_chunks(&arena)), (0, 0));
}

#[test]
fn a_slice_of_unknown_length_grows_in_place_and_frees_the_rest() {
    let arena = Arena::with_capacity_in(100_000, System);
    let slice = arena.alloc_slice_fill_iter(WithLowerBound(0..1000_u64, 0));
    assert_eq!((slice.len(), arena.allocated_bytes(), arena.high_water_bytes()), (1000, 8000, 8192));
    let slice = arena.alloc_slice_fill_iter(WithLowerBound(0..10_u64, 1000));
    assert_eq!((slice.len(), arena.allocated_bytes()), (10, 8080));
    assert_eq!(arena.chunks().count(), 1);
}

#[test]
fn an_iterator_may_allocate_in_the_same_arena() {
    let arena = counted();
    let texts =
        arena.alloc_slice_fill_iter(WithLowerBound((0..1000).map(|n| &*arena.alloc_fmt(format_args!("{n}"))), 0));
    assert!(texts.iter().enumerate().all(|(n, text)| text.parse() == Ok(n)));
    let nested = arena.alloc_slice_fill_with(50, |n| &*arena.alloc_slice_fill_with(n, |m| n * m));
    assert!(nested.iter().enumerate().all(|(n, row)| row.iter().enumerate().all(|(m, &value)| value == n * m)));
}

#[test]
fn a_panic_in_an_iterator_frees_the_bytes() {
    let arena = counted();
    arena.alloc(1);
    let before = arena.allocated_bytes();
    let broken = |after: usize| {
        (0..1000).inspect(move |&n| {
            if n == after {
                resume_unwind(Box::new(()))
            }
        })
    };
    for after in [0, 1, 8, 9, 100] {
        let arena = AssertUnwindSafe(&arena);
        catch_unwind(|| arena.alloc_slice_fill_iter(WithLowerBound(broken(after), 0)).len()).unwrap_err();
        catch_unwind(|| arena.alloc_slice_fill_iter(broken(after)).len()).unwrap_err();
        catch_unwind(|| {
            arena.alloc_slice_fill_with(200, |n| if n == after { resume_unwind(Box::new(())) } else { n }).len()
        })
        .unwrap_err();
    }
    assert_eq!(arena.allocated_bytes(), before);
}

/// Counts its live instances. The elements of a slice need no `Drop`, but errors and captured values may.
#[derive(Debug)]
struct DropCounter<'a>(&'a Cell<i32>);

impl<'a> DropCounter<'a> {
    fn new(alive: &'a Cell<i32>) -> Self {
        alive.set(alive.get() + 1);
        Self(alive)
    }
}

impl Drop for DropCounter<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

#[test]
fn the_first_error_ends_a_slice_and_frees_the_bytes() {
    let arena = counted();
    arena.alloc(1);
    let (before, chunks) = (arena.allocated_bytes(), live_chunks(&arena));
    let alive = Cell::new(0);
    for length in [1, 9, 513, 50_000] {
        for failing in [0, length / 2, length - 1] {
            let mut calls = 0;
            let captured = DropCounter::new(&alive);
            let error = arena.alloc_slice_try_fill_with(length, |n| {
                assert_eq!((n, captured.0.get()), (calls, 1));
                calls += 1;
                if n == failing { Err((n, DropCounter::new(&alive))) } else { Ok(n as u64) }
            });
            let (n, counted) = error.unwrap_err();
            assert_eq!((n, calls, alive.get()), (failing, failing + 1, 2));
            drop((counted, captured));
            assert_eq!((alive.get(), arena.allocated_bytes()), (0, before));
        }
    }
    assert!(
        arena.try_alloc_slice_try_fill_with(9, |n| if n < 8 { Ok(n) } else { Err(n) }).is_ok_and(|it| it == Err(8))
    );
    assert!(live_chunks(&arena) <= chunks + 2, "chunks of freed slices were neither returned nor reused");
    // Blocks that the closure allocates stay, and so do the bytes of the slice in front of them.
    let texts = arena.alloc_slice_try_fill_with(9, |n| if n < 8 { Ok(&*arena.alloc_str("text")) } else { Err(n) });
    assert_eq!(texts, Err(8));
    assert_eq!(arena.allocated_bytes(), before + 9 * size_of::<&str>() + 8 * 8);
}

#[test]
fn a_panic_in_the_middle_of_a_slice_frees_the_bytes() {
    thread_local! {
        /// Number of values that can still be created before the next panics.
        static LEFT: Cell<usize> = const { Cell::new(0) };
    }
    #[derive(Debug, PartialEq)]
    struct Fuse(u64);
    impl Default for Fuse {
        fn default() -> Self {
            let left = LEFT.get().checked_sub(1).unwrap_or_else(|| resume_unwind(Box::new(())));
            LEFT.set(left);
            Self(7)
        }
    }
    impl Clone for Fuse {
        fn clone(&self) -> Self {
            Self { ..Self::default() }
        }
    }
    let arena = counted();
    arena.alloc(1);
    let before = arena.allocated_bytes();
    let originals: Vec<Fuse> = (0..100).map(Fuse).collect();
    let panics = |left: usize, work: &dyn Fn()| {
        LEFT.set(left);
        catch_unwind(AssertUnwindSafe(work)).unwrap_err();
        assert_eq!((LEFT.get(), arena.allocated_bytes()), (0, before));
    };
    let alive = Cell::new(0);
    for left in [0, 1, 50, 99] {
        panics(left, &|| _ = arena.alloc_slice_clone(&originals));
        panics(left, &|| _ = arena.try_alloc_slice_clone(&originals));
        panics(left, &|| _ = arena.alloc_slice_default::<Fuse>(100));
        panics(left, &|| _ = arena.try_alloc_slice_default::<Fuse>(100));
        let captured = DropCounter::new(&alive);
        panics(left, &|| {
            _ = arena.alloc_slice_try_fill_with(100, |_| Ok::<_, DropCounter<'_>>((Fuse::default(), &captured)));
        });
        panics(left, &|| {
            let captured = DropCounter::new(&alive);
            _ = arena.try_alloc_slice_try_fill_with(100, move |_| {
                assert_eq!(captured.0.get(), 2);
                Ok::<_, ()>(Fuse::default())
            });
        });
        drop(captured);
        assert_eq!(alive.get(), 0);
    }
    LEFT.set(200);
    assert_eq!(arena.alloc_slice_clone(&originals), arena.alloc_slice_default::<Fuse>(100));
}

#[test]
fn a_broken_display_panics_and_frees_the_bytes() {
    struct Broken;
    impl fmt::Display for Broken {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("some")?;
            Err(fmt::Error)
        }
    }
    let arena = counted();
    arena.alloc(1);
    let before = arena.allocated_bytes();
    let arena_ref = AssertUnwindSafe(&arena);
    let panic = catch_unwind(|| arena_ref.try_alloc_fmt(format_args!("{Broken}")).is_ok()).unwrap_err();
    let message = panic.downcast_ref::<String>().cloned().unwrap_or_default();
    assert!(message.contains("formatting trait implementation returned an error"), "{message}");
    assert_eq!(arena.allocated_bytes(), before);
}
