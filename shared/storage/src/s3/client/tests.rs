use super::*;
use crate::PostForm;
use aws_sdk_s3::config::{Credentials, Region, SharedCredentialsProvider};
use domain::Timestamp;
use std::time::{Duration, UNIX_EPOCH};

const NOW: Timestamp = Timestamp::from_micros(1_795_174_200_000_000);

fn store(token: Option<&str>, expiry_s: Option<u64>, endpoint: Option<&str>) -> S3 {
    let expiry = expiry_s.map(|seconds| UNIX_EPOCH + Duration::from_secs(seconds));
    let credentials = Credentials::new("ASIAEXAMPLE", "secret", token.map(str::to_owned), expiry, "test");
    let mut sdk = SdkConfig::builder()
        .behavior_version(aws::BehaviorVersion::latest())
        .region(Region::new("eu-central-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials));
    sdk.set_endpoint_url(endpoint.map(str::to_owned));
    from_sdk("photos", &sdk.build()).unwrap()
}

fn form() -> PostForm<'static> {
    PostForm {
        key: "raw/charger/20261120/x",
        content_type: "image/png",
        min_bytes: 1,
        max_bytes: 10,
        sha256: None,
        now: NOW,
        expires_at: NOW.plus_seconds(900),
    }
}

#[tokio::test]
async fn a_form_signed_with_session_credentials_carries_their_token() {
    let post = store(Some("session"), None, None).presign_post(&form()).await.unwrap();
    assert_eq!(post.url, "https://photos.s3.eu-central-1.amazonaws.com/");
    assert_eq!(post.fields["x-amz-security-token"], "session");
    assert!(post.fields["x-amz-credential"].starts_with("ASIAEXAMPLE/"));
    assert_eq!(post.expires_at, NOW.plus_seconds(900));
}

#[tokio::test]
async fn a_form_says_that_it_ends_with_the_session() {
    let ends = NOW.plus_seconds(60);
    let store = store(Some("session"), Some(ends.as_seconds() as u64), None);
    assert_eq!(store.presign_post(&form()).await.unwrap().expires_at, ends);
}

#[tokio::test]
async fn an_endpoint_of_ones_own_is_addressed_by_path() {
    let post = store(None, None, Some("http://localhost:9000/")).presign_post(&form()).await.unwrap();
    assert_eq!(post.url, "http://localhost:9000/photos");
    assert!(!post.fields.contains_key("x-amz-security-token"));
}

#[tokio::test]
async fn a_store_that_does_not_answer_is_unavailable_and_says_nothing_about_itself() {
    let error = store(None, None, Some("http://127.0.0.1:9")).head("a").await.unwrap_err();
    assert_eq!(error.kind(), domain::Kind::Unavailable);
    assert!(!error.detail().contains("127.0.0.1"));
}
