//! A way to PostgreSQL with a trap on it: every exchange of a client with the server is a step, `COMMIT` included.

use crate::trap::Trap;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

/// The way; it is there as long as the test's runtime. For connections without TLS and without a password.
#[derive(Debug)]
pub struct StatementGate {
    /// Every exchange is a step.
    pub trap: Arc<Trap>,
    port: u16,
}

impl StatementGate {
    /// A way to the server in this URL.
    pub async fn to(url: &str) -> Self {
        let server = port_of(url).parse().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let gate = Self { trap: Arc::new(Trap::default()), port: listener.local_addr().unwrap().port() };
        tokio::spawn(serve(listener, server, gate.trap.clone()));
        gate
    }

    /// The URL, led this way.
    pub fn url(&self, url: &str) -> String {
        url.replacen(&format!(":{}/", port_of(url)), &format!(":{}/", self.port), 1)
    }
}

fn port_of(url: &str) -> &str {
    url.split_once("@127.0.0.1:").unwrap().1.split('/').next().unwrap()
}

async fn serve(listener: TcpListener, server: u16, trap: Arc<Trap>) {
    while let Ok((client, _)) = listener.accept().await {
        let server = TcpStream::connect(("127.0.0.1", server)).await.unwrap();
        let trap = trap.clone();
        tokio::spawn(async move {
            let _ = carry(client.into_split(), server.into_split(), &trap).await;
        });
    }
}

type Halves = (OwnedReadHalf, OwnedWriteHalf);

/// Carries messages to the server until they ask it for an answer, and then its answer back. The client waits meanwhile.
async fn carry(mut client: Halves, mut server: Halves, trap: &Trap) -> std::io::Result<()> {
    // The first message has no type.
    let mut request = client.0.read_u32().await?.to_be_bytes().to_vec();
    read_rest(&mut client.0, &mut request, 0).await?;
    loop {
        // The end of a killed client is the end of its session, and of the locks that this holds.
        let answer = tokio::select! {
            answer = trap.pass(exchange(&mut server, &request)) => answer?,
            () = closed(&mut client.0) => return Ok(()),
        };
        client.1.write_all(&answer).await?;
        request.clear();
        while !matches!(read_message(&mut client.0, &mut request).await?, b'Q' | b'S') {}
    }
}

/// Waits for the end of a client that has nothing more to say meanwhile.
async fn closed(client: &mut OwnedReadHalf) {
    match client.peek(&mut [0]).await {
        Ok(0) | Err(_) => {}
        Ok(_) => std::future::pending().await,
    }
}

/// Sends what there is and reads until the server is ready again.
async fn exchange(server: &mut Halves, request: &[u8]) -> std::io::Result<Vec<u8>> {
    server.1.write_all(request).await?;
    let mut answer = Vec::new();
    while read_message(&mut server.0, &mut answer).await? != b'Z' {}
    Ok(answer)
}

/// Appends one message; answers its type.
async fn read_message(from: &mut OwnedReadHalf, messages: &mut Vec<u8>) -> std::io::Result<u8> {
    let kind = from.read_u8().await?;
    let start = messages.len() + 1;
    messages.push(kind);
    messages.extend(from.read_u32().await?.to_be_bytes());
    read_rest(from, messages, start).await?;
    Ok(kind)
}

/// The rest of a message whose length stands at `start` and counts itself.
async fn read_rest(from: &mut OwnedReadHalf, messages: &mut Vec<u8>, start: usize) -> std::io::Result<()> {
    let length = u32::from_be_bytes(messages[start..start + 4].try_into().unwrap()) as usize;
    let end = messages.len();
    messages.resize(start + length, 0);
    from.read_exact(&mut messages[end..]).await?;
    Ok(())
}
