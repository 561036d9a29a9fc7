//! `Read`, `BufRead` and `Write` of a deque of bytes behave as std's.

use std::collections::VecDeque;
use std::io::{BufRead, ErrorKind, IoSlice, Read, Write};

use janus_alloc::System;
use janus_alloc::collections::VecDeque as DequeIn;

/// Runs the same code on two deques that hold `janus`, the first two bytes at the end of the buffer, and compares the results.
macro_rules! both {
    (|$deque:ident| $work:expr) => {{
        let mut ours = DequeIn::with_capacity_in(6, System);
        let mut std = VecDeque::with_capacity(6);
        ours.write_all(b"nus").unwrap();
        std.write_all(b"nus").unwrap();
        for byte in *b"aj" {
            ours.push_front(byte);
            std.push_front(byte);
        }
        let our_result = {
            let $deque = &mut ours;
            $work
        };
        let std_result = {
            let $deque = &mut std;
            $work
        };
        assert_eq!(our_result, std_result);
        assert!(ours.iter().eq(&std), "{ours:?}, {std:?}");
    }};
}

#[test]
fn reads_behave_as_in_std() {
    for count in 0..8 {
        both!(|deque| {
            let mut buffer = [0; 8];
            (deque.read(&mut buffer[..count]).unwrap(), buffer)
        });
        both!(|deque| {
            let mut buffer = [0; 8];
            let read = deque.read_exact(&mut buffer[..count]);
            // After an error, the contents of the buffer are unspecified.
            (read.is_ok().then_some(buffer), read.map_err(|error| error.kind()))
        });
    }
    both!(|deque| {
        let mut bytes = b"> ".to_vec();
        (deque.read_to_end(&mut bytes).unwrap(), bytes)
    });
    both!(|deque| {
        let mut text = String::from("> ");
        (deque.read_to_string(&mut text).unwrap(), text)
    });
    both!(|deque| {
        let mut text = String::from("> ");
        deque.push_back(0xFF);
        (deque.read_to_string(&mut text).unwrap_err().kind(), text)
    });
    both!(|deque| {
        deque.clear();
        let mut byte = [0];
        assert_eq!(deque.read_exact(&mut byte).unwrap_err().kind(), ErrorKind::UnexpectedEof);
        deque.read(&mut byte).unwrap()
    });
}

#[test]
fn buffered_reads_behave_as_in_std() {
    both!(|deque| {
        let first = deque.fill_buf().unwrap().to_vec();
        deque.consume(1);
        (first, deque.fill_buf().unwrap().to_vec())
    });
    both!(|deque| {
        deque.write_all(b"!\nrest").unwrap();
        let mut line = String::new();
        (deque.read_line(&mut line).unwrap(), line)
    });
    assert!(crate::ledger::panics(|| DequeIn::from([1_u8]).consume(2)));
}

#[test]
fn writes_behave_as_in_std() {
    both!(|deque| {
        deque.flush().unwrap();
        let many = deque.write_vectored(&[IoSlice::new(b"un"), IoSlice::new(b""), IoSlice::new(b"ion!")]).unwrap();
        write!(deque, "{:.1}", "no").unwrap();
        (many, deque.write(b"?").unwrap())
    });
}
