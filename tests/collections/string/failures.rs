//! Each `try_` method returns an error for each failed allocation, and leaves the string as documented.

use janus_alloc::collections::{
    CloneIn, CollectIn, FromIn, IntoIn, String as StringIn, TryReserveError, TryReserveErrorKind,
};
use janus_alloc::{System, try_format_in};

use crate::ledger::{Ledger, each_failure, panics};

type Text<'l> = StringIn<&'l Ledger>;

const TEXT: &str = "Jé☺𝄞";

/// Returns a string with no spare capacity.
fn full(ledger: &Ledger) -> Result<Text<'_>, TryReserveError> {
    let text = StringIn::try_from_in(TEXT, ledger)?;
    assert_eq!(text.capacity(), TEXT.len());
    Ok(text)
}

/// Runs `work` on a full string with each allocation failing in turn, and asserts that a failure leaves the string unchanged.
#[track_caller]
fn unchanged_on_failure(work: impl Fn(&mut Text<'_>) -> Result<(), TryReserveError>) {
    let mut failures = 0;
    each_failure(|ledger| {
        let mut text = full(ledger)?;
        let address = text.as_ptr();
        work(&mut text).inspect_err(|_| {
            failures += 1;
            assert_eq!((&*text, text.as_ptr(), text.capacity()), (TEXT, address, TEXT.len()));
        })
    });
    assert_ne!(failures, 0);
}

#[test]
fn a_failed_operation_changes_nothing() {
    unchanged_on_failure(|text| text.try_push('x'));
    unchanged_on_failure(|text| text.try_push('𝄞'));
    unchanged_on_failure(|text| text.try_push_str("x"));
    unchanged_on_failure(|text| text.try_insert(3, 'é'));
    unchanged_on_failure(|text| text.try_insert_str(3, "us"));
    unchanged_on_failure(|text| text.try_replace_range(1..3, "and more"));
    unchanged_on_failure(|text| text.try_extend_from_within(1..3));
    unchanged_on_failure(|text| text.try_reserve(1));
    unchanged_on_failure(|text| text.try_reserve_exact(1));
    unchanged_on_failure(|text| text.try_extend("x".chars()));
    unchanged_on_failure(|text| text.try_extend([StringIn::from("x")]));
    unchanged_on_failure(|text| text.try_clone_from("longer than before"));
    unchanged_on_failure(|text| text.try_split_off(3).map(drop));
    unchanged_on_failure(|text| text.try_clone().map(drop));
    unchanged_on_failure(|text| text.try_clone_in(*text.allocator()).map(drop));
    unchanged_on_failure(|text| text.try_write_fmt(format_args!("{}", 1)));
}

#[test]
fn every_failure_of_a_constructor_is_an_error() {
    each_failure(|ledger| StringIn::try_with_capacity_in(3, ledger).map(drop));
    each_failure(|ledger| "Janus".chars().try_collect_in::<Text<'_>>(ledger).map(drop));
    each_failure(|ledger| TEXT.split('é').try_collect_in::<Text<'_>>(ledger).map(drop));
    each_failure(|ledger| StringIn::try_from_in('J', ledger).map(drop));
    each_failure(|ledger| String::from("Janus").try_into_in::<Text<'_>>(ledger).map(drop));
    each_failure(|ledger| StringIn::try_from_utf8_lossy_in(b"J\xFFa\xFF\xFF\xFF\xFF", ledger).map(drop));
    each_failure(|ledger| StringIn::try_from_utf16_in(&[0x4A; 9], ledger).map(drop));
    each_failure(|ledger| StringIn::try_from_utf16_lossy_in(&[0xD800; 9], ledger).map(drop));
    each_failure(|ledger| try_format_in!(in ledger, "Janus").map(drop));
    each_failure(|ledger| try_format_in!(in ledger, "{}{}", 1, 2).map(drop));
    each_failure(|ledger| try_format_in!(in ledger, "{0}{0}{0}", TEXT.repeat(20)).map(drop));
}

#[test]
fn a_failed_shrink_keeps_the_capacity() {
    each_failure(|ledger| {
        let mut text = full(ledger)?;
        text.truncate(3);
        text.try_shrink_to(4).inspect_err(|_| assert_eq!((text.capacity(), &*text), (10, "Jé")))?;
        text.try_shrink_to_fit().inspect_err(|_| assert_eq!((text.capacity(), &*text), (4, "Jé")))?;
        text.try_reserve_exact(3)?;
        assert_eq!(&*text.try_into_boxed_str()?, "Jé");
        Ok::<_, TryReserveError>(())
    });
}

#[test]
fn a_failed_extend_keeps_the_text_added_before() {
    each_failure(|ledger| {
        let mut text = full(ledger)?;
        text.try_extend(["x"; 40]).inspect_err(|_| {
            assert!(text.starts_with(TEXT) && text[TEXT.len()..].bytes().all(|byte| byte == b'x'));
        })
    });
    each_failure(|ledger| {
        let mut text = full(ledger)?;
        text.try_write_fmt(format_args!("{0}{0}{0}", TEXT.repeat(9))).inspect_err(|_| assert_eq!(text, TEXT))
    });
}

#[test]
fn too_large_capacities_are_errors() {
    let too_large = isize::MAX as usize + 1;
    for capacity in [too_large, usize::MAX] {
        let overflow = |result: Result<(), TryReserveError>| {
            assert_eq!(result.unwrap_err().kind(), TryReserveErrorKind::CapacityOverflow);
        };
        overflow(StringIn::try_with_capacity_in(capacity, System).map(drop));
        overflow(StringIn::try_with_capacity(capacity).map(drop));
        assert!(panics(|| StringIn::with_capacity_in(capacity, System)));
        let mut text = StringIn::from("Janus");
        overflow(text.try_reserve(capacity));
        overflow(text.try_reserve_exact(capacity));
        assert!(panics(|| text.reserve(capacity)));
        assert!(panics(|| text.reserve_exact(capacity)));
        assert_eq!(text, "Janus");
    }
}
