//! Results, and refusals of single requests.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use janus_service::{Bumpalo, Limits, Memory, Options, Route, Unlimited};

use crate::client::Client;
use crate::started::{Started, wait_until};

const DOCUMENT: &str = r#"{"b": [3, 1.5, -2, "y", "x", null], "a": {"c": true, "b": {}}, "c": [[], {}, false]}"#;
const SORTED: &str = r#"{"a":{"b":{},"c":true},"b":[-2,1.5,3,"x","y",null],"c":[false,[],{}]}"#;

/// An array of empty arrays, each of which takes much more memory than text.
pub(crate) fn nested(bytes: usize) -> String {
    format!("[{}[]]", "[],".repeat(bytes / 3))
}

fn answers(client: &mut Client) {
    let sorted = client.post("/sort", DOCUMENT);
    assert_eq!((sorted.status, &*sorted.body, sorted.header("content-type")), (200, SORTED, Some("application/json")));
    assert_eq!(client.post("/sort", SORTED).body, SORTED);
    let summary = client.post("/summary", DOCUMENT);
    assert_eq!(summary.status, 200);
    assert_eq!(
        summary.body,
        r#"{"nulls":1,"booleans":2,"numbers":3,"strings":2,"arrays":3,"objects":4,"depth":3,"string_bytes":2,"#
            .to_owned()
            + r#""different_keys":3,"frequent_keys":[["b",2],["c",2],["a",1]]}"#
    );
}

fn refusals(client: &mut Client) {
    let status = |client: &mut Client, path: &str, body: &str| client.post(path, body).status;
    for malformed in ["", "{", "[1 2]", "{} {}", "\"\\ud800\"", "nul", "[1]x"] {
        assert_eq!(status(client, "/sort", malformed), 400, "{malformed:?}");
    }
    assert_eq!(status(client, "/summary", &"[".repeat(1000)), 400, "too deep");
    client.announce("POST", "/sort", 3);
    client.send(b"\"\xff\"");
    assert_eq!(client.response().status, 400, "not UTF-8");
    // Without a body: one that is not read ends the connection.
    assert_eq!(status(client, "/other", ""), 404);
    assert_eq!(status(client, "/metrics", ""), 405);
    assert_eq!(client.get("/sort").status, 405);
}

/// The program is the same over each memory.
#[test]
fn results_over_each_memory() {
    fn over<M: Memory>(memory: M) {
        let started = Started::over(memory, Options::default());
        let mut client = started.client();
        for _ in 0..3 {
            answers(&mut client);
            refusals(&mut client);
        }
    }
    over(Unlimited);
    over(Bumpalo::default());
    over(janus_service::Limited::new(Limits::default()));
}

#[test]
fn too_large_for_a_request() {
    let started = Started::new();
    // By its announced length, before any of it is read.
    let mut client = started.client();
    client.announce("POST", "/sort", 100 << 20);
    let refused = client.response();
    assert_eq!((refused.status, refused.header("retry-after")), (413, None));

    // By what comes, since nothing was announced.
    let mut client = started.client();
    client.send("POST /sort HTTP/1.1\r\nhost: test\r\ntransfer-encoding: chunked\r\n\r\n");
    let part = "1".repeat(1 << 16);
    for _ in 0..16 {
        client.send(format!("{:x}\r\n{part}\r\n", part.len()));
    }
    client.send("1\r\n1\r\n");
    assert_eq!(client.response().status, 413);

    // By what its values need. The connection goes on.
    let mut client = started.client();
    for path in ["/sort", "/summary"] {
        assert_eq!(client.post(path, &nested(900_000)).status, 413);
    }
    answers(&mut client);
    // Such a request does not pin its memory: each arena that waits has no more than it may keep.
    let idle = started.memory().idle(Route::Sort) + started.memory().idle(Route::Summary);
    let limits = Limits::default();
    assert!(started.memory().request_bytes() <= idle * (limits.idle_arena + 64));
    started.assert_all_returned();
}

/// Good and bad requests at the same time: each good one has its result.
#[test]
fn many_clients() {
    const CLIENTS: usize = 16;
    let started = Started::new();
    let answered = AtomicUsize::new(0);
    thread::scope(|scope| {
        for number in 0..CLIENTS {
            let (started, answered) = (&started, &answered);
            scope.spawn(move || {
                let mut client = started.client();
                for round in 0..30 {
                    match (number + round) % 4 {
                        0 => assert_eq!(client.post("/sort", &nested(900_000)).status, 413),
                        1 => refusals(&mut client),
                        _ => {
                            let numbers: Vec<_> = (0..1000 + 10 * number + round).rev().collect();
                            let text = |numbers: &[usize]| serde_json::to_string(numbers).unwrap();
                            let sorted: Vec<_> = numbers.iter().rev().copied().collect();
                            assert_eq!(client.post("/sort", &text(&numbers)).body, text(&sorted));
                            answers(&mut client);
                            answered.fetch_add(1, Ordering::Relaxed);
                        }
                    }
                }
            });
        }
    });
    assert_eq!(answered.into_inner(), CLIENTS * 15);
    // Arenas were reused, and none is still in use.
    assert!(started.memory().made(Route::Sort) < CLIENTS * 10);
    started.assert_all_returned();
}

/// One request takes most of the service's memory. Others that need as much are refused, those that need little are not, and the first one
/// notices neither.
#[test]
fn the_memory_of_the_service_is_exhausted() {
    let limits = Limits { service: 1_900_000, request: 8 << 20, ..Limits::default() };
    let started = Started::with(limits, Options::default());
    let text = format!("\"{}\"", "s".repeat(900_000));
    let mut slow = started.client();
    slow.announce("POST", "/sort", text.len());
    slow.send(&text[..100]);
    // Its arena has room for the whole body as soon as the service knows its length.
    wait_until("the slow request has its memory", || started.memory().request_bytes() > 900_000);

    for _ in 0..10 {
        let mut client = started.client();
        client.announce("POST", "/sort", 1 << 20);
        let refused = client.response();
        assert_eq!((refused.status, refused.header("retry-after")), (503, Some("1")));
        answers(&mut started.client());
    }
    // Its values need more than the service has left, and less than a request may have.
    assert_eq!(started.client().post("/summary", &nested(45_000)).status, 503);

    slow.send(&text[100..]);
    let answer = slow.response();
    assert_eq!((answer.status, answer.body), (200, text));
    // The arenas that wait are released after a refusal, so that their memory does not stay where it is not needed.
    let statuses = [(); 2].map(|()| started.client().post("/summary", &nested(45_000)).status);
    assert_eq!(statuses[1], 200, "{statuses:?}");
    started.assert_all_returned();
}

/// Responses have a limit of their own.
#[test]
fn the_memory_of_responses_is_exhausted() {
    let started = Started::with(Limits { responses: 10_000, ..Limits::default() }, Options::default());
    let mut client = started.client();
    assert_eq!(client.post("/sort", &format!("\"{}\"", "s".repeat(20_000))).status, 503);
    answers(&mut client);
    started.assert_all_returned();
}
