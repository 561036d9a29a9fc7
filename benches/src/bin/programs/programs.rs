//! The programs, and their arguments.

use std::error::Error;
use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::Command;

use janus_benches::process::{Environment, Job, output};

/// A program with its arguments.
///
/// In the commands, `{inputs}` stands for the folder `inputs` beside this file, `{work}` for a folder to write to, and `{project}` for the
/// project's folder.
struct Program {
    name: &'static str,
    run: &'static str,
    /// Shell commands that run beside a server and end it. Empty for other programs.
    client: &'static str,
    /// The programs that the client needs.
    needs: &'static [&'static str],
}

const fn program(name: &'static str, run: &'static str) -> Program {
    Program { name, run, client: "", needs: &[] }
}

const PROGRAMS: [Program; 16] = [
    program("g++", "g++ -std=c++17 -O1 -c {inputs}/words.cpp -o {work}/words.o"),
    program("rustc", "/usr/bin/rustc --edition 2021 --crate-type lib --emit metadata --out-dir {work} {work}/types.rs"),
    program(
        "rustc, code",
        "/usr/bin/rustc --edition 2021 --crate-type lib --emit obj --out-dir {work} {work}/types.rs",
    ),
    program("perl", "perl {inputs}/words.pl {work}/text"),
    program("ruby", "ruby {inputs}/words.rb {work}/text"),
    program("python3 JSON", "python3 {inputs}/tree.py"),
    program("node", "node {inputs}/words.js {work}/text"),
    program("xz", "xz -6 -k -c {work}/text"),
    program("convert", "/usr/bin/convert -size 1200x1200 plasma:fractal -blur 0x3 -resize 50% {work}/picture.png"),
    program("sqlite3", "sqlite3 :memory: -init {inputs}/table.sql .quit"),
    program("rg", "rg -i -c all.*memory {work}/text"),
    program("rg, tree", "rg -c unsafe {project}/src /usr/include /usr/share/doc"),
    program("fdfind", "fdfind -H . /usr"),
    program("jaq", "jaq -c [.[]|.name] {work}/tree.json"),
    Program {
        name: "redis",
        run: "redis-server --port 7391 --save --appendonly no --dir {work}",
        client: "until redis-cli -p 7391 ping; do sleep 0.05; done
            redis-benchmark -p 7391 -q -n 150000 -r 100000 -d 100 -t get,set,lpush
            redis-cli -p 7391 shutdown nosave || true",
        needs: &["redis-cli", "redis-benchmark"],
    },
    Program {
        name: "nginx",
        run: "/usr/sbin/nginx -p {work} -c {inputs}/nginx.conf",
        client: "until ab -q -n 1 http://127.0.0.1:7392/page; do sleep 0.05; done
            ab -q -n 20000 -c 16 http://127.0.0.1:7392/page
            kill -QUIT $(cat {work}/nginx.pid)",
        needs: &["ab"],
    },
];

/// A program that is ready to run.
pub(crate) struct Ready {
    pub(crate) name: &'static str,
    pub(crate) job: Job,
}

/// Creates the inputs of the programs in `work`, and returns the installed programs whose names contain `only`.
pub(crate) fn ready(work: &Path, only: &str) -> Result<Vec<Ready>, Box<dyn Error>> {
    fs::create_dir_all(work)?;
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).parent().ok_or("the package is not in the project's folder")?;
    let inputs = project.join("benches/src/bin/programs/inputs");
    let places = [("{inputs}", inputs.as_path()), ("{work}", work), ("{project}", project)];
    let expand = |text: &str| {
        places.iter().fold(text.to_owned(), |text, (name, place)| text.replace(name, &place.display().to_string()))
    };
    output(Command::new("bash").arg(inputs.join("prepare.sh")).arg(project).current_dir(work))?;
    let mut ready = Vec::new();
    for program in PROGRAMS.iter().filter(|program| program.name.contains(only)) {
        let words: Vec<OsString> = program.run.split(' ').map(|word| expand(word).into()).collect();
        let missing = |name: &str| output(Command::new("sh").args(["-c", &format!("command -v {name}")])).is_err();
        let first = words[0].to_string_lossy();
        if let Some(name) = std::iter::once(&*first).chain(program.needs.iter().copied()).find(|name| missing(name)) {
            println!("Skipped {}: there is no {name}", program.name);
            continue;
        }
        let job = Job {
            environment: Environment::Preloading(OsString::new()),
            client: expand(program.client),
            program: words[0].clone(),
            arguments: words[1..].to_vec(),
        };
        ready.push(Ready { name: program.name, job });
    }
    match ready.is_empty() {
        true => Err(format!("no installed program has {only:?} in its name").into()),
        false => Ok(ready),
    }
}
