//! What a failed call of S3 means to us.

use aws_sdk_s3::error::SdkError;
use domain::Error;
use std::error::Error as StdError;

/// S3 refused us (a bucket, a policy or credentials that are wrong: ours to mend) or did not answer (trying again
/// helps).
pub(crate) fn failed<E>(error: SdkError<E>) -> Error
where
    E: StdError + Send + Sync + 'static,
{
    let status = error.raw_response().map(|response| response.status().as_u16());
    match status {
        Some(400..=407 | 409..=428 | 430..=499) => Error::internal(error),
        _ => Error::unavailable(crate::PART, error),
    }
}
