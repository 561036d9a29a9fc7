//! A service that runs while a test uses it.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use janus_service::{Limited, Limits, Memory, Options, Server, Service};
use tokio::runtime::{Builder, Runtime};

use crate::client::Client;

pub(crate) struct Started<M: Memory = Limited> {
    address: SocketAddr,
    service: Arc<Service<M>>,
    /// It ends all tasks when it is dropped.
    _runtime: Runtime,
}

impl Started {
    pub(crate) fn with(limits: Limits, options: Options) -> Self {
        Self::over(Limited::new(limits), options)
    }

    pub(crate) fn new() -> Self {
        Self::with(Limits::default(), Options::default())
    }

    /// Fails if a request has memory. Releases that of the arenas that wait.
    pub(crate) fn assert_requests_hold_nothing(&self) {
        self.memory().release_idle();
        assert_eq!(self.memory().request_bytes(), 0);
    }

    /// Waits until no request and no response has memory, and releases that of the arenas that wait. Fails if anything remains.
    pub(crate) fn assert_all_returned(&self) {
        let memory = self.memory();
        wait_until("all memory is returned", || {
            memory.release_idle();
            (memory.request_bytes(), memory.response_bytes()) == (0, 0)
        });
    }
}

impl<M: Memory> Started<M> {
    pub(crate) fn over(memory: M, options: Options) -> Self {
        let service = Arc::new(Service::new(memory, options));
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let server = {
            let _entered = runtime.enter();
            Server::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), Arc::clone(&service)).unwrap()
        };
        let address = server.address().unwrap();
        runtime.spawn(server.run());
        Self { address, service, _runtime: runtime }
    }

    pub(crate) fn memory(&self) -> &M {
        self.service.memory()
    }

    pub(crate) fn client(&self) -> Client {
        Client::connect(self.address)
    }

    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }
}

/// Waits until the condition holds, for as long as a busy machine may need.
pub(crate) fn wait_until(what: &str, mut condition: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(30);
    while !condition() {
        assert!(Instant::now() < end, "{what}: not within 30 seconds");
        thread::sleep(Duration::from_millis(2));
    }
}
