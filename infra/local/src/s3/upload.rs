//! The body of a form, lent to `s3s` and taken back.
//!
//! A refusal comes while the client is still sending. Closing the connection then resets it, and the client sees "broken
//! pipe" instead of `EntityTooLarge`; so the rest is read and thrown away first, up to a limit. The first bytes are kept:
//! they hold the form's fields, which the words of a refusal need.

use bytes::Bytes;
use http_body_util::BodyExt as _;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use s3s::{Body, StdError};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

/// S3 takes 20 KB of fields.
const HEAD_BYTES: usize = 64 * 1024;
const MAX_DISCARDED_BYTES: usize = 256 * 1024 * 1024;
const MAX_DISCARD_TIME: Duration = Duration::from_secs(30);

#[derive(Clone)]
pub(super) struct Upload(Arc<Mutex<State>>);

struct State {
    body: Body,
    head: Vec<u8>,
}

impl Upload {
    pub(super) fn of(body: Body) -> Self {
        Self(Arc::new(Mutex::new(State { body, head: Vec::new() })))
    }

    /// The body, for `s3s`.
    pub(super) fn lend(&self) -> Body {
        Body::http_body(self.clone())
    }

    /// Reads what is left.
    pub(super) async fn finish(&self) {
        let mut rest = self.clone();
        let discard = async {
            let mut discarded = 0;
            while let Some(Ok(frame)) = rest.frame().await {
                discarded += frame.data_ref().map_or(0, Bytes::len);
                if discarded > MAX_DISCARDED_BYTES {
                    break;
                }
            }
        };
        // A client that takes longer is cut off.
        let _ = tokio::time::timeout(MAX_DISCARD_TIME, discard).await;
    }

    /// The first bytes.
    pub(super) fn head(&self) -> Vec<u8> {
        self.state().head.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl HttpBody for Upload {
    type Data = Bytes;
    type Error = StdError;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, StdError>>> {
        let mut state = self.state();
        let frame = Pin::new(&mut state.body).poll_frame(cx);
        if let Poll::Ready(Some(Ok(frame))) = &frame {
            let data = frame.data_ref().map_or(&[][..], |data| data);
            let room = HEAD_BYTES.saturating_sub(state.head.len()).min(data.len());
            state.head.extend_from_slice(&data[..room]);
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.state().body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        HttpBody::size_hint(&self.state().body)
    }
}
