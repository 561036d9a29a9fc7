//! Insertion, changes and removal by entries.

use super::compare_with_std;

#[test]
fn entries_behave_as_in_std() {
    compare_with_std!({
        let mut map: BTreeMap<u32, String> = BTreeMap::new();
        let mut seen = Vec::new();
        for key in [5, 3, 5, 8, 3] {
            seen.push(format!("{:?} {}", map.clone().entry(key), map.entry(key).key()));
            map.entry(key).or_insert_with_key(|key| key.to_string()).push('!');
        }
        seen.push(map.entry(1).or_insert("one".to_string()).clone());
        seen.push(map.entry(2).or_insert_with(|| "two".to_string()).clone());
        seen.push(map.entry(4).or_default().clone());
        match map.entry(6) {
            btree_map::Entry::Vacant(entry) => {
                seen.push(entry.key().to_string());
                seen.push(entry.into_key().to_string());
            }
            btree_map::Entry::Occupied(_) => unreachable!(),
        }
        match map.entry(6) {
            btree_map::Entry::Vacant(entry) => {
                let mut entry = entry.insert_entry("six".to_string());
                seen.push(format!("{entry:?} {} {}", entry.key(), entry.get()));
                entry.get_mut().push('?');
                seen.push(entry.insert("sechs".to_string()));
                entry.into_mut().push('.');
            }
            btree_map::Entry::Occupied(_) => unreachable!(),
        }
        match map.entry(6) {
            btree_map::Entry::Occupied(entry) => seen.push(entry.remove()),
            btree_map::Entry::Vacant(_) => unreachable!(),
        }
        seen.push(format!("{:?} {:?}", map.first_entry().map(|entry| entry.remove_entry()), map.last_entry()));
        seen.push(format!("{map:?}"));
        seen
    });
}

#[test]
fn entries_behave_as_in_std_in_full_nodes() {
    compare_with_std!({
        let mut map = BTreeMap::new();
        for n in 0..2000_u32 {
            let key = n.wrapping_mul(2_654_435_761) % 1000;
            *map.entry(key).or_insert(0) += n;
            if n % 3 == 0 {
                if let btree_map::Entry::Occupied(entry) = map.entry(key / 2) {
                    entry.remove();
                }
            }
            if n % 7 == 0 {
                if let btree_map::Entry::Vacant(entry) = map.entry(key / 3) {
                    *entry.insert(1) += 1;
                }
            }
        }
        map.into_iter().collect::<Vec<_>>()
    });
}
