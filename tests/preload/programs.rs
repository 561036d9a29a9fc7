//! Installed programs: interpreters, a database, and git.

use std::fs;
use std::process::Command;

use super::{directory, prints, prints_the_same};

#[test]
fn python_allocates_forks_and_starts_threads() {
    let script = r#"
import json, os, subprocess, threading

assert "libpreload" in open("/proc/self/maps").read()

table = {str(n): list(range(n % 50)) for n in range(20000)}
assert json.loads(json.dumps(table)) == table

sums = []
def work(seed):
    texts = [str(n * seed) * (n % 20) for n in range(5000)]
    sums.append(sum(map(len, texts)) > 0)
threads = [threading.Thread(target=work, args=(n,)) for n in range(1, 9)]
for thread in threads: thread.start()
for n in range(5):
    process = os.fork()
    if process == 0:
        os._exit(0 if sum(len(str(n)) for n in range(1000)) == 2890 else 1)
    assert os.waitpid(process, 0)[1] == 0
for thread in threads: thread.join()
assert sums == [True] * 8

buffer = bytearray()
for n in range(200): buffer += bytes(100000)
print(len(buffer), subprocess.run(["echo", "a child"], capture_output=True, text=True).stdout.strip())
"#;
    for malloc in ["pymalloc", "malloc"] {
        let mut python = Command::new("python3");
        prints(python.env("PYTHONMALLOC", malloc).args(["-c", script]), "20000000 a child\n");
    }
}

#[test]
fn perl_prints_the_same() {
    let script = r#"
my %table = map { $_ => "x" x ($_ % 100) } 1 .. 50000;
my $length = 0;
$length += length $table{$_} for sort keys %table;
my $text = join ",", map { $_ * 2 } 1 .. 10000;
$text =~ s/(\d)0/$1-/g;
for (1 .. 5) {
    my $process = fork;
    if ($process == 0) { my @list = map { "$_" } 1 .. 1000; exit(@list == 1000 ? 0 : 1) }
    waitpid $process, 0;
    die if $?;
}
print "$length ", scalar(() = $text =~ /-/g), "\n";
"#;
    prints_the_same(|| {
        let mut perl = Command::new("perl");
        perl.args(["-e", script]);
        perl
    });
}

#[test]
fn sqlite3_prints_the_same() {
    let script = "
create table t (n integer primary key, name text, other text);
with recursive c (n) as (select 1 union all select n + 1 from c where n < 50000)
    insert into t select n, hex(n), printf('%0*d', n % 300, n) from c;
create index by_name on t (name, other);
delete from t where n % 3 = 0;
vacuum;
select count(*), sum(length(other)), max(name) from t;
select count(*) from (select a.n from t a join t b on a.name = b.name order by b.other);
pragma integrity_check;
";
    prints_the_same(|| {
        let mut sqlite3 = Command::new("sqlite3");
        sqlite3.arg(directory("sqlite3").join("database")).arg(script);
        sqlite3
    });
}

#[test]
fn git_prints_the_same() {
    let repository = directory("git");
    let git = |args: &[&str]| {
        let mut git = Command::new("git");
        git.current_dir(&repository).args(args).env("HOME", &repository).env("GIT_CONFIG_NOSYSTEM", "1");
        for role in ["AUTHOR", "COMMITTER"] {
            git.env(format!("GIT_{role}_NAME"), "Test").env(format!("GIT_{role}_EMAIL"), "test@localhost");
        }
        git
    };
    prints(&mut git(&["init", "--quiet", "--initial-branch", "main"]), "");
    for round in 0..5 {
        for file in 0..100 {
            let text: String = (0..200).map(|line| format!("{file} {}\n", line * (line % 7 + round))).collect();
            fs::write(repository.join(format!("file{file}")), text).unwrap();
        }
        prints(&mut git(&["add", "."]), "");
        prints(&mut git(&["commit", "--quiet", "--message", &format!("Round {round}")]), "");
    }
    prints(&mut git(&["-c", "pack.threads=4", "gc", "--quiet", "--aggressive"]), "");
    prints(&mut git(&["fsck", "--full", "--no-progress"]), "");
    prints_the_same(|| git(&["log", "--stat", "--patch", "-n2"]));
    prints_the_same(|| git(&["grep", "--count", "--threads=4", "99 12", "HEAD"]));
}
