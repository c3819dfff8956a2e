use super::*;

const EXAMPLE: Signer<'static> = Signer {
    access_key_id: "AKIAIOSFODNN7EXAMPLE",
    secret_access_key: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    session_token: None,
    region: "us-east-1",
};

/// The document of AWS's "Example: Browser-Based Upload using HTTP POST (Using AWS Signature Version 4)", line by line.
const EXAMPLE_POLICY: [&str; 15] = [
    r#"{ "expiration": "2015-12-30T12:00:00.000Z","#,
    r#"  "conditions": ["#,
    r#"    {"bucket": "sigv4examplebucket"},"#,
    r#"    ["starts-with", "$key", "user/user1/"],"#,
    r#"    {"acl": "public-read"},"#,
    r#"    {"success_action_redirect": "http://sigv4examplebucket.s3.amazonaws.com/successful_upload.html"},"#,
    r#"    ["starts-with", "$Content-Type", "image/"],"#,
    r#"    {"x-amz-meta-uuid": "14365123651274"},"#,
    r#"    {"x-amz-server-side-encryption": "AES256"},"#,
    r#"    ["starts-with", "$x-amz-meta-tag", ""],"#,
    "",
    r#"    {"x-amz-credential": "AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request"},"#,
    r#"    {"x-amz-algorithm": "AWS4-HMAC-SHA256"},"#,
    r#"    {"x-amz-date": "20151229T000000Z" }"#,
    "  ]\r\n}",
];

fn form<'a>() -> PostForm<'a> {
    PostForm {
        key: "raw/charger/20261120/a b",
        content_type: "image/jpeg",
        min_bytes: 1,
        max_bytes: 2_000,
        sha256: None,
        now: Timestamp::parse("2026-11-20T11:30:00.123456Z").unwrap(),
        expires_at: Timestamp::parse("2026-11-20T12:30:00.9Z").unwrap(),
    }
}

fn policy_of(post: &PresignedPost) -> Value {
    serde_json::from_slice(&BASE64.decode(&post.fields["policy"]).unwrap()).unwrap()
}

#[test]
fn the_signature_of_the_published_example_is_the_published_one() {
    let policy = BASE64.encode(EXAMPLE_POLICY.join("\r\n"));
    let now = Timestamp::parse("2015-12-29T00:00:00Z").unwrap();
    assert_eq!(signature(&policy, now, &EXAMPLE), "8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699e");
}

#[test]
fn every_field_is_a_condition_with_its_exact_value() {
    let post = sign("https://b.s3.eu-central-1.amazonaws.com/".into(), "b", &form(), &EXAMPLE);
    let policy = policy_of(&post);
    assert_eq!(policy["expiration"], "2026-11-20T12:30:00.000Z");
    let conditions = policy["conditions"].as_array().unwrap();
    assert!(conditions.contains(&json!({"bucket": "b"})));
    assert!(conditions.contains(&json!(["content-length-range", 1, 2_000])));
    for (name, value) in &post.fields {
        if name != "policy" && name != "x-amz-signature" {
            assert!(conditions.contains(&json!(["eq", format!("${name}"), value])), "{name}");
        }
    }
    assert_eq!(post.fields["x-amz-date"], "20261120T113000Z");
    assert_eq!(post.fields["x-amz-credential"], "AKIAIOSFODNN7EXAMPLE/20261120/us-east-1/s3/aws4_request");
    assert_eq!(post.fields["success_action_status"], "204");
}

#[test]
fn a_session_token_is_in_the_fields_and_in_the_policy() {
    let signer = Signer { session_token: Some("IQoJb3JpZ2luX2VjEXAMPLE=="), ..EXAMPLE };
    let post = sign(String::new(), "b", &form(), &signer);
    assert_eq!(post.fields["x-amz-security-token"], "IQoJb3JpZ2luX2VjEXAMPLE==");
    let condition = json!(["eq", "$x-amz-security-token", "IQoJb3JpZ2luX2VjEXAMPLE=="]);
    assert!(policy_of(&post)["conditions"].as_array().unwrap().contains(&condition));
}

#[test]
fn a_checksum_is_fixed_where_one_is_given() {
    let post = sign(String::new(), "b", &PostForm { sha256: Some([7; 32]), ..form() }, &EXAMPLE);
    assert_eq!(post.fields["x-amz-checksum-sha256"], BASE64.encode([7; 32]));
    assert_eq!(post.fields["x-amz-checksum-algorithm"], "SHA256");
}
