//! `String`.

use janus_alloc::collections::{CloneIn, CollectIn, FromIn, IntoIn, String as StringIn};
use janus_alloc::testing::faults::FaultAllocator;
use janus_alloc::{System, try_format_in};

use super::Figures;

type Text<'a> = StringIn<&'a FaultAllocator>;

#[test]
fn string() {
    let mut figures = Figures::new("String");
    figures.case(|allocator| {
        let mut text: Text = StringIn::new_in(allocator);
        for _ in 0..20 {
            text.try_push('é')?;
        }
        text.try_push_str("and a longer piece of text than fits")?;
        text.try_insert(2, '𝄞')?;
        text.try_reserve_exact(100)?;
        text.try_insert_str(0, &"more ".repeat(30))?;
        text.try_extend_from_within(..100)?;
        text.try_replace_range(1..3, &"and more ".repeat(40))?;
        text.try_reserve(2000)?;
        text.try_shrink_to(1500)?;
        text.try_shrink_to_fit()?;
        Ok(())
    });
    figures.case(|allocator| {
        let mut text: Text = StringIn::try_with_capacity_in(3, allocator)?;
        text.try_extend("many chars, one by one".chars())?;
        text.try_extend(["pieces", " of ", "text that is longer than that"])?;
        text.try_write_fmt(format_args!("{:>100} {:?}", 1, "two"))?;
        let other = text.try_split_off(10)?;
        let mut clone = other.try_clone()?;
        clone.try_clone_from(&"x".repeat(1000))?;
        assert_eq!(clone.try_into_boxed_str()?.len(), 1000);
        Ok(())
    });
    figures.case(|allocator| {
        drop(try_format_in!(in allocator, "{} and {:50}", 1, "two")?);
        drop(StringIn::try_from_in("text", allocator)?);
        drop("text".chars().try_collect_in::<Text>(allocator)?);
        drop("a text".split(' ').try_collect_in::<Text>(allocator)?);
        drop(String::from("text").try_into_in::<Text>(allocator)?);
        let clone: Text = StringIn::from_in("text", System).try_clone_in(allocator)?;
        drop(clone);
        drop(StringIn::try_from_utf8_lossy_in(b"some \xFF bytes \xFF that are not text", allocator)?);
        let units: Vec<u16> = "text 𝄞".encode_utf16().collect();
        assert!(StringIn::try_from_utf16_in(&units, allocator)?.is_ok());
        assert!(StringIn::try_from_utf16_in(&[u16::from(b'a'), 0xD800], allocator)?.is_err());
        drop(StringIn::try_from_utf16_lossy_in(&[u16::from(b'a'), 0xD800, 0xD800], allocator)?);
        Ok(())
    });
}
