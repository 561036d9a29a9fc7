//! The mappings of this process, as Linux describes them.

use std::fs;

/// Returns the lines of `/proc/self/smaps` about the mapping that contains `address`: the first has its range and file.
fn lines(address: usize) -> Vec<String> {
    let smaps = fs::read_to_string("/proc/self/smaps").unwrap();
    let mut inside = false;
    let mut found = Vec::new();
    for line in smaps.lines() {
        let word = line.split_whitespace().next().unwrap();
        if let Some((first, last)) = word.split_once('-') {
            let address_of = |text| usize::from_str_radix(text, 16).unwrap();
            inside = (address_of(first)..address_of(last)).contains(&address);
        }
        if inside {
            found.push(line.to_owned());
        }
    }
    found
}

/// Returns the flags of the mapping that contains `address`: none if there is no mapping.
pub(crate) fn flags(address: usize) -> Vec<String> {
    let line = lines(address).into_iter().find(|line| line.starts_with("VmFlags:"));
    line.iter().flat_map(|line| line.split_whitespace().skip(1)).map(str::to_owned).collect()
}

/// Returns the name of the file that is mapped at `address`.
pub(crate) fn file(address: usize) -> Option<String> {
    lines(address).first()?.split_whitespace().nth(5).map(str::to_owned)
}

/// Returns the policy for the memory of the mapping that starts at `address`, such as `bind:0`.
pub(crate) fn policy(address: usize) -> Option<String> {
    let maps = fs::read_to_string("/proc/self/numa_maps").ok()?;
    let start = format!("{address:08x} ");
    let line = maps.lines().find(|line| line.starts_with(&start))?;
    line.split_whitespace().nth(1).map(str::to_owned)
}

/// Returns the bytes that this process has locked in memory.
pub(crate) fn locked_bytes() -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmLck:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() * 1024
}
