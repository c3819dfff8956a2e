use super::*;
use http::Request;

fn parts(method: &str, uri: &str, headers: &[(&str, &str)]) -> Parts {
    let request = Request::builder().method(method).uri(uri);
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    request.body(()).unwrap().into_parts().0
}

fn s3(method: &str, uri: &str, body: &'static str) -> Result<Vec<(String, String)>, Trouble> {
    let calls = Call::read(Service::S3, &parts(method, uri, &[]), &Bytes::from(body))?;
    Ok(calls.into_iter().map(|call| (call.action, call.resource)).collect())
}

#[test]
fn a_request_of_s3_needs_one_action() {
    let form = "--x\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\nraw/charger/1\r\n--x\r\nContent-Disposition: \
                form-data; name=\"file\"\r\n\r\n\u{fffd}\r\n--x--";
    for (method, uri, body, action, resource) in [
        ("GET", "/photos/raw/a%20b?x-id=GetObject", "", "s3:GetObject", "photos/raw/a b"),
        ("HEAD", "/photos/raw/a", "", "s3:GetObject", "photos/raw/a"),
        ("PUT", "/photos/raw/a?x-id=PutObject", "", "s3:PutObject", "photos/raw/a"),
        ("DELETE", "/photos/raw/a?x-id=DeleteObject", "", "s3:DeleteObject", "photos/raw/a"),
        ("GET", "/photos?list-type=2&prefix=raw%2F", "", "s3:ListBucket", "photos"),
        ("GET", "/photos/?list-type=2&max-keys=1", "", "s3:ListBucket", "photos"),
        ("POST", "/photos", form, "s3:PutObject", "photos/raw/charger/1"),
        ("PUT", "/photos/a?partNumber=1&uploadId=2", "", "s3:PutObject", "photos/a"),
        ("GET", "/photos/a?versionId=1", "", "s3:GetObjectVersion", "photos/a"),
    ] {
        let expected = (action.to_owned(), format!("arn:aws:s3:::{resource}"));
        assert_eq!(s3(method, uri, body).unwrap(), [expected], "{method} {uri}");
    }
    let list =
        Call::read(Service::S3, &parts("GET", "/photos?list-type=2&prefix=raw%2Fa", &[]), &Bytes::new()).unwrap();
    assert_eq!(list[0].context["s3:prefix"], "raw/a");
}

#[test]
fn a_request_that_is_not_known_is_an_error() {
    for (method, uri) in [
        ("GET", "/photos/a?acl"),
        ("GET", "/photos?policy"),
        ("PUT", "/photos"),
        ("PUT", "/photos/a?tagging"),
        ("POST", "/photos?delete"),
        ("POST", "/photos"),
    ] {
        assert!(s3(method, uri, "").is_err(), "{method} {uri}");
    }
    let copy = parts("PUT", "/photos/a", &[("x-amz-copy-source", "/others/a")]);
    assert!(Call::read(Service::S3, &copy, &Bytes::new()).is_err());
}

#[test]
fn the_signature_says_for_whom_a_request_is() {
    let of = |scope: &str| {
        let signature =
            format!("AWS4-HMAC-SHA256 Credential=KEY/20260301/eu-central-1/{scope}/aws4_request, Signature=0");
        Service::of(&parts("POST", "/", &[("authorization", &signature)]))
    };
    assert_eq!(of("s3").unwrap(), Service::S3);
    assert_eq!(of("secretsmanager").unwrap(), Service::SecretsManager);
    assert_eq!(of("cloudfront").unwrap(), Service::CloudFront);
    assert!(of("dynamodb").is_err());
    assert_eq!(Service::of(&parts("POST", "/photos", &[])).unwrap(), Service::S3);
}

#[test]
fn a_call_of_secrets_manager_is_named_by_its_target() {
    let call = |target: &str, body: &'static str| {
        Call::read(Service::SecretsManager, &parts("POST", "/", &[("x-amz-target", target)]), &Bytes::from(body))
    };
    let read = call("secretsmanager.GetSecretValue", r#"{"SecretId": "arn:aws:secretsmanager:a"}"#).unwrap();
    assert_eq!((&*read[0].action, &*read[0].resource), ("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:a"));
    let drawn = call("secretsmanager.GetRandomPassword", "{}").unwrap();
    assert_eq!((&*drawn[0].action, &*drawn[0].resource), ("secretsmanager:GetRandomPassword", "*"));
    assert!(call("secretsmanager.GetSecretValue", "{}").is_err() && call("sqs.SendMessage", "{}").is_err());
}

#[test]
fn cloudfront_is_asked_to_forget_and_nothing_else() {
    let call = |method: &str, uri: &str| Call::read(Service::CloudFront, &parts(method, uri, &[]), &Bytes::new());
    let forget = call("POST", "/2020-05-31/distribution/E1/invalidation").unwrap();
    assert_eq!(forget[0].action, "cloudfront:CreateInvalidation");
    assert_eq!(forget[0].resource, "arn:aws:cloudfront::123456789012:distribution/E1");
    assert!(call("GET", "/2020-05-31/distribution/E1").is_err());
}
