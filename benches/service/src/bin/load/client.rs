//! A closed loop: each connection sends a request when it has the response to the last one.

use std::cell::Cell;
use std::io::{Error, ErrorKind, Result};
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::documents::Documents;
use crate::options::Length;

/// The requests of all connections in a turn.
pub(crate) struct Requests {
    documents: Rc<Documents>,
    sent: Cell<u64>,
    begin: Instant,
    length: Length,
}

impl Requests {
    pub(crate) fn new(documents: &Rc<Documents>, length: Length) -> Self {
        Self { documents: Rc::clone(documents), sent: Cell::new(0), begin: Instant::now(), length }
    }

    /// Returns the part of the turn that is over, from 0 to 1.
    pub(crate) fn progress(&self) -> f64 {
        match self.length {
            Length::Time(length) => self.begin.elapsed().as_secs_f64() / length.as_secs_f64(),
            Length::Requests(count) => self.sent.get() as f64 / count as f64,
        }
    }

    fn next(&self) -> Option<&[u8]> {
        let number = self.sent.get();
        (self.progress() < 1.0).then(|| {
            self.sent.set(number + 1);
            self.documents.get(number)
        })
    }
}

/// Sends requests over one connection, and returns the time that each took.
pub(crate) async fn run(address: SocketAddr, requests: Rc<Requests>) -> Result<Vec<Duration>> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (mut times, mut buffer) = (Vec::new(), vec![0; 256 << 10]);
    while let Some(request) = requests.next() {
        let begin = Instant::now();
        stream.write_all(request).await?;
        read_response(&mut stream, &mut buffer).await?;
        times.push(begin.elapsed());
    }
    Ok(times)
}

/// Reads a response, which has to be a success, and drops it.
async fn read_response(stream: &mut TcpStream, buffer: &mut [u8]) -> Result<()> {
    let mut filled = 0;
    let head = loop {
        let read = stream.read(&mut buffer[filled..]).await?;
        filled += read;
        if let Some(end) = buffer[..filled].windows(4).position(|bytes| bytes == b"\r\n\r\n") {
            break end + 4;
        }
        if read == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
    };
    let text = std::str::from_utf8(&buffer[..head]).map_err(Error::other)?;
    if !text.starts_with("HTTP/1.1 200") {
        return Err(Error::other(text.lines().next().unwrap_or_default().to_owned()));
    }
    let length = text.lines().find_map(|line| line.strip_prefix("content-length: "));
    let length: usize = length.and_then(|length| length.parse().ok()).ok_or(ErrorKind::InvalidData)?;
    let mut left = (head + length).checked_sub(filled).ok_or(ErrorKind::InvalidData)?;
    while left > 0 {
        let part = left.min(buffer.len());
        left -= match stream.read(&mut buffer[..part]).await? {
            0 => return Err(ErrorKind::UnexpectedEof.into()),
            read => read,
        };
    }
    Ok(())
}
