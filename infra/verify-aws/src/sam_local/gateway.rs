//! The way from a container to the services of this machine, which listen on its own address only: `host.docker.internal`.

use super::docker::Docker;
use crate::Trouble;
use crate::stage::Sandbox;
use std::net::SocketAddr;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;

/// The ports of `infra/sam-local/env.json`: PostgreSQL's own, and that of s3s-fs.
const WRITTEN: [&str; 2] = [":5432", ":8014"];

/// What containers call this machine.
const HOST: &str = "host.docker.internal";
/// In a shell that has nothing else.
const SHOW: &str = "while read -r line; do echo \"$line\"; done < /etc/hosts";

/// Ports at the address that containers know this machine by, gone with this value.
#[derive(Debug)]
pub(super) struct Gateway {
    ports: [u16; 2],
    relays: [AbortHandle; 2],
}

impl Gateway {
    /// # Errors
    /// When containers have no way to this machine.
    pub(super) async fn open(docker: &Docker, image: &str, sandbox: &Sandbox) -> Result<Self, Trouble> {
        let host = format!("{HOST}:host-gateway");
        let hosts =
            docker.run(&["run", "--rm", "--add-host", &host, "--entrypoint", "/bin/sh", image, "-c", SHOW]).await?;
        let address = hosts.lines().find(|line| line.ends_with(HOST)).and_then(|line| line.split_whitespace().next());
        let address = address.ok_or("containers do not know this machine")?;
        let (database, database_relay) = relay(address, sandbox.database()).await?;
        let (store, store_relay) = relay(address, sandbox.store()).await?;
        Ok(Self { ports: [database, store], relays: [database_relay, store_relay] })
    }

    /// A text with the ports of this run in the place of the usual ones.
    pub(super) fn on_our_ports(&self, text: &str) -> String {
        let ports = WRITTEN.iter().zip(self.ports);
        ports.fold(text.to_owned(), |text, (written, port)| text.replace(written, &format!(":{port}")))
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        self.relays.iter().for_each(AbortHandle::abort);
    }
}

async fn relay(address: &str, server: SocketAddr) -> Result<(u16, AbortHandle), Trouble> {
    let listener = TcpListener::bind(format!("{address}:0")).await?;
    let port = listener.local_addr()?.port();
    let serving = tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut server = TcpStream::connect(server).await?;
                copy_bidirectional(&mut client, &mut server).await
            });
        }
    });
    Ok((port, serving.abort_handle()))
}
