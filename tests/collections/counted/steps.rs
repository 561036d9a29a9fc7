//! Random operations on pointers, compared with std's.

use std::cell::Cell;

use proptest::prelude::{Strategy, any, prop, proptest};

use super::super::{Rc, StdRc, StdWeak, Weak};
use crate::ledger::Ledger;

/// An operation on pointers. A number is the place of a pointer, among the strong or the weak ones; a `u8` is a value.
#[derive(Clone, Debug)]
enum Step {
    New(usize, u8),
    Cyclic(usize, usize, u8),
    Clone(usize, usize),
    Downgrade(usize, usize),
    CloneWeak(usize, usize),
    Upgrade(usize, usize),
    Drop(usize),
    DropWeak(usize),
    GetMut(usize, u8),
    MakeMut(usize, u8),
    TryUnwrap(usize),
    IntoInner(usize),
    UnwrapOrClone(usize),
    Raw(usize),
    RawWeak(usize),
    WeakToNothing(usize),
}

const PLACES: usize = 4;
type Places<T> = [Option<T>; PLACES];

fn step() -> impl Strategy<Value = Step> {
    let place = || 0..PLACES;
    proptest::prop_oneof![
        1 => (place(), any::<u8>()).prop_map(|(a, n)| Step::New(a, n)),
        1 => (place(), place(), any::<u8>()).prop_map(|(a, b, n)| Step::Cyclic(a, b, n)),
        3 => (place(), place()).prop_map(|(a, b)| Step::Clone(a, b)),
        3 => (place(), place()).prop_map(|(a, b)| Step::Downgrade(a, b)),
        1 => (place(), place()).prop_map(|(a, b)| Step::CloneWeak(a, b)),
        2 => (place(), place()).prop_map(|(a, b)| Step::Upgrade(a, b)),
        2 => place().prop_map(Step::Drop),
        2 => place().prop_map(Step::DropWeak),
        1 => (place(), any::<u8>()).prop_map(|(a, n)| Step::GetMut(a, n)),
        2 => (place(), any::<u8>()).prop_map(|(a, n)| Step::MakeMut(a, n)),
        1 => place().prop_map(Step::TryUnwrap),
        1 => place().prop_map(Step::IntoInner),
        1 => place().prop_map(Step::UnwrapOrClone),
        1 => place().prop_map(Step::Raw),
        1 => place().prop_map(Step::RawWeak),
        1 => place().prop_map(Step::WeakToNothing),
    ]
}

/// A number, with the count of its live clones.
#[derive(Debug)]
struct Counted<'a>(u8, &'a Cell<usize>);

impl<'a> Counted<'a> {
    fn new(number: u8, live: &'a Cell<usize>) -> Self {
        live.set(live.get() + 1);
        Self(number, live)
    }
}

impl Clone for Counted<'_> {
    fn clone(&self) -> Self {
        Self::new(self.0, self.1)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.1.set(self.1.get() - 1);
    }
}

/// Runs one step, and returns the number it shows. A macro, because our types and std's have only the names of their functions in common.
macro_rules! run {
    ($step:expr, $rc:ident, $weak:ident, $strong:expr, $weaks:expr, $live:expr, |$value:ident| $new:expr, |$data:ident| $cyclic:expr, $nothing:expr) => {{
        let (strong, weaks, live) = ($strong, $weaks, $live);
        let number = |value: &Counted<'_>| Some(value.0);
        match $step {
            Step::New(a, n) => {
                let $value = Counted::new(n, live);
                strong[a] = Some($new);
                None
            }
            Step::Cyclic(a, b, n) => {
                let mut kept = None;
                let $data = |weak: &_| {
                    kept = Some(Clone::clone(weak));
                    Counted::new(n, live)
                };
                strong[a] = Some($cyclic);
                weaks[b] = kept;
                None
            }
            Step::Clone(a, b) => {
                strong[b] = strong[a].clone();
                None
            }
            Step::Downgrade(a, b) => {
                weaks[b] = strong[a].as_ref().map($rc::downgrade);
                None
            }
            Step::CloneWeak(a, b) => {
                weaks[b] = weaks[a].clone();
                None
            }
            Step::Upgrade(a, b) => {
                strong[b] = weaks[a].as_ref().and_then($weak::upgrade);
                strong[b].as_ref().and_then(|rc| number(rc))
            }
            Step::Drop(a) => strong[a].take().and_then(|rc| number(&rc)),
            Step::DropWeak(a) => weaks[a].take().map(|weak| weak.strong_count() as u8),
            Step::GetMut(a, n) => strong[a].as_mut().and_then(|rc| {
                let value = $rc::get_mut(rc)?;
                value.0 = n;
                Some(n)
            }),
            Step::MakeMut(a, n) => {
                strong[a].as_mut().and_then(|rc| Some(std::mem::replace(&mut $rc::make_mut(rc).0, n)))
            }
            Step::TryUnwrap(a) => match strong[a].take().map($rc::try_unwrap) {
                Some(Ok(value)) => number(&value),
                Some(Err(rc)) => {
                    strong[a] = Some(rc);
                    None
                }
                None => None,
            },
            Step::IntoInner(a) => strong[a].take().and_then($rc::into_inner).as_ref().and_then(number),
            Step::UnwrapOrClone(a) => strong[a].take().map($rc::unwrap_or_clone).as_ref().and_then(number),
            Step::WeakToNothing(a) => {
                weaks[a] = Some($nothing);
                None
            }
            Step::Raw(_) | Step::RawWeak(_) => None,
        }
    }};
}

proptest! {
    #[test]
    #[allow(clippy::arc_with_non_send_sync, reason = "one thread uses them")]
    fn random_steps_behave_as_in_std(steps in prop::collection::vec(step(), 0..100)) {
        let ledger = Ledger::new();
        let (our_live, std_live) = (Cell::new(0), Cell::new(0));
        let mut ours = (Places::<Rc<Counted<'_>, &Ledger>>::default(), Places::<Weak<Counted<'_>, &Ledger>>::default());
        let mut std = (Places::<StdRc<Counted<'_>>>::default(), Places::<StdWeak<Counted<'_>>>::default());
        for step in steps {
            let shown = run!(step.clone(), Rc, Weak, &mut ours.0, &mut ours.1, &our_live,
                |value| Rc::new_in(value, &ledger), |data| Rc::new_cyclic_in(data, &ledger), Weak::new_in(&ledger));
            let expected = run!(step.clone(), StdRc, StdWeak, &mut std.0, &mut std.1, &std_live,
                |value| StdRc::new(value), |data| StdRc::new_cyclic(data), StdWeak::new());
            assert_eq!(shown, expected, "{step:?}");
            match step {
                Step::Raw(a) => if let Some(rc) = ours.0[a].take() {
                    let (pointer, allocator) = Rc::into_raw_with_allocator(rc);
                    // SAFETY: `into_raw_with_allocator` returned both, and left the count that this pointer takes over.
                    ours.0[a] = Some(unsafe { Rc::from_raw_in(pointer, allocator) });
                }
                Step::RawWeak(a) => if let Some(weak) = ours.1[a].take() {
                    let (pointer, allocator) = weak.into_raw_with_allocator();
                    // SAFETY: `into_raw_with_allocator` returned both, and left the weak count that this pointer takes over.
                    ours.1[a] = Some(unsafe { Weak::from_raw_in(pointer, allocator) });
                }
                _ => {}
            }
            assert_eq!(our_live, std_live, "{step:?}");
            for (our, std) in ours.0.iter().zip(&std.0) {
                let ours = our.as_ref().map(|rc| (rc.0, Rc::strong_count(rc), Rc::weak_count(rc)));
                let std = std.as_ref().map(|rc| (rc.0, StdRc::strong_count(rc), StdRc::weak_count(rc)));
                assert_eq!(ours, std, "{step:?}");
            }
            for (our, std) in ours.1.iter().zip(&std.1) {
                let ours = our.as_ref().map(|weak| (weak.strong_count(), weak.weak_count()));
                let std = std.as_ref().map(|weak| (weak.strong_count(), weak.weak_count()));
                assert_eq!(ours, std, "{step:?}");
            }
            for a in 0..PLACES {
                for b in 0..PLACES {
                    let ours = ours.0[a].as_ref().zip(ours.0[b].as_ref()).map(|(a, b)| Rc::ptr_eq(a, b));
                    let std = std.0[a].as_ref().zip(std.0[b].as_ref()).map(|(a, b)| StdRc::ptr_eq(a, b));
                    assert_eq!(ours, std, "{step:?}");
                }
            }
        }
        drop(ours);
        drop(std);
        assert_eq!((our_live.get(), std_live.get(), ledger.live()), (0, 0, 0));
    }
}
