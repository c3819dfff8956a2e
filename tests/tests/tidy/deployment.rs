//! What a deployment goes by: the parts of the whole, their order, what takes a release back, and what is kept.

use crate::stacks::{functions, of_type, several, template, text};
use serde_yaml_ng::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use tests::repository::{read, root};

/// Woken by people, and by what they upload: a release takes over from another step by step.
const SERVING: [&str; 5] = ["Chargers", "Contribute", "OptimizePhoto", "RouteSearch", "Upload"];

#[test]
fn the_fingerprint_of_the_migrations_is_theirs() {
    let folder = root().join("shared/db/migrations/postgres");
    let names = std::fs::read_dir(&folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let mut hash = Sha256::new();
    for name in names.collect::<BTreeSet<_>>() {
        for part in [name.as_bytes(), &std::fs::read(folder.join(&name)).unwrap()] {
            hash.update(part);
            hash.update([0]);
        }
    }
    let fingerprint = &hex::encode(hash.finalize())[..16];
    let template = template("template.yaml");
    let said = &template["Resources"]["Migrations"]["Properties"]["Fingerprint"];
    // Else a deployment would leave out what is new.
    assert_eq!(said.as_str(), Some(fingerprint), "template.yaml: Migrations must have Fingerprint: \"{fingerprint}\"");
}

#[test]
fn functions_that_serve_change_after_the_migrations_and_are_taken_back_by_their_alarms() {
    let template = template("template.yaml");
    let functions = functions(&template);
    let serving: Vec<&str> = functions
        .iter()
        .filter(|(_, function)| !function["Properties"]["AutoPublishAlias"].is_null())
        .map(|(id, _)| id.as_str())
        .collect();
    assert_eq!(serving, SERVING);
    for id in serving {
        let function = functions[id];
        assert_eq!(function["DependsOn"], "Migrations", "{id}");
        let properties = &function["Properties"];
        // infra/rollback.yaml watches the alias of this name.
        assert_eq!(properties["AutoPublishAlias"], "live", "{id}");
        assert_eq!(properties["AutoPublishAliasAllProperties"], true, "{id}: a changed setting needs a version, too");
        assert_eq!(text(&properties["AutoPublishCodeSha256"]), "${Release}", "{id}: and so does a parameter");
        let preference = &properties["DeploymentPreference"];
        assert_eq!(text(&preference["Type"]), "${DeploymentPreference}", "{id}");
        let alarms: Vec<String> = several(&preference["Alarms"]).into_iter().map(text).collect();
        let own = ["Crashes", "Failures"].map(|alarm| format!("${{{id}Rollback.Outputs.{alarm}}}"));
        assert_eq!(alarms, own);
        let rollback = &template["Resources"][format!("{id}Rollback")]["Properties"]["Parameters"];
        assert_eq!(text(&rollback["FunctionName"]), format!("${{{id}}}"));
        assert_eq!(rollback["Function"], function["Metadata"]["BuildProperties"]["Binary"], "{id}");
    }
}

#[test]
fn a_deployments_migrations_are_those_of_the_newest_program() {
    let template = template("template.yaml");
    let token = &template["Resources"]["Migrations"]["Properties"]["ServiceToken"];
    assert_eq!(text(token), "${Ops.Arn}", "neither a version nor an alias");
}

/// Minutes after midnight.
fn start_of(cron: &str) -> u64 {
    let fields: Vec<&str> = cron.trim_start_matches("cron(").split(' ').collect();
    fields[1].parse::<u64>().unwrap() * 60 + fields[0].parse::<u64>().unwrap()
}

#[test]
fn what_ops_does_at_night_begins_when_what_was_before_has_ended() {
    let template = template("template.yaml");
    let ops = &template["Resources"]["Ops"]["Properties"];
    let longest_min = ops["Timeout"].as_u64().unwrap().div_ceil(60);
    let schedules = ops["Events"].as_mapping().unwrap().values();
    let mut starts: Vec<u64> = schedules
        .map(|event| {
            let parameter = text(&event["Properties"]["Schedule"]);
            let name = parameter.trim_start_matches("${").trim_end_matches('}');
            start_of(template["Parameters"][name]["Default"].as_str().unwrap())
        })
        .collect();
    starts.sort_unstable();
    assert!(starts.len() >= 3, "the search finds nothing");
    assert!(starts.windows(2).all(|pair| pair[1] - pair[0] >= longest_min), "{starts:?}");
}

/// The files that a template nests, and those that they nest.
fn nested_in(path: &str) -> BTreeSet<String> {
    let folder = path.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
    let template = template(path);
    let stacks = of_type(&template, "AWS::CloudFormation::Stack");
    let files = stacks.values().map(|stack| format!("{folder}{}", text(&stack["Properties"]["TemplateURL"])));
    files.flat_map(|file| nested_in(&file).into_iter().chain([file])).collect()
}

#[test]
fn every_template_of_infra_is_a_part_of_the_whole() {
    let files = std::fs::read_dir(root().join("infra")).unwrap().map(|file| file.unwrap().file_name());
    let files = files.map(|name| name.into_string().unwrap()).filter(|name| name.ends_with(".yaml"));
    assert_eq!(nested_in("template.yaml"), files.map(|name| format!("infra/{name}")).collect());
}

#[test]
fn every_login_has_a_secret_of_its_own_that_ops_rotates() {
    let (template, database) = (template("template.yaml"), template("infra/database.yaml"));
    // RDS makes no read replica of an instance whose password it keeps itself.
    let primary = &database["Resources"]["Primary"]["Properties"];
    assert!(primary["ManageMasterUserPassword"].is_null());
    assert!(text(&primary["MasterUserPassword"]).contains(":${AdminSecret}:"));
    let secrets = of_type(&database, "AWS::SecretsManager::Secret");
    let secrets = secrets.keys().map(|id| format!("${{Database.Outputs.{id}Arn}}")).collect::<BTreeSet<_>>();
    let schedules = of_type(&template, "AWS::SecretsManager::RotationSchedule");
    let rotated = schedules.values().map(|schedule| text(&schedule["Properties"]["SecretId"])).collect();
    assert_eq!(secrets, rotated);
    assert_eq!(secrets.len(), 4);
}

#[test]
fn no_data_go_with_the_stack() {
    let (template, database) = (template("template.yaml"), template("infra/database.yaml"));
    // Nor does anything stay of a first deployment that fails: the next one could not make it again.
    let resources = &template["Resources"];
    let kept = [&resources["PhotoBucket"], &resources["BackupBucket"], &resources["UserPool"]];
    let kept = kept.map(|resource| (resource, "RetainExceptOnCreate", "Retain"));
    for (resource, deleted, replaced) in
        kept.into_iter().chain([(&database["Resources"]["Primary"], "Snapshot", "Snapshot")])
    {
        let policies = (&resource["DeletionPolicy"], &resource["UpdateReplacePolicy"]);
        assert_eq!(policies, (&deleted.into(), &replaced.into()));
    }
}

#[test]
fn no_way_leads_from_the_network_to_the_internet_or_back() {
    let network = template("infra/network.yaml");
    let ways = ["InternetGateway", "NatGateway", "EgressOnlyInternetGateway", "TransitGatewayAttachment", "Route"];
    for way in ways {
        assert!(of_type(&network, &format!("AWS::EC2::{way}")).is_empty(), "{way}");
    }
    assert_eq!(of_type(&network, "AWS::EC2::VPCEndpoint").len(), 2);
}

#[test]
fn every_environment_sets_parameters_that_there_are_to_values_that_they_take() {
    let (template, config) = (template("template.yaml"), read("samconfig.toml"));
    for environment in ["dev", "staging", "production"] {
        let (_, settings) = config.split_once(&format!("[{environment}.deploy.parameters]\n")).expect(environment);
        let settings = settings.split("\n[").next().unwrap();
        assert!(settings.contains("\"CAPABILITY_AUTO_EXPAND\""), "{environment}: there are nested stacks");
        let overrides = overrides_in(settings);
        assert!(overrides.contains(&("Environment", environment)), "{overrides:?}");
        for (name, value) in overrides {
            let parameter = &template["Parameters"][name];
            assert!(parameter.is_mapping(), "{environment}: there is no parameter {name}");
            assert!(takes(parameter, value), "{environment}: {name} does not take {value}");
        }
    }
}

/// Names and values, each pair in a line and in quotes of its own.
fn overrides_in(settings: &str) -> Vec<(&str, &str)> {
    let (_, list) = settings.split_once("parameter_overrides = [\n").expect("parameters");
    let pairs = list.split("\n]").next().unwrap().lines().map(|line| line.trim().trim_end_matches(','));
    pairs.map(|pair| pair[1..pair.len() - 1].split_once('=').unwrap()).collect()
}

fn takes(parameter: &Value, value: &str) -> bool {
    let number = value.parse::<f64>();
    let within = |bound: &str| parameter[bound].as_f64().zip(number.clone().ok());
    let allowed = several(&parameter["AllowedValues"]);
    let is_allowed =
        |allowed: &&Value| allowed.as_str() == Some(value) || allowed.as_f64().is_some_and(|n| Ok(n) == number);
    (parameter["AllowedValues"].is_null() || allowed.iter().any(is_allowed))
        && (parameter["Type"] != "Number" || number.is_ok())
        && within("MinValue").is_none_or(|(least, value)| value >= least)
        && within("MaxValue").is_none_or(|(most, value)| value <= most)
}

#[test]
fn whoever_is_told_to_change_a_parameter_is_told_to_make_a_release() {
    let mut count = 0;
    for file in ["README.md", "infra/RUNBOOK.md"] {
        let text = read(file);
        for line in text.lines().filter(|line| line.contains("deploy") && line.contains("--parameter-overrides")) {
            assert!(line.contains("Release="), "{file}: {line}");
            count += 1;
        }
    }
    assert!(count > 2, "the search finds nothing");
    // The word of one deployment must not be that of the next: its code would not become a version.
    let config = read("samconfig.toml");
    assert_eq!(config.matches("parameter_overrides").count(), config.matches("'Release=\"\"',").count());
}

#[test]
fn whatever_checkov_is_told_to_pass_over_has_its_reason() {
    let mut count = 0;
    for file in nested_in("template.yaml").into_iter().chain(["template.yaml".to_owned()]) {
        let template = template(&file);
        for (id, resource) in template["Resources"].as_mapping().unwrap() {
            let skipped = resource["Metadata"]["checkov"]["skip"].as_sequence().into_iter().flatten();
            for check in skipped {
                assert!(check["comment"].as_str().is_some_and(|reason| reason.len() > 10), "{file}: {id:?}: {check:?}");
                count += 1;
            }
        }
    }
    assert!(count > 20, "the search finds nothing");
}
