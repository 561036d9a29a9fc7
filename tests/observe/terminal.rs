//! The table on a terminal.

use std::fs::File;
use std::io::Read;
use std::os::fd::{FromRawFd, OwnedFd};
use std::process::Command;
use std::ptr;

use crate::{blocks, directory, observe};

/// Returns both ends of a new terminal: the one for a person, and the one for a program.
fn terminal() -> (File, OwnedFd) {
    let (mut person, mut program) = (-1, -1);
    // SAFETY: the pointers to descriptors are valid, and the others may be null.
    let result =
        unsafe { libc::openpty(&raw mut person, &raw mut program, ptr::null_mut(), ptr::null_mut(), ptr::null_mut()) };
    assert_eq!(result, 0);
    // SAFETY: the descriptor is new.
    let person = unsafe { File::from_raw_fd(person) };
    // SAFETY: as above.
    (person, unsafe { OwnedFd::from_raw_fd(program) })
}

/// Runs the example on a terminal, and returns all that it printed.
fn printed() -> String {
    let (mut person, program) = terminal();
    let mut command = Command::new(observe());
    command.args(["--rounds", "3", "--every", "0.05", "--out"]).args([&directory("terminal"), &blocks()]);
    let mut child = command.stdout(program).spawn().unwrap();
    // It has the other end of the terminal, too.
    drop(command);
    let mut bytes = Vec::new();
    // Linux reports an error at the end of a terminal.
    _ = person.read_to_end(&mut bytes);
    assert!(child.wait().unwrap().success());
    String::from_utf8(bytes).unwrap()
}

/// What is on a screen of any height after `text`, in lines.
fn screen(text: &str) -> Vec<String> {
    let (mut lines, mut line) = (vec![String::new()], 0);
    let mut wraps = true;
    let mut rest = text;
    while let Some(char) = rest.chars().next() {
        rest = &rest[char.len_utf8()..];
        match char {
            '\r' => {}
            '\n' => {
                line += 1;
                lines.resize(lines.len().max(line + 1), String::new());
            }
            '\x1b' => {
                let end = rest.find(|c: char| c.is_ascii_alphabetic()).unwrap();
                let (code, letter) = (&rest[1..end], &rest[end..=end]);
                rest = &rest[end + 1..];
                match (code, letter) {
                    (up, "A") => line -= up.parse::<usize>().unwrap(),
                    ("", "J") => {
                        lines.truncate(line + 1);
                        lines[line].clear();
                    }
                    ("?7", "l") => wraps = false,
                    ("?7", "h") => wraps = true,
                    other => panic!("{other:?}"),
                }
            }
            char => {
                assert!(!wraps || !lines[line].starts_with("allocator"), "a wide line may wrap");
                lines[line].push(char);
            }
        }
    }
    assert!(wraps, "the terminal is left as it was");
    lines
}

#[test]
fn is_redrawn_in_its_place() {
    let printed = printed();
    let tables = printed.matches(" rounds in ").count();
    assert!(tables >= 2, "{printed}");
    let screen = screen(&printed);
    let count = |text: &str| screen.iter().filter(|line| line.contains(text)).count();
    // Of all tables the last one is left.
    assert_eq!((count(" rounds in "), count("the default "), count("(untagged) ")), (1, 1, 1), "{screen:#?}");
    assert!(screen[0].starts_with("3 rounds in "), "{screen:#?}");
    assert_eq!((count("The names that are called most"), count("memory.html")), (1, 1), "{screen:#?}");
}
