//! What the CDN lets through (`infra/cdn.yaml`), and what the bucket lets the CDN do (`template.yaml`).

use crate::cloudformation::Stack;
use domain::photo::{PROCESSED_PREFIX, PhotoKind};
use serde_json::{Value as Json, json};
use serde_yaml_ng::Value;
use tests::repository::read;

fn distribution() -> Json {
    let stack = Stack::of("infra/cdn.yaml", str::to_owned);
    let mut distributions = stack.resources("AWS::CloudFront::Distribution");
    assert_eq!(distributions.len(), 1);
    distributions.remove(0).properties["DistributionConfig"].take()
}

/// What CloudFront puts before the path that a client asks for.
fn folder(distribution: &Json, behaviour: &Json) -> String {
    let origins = distribution["Origins"].as_array().unwrap();
    let origin = origins.iter().find(|origin| origin["Id"] == behaviour["TargetOriginId"]).unwrap();
    origin["OriginPath"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn nothing_but_renditions_can_be_reached_and_nothing_can_be_listed() {
    let distribution = distribution();
    let [renditions] = &**distribution["CacheBehaviors"].as_array().unwrap() else { panic!("{distribution}") };
    assert_eq!(renditions["PathPattern"], format!("{PROCESSED_PREFIX}*"));
    assert_eq!(folder(&distribution, renditions), "");
    // Whatever else is asked for is looked for where no rendition ever is.
    let rest = &distribution["DefaultCacheBehavior"];
    let nowhere = folder(&distribution, rest);
    let kind = nowhere.strip_prefix('/').and_then(|folder| folder.strip_prefix(PROCESSED_PREFIX)).unwrap();
    assert!(!kind.is_empty() && PhotoKind::parse(kind).is_none(), "{kind}");
    for behaviour in [renditions, rest] {
        assert_eq!(behaviour["AllowedMethods"], json!(["GET", "HEAD"]));
        assert_eq!(behaviour["ViewerProtocolPolicy"], "redirect-to-https");
    }
}

/// The statements of a policy that are about CloudFront, with or without a condition around them.
fn of_cloudfront(policy: &Value) -> Vec<&Value> {
    match policy {
        Value::Tagged(tagged) => of_cloudfront(&tagged.value),
        Value::Sequence(items) => items.iter().flat_map(of_cloudfront).collect(),
        Value::Mapping(_) if policy["Principal"]["Service"] == "cloudfront.amazonaws.com" => vec![policy],
        Value::Mapping(members) => members.values().flat_map(of_cloudfront).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn the_bucket_lets_the_cdn_read_renditions_and_tell_what_is_missing_from_what_is_forbidden() {
    let template: Value = serde_yaml_ng::from_str(&read("template.yaml")).unwrap();
    let statements = of_cloudfront(&template["Resources"]["PhotoBucketPolicy"]["Properties"]);
    let rights = statements.iter().map(|statement| {
        // Of this distribution, and of nobody else's.
        assert!(!statement["Condition"]["StringEquals"]["AWS:SourceArn"].is_null(), "{statement:?}");
        let text = |name: &str| statement[name].as_str().unwrap().to_owned();
        (text("Action"), text("Resource"))
    });
    let expected = [("s3:GetObject", "${PhotoBucket.Arn}/processed/*"), ("s3:ListBucket", "PhotoBucket.Arn")];
    assert_eq!(rights.collect::<Vec<_>>(), expected.map(|(action, of)| (action.to_owned(), of.to_owned())));
}
