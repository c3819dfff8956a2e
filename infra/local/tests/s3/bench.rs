//! A server with the S3 endpoint, and a client that sends exactly what a test says.

use domain::Timestamp;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};
use storage::{Local, LocalSettings, PostForm, S3, Storage};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// The real time: `s3s` has no other.
pub(crate) const NOW: fn() -> Timestamp =
    || Timestamp::from_micros(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_micros() as i64);

pub(crate) struct Bench {
    dir: tempfile::TempDir,
    pub(crate) store: Local,
    pub(crate) endpoint: String,
    /// How many requests are answered before the bucket fails.
    pub(crate) requests_left: Arc<AtomicUsize>,
    address: String,
}

/// What a form allows.
pub(crate) struct Form {
    pub(crate) now: Timestamp,
    pub(crate) valid_s: i64,
    pub(crate) sha256: Option<[u8; 32]>,
}

impl Default for Form {
    fn default() -> Self {
        Self { now: NOW(), valid_s: 7200, sha256: None }
    }
}

/// Fields in the order in which they are sent.
pub(crate) type Fields = Vec<(String, String)>;

pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: String,
}

impl Bench {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let endpoint = format!("http://{address}");
        let dir = tempfile::tempdir().unwrap();
        let store = Local::open(LocalSettings {
            dir: dir.path().to_owned(),
            public_endpoint: endpoint.clone(),
            bucket: "photos".to_owned(),
            now: NOW,
        })
        .unwrap();
        let requests_left = Arc::new(AtomicUsize::new(usize::MAX));
        tokio::spawn(serve(listener, store.clone(), requests_left.clone()));
        Self { dir, store, endpoint, requests_left, address }
    }

    pub(crate) fn client(&self, secret: &str) -> Storage {
        let key = (self.store.credentials().access_key_id.as_str(), secret);
        Storage::S3(S3::connect_to(&self.endpoint, "us-east-1", key, "photos").unwrap())
    }

    /// A form for 2 to 1000 bytes of JPEG.
    pub(crate) async fn sign(&self, form: &Form) -> Fields {
        let form = PostForm {
            key: "raw/a b.jpg",
            content_type: "image/jpeg",
            min_bytes: 2,
            max_bytes: 1000,
            sha256: form.sha256,
            now: form.now,
            expires_at: form.now.plus_seconds(form.valid_s),
        };
        let post = self.store.presign_post(&form).await.unwrap();
        assert_eq!(post.url, format!("{}/photos", self.endpoint));
        post.fields.into_iter().collect()
    }

    pub(crate) async fn post(&self, fields: &Fields, file: &[u8]) -> Answer {
        self.post_from(fields, file, "").await
    }

    pub(crate) async fn post_from(&self, fields: &Fields, file: &[u8], headers: &str) -> Answer {
        self.post_body(&body(fields, file, &Vec::new()), headers).await
    }

    pub(crate) async fn post_body(&self, body: &[u8], headers: &str) -> Answer {
        let headers = format!("Content-Type: multipart/form-data; boundary=xyz\r\n{headers}");
        self.send("POST", "/photos", &headers, body).await
    }

    pub(crate) async fn send(&self, method: &str, path: &str, headers: &str, body: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(&self.address).await.unwrap();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Length: {}\r\n{headers}\r\n",
            self.address,
            body.len()
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(body).await.expect("the server reads what it refuses");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        let answer = String::from_utf8(answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Answer { status, head: head.to_owned(), body: body.to_owned() }
    }

    /// A connection that breaks after these bytes of the body.
    pub(crate) async fn break_off(&self, body: &[u8], claimed_length: usize) {
        let mut stream = TcpStream::connect(&self.address).await.unwrap();
        let head = format!(
            "POST /photos HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=xyz\r\nContent-Length: \
             {claimed_length}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(body).await.unwrap();
        stream.shutdown().await.unwrap();
        let _ = stream.read_to_end(&mut Vec::new()).await;
    }

    pub(crate) fn events(&self) -> Vec<serde_json::Value> {
        let entries = std::fs::read_dir(self.dir.path().join("events/pending")).unwrap();
        entries.map(|entry| serde_json::from_slice(&std::fs::read(entry.unwrap().path()).unwrap()).unwrap()).collect()
    }

    pub(crate) fn only_event(&self) -> serde_json::Value {
        let mut events = self.events();
        assert_eq!(events.len(), 1);
        events.remove(0)
    }

    /// Nothing was stored and nobody was told.
    pub(crate) async fn is_untouched(&self) -> bool {
        self.store.list("").await.unwrap().is_empty() && self.events().is_empty()
    }
}

/// A form as browsers send it, with fields behind the file.
pub(crate) fn body(fields: &Fields, file: &[u8], after: &Fields) -> Vec<u8> {
    let field = |(name, value): &(String, String)| {
        format!("--xyz\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let mut body = fields.iter().map(field).collect::<String>().into_bytes();
    body.extend(b"--xyz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"p.jpg\"\r\nContent-Type: image/png\r\n\r\n");
    body.extend(file);
    body.extend(b"\r\n");
    body.extend(after.iter().map(field).collect::<String>().into_bytes());
    body.extend(b"--xyz--\r\n");
    body
}

async fn serve(listener: TcpListener, store: Local, requests_left: Arc<AtomicUsize>) {
    let s3 = local::s3::s3_service(store);
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let (s3, requests_left) = (s3.clone(), requests_left.clone());
        let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
            let s3 = s3.clone();
            let is_answered =
                requests_left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
            async move {
                Ok::<_, Infallible>(match is_answered {
                    Ok(_) => s3.call(request.map(s3s::Body::from)).await,
                    // A failure that the client does not try again by itself.
                    Err(_) => hyper::Response::builder().status(501).body(s3s::Body::empty()).unwrap(),
                })
            }
        });
        tokio::spawn(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    pub(crate) fn element(&self, name: &str) -> &str {
        let start = self.body.split_once(&format!("<{name}>")).map_or("", |(_, rest)| rest);
        start.split_once(&format!("</{name}>")).map_or("", |(value, _)| value)
    }

    pub(crate) fn code(&self) -> &str {
        self.element("Code")
    }

    pub(crate) fn message(&self) -> &str {
        self.element("Message")
    }
}
