//! Between the Lambda runtime and a handler.

use lambda_http::{Body, Error, IntoResponse, Request, Response, service_fn};
use std::future::ready;
use std::pin::Pin;

/// Answers what Lambda asks, one request after the other, until it stops the process.
///
/// # Errors
/// When the Runtime API does not answer.
pub async fn run<'a, F>(handler: impl Fn(Request) -> F + 'a) -> Result<(), Error>
where
    F: Future<Output = Result<Response<Body>, Error>> + Send + 'a,
{
    lambda_http::run(service_fn(|request| {
        let response = handler(request);
        async move { response.await.map(Finished) }
    }))
    .await
}

/// A response whose body is text or bytes already. As a plain `Response`, `lambda_http` would copy its body three times to find that
/// out, and link the tables of every character set there is.
struct Finished(Response<Body>);

impl IntoResponse for Finished {
    fn into_response(self) -> Pin<Box<dyn Future<Output = Response<Body>> + Send>> {
        Box::pin(ready(self.0))
    }
}
