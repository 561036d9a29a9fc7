//! Clients that stop in the middle.

use std::time::Duration;

use janus_service::{Limits, Options, Route};
use tokio::net::TcpSocket;
use tokio::runtime::Builder;

use crate::client::Client;
use crate::started::{Started, wait_until};

/// Neither side keeps much of a response, so that a client that does not read it stops the server.
fn small_buffers() -> Options {
    Options { send_buffer: Some(8 << 10), write_timeout: Duration::from_secs(1000), ..Options::default() }
}

fn client_with_a_small_buffer(started: &Started) -> Client {
    let runtime = Builder::new_current_thread().enable_io().build().unwrap();
    let stream = runtime.block_on(async {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(8 << 10).unwrap();
        socket.connect(started.address()).await.unwrap()
    });
    let stream = stream.into_std().unwrap();
    stream.set_nonblocking(false).unwrap();
    Client::over(stream)
}

fn long_document() -> String {
    format!("\"{}\"", "long ".repeat(180_000))
}

/// The arena of a request whose response is not read serves other requests, and its chunks are not held. Only the response is.
#[test]
fn a_client_that_stops_reading_holds_no_arena() {
    let started = Started::with(Limits::default(), small_buffers());
    let document = long_document();
    let mut stalled: Vec<Client> = (0..8).map(|_| client_with_a_small_buffer(&started)).collect();
    for (number, client) in stalled.iter_mut().enumerate() {
        client.announce("POST", "/sort", document.len());
        client.send(&document);
        // One request after the other has its result, which nobody reads.
        wait_until("the response exists", || started.memory().response_bytes() > number * document.len());
        wait_until("the arena is back", || started.memory().idle(Route::Sort) == 1);
    }
    assert_eq!(started.memory().made(Route::Sort), 1, "the same arena served all of them");
    started.assert_requests_hold_nothing();
    assert!(started.memory().response_bytes() >= 8 * document.len());

    // Others are served as before.
    let mut other = started.client();
    for _ in 0..100 {
        assert_eq!(other.post("/sort", "[2,1]").body, "[1,2]");
    }
    // Whoever reads in the end gets all of it; a client that goes gives its response back.
    let last = stalled.pop().map(|mut client| client.response());
    assert_eq!(last.map(|response| response.body), Some(document));
    drop(stalled);
    started.assert_all_returned();
}

/// A client that reads nothing for too long loses its connection, and with it the response.
#[test]
fn a_client_that_never_reads_is_given_up() {
    let options = Options { write_timeout: Duration::from_millis(200), ..small_buffers() };
    let started = Started::with(Limits::default(), options);
    let document = long_document();
    let mut client = client_with_a_small_buffer(&started);
    client.announce("POST", "/sort", document.len());
    client.send(&document);
    wait_until("the response exists", || started.memory().response_bytes() > 0);
    started.assert_all_returned();
    assert!(client.read_to_end() < document.len());
}

#[test]
fn a_body_that_does_not_come() {
    let options = Options { body_timeout: Duration::from_millis(200), ..Options::default() };
    let started = Started::with(Limits::default(), options);
    let mut client = started.client();
    client.announce("POST", "/summary", 500_000);
    client.send("[1,");
    assert_eq!(client.response().status, 408);
    started.assert_all_returned();
}

#[test]
fn clients_that_go_while_they_send() {
    let started = Started::new();
    for _ in 0..20 {
        let mut client = started.client();
        client.announce("POST", "/summary", 500_000);
        client.send("[1,");
        wait_until("the request has memory", || started.memory().request_bytes() > 500_000);
        drop(client);
        started.assert_all_returned();
    }
    assert_eq!(started.client().post("/summary", "[]").status, 200);
}
