//! Conversions from and into the boxes of std and of allocator-api2.

use std::any::Any;
use std::boxed::Box as StdBox;

use janus_alloc::collections::Box;
use janus_alloc::unsize_box;

use crate::ledger::{Drops, Ledger, Value};

/// The conversions keep the block, and the last box drops the value and frees the block once.
#[test]
fn conversions_to_other_boxes_and_back_keep_the_block() {
    let (ledger, drops) = (Ledger::new(), Drops::new());
    macro_rules! round_trip {
        ($theirs:ident, $allocator:ty) => {{
            round_trip!($theirs<_, $allocator>, Box<Value<'_>, &Ledger>, Box::new_in(drops.value(), &ledger));
            let slice = || Box::slice(Box::new_in([drops.value(), drops.value()], &ledger));
            round_trip!($theirs<_, $allocator>, Box<[Value<'_>], &Ledger>, slice());
            let text = || Box::clone_from_ref_in("Janus", &ledger);
            assert_eq!(&*round_trip!($theirs<_, $allocator>, Box<str, &Ledger>, text()), "Janus");
            let any: Box<dyn Any, &Ledger> = unsize_box!(Box::new_in(5, &ledger));
            let any: $theirs<dyn Any, $allocator> = any.into();
            assert!(any.is::<i32>());
        }};
        ($theirs:ident<_, $allocator:ty>, Box<$value:ty, &Ledger>, $boxed:expr) => {{
            let theirs: $theirs<$value, $allocator> = $boxed.into();
            drop(theirs);
            let ours = $boxed;
            let (before, requests) = (Box::as_ptr(&ours).cast::<u8>(), ledger.requests());
            let theirs: $theirs<$value, $allocator> = ours.into();
            assert_eq!((&raw const *theirs).cast::<u8>(), before);
            let ours: Box<$value, &Ledger> = theirs.into();
            assert_eq!((Box::as_ptr(&ours).cast::<u8>(), ledger.requests()), (before, requests));
            ours
        }};
    }

    #[cfg(not(feature = "std-trait"))]
    {
        use allocator_api2::boxed::Box as Theirs;
        round_trip!(Theirs, &Ledger);
    }
    // With std's trait, allocator-api2 is not used; the other box is std's.
    #[cfg(feature = "std-trait")]
    {
        let ours = Box::from_std(Box::into_std(Box::new_in(drops.value(), &ledger)));
        let ours: Box<Value<'_>, &Ledger> = Box::into_std(ours).into();
        drop(ours);
    }
    #[cfg(feature = "allocator-api2-03")]
    {
        use allocator_api2_03::boxed::Box as Theirs;
        use janus_alloc::generations::{From03, To03};
        round_trip!(Theirs, To03<&Ledger>);
        let ours: Box<i32, From03<To03<&Ledger>>> = Theirs::new_in(5, To03(&ledger)).into();
        let theirs: Theirs<i32, To03<&Ledger>> = ours.into();
        assert_eq!(*theirs, 5);
    }
    #[cfg(feature = "allocator-api2-04")]
    {
        use allocator_api2_04::boxed::Box as Theirs;
        use janus_alloc::generations::{From04, To04};
        round_trip!(Theirs, To04<&Ledger>);
        let ours: Box<i32, From04<To04<&Ledger>>> = Theirs::new_in(5, To04(&ledger)).into();
        let theirs: Theirs<i32, To04<&Ledger>> = ours.into();
        assert_eq!(*theirs, 5);
    }
    assert_eq!((drops.live(), ledger.live()), (0, 0));

    let boxed = StdBox::new(drops.value());
    let before = &raw const *boxed;
    let boxed = Box::into_std(<Box<Value<'_>>>::from(boxed));
    assert_eq!(&raw const *boxed, before);
    drop(boxed);
    drop(<Box<Value<'_>>>::from(StdBox::new(drops.value())));
    assert_eq!(Box::into_std(<Box<[i32]>>::from(StdBox::<[i32]>::from([1, 2])))[1], 2);
    assert_eq!(&*<Box<str>>::from(StdBox::<str>::from("Janus")), "Janus");
    let any: StdBox<dyn Any> = StdBox::new(5);
    assert!(Box::into_std(Box::from_std(any)).is::<i32>());
    // Only std's `Box` of an `FnOnce` can be called.
    let call: Box<dyn FnOnce() -> String> = unsize_box!(Box::new({
        let name = String::from("Janus");
        move || name
    }));
    assert_eq!(Box::into_std(call)(), "Janus");
    drop(Box::into_std(Box::new(())));
    assert_eq!(drops.live(), 0);
}
