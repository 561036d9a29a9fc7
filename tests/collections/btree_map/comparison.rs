//! Comparisons, hashes and debug output.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

use super::compare_with_std;

#[test]
fn comparisons_and_hashes_are_those_of_std() {
    fn hash(value: &impl Hash) -> u64 {
        let mut hasher = DefaultHasher::new();
        value.hash(&mut hasher);
        hasher.finish()
    }

    compare_with_std!({
        let maps = [
            BTreeMap::from([]),
            BTreeMap::from([(1, 1.0)]),
            BTreeMap::from([(1, 2.0)]),
            BTreeMap::from([(1, 1.0), (2, 1.0)]),
            BTreeMap::from([(2, f64::NAN)]),
        ];
        let mut seen = Vec::new();
        for one in &maps {
            for other in &maps {
                seen.push((one == other, one.partial_cmp(other)));
            }
        }
        let map: BTreeMap<u32, String> = (0..100).map(|n| (n, n.to_string())).collect();
        let mut shorter = map.clone();
        shorter.pop_last();
        let set: BTreeSet<u32> = (0..100).collect();
        (
            seen,
            hash(&map),
            hash(&shorter),
            hash(&set),
            map.cmp(&shorter),
            map == map.clone(),
            BTreeMap::<u8, u8>::default().len(),
        )
    });
}

#[test]
fn debug_output_is_that_of_std() {
    compare_with_std!({
        let mut map = BTreeMap::from([(1, 'a'), (2, 'b'), (3, 'c')]);
        let mut partial = map.clone().into_iter();
        partial.next();
        let mut seen = vec![
            format!("{map:?} {map:#?}"),
            format!("{:?} {:?} {:?} {:?}", map.iter(), map.keys(), map.values(), map.range(2..)),
            format!(
                "{:?} {:?} {:?} {partial:?}",
                map.clone().into_iter(),
                map.clone().into_keys(),
                map.clone().into_values()
            ),
            format!("{:?} {:?} {:?}", map.clone().iter_mut(), map.clone().values_mut(), map.clone().range_mut(..2)),
            format!("{:?} {:?}", map.clone().entry(1), map.clone().entry(4)),
            format!("{:?} {:?}", map.clone().first_entry(), BTreeMap::<u8, u8>::new().first_entry()),
        ];
        let mut extraction = map.extract_if(.., |_, value| *value == 'b');
        seen.push(format!("{extraction:?}"));
        extraction.next();
        seen.push(format!("{extraction:?}"));
        extraction.next();
        seen.push(format!("{extraction:?}"));
        seen
    });
}
