//! Least privilege: what the role of each function may do, in sentences, without a run.

use crate::stacks::{branches, functions, several, template, text};
use serde_yaml_ng::Value;
use std::collections::BTreeSet;
use tests::repository::root;

const PHOTOS: &str = "arn:${AWS::Partition}:s3:::sharaspot-${Environment}-photos-${AWS::AccountId}-${AWS::Region}";
const READERS: [&str; 2] = ["Chargers", "RouteSearch"];
const WRITERS: [&str; 3] = ["Contribute", "Upload", "OptimizePhoto"];

/// An action on a kind of resource.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Right {
    action: String,
    /// `photos/raw/*`, `backups/…`, or what it refers to.
    on: String,
}

fn rights_of(id: &str) -> BTreeSet<Right> {
    let template = template("template.yaml");
    let policies = several(&template["Resources"][id]["Properties"]["Policies"]);
    let statements = policies.into_iter().flat_map(|policy| match policy {
        // A managed policy of this template; one of AWS would be a text.
        Value::Tagged(_) => {
            let name = text(policy);
            let name = name.trim_start_matches("${").trim_end_matches('}');
            several(&template["Resources"][name]["Properties"]["PolicyDocument"]["Statement"])
        }
        inline => several(&inline["Statement"]),
    });
    let rights: BTreeSet<Right> = statements.flat_map(rights_in).collect();
    assert!(!rights.is_empty(), "{id}: the search finds nothing");
    rights
}

fn rights_in(statement: &Value) -> Vec<Right> {
    assert_eq!(statement["Effect"], "Allow");
    let actions = several(&statement["Action"]);
    let on: Vec<String> = several(&statement["Resource"]).into_iter().map(|resource| place(&text(resource))).collect();
    let each = actions.into_iter().flat_map(|action| on.iter().map(move |on| (text(action), on.clone())));
    each.map(|(action, on)| Right { action, on }).collect()
}

fn place(resource: &str) -> String {
    resource.replace(PHOTOS, "photos").replace("${BackupBucket.Arn}", "backups")
}

/// Where a function may do something.
fn places(id: &str, action: &str) -> Vec<String> {
    rights_of(id).into_iter().filter(|right| right.action == action).map(|right| right.on).collect()
}

fn actions(id: &str) -> BTreeSet<String> {
    rights_of(id).into_iter().map(|right| right.action).collect()
}

fn all() -> Vec<(String, Right)> {
    let template = template("template.yaml");
    let ids: Vec<String> = functions(&template).into_keys().collect();
    ids.into_iter().flat_map(|id| rights_of(&id).into_iter().map(move |right| (id.clone(), right))).collect()
}

#[test]
fn every_function_has_a_role_of_its_own() {
    let template = template("template.yaml");
    let resources = template["Resources"].as_mapping().unwrap();
    assert!(resources.values().all(|resource| resource["Type"] != "AWS::IAM::Role"), "SAM makes the roles");
    assert!(functions(&template).values().all(|function| function["Properties"]["Role"].is_null()));
    assert!(template["Globals"]["Function"]["Role"].is_null());
}

#[test]
fn nobody_has_a_right_by_a_wildcard() {
    for (id, Right { action, on }) in all() {
        assert!(!action.contains('*'), "{id}: {action}");
        assert!(on != "*" && !on.ends_with(":*"), "{id}: {action} on {on}");
    }
}

#[test]
fn no_role_of_another_stack_has_a_right_by_a_wildcard() {
    let mut count = 0;
    for file in std::fs::read_dir(root().join("infra")).unwrap().map(|file| file.unwrap().path()) {
        let Some(name) = file.file_name().and_then(|name| name.to_str()).filter(|name| name.ends_with(".yaml")) else {
            continue;
        };
        let template = template(&format!("infra/{name}"));
        let roles = template["Resources"].as_mapping().unwrap().values();
        for role in roles.filter(|resource| resource["Type"] == "AWS::IAM::Role") {
            let policies = several(&role["Properties"]["Policies"]).into_iter();
            let statements = policies.flat_map(|policy| several(&policy["PolicyDocument"]["Statement"]));
            for Right { action, on } in statements.flat_map(rights_in) {
                assert!(!action.contains('*') && on != "*", "{name}: {action} on {on}");
                count += 1;
            }
        }
    }
    assert!(count > 0, "the search finds nothing");
}

#[test]
fn listing_and_route_search_may_read_one_secret_and_nothing_else() {
    for id in READERS {
        assert_eq!(actions(id), BTreeSet::from(["secretsmanager:GetSecretValue".to_owned()]), "{id}");
        // The second is that of a database that somebody brings; there is one or the other.
        let secrets = ["${Database.Outputs.ReaderSecretArn}", "${DatabaseSecretArn}"];
        assert_eq!(places(id, "secretsmanager:GetSecretValue"), secrets, "{id}");
    }
}

#[test]
fn functions_that_write_may_read_the_writers_secret_and_change_none() {
    for id in WRITERS {
        let secrets = ["${Database.Outputs.WriterSecretArn}", "${DatabaseSecretArn}"];
        assert_eq!(places(id, "secretsmanager:GetSecretValue"), secrets, "{id}");
        let of_secrets = actions(id).into_iter().filter(|action| action.starts_with("secretsmanager:"));
        assert_eq!(of_secrets.count(), 1, "{id}");
    }
}

#[test]
fn a_function_is_told_of_the_secret_that_it_may_read() {
    let template = template("template.yaml");
    for (id, function) in functions(&template) {
        let told = several(&function["Properties"]["Environment"]["Variables"]["DB_SECRET_ARN"]);
        for secret in told.into_iter().filter(|secret| !secret.is_null()).map(text) {
            assert!(places(&id, "secretsmanager:GetSecretValue").contains(&secret), "{id}: {secret}");
        }
    }
}

#[test]
fn only_ops_rotates_secrets() {
    for action in ["DescribeSecret", "PutSecretValue", "UpdateSecretVersionStage"] {
        let action = format!("secretsmanager:{action}");
        let logins = ["Admin", "Migrator", "Reader", "Writer"];
        let rotated = logins.map(|login| format!("${{Database.Outputs.{login}SecretArn}}"));
        assert_eq!(places("Ops", &action), rotated, "{action}");
        assert!(all().iter().all(|(id, right)| id == "Ops" || right.action != action), "{action}");
    }
}

#[test]
fn uploads_are_put_under_raw_and_deleted_there_and_with_their_renditions() {
    for id in ["Upload", "Contribute"] {
        assert_eq!(places(id, "s3:PutObject"), ["photos/raw/*"], "{id}");
        assert_eq!(places(id, "s3:DeleteObject"), ["photos/processed/*", "photos/raw/*"], "{id}");
        assert_eq!(places(id, "s3:GetObject"), [""; 0], "{id} never reads a photo");
    }
}

#[test]
fn the_optimizer_reads_uploads_and_writes_renditions() {
    assert_eq!(places("OptimizePhoto", "s3:GetObject"), ["photos/raw/*"]);
    assert_eq!(places("OptimizePhoto", "s3:PutObject"), ["photos/processed/*"]);
    assert_eq!(places("OptimizePhoto", "s3:DeleteObject"), ["photos/processed/*"]);
}

#[test]
fn nobody_but_ops_comes_near_a_backup() {
    let near: BTreeSet<String> =
        all().into_iter().filter(|(_, right)| right.on.contains("ackup")).map(|(id, _)| id).collect();
    assert_eq!(near, BTreeSet::from(["Ops".to_owned()]));
}

#[test]
fn ops_deletes_photos_and_backups_of_ours_only() {
    let deletes = places("Ops", "s3:DeleteObject");
    assert_eq!(deletes, ["backups/sharaspot-backup-*", "photos/doctor/*", "photos/processed/*", "photos/raw/*"]);
}

#[test]
fn the_function_of_the_cdn_may_invalidate_that_one_and_nothing_else() {
    assert_eq!(actions("InvalidateCdn"), BTreeSet::from(["cloudfront:CreateInvalidation".to_owned()]));
    assert_eq!(places("InvalidateCdn", "cloudfront:CreateInvalidation"), ["${Cdn.Outputs.DistributionArn}"]);
}

/// The statements of the photo bucket's policy that allow something, with the condition that each depends on.
fn allowed_to_others(template: &Value) -> Vec<(String, &Value)> {
    let policy = &template["Resources"]["PhotoBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"];
    let statements = policy.as_sequence().unwrap().iter().flat_map(|statement| match statement {
        Value::Tagged(tagged) => {
            let condition = text(&tagged.value[0]);
            branches(statement).into_iter().map(|branch| (condition.clone(), branch)).collect()
        }
        plain => vec![(String::new(), plain)],
    });
    statements.filter(|(_, statement)| statement["Effect"] == "Allow").collect()
}

#[test]
fn photos_are_shown_by_our_distribution_or_where_somebody_wants_it_by_the_bucket() {
    let template = template("template.yaml");
    for (condition, statement) in allowed_to_others(&template) {
        let (action, on) = (text(&statement["Action"]), text(&statement["Resource"]));
        let is_read = action == "s3:GetObject" && on == "${PhotoBucket.Arn}/processed/*";
        if condition == "PublishesPhotos" {
            assert!(is_read, "{action} on {on}");
        } else {
            assert_eq!(
                (condition.as_str(), &statement["Principal"]["Service"]),
                ("MakesCdn", &"cloudfront.amazonaws.com".into())
            );
            assert_eq!(
                text(&statement["Condition"]["StringEquals"]["AWS:SourceArn"]),
                "${Cdn.Outputs.DistributionArn}"
            );
            // A key that is not there is missing only for those who may list.
            assert!(is_read || (action == "s3:ListBucket" && on == "${PhotoBucket.Arn}"), "{action} on {on}");
        }
    }
    assert_eq!(allowed_to_others(&template).len(), 3);
}

#[test]
fn every_bucket_refuses_whoever_comes_without_tls() {
    let template = template("template.yaml");
    for bucket in ["PhotoBucket", "BackupBucket"] {
        let policy = &template["Resources"][format!("{bucket}Policy")]["Properties"];
        assert_eq!(text(&policy["Bucket"]), format!("${{{bucket}}}"));
        let refusal = &policy["PolicyDocument"]["Statement"][0];
        assert_eq!((&refusal["Effect"], &refusal["Principal"]), (&"Deny".into(), &"*".into()), "{bucket}");
        assert_eq!(refusal["Condition"]["Bool"]["aws:SecureTransport"], "false", "{bucket}");
        let on: Vec<String> = several(&refusal["Resource"]).into_iter().map(text).collect();
        assert_eq!(on, [format!("${{{bucket}.Arn}}"), format!("${{{bucket}.Arn}}/*")]);
    }
}
