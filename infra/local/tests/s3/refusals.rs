//! Every refusal of a form.

use crate::bench::{Answer, Bench, Fields, Form, body};

const BAD_SIGNATURE: &str =
    "The request signature we calculated does not match the signature you provided. Check your key and signing method.";

fn set(mut fields: Fields, name: &str, value: &str) -> Fields {
    fields.retain(|(field, _)| field != name);
    fields.push((name.to_owned(), value.to_owned()));
    fields
}

fn without(mut fields: Fields, name: &str) -> Fields {
    fields.retain(|(field, _)| field != name);
    fields
}

async fn refused(change: impl FnOnce(Fields) -> Fields, file: &[u8]) -> Answer {
    let bench = Bench::start().await;
    let fields = change(bench.sign(&Form::default()).await);
    let answer = bench.post(&fields, file).await;
    assert!(bench.is_untouched().await);
    assert!(!answer.element("RequestId").is_empty() && answer.header("content-type") == Some("application/xml"));
    answer
}

fn assert_is(answer: &Answer, status: u16, code: &str, message: &str) {
    assert_eq!((answer.status, answer.code(), answer.message()), (status, code, message), "{}", answer.body);
}

#[tokio::test]
async fn a_file_above_the_limit_is_too_large() {
    let answer = refused(|fields| fields, &[7; 1001]).await;
    assert_is(&answer, 400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size");
    assert_eq!(answer.element("MaxSizeAllowed"), "1000");
}

#[tokio::test]
async fn a_file_far_above_the_limit_gets_its_answer_and_not_a_broken_pipe() {
    let answer = refused(|fields| fields, &vec![7; 30_000_000]).await;
    assert_eq!((answer.status, answer.code()), (400, "EntityTooLarge"));
}

#[tokio::test]
async fn a_file_below_the_least_is_too_small() {
    let answer = refused(|fields| fields, b"1").await;
    assert_is(&answer, 400, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size");
    assert_eq!(answer.element("MinSizeAllowed"), "2");
}

#[tokio::test]
async fn another_type_key_or_status_than_the_signed_one_is_against_the_policy() {
    let conditions = [
        ("Content-Type", "image/png", r#"["eq", "$Content-Type", "image/jpeg"]"#),
        ("key", "processed/x", r#"["eq", "$key", "raw/a b.jpg"]"#),
        ("success_action_status", "201", r#"["eq", "$success_action_status", "204"]"#),
    ];
    for (name, value, condition) in conditions {
        let answer = refused(|fields| set(fields, name, value), b"hello").await;
        let message = format!("Invalid according to Policy: Policy Condition failed: {condition}");
        assert_is(&answer, 403, "AccessDenied", &message);
    }
}

#[tokio::test]
async fn a_type_that_is_missing_is_against_the_policy() {
    let answer = refused(|fields| without(fields, "Content-Type"), b"hello").await;
    assert_eq!((answer.status, answer.code()), (403, "AccessDenied"));
}

#[tokio::test]
async fn a_field_that_the_policy_does_not_name_is_refused() {
    let answer = refused(|fields| set(fields, "x-amz-meta-a", "b"), b"hello").await;
    assert_is(&answer, 403, "AccessDenied", "Invalid according to Policy: Extra input fields: x-amz-meta-a");
    let answer = refused(|fields| set(fields, "acl", "public-read"), b"hello").await;
    assert_is(&answer, 403, "AccessDenied", "Invalid according to Policy: Extra input fields: acl");
}

#[tokio::test]
async fn an_expired_form_is_refused() {
    let bench = Bench::start().await;
    let fields = bench.sign(&Form { valid_s: -1, ..Form::default() }).await;
    let answer = bench.post(&fields, b"hello").await;
    assert_is(&answer, 403, "AccessDenied", "Invalid according to Policy: Policy expired.");
    assert!(bench.is_untouched().await);
}

#[tokio::test]
async fn a_signature_policy_date_or_scope_that_was_changed_does_not_match() {
    let policy = "eyJleHBpcmF0aW9uIjoiMjA5OS0wMS0wMVQwMDowMDowMFoiLCJjb25kaXRpb25zIjpbXX0=";
    let changes = [
        ("x-amz-signature", "00"),
        ("policy", policy),
        ("policy", "no base64!"),
        ("policy", "bm8ganNvbg=="),
        ("x-amz-date", "20200101T000000Z"),
    ];
    for (name, value) in changes {
        let answer = refused(|fields| set(fields, name, value), b"hello").await;
        assert_is(&answer, 403, "SignatureDoesNotMatch", BAD_SIGNATURE);
        let sent = if name == "policy" { value } else { answer.element("StringToSign") };
        assert_eq!(answer.element("StringToSign"), sent);
    }
}

#[tokio::test]
async fn a_policy_of_ones_own_needs_the_secret() {
    let (mine, theirs) = (Bench::start().await, Bench::start().await);
    let fields = mine.sign(&Form::default()).await;
    let answer = theirs.post(&fields, b"hello").await;
    let message = "The AWS Access Key Id you provided does not exist in our records.";
    assert_is(&answer, 403, "InvalidAccessKeyId", message);
    assert_eq!(answer.element("AWSAccessKeyId"), mine.store.credentials().access_key_id);
}

#[tokio::test]
async fn a_field_that_is_missing_or_comes_after_the_file_is_named() {
    let names = [
        ("key", "key"),
        ("policy", "Policy"),
        ("x-amz-algorithm", "X-Amz-Algorithm"),
        ("x-amz-credential", "X-Amz-Credential"),
        ("x-amz-date", "X-Amz-Date"),
        ("x-amz-signature", "X-Amz-Signature"),
    ];
    for (name, named) in names {
        let answer = refused(|fields| without(fields, name), b"hello").await;
        let message = format!(
            "Bucket POST must contain a field named '{named}'.  If it is specified, please check the order of the fields."
        );
        assert_is(&answer, 400, "InvalidArgument", &message);
        assert_eq!(answer.element("ArgumentName"), named);
    }
    let bench = Bench::start().await;
    let (key, rest): (Fields, Fields) =
        bench.sign(&Form::default()).await.into_iter().partition(|(name, _)| name == "key");
    let answer = bench.post_body(&body(&rest, b"hello", &key), "").await;
    assert_eq!((answer.status, answer.code(), answer.element("ArgumentName")), (400, "InvalidArgument", "key"));
    assert!(bench.is_untouched().await);
}

#[tokio::test]
async fn an_anonymous_form_is_denied() {
    let answer = refused(|_| vec![("key".to_owned(), "raw/x".to_owned())], b"hello").await;
    assert_is(&answer, 403, "AccessDenied", "Access Denied");
}

#[tokio::test]
async fn a_form_for_another_bucket_is_refused() {
    let bench = Bench::start().await;
    let form = body(&bench.sign(&Form::default()).await, b"hello", &Vec::new());
    let headers = "Content-Type: multipart/form-data; boundary=xyz\r\n";
    let answer = bench.send("POST", "/other", headers, &form).await;
    let message = "Invalid according to Policy: Policy Condition failed: [\"eq\", \"$bucket\", \"photos\"]";
    assert_is(&answer, 403, "AccessDenied", message);
}

#[tokio::test]
async fn a_body_that_is_no_form_is_refused() {
    let bench = Bench::start().await;
    let answer = bench.post_body(b"hello", "").await;
    let message = "The body of your POST request is not well-formed multipart/form-data.";
    assert_is(&answer, 400, "MalformedPOSTRequest", message);
    let answer = bench.send("POST", "/photos", "Content-Type: text/plain\r\n", b"hello").await;
    assert_eq!((answer.status, answer.code()), (412, "PreconditionFailed"));
    let answer = bench.send("GET", "/photos/raw/x", "", b"").await;
    assert_eq!((answer.status, answer.code()), (403, "AccessDenied"));
}

#[tokio::test]
async fn an_upload_that_breaks_off_leaves_nothing() {
    let bench = Bench::start().await;
    let form = body(&bench.sign(&Form::default()).await, b"hello hello", &Vec::new());
    bench.break_off(&form[..form.len() - 14], form.len()).await;
    assert!(bench.is_untouched().await);
    // The last line, which says that the file is whole, never came.
    let answer = bench.post_body(&form[..form.len() - 14], "").await;
    assert_eq!((answer.status, answer.code()), (400, "MalformedPOSTRequest"));
    assert!(bench.is_untouched().await);
}
