use super::*;
use aws_smithy_types::byte_stream::ByteStream;
use rustls::ServerConfig;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi";
const PATIENCE: Option<Duration> = Some(Duration::from_secs(5));

/// Answers every request of every connection; its address, and how many connections there were.
async fn server() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, connections) = (listener.local_addr().unwrap(), Arc::new(AtomicUsize::new(0)));
    let count = connections.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::Relaxed);
            tokio::spawn(answer(stream));
        }
    });
    (format!("http://{address}"), connections)
}

async fn answer(mut stream: impl AsyncRead + AsyncWrite + Unpin) {
    let mut head = Vec::new();
    while let Ok(byte) = stream.read_u8().await {
        head.push(byte);
        if head.ends_with(b"\r\n\r\n") {
            head.clear();
            stream.write_all(ANSWER).await.unwrap();
            stream.flush().await.unwrap();
        }
    }
}

/// The same over TLS for one connection, and the authority to trust: the certificate itself.
async fn server_with_tls() -> (String, RootCertStore) {
    let signed = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(signed.cert.der().clone()).unwrap();
    let key = rustls::pki_types::PrivatePkcs8KeyDer::from(signed.signing_key.serialize_der());
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![signed.cert.der().clone()], key.into())
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        if let Ok(stream) = acceptor.accept(stream).await {
            answer(stream).await;
        }
    });
    (format!("https://localhost:{port}"), roots)
}

fn request(uri: &str) -> (HttpRequest, CaptureSmithyConnection) {
    let (mut request, connection) = (HttpRequest::new(SdkBody::empty()), CaptureSmithyConnection::new());
    request.set_uri(uri).unwrap();
    request.add_extension(connection.clone());
    (request, connection)
}

/// Asks, and lets the connection come back.
async fn ask(http: &Http, uri: &str) -> Result<ConnectionMetadata, ConnectorError> {
    let (request, connection) = request(uri);
    let answer = http.call(request).await?;
    assert_eq!(answer.status().as_u16(), 200);
    assert_eq!(ByteStream::new(answer.into_body()).collect().await.unwrap().into_bytes(), b"hi"[..]);
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    Ok(connection.get().unwrap())
}

#[tokio::test]
async fn a_connection_is_used_until_there_was_trouble_on_it() {
    let (uri, connections) = server().await;
    let http = Http::new(PATIENCE, roots());
    ask(&http, &uri).await.unwrap();
    ask(&http, &uri).await.unwrap().poison();
    assert_eq!(connections.load(Ordering::Relaxed), 1);
    ask(&http, &uri).await.unwrap();
    assert_eq!(connections.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn a_server_that_is_not_there_or_hangs_up_may_be_asked_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let uri = format!("http://{}", listener.local_addr().unwrap());
    let hang_up = tokio::spawn(async move { drop(listener.accept().await.unwrap()) });
    let http = Http::new(PATIENCE, roots());
    assert!(ask(&http, &uri).await.unwrap_err().is_io());
    hang_up.await.unwrap();
    assert!(ask(&http, &uri).await.unwrap_err().is_io());
}

#[tokio::test]
async fn only_a_certificate_of_a_known_authority_is_trusted() {
    let (uri, authority) = server_with_tls().await;
    ask(&Http::new(PATIENCE, authority), &uri).await.unwrap();
    let (uri, _) = server_with_tls().await;
    assert!(ask(&Http::new(PATIENCE, roots()), &uri).await.is_err());
}
