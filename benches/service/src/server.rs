use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio_io_timeout::TimeoutStream;

use crate::{Memory, Service};

/// The number of connections that wait to be accepted.
const BACKLOG: u32 = 1024;

/// Connections to a [`Service`].
#[derive(Debug)]
pub struct Server<M> {
    listener: TcpListener,
    service: Arc<Service<M>>,
}

impl<M: Memory> Server<M> {
    /// Listens at an address. Port 0 is any free one.
    ///
    /// # Errors
    ///
    /// Returns the error of the system, for example that the address is in use.
    pub fn bind(address: SocketAddr, service: Arc<Service<M>>) -> io::Result<Self> {
        let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
        socket.set_reuseaddr(true)?;
        // Connections inherit it.
        service.options.send_buffer.map_or(Ok(()), |bytes| socket.set_send_buffer_size(bytes))?;
        socket.bind(address)?;
        Ok(Self { listener: socket.listen(BACKLOG)?, service })
    }

    /// Returns the address that it listens at.
    ///
    /// # Errors
    ///
    /// Returns the error of the system.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves connections for ever, each in a task of its own.
    pub async fn run(self) {
        loop {
            match self.listener.accept().await {
                Ok((stream, _)) => {
                    tokio::spawn(serve(stream, Arc::clone(&self.service)));
                }
                // The client has gone, or there are too many connections. Some end in time.
                Err(_) => tokio::time::sleep(std::time::Duration::from_millis(10)).await,
            }
        }
    }
}

async fn serve<M: Memory>(stream: TcpStream, service: Arc<Service<M>>) {
    // Without it a response waits for the client's acknowledgement of the one before. If it fails, the connection has ended.
    let _ended = stream.set_nodelay(true);
    let options = service.options;
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(options.write_timeout));
    let answer = service_fn(|request| service.answer(request));
    // An error is the client's: it has gone, it does not read, or it does not speak HTTP.
    let _end = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(options.idle_timeout)
        .serve_connection(TokioIo::new(Box::pin(stream)), answer)
        .await;
}
