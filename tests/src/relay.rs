//! A way to a server that can be turned to another one, and on which connections can fall silent without an end: what a failover,
//! a changed address and a firewall that forgets do to a client.

use crate::postgres;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, AtomicU64, Ordering::Relaxed};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

/// A port of 127.0.0.1 that leads to a server; it is there as long as the test's runtime.
#[derive(Clone, Debug)]
pub struct Relay {
    port: u16,
    way: Arc<Way>,
}

#[derive(Debug, Default)]
struct Way {
    server: AtomicU16,
    /// How many connections there have been.
    count: AtomicU64,
    /// Connections below this number are silent.
    silent: AtomicU64,
}

impl Relay {
    /// A way to the server at this port.
    pub async fn to(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (port, way) = (listener.local_addr().unwrap().port(), Arc::new(Way::default()));
        way.server.store(server, Relaxed);
        let relay = Self { port, way };
        tokio::spawn(relay.clone().serve(listener));
        relay
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The URL for a login of the server.
    pub fn url(&self, user: &str, password: &str, database: &str) -> String {
        postgres::url(user, password, "127.0.0.1", self.port, database)
    }

    /// New connections lead to the server at this port.
    pub fn turn_to(&self, server: u16) {
        self.way.server.store(server, Relaxed);
    }

    /// The connections that there are fall silent: nothing passes any more, and neither end is told. New ones work.
    pub fn silence(&self) {
        self.way.silent.store(self.way.count.load(Relaxed), Relaxed);
    }

    /// As [`Relay::silence`], and new ones are silent as well.
    pub fn silence_for_ever(&self) {
        self.way.silent.store(u64::MAX, Relaxed);
    }

    async fn serve(self, listener: TcpListener) {
        while let Ok((client, _)) = listener.accept().await {
            let number = self.way.count.fetch_add(1, Relaxed);
            let Ok(server) = TcpStream::connect(("127.0.0.1", self.way.server.load(Relaxed))).await else { continue };
            let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
            tokio::spawn(carry(self.way.clone(), number, from_client, to_server));
            tokio::spawn(carry(self.way.clone(), number, from_server, to_client));
        }
    }
}

async fn carry(way: Arc<Way>, number: u64, mut from: OwnedReadHalf, mut to: OwnedWriteHalf) {
    let mut bytes = [0; 8192];
    while let Ok(length @ 1..) = from.read(&mut bytes).await {
        if number < way.silent.load(Relaxed) {
            // Both ends stay open.
            std::future::pending::<()>().await;
        }
        if to.write_all(&bytes[..length]).await.is_err() {
            break;
        }
    }
}
