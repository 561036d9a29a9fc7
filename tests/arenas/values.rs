//! Methods that allocate one value: the value, its alignment, and the errors of the `try_` twins.

use std::cell::Cell;
use std::fmt::Debug;
use std::num::ParseIntError;
use std::rc::Rc;

use janus_alloc::collections::{Box, Vec};
use janus_alloc::{Arena, Null, Stats, System};

use crate::{assert_all_returned, counted, layout, live_chunks};

/// Allocates `values` in an arena by `put`, and checks that all are intact in the end.
fn check_kept<T: PartialEq + Debug + Clone, const MIN_ALIGN: usize>(
    values: impl Iterator<Item = T>,
    put: impl for<'a> Fn(&'a Arena<&Stats<System>, MIN_ALIGN>, T) -> &'a mut T,
) {
    assert_all_returned::<_, MIN_ALIGN>(|arena| {
        let kept: std::vec::Vec<(T, &mut T)> = values.map(|value| (value.clone(), put(arena, value))).collect();
        for (value, place) in &kept {
            assert_eq!(value, &**place);
            assert_eq!((&raw const **place).addr() % MIN_ALIGN, 0);
            assert_eq!((&raw const **place).addr() % align_of::<T>(), 0);
        }
    });
}

#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(align(64))]
struct CacheLine(u8);

#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(align(4096))]
struct Page(u8);

fn check_all_types<const MIN_ALIGN: usize>() {
    check_kept::<_, MIN_ALIGN>(0..=255_u8, |arena, value| arena.alloc(value));
    check_kept::<_, MIN_ALIGN>(0..1000_u64, |arena, value| arena.alloc(value));
    check_kept::<_, MIN_ALIGN>((0..=255_u8).map(|n| (n, u128::from(n))), |arena, value| {
        arena.try_alloc(value).unwrap()
    });
    check_kept::<_, MIN_ALIGN>((0..100).map(|n| [n; 333]), |arena, value| arena.alloc_with(|| value));
    check_kept::<_, MIN_ALIGN>((0..50).map(CacheLine), |arena, value| arena.try_alloc_with(|| value).unwrap());
    check_kept::<_, MIN_ALIGN>((0..9).map(Page), |arena, value| arena.alloc_try_with(|| Ok::<_, ()>(value)).unwrap());
    check_kept::<_, MIN_ALIGN>((0..9_u8).map(|n| [n; 5000]), |arena, value| arena.alloc_uninit().write(value));
    check_kept::<_, MIN_ALIGN>((0..9_u8).map(|n| [n; 50_000]), |arena, value| {
        arena.try_alloc_uninit().unwrap().write(value)
    });
}

#[test]
fn values_are_kept_with_every_minimum_alignment() {
    check_all_types::<1>();
    check_all_types::<2>();
    check_all_types::<4>();
    check_all_types::<8>();
    check_all_types::<16>();
    check_all_types::<64>();
    check_all_types::<4096>();
}

#[test]
fn zero_sized_values_take_no_bytes() {
    let arena = counted();
    for _ in 0..1000 {
        let () = *arena.alloc(());
        let [] = *arena.alloc([0_u64; 0]);
        assert_eq!(arena.alloc_with(|| [0_u8; 0]).len(), 0);
    }
    assert_eq!((arena.allocated_bytes(), arena.capacity_bytes(), live_chunks(&arena)), (0, 0, 0));
    // They are aligned even if the position of the arena is not.
    let packed = Arena::<_, 1>::with_min_align_in(System);
    packed.alloc(1_u8);
    assert_eq!((&raw const *packed.alloc([0_u128; 0])).addr() % 16, 0);
}

#[test]
fn without_memory_each_try_method_is_an_error() {
    let arena = Arena::new_in(Null);
    let called = Cell::new(false);
    let call = || called.set(true);
    assert!(arena.try_alloc(1).is_err());
    assert!(arena.try_alloc_with(|| [call(); 1].len()).is_err());
    assert!(arena.try_alloc_try_with(|| Ok::<_, ()>([call(); 1].len())).is_err());
    assert!(arena.try_alloc_try_with(|| Err::<u8, _>([call(); 1].len())).is_err());
    assert!(arena.try_alloc_uninit::<u8>().is_err());
    assert!(arena.try_alloc_layout(layout(1, 1)).is_err());
    assert!(arena.try_alloc_layout(layout(1, 1 << 40)).is_err());
    assert!(!called.get(), "the initializer ran although there is no memory for its value");
    // Requests for no bytes succeed.
    assert!(arena.try_alloc(()).is_ok());
    assert!(arena.try_alloc_layout(layout(0, 1 << 40)).is_ok());
    assert_eq!((arena.allocated_bytes(), arena.high_water_bytes(), arena.chunks().count()), (0, 0, 0));
}

#[test]
fn a_leaked_value_is_never_dropped_and_a_refused_one_is() {
    let counter = Rc::new(());
    assert_all_returned::<_, 8>(|arena| {
        assert_eq!(Rc::strong_count(arena.alloc_leak(Rc::clone(&counter))), 2);
        assert_eq!(Rc::strong_count(arena.try_alloc_leak(Rc::clone(&counter)).unwrap()), 3);
    });
    assert_eq!(Rc::strong_count(&counter), 3);
    assert!(Arena::new_in(Null).try_alloc_leak(Rc::clone(&counter)).is_err());
    assert_eq!(Rc::strong_count(&counter), 3);
    for _ in 0..2 {
        let leaked = Rc::as_ptr(&counter);
        // SAFETY: two clones were leaked.
        unsafe { Rc::decrement_strong_count(leaked) };
    }
}

#[test]
fn a_box_drops_what_is_in_it() {
    let counter = Rc::new(());
    assert_all_returned::<_, 8>(|arena| {
        let boxed = Box::new_in(Rc::clone(&counter), &*arena);
        let mut many = Vec::new_in(&*arena);
        many.extend((0..100).map(|_| Rc::clone(&counter)));
        assert_eq!(Rc::strong_count(&boxed), 102);
    });
    assert_eq!(Rc::strong_count(&counter), 1);
}

#[test]
fn a_failed_initializer_takes_no_bytes() {
    let arena = counted();
    let parse = |text: &str| arena.alloc_try_with(|| text.parse::<u32>()).map(|number| *number);
    assert_eq!(parse("7"), Ok(7));
    let before = arena.allocated_bytes();
    for _ in 0..1000 {
        let error: ParseIntError = parse("seven").unwrap_err();
        assert_eq!(error.to_string(), "invalid digit found in string");
    }
    assert_eq!(arena.allocated_bytes(), before);
    assert!(arena.high_water_bytes() > before);

    // An error that needs `Drop` is moved out of the arena, not copied.
    let counter = Rc::new(());
    let error = arena.try_alloc_try_with(|| Err::<u8, _>((Rc::clone(&counter), [1_u8; 100]))).unwrap().unwrap_err();
    assert_eq!((Rc::strong_count(&counter), error.1), (2, [1; 100]));
    drop(error);
    assert_eq!((Rc::strong_count(&counter), arena.allocated_bytes()), (1, before));

    // A large value had its own chunk, which is returned to the parent.
    let chunks = live_chunks(&arena);
    assert_eq!(arena.alloc_try_with(|| Err::<[u8; 100_000], _>(7)), Err(7));
    assert_eq!((live_chunks(&arena), arena.allocated_bytes()), (chunks, before));
}

#[test]
fn allocations_of_a_failed_initializer_stay() {
    let arena = counted();
    let result: Result<&mut u64, &mut str> = arena.alloc_try_with(|| Err(arena.alloc_str("here")));
    assert_eq!(result.unwrap_err(), "here");
    assert!(arena.allocated_bytes() >= 8 + size_of::<Result<u64, &mut str>>());
}

#[test]
fn an_initializer_may_allocate_in_the_same_arena() {
    let arena = counted();
    let pair = arena.alloc_with(|| (&*arena.alloc(1), &*arena.alloc_str("two")));
    let list = arena.alloc((3, Some(&*pair)));
    assert_eq!(*list, (3, Some(&(&1, "two"))));
}

#[test]
fn a_panicking_initializer_leaves_a_usable_arena() {
    assert_all_returned::<_, 8>(|arena| {
        let kept = arena.alloc(7);
        let arena = std::panic::AssertUnwindSafe(&*arena);
        for _ in 0..10 {
            std::panic::catch_unwind(|| {
                *arena.alloc_with(|| -> u64 { std::panic::resume_unwind(std::boxed::Box::new(())) })
            })
            .unwrap_err();
            std::panic::catch_unwind(|| {
                arena
                    .alloc_try_with(|| -> Result<u64, ()> { std::panic::resume_unwind(std::boxed::Box::new(())) })
                    .is_ok()
            })
            .unwrap_err();
        }
        assert_eq!((*kept, *arena.alloc(8)), (7, 8));
    });
}

#[test]
fn a_panicking_initializer_frees_its_bytes() {
    fn panics(work: impl FnOnce()) {
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).unwrap_err();
    }
    fn now<T>() -> T {
        std::panic::resume_unwind(std::boxed::Box::new(()))
    }
    fn check<const MIN_ALIGN: usize>() {
        assert_all_returned::<_, MIN_ALIGN>(|arena| {
            let kept = arena.alloc(7_u64);
            let arena = &*arena;
            let before = (arena.allocated_bytes(), arena.parent().snapshot().live_blocks());
            for _ in 0..10 {
                panics(|| _ = arena.alloc_with(now::<u64>));
                panics(|| _ = arena.alloc_with(now::<()>));
                panics(|| _ = arena.try_alloc_with(now::<[u8; 100]>).is_ok());
                panics(|| _ = arena.alloc_try_with(now::<Result<u64, ()>>).is_ok());
                panics(|| _ = arena.try_alloc_try_with(now::<Result<(), [u8; 100]>>).is_ok());
                // A value with its own chunk.
                panics(|| _ = arena.alloc_with(now::<[u8; 100_000]>));
                panics(|| _ = arena.alloc_try_with(now::<Result<[u8; 100_000], ()>>).is_ok());
                arena.scope(|scope| {
                    panics(|| _ = scope.alloc_with(now::<[u8; 100]>));
                    assert_eq!(scope.allocated_bytes(), 0);
                });
                // An initializer that allocates and frees before it panics.
                panics(|| {
                    arena.alloc_with(|| {
                        drop(Box::new_in([1_u8; 100], arena));
                        now::<u64>()
                    });
                });
            }
            let after = (arena.allocated_bytes(), arena.parent().snapshot().live_blocks());
            assert_eq!(after, before);
            assert_eq!(*kept, 7);
        });
    }
    check::<1>();
    check::<8>();
    check::<64>();
}

#[test]
fn allocations_of_a_panicking_initializer_stay() {
    let arena = counted();
    let survivors = std::cell::RefCell::new(std::vec::Vec::new());
    for n in 0..100_u32 {
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            *arena.alloc_with(|| -> [u32; 9] {
                survivors.borrow_mut().push(&*arena.alloc_fmt(format_args!("survivor {n}")));
                std::panic::resume_unwind(std::boxed::Box::new(()))
            })
        }));
        panicked.unwrap_err();
        arena.alloc_slice_copy(&[n; 20]);
    }
    assert!(survivors.borrow().iter().enumerate().all(|(n, text)| **text == *format!("survivor {n}")));
    assert_eq!(survivors.borrow().len(), 100);
}

#[test]
fn raw_blocks_of_every_size_and_align() {
    assert_all_returned::<_, 1>(|arena| {
        let mut live = crate::live::LiveBlocks::default();
        for align in (0..=16).map(|power| 1 << power) {
            for size in [0, 1, 7, 8, 9, 4000, 4096, 5000, 70_000] {
                let block = arena.alloc_layout(layout(size, align));
                assert_eq!(block.addr().get() % align, 0);
                crate::fill(block, 1, size);
                live.allocate(&&*arena, layout(size, align)).unwrap();
            }
        }
        live.check();
        for huge in [isize::MAX as usize, isize::MAX as usize - 4095, 1 << 62] {
            for align in [1, 8, 16, 4096] {
                let huge = huge & !(align - 1);
                assert!(arena.try_alloc_layout(layout(huge, align)).is_err());
            }
        }
        assert!(arena.try_alloc_layout(layout(1, 1 << 62)).is_err());
        live.check();
    });
}

#[test]
fn constructors_reserve_and_fail() {
    for capacity in [0, 1, 4064, 4096, 1 << 20, 10 << 20] {
        let check = |arena: &crate::Counted<1>| {
            assert!(arena.capacity_bytes() >= capacity, "{} < {capacity}", arena.capacity_bytes());
            let chunks = u64::from(capacity > 0);
            assert_eq!((live_chunks(arena), arena.allocated_bytes()), (chunks, 0));
            for _ in 0..capacity.div_ceil(1024) {
                if arena.capacity_bytes() - arena.allocated_bytes() >= 1024 {
                    arena.alloc([0_u8; 1024]);
                }
            }
            assert_eq!(live_chunks(arena), chunks);
        };
        check(&Arena::with_min_align_and_capacity_in(capacity, Stats::new(System)));
        check(&Arena::try_with_min_align_and_capacity_in(capacity, Stats::new(System)).unwrap());
        let one_block = Arena::with_capacity_in(capacity, Stats::new(System));
        one_block.alloc_layout(layout(capacity, 8));
        assert!(live_chunks(&one_block) <= 1, "{capacity}");
        let one_block = Arena::with_capacity(capacity);
        one_block.alloc_layout(layout(capacity, 8));
        assert!(one_block.chunks().count() <= 1, "{capacity}");
    }
    assert!(Arena::try_with_capacity(1000).is_ok_and(|arena| arena.capacity_bytes() >= 1000));
    for capacity in [usize::MAX, isize::MAX as usize, isize::MAX as usize - 100, 1 << 62] {
        assert!(Arena::try_with_capacity(capacity).is_err());
        assert!(Arena::try_with_capacity_in(capacity, System).is_err());
        assert!(Arena::<_, 1>::try_with_min_align_and_capacity_in(capacity, System).is_err());
        assert!(Arena::<_, 4096>::try_with_min_align_and_capacity_in(capacity, System).is_err());
    }
    assert_eq!((Arena::default().capacity_bytes(), Arena::new().capacity_bytes()), (0, 0));
    thread_local! {
        static CONST_ARENA: Arena<Null, 16> = const { Arena::with_min_align_in(Null) };
    }
    CONST_ARENA.with(|arena| assert!(arena.try_alloc(1).is_err()));
}
