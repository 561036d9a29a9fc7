//! A client that also sends what no honest client sends.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

pub(crate) struct Client {
    stream: BufReader<TcpStream>,
}

#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Response {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| &**value)
    }
}

impl Client {
    pub(crate) fn connect(address: SocketAddr) -> Self {
        Self::over(TcpStream::connect(address).unwrap())
    }

    pub(crate) fn over(stream: TcpStream) -> Self {
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        Self { stream: BufReader::new(stream) }
    }

    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.get_mut().write_all(bytes.as_ref()).unwrap();
    }

    /// Sends the head of a request, and announces a body of that length.
    pub(crate) fn announce(&mut self, method: &str, path: &str, length: usize) {
        self.send(format!("{method} {path} HTTP/1.1\r\nhost: test\r\ncontent-length: {length}\r\n\r\n"));
    }

    pub(crate) fn post(&mut self, path: &str, body: &str) -> Response {
        self.announce("POST", path, body.len());
        self.send(body);
        self.response()
    }

    pub(crate) fn get(&mut self, path: &str) -> Response {
        self.announce("GET", path, 0);
        self.response()
    }

    pub(crate) fn response(&mut self) -> Response {
        let status = self.line().split(' ').nth(1).expect("a status").parse().unwrap();
        let mut headers = Vec::new();
        while let Some((name, value)) = self.line().split_once(": ") {
            headers.push((name.to_lowercase(), value.to_owned()));
        }
        let mut response = Response { status, headers, body: String::new() };
        let length = response.header("content-length").expect("a length").parse().unwrap();
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).unwrap();
        response.body = String::from_utf8(body).unwrap();
        response
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.stream.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// Reads to the end of the connection, and returns the number of bytes. An error ends it, too.
    pub(crate) fn read_to_end(&mut self) -> usize {
        let (mut part, mut sum) = ([0; 4096], 0);
        loop {
            match self.stream.read(&mut part) {
                Ok(0) | Err(_) => return sum,
                Ok(length) => sum += length,
            }
        }
    }
}
