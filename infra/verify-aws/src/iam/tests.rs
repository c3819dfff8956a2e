use super::*;
use serde_json::json;

const RAW: &str = "arn:aws:s3:::photos/raw/a";

fn call(action: &str, resource: &str) -> Call {
    Call { action: action.to_owned(), resource: resource.to_owned(), ..Call::default() }
}

fn list(prefix: &str) -> Call {
    let context = [("s3:prefix".to_owned(), prefix.to_owned())].into_iter().collect();
    Call { context, ..call("s3:ListBucket", "arn:aws:s3:::photos") }
}

fn role(statements: &Value) -> Role {
    let document = json!({"Version": "2012-10-17", "Statement": statements});
    Role { statements: Statement::of_document(&document).unwrap(), ..Role::default() }
}

#[test]
fn a_role_allows_what_a_statement_says_and_nothing_else() {
    let role = role(&json!([
        {"Effect": "Allow", "Action": ["s3:PutObject", "s3:GetObject"], "Resource": "arn:aws:s3:::photos/raw/*"},
        {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::photos", "Condition": {"StringLike": {"s3:prefix": "processed/*"}}},
    ]));
    for (call, expected) in [
        (call("s3:PutObject", RAW), true),
        (call("s3:DeleteObject", RAW), false),
        (call("s3:PutObject", "arn:aws:s3:::photos/processed/a"), false),
        (call("s3:PutObject", "arn:aws:s3:::others/raw/a"), false),
        (list("processed/charger/"), true),
        (list("raw/"), false),
        (call("s3:ListBucket", "arn:aws:s3:::photos"), false),
    ] {
        assert_eq!(role.allows(&call), expected, "{call:?}");
    }
}

#[test]
fn a_denial_counts_for_more_than_a_permission() {
    let role = role(&json!([
        {"Effect": "Allow", "Action": "s3:*", "Resource": "*"},
        {"Effect": "Deny", "Action": "s3:DeleteObject", "Resource": "arn:aws:s3:::photos/raw/*"},
    ]));
    assert!(role.allows(&call("s3:GetObject", RAW)) && !role.allows(&call("s3:DeleteObject", RAW)));
}

#[test]
fn a_right_is_one_action_on_one_resource() {
    let role =
        role(&json!({"Effect": "Allow", "Action": ["s3:PutObject", "s3:GetObject"], "Resource": ["arn:a/*", "arn:b"]}));
    let rights = role.rights();
    assert_eq!(rights.len(), 4);
    let used: Vec<String> =
        rights.iter().filter(|right| right.covers(&call("s3:GetObject", "arn:a/1"))).map(Right::to_string).collect();
    assert_eq!(used, ["s3:GetObject on arn:a/*"]);
}

#[test]
fn what_is_not_understood_is_no_permission() {
    for (statement, word) in [
        (json!({"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}), "NotAction"),
        (json!({"Effect": "Allow", "Action": "s3:*"}), "null"),
        (json!({"Effect": "Perhaps", "Action": "s3:*", "Resource": "*"}), "Perhaps"),
        (json!({"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": {"Bool": {"a": "true"}}}), "Bool"),
        (json!({"Effect": "Allow", "Action": "s3:*", "Resource": {"Ref": "Bucket"}}), "Ref"),
    ] {
        let trouble = Statement::of_document(&json!({"Statement": statement})).unwrap_err().to_string();
        assert!(trouble.contains(word), "{trouble}");
    }
    assert!(Statement::of_document(&json!({})).is_err());
}
