#!/usr/bin/env bash
# Creates the inputs of the programs in the working directory, from the sources of the project in the folder named by the first argument.
set -euo pipefail
mkdir -p logs
[ -e text ] || {
    find "$1/src" "$1/tests" -name '*.rs' -print0 | sort -z | xargs -0 cat >part
    cat part part part part part part >text
    rm part
}
[ -e page ] || head -c 20000 text >page
[ -e types.rs ] || for i in $(seq 300); do
    echo '#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]'
    echo "pub struct T$i { pub a: u32, pub b: String, pub c: Vec<Option<u64>>, pub d: (u8, Box<str>) }"
    echo "impl T$i { pub fn sum(&self) -> u64 { self.c.iter().flatten().map(|n| n + u64::from(self.a)).sum() } }"
done >types.rs
[ -e tree.json ] || { echo -n '[{}' && seq -f ',{"name":"n%.0f","list":[1,2,{"x":null}]}' 200000 && echo ']'; } >tree.json
