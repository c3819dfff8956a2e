//! Alarms (`infra/monitoring*.yaml`): that all are there, and wake somebody who finds what to do in the runbook.

use crate::cloudformation::{Resource, Stack};
use crate::sources::shipped_sources;
use crate::workspace::layer;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use tests::repository::read;

const ALARM: &str = "AWS::CloudWatch::Alarm";
pub(crate) const PREFIX: &str = "sharaspot-production-";
/// What CloudWatch files our own metrics under, and those that it reads in the log.
pub(crate) const OURS: &str = "SharaSpot/production";
pub(crate) const OF_THE_LOG: &str = "SharaSpot/production/logs";
/// What the template may have nothing of.
const OPTIONAL: [&str; 4] = ["InvalidateCdnFunctionName", "DatabaseInstanceId", "DatabaseReplicaId", "DistributionId"];
pub(crate) const OF_EACH_FUNCTION: [&str; 4] = ["duration", "errors", "memory", "throttles"];
const OF_THE_WHOLE: [&str; 14] = [
    "api-errors",
    "api-latency",
    "backup-failed",
    "backup-missing",
    "connection-timeouts",
    "database-connections",
    "database-cpu",
    "database-storage",
    "dead-letters",
    "replica-connections",
    "replica-cpu",
    "replica-lag",
    "replica-storage",
    "slow-statements",
];

/// All of monitoring; each parameter stands for its own name, so that one sees what became of it.
pub(crate) fn all() -> Stack {
    Stack::of("infra/monitoring.yaml", named)
}

/// Without what is optional.
pub(crate) fn bare() -> Stack {
    Stack::of("infra/monitoring.yaml", |name| if OPTIONAL.contains(&name) { String::new() } else { named(name) })
}

/// The alarms that take a release of this function back.
pub(crate) fn of_release(function: &str) -> BTreeMap<String, Json> {
    let stack = Stack::of("infra/rollback.yaml", |name| match name {
        "Function" => function.to_owned(),
        _ => named(name),
    });
    alarms(&stack)
}

fn named(parameter: &str) -> String {
    let value = if parameter == "Environment" { "production" } else { parameter };
    value.to_owned()
}

/// Alarms by name, without what all names begin with.
pub(crate) fn alarms(stack: &Stack) -> BTreeMap<String, Json> {
    let named = |alarm: Resource| {
        let name = text(&alarm.properties["AlarmName"]);
        (name.strip_prefix(PREFIX).unwrap_or_else(|| panic!("{name}")).to_owned(), alarm.properties)
    };
    stack.resources(ALARM).into_iter().map(named).collect()
}

pub(crate) fn text(value: &Json) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

#[test]
fn every_alarm_that_was_asked_for_is_there_and_every_function_has_its_own() {
    let of_functions = layer("functions");
    let of_functions = of_functions.iter().flat_map(|name| OF_EACH_FUNCTION.map(|alarm| format!("{name}-{alarm}")));
    let expected: BTreeSet<String> = OF_THE_WHOLE.map(str::to_owned).into_iter().chain(of_functions).collect();
    assert_eq!(alarms(&all()).into_keys().collect::<BTreeSet<_>>(), expected);
}

#[test]
fn every_alarm_tells_the_topic_when_it_begins_and_ends_and_knows_what_silence_means() {
    // A release has its alarms before the topic is there, and goes by its name.
    let by_name = "arn:aws:sns:eu-central-1:123456789012:sharaspot-production-alarms";
    let of_release = of_release("chargers").into_iter().map(|alarm| (alarm, by_name));
    for ((name, alarm), topic) in alarms(&all()).into_iter().map(|alarm| (alarm, "AlarmTopic")).chain(of_release) {
        for actions in ["AlarmActions", "OKActions"] {
            assert_eq!(alarm[actions], serde_json::json!([topic]), "{name}: {actions}");
        }
        // CloudWatch's own default would leave an alarm undecided.
        assert!(["breaching", "ignore", "notBreaching"].contains(&&*text(&alarm["TreatMissingData"])), "{name}");
    }
}

/// Parameters whose name says that they are thresholds, with their defaults.
fn thresholds(file: &str) -> BTreeMap<String, serde_yaml_ng::Value> {
    let template: serde_yaml_ng::Value = serde_yaml_ng::from_str(&read(file)).unwrap();
    let parameters = template["Parameters"].as_mapping().unwrap().iter();
    let parameters = parameters.map(|(name, about)| (name.as_str().unwrap().to_owned(), about["Default"].clone()));
    parameters.filter(|(name, _)| name.contains("Threshold")).collect()
}

#[test]
fn every_threshold_is_a_parameter_that_says_its_unit_and_every_such_parameter_is_a_threshold() {
    let mut seen = BTreeSet::new();
    for (name, alarm) in alarms(&all()) {
        // What counts hours without something has its number of hours there.
        let threshold = alarm["Threshold"].as_str().or(alarm["EvaluationPeriods"].as_str());
        let threshold = threshold.unwrap_or_else(|| panic!("{name}: {}", alarm["Threshold"]));
        let (_, unit) = threshold.split_once("Threshold").unwrap_or_else(|| panic!("{name}: {threshold}"));
        assert!(["Bytes", "Count", "Hours", "Ms", "Percent", "Seconds"].contains(&unit), "{name}: {threshold}");
        seen.insert(threshold.to_owned());
    }
    let offered = thresholds("infra/monitoring.yaml");
    assert!(offered.values().all(serde_yaml_ng::Value::is_number), "{offered:?}");
    assert_eq!(seen, offered.keys().cloned().collect());
}

#[test]
fn the_template_offers_every_threshold_with_the_same_default() {
    let offered = thresholds("template.yaml");
    for (name, default) in thresholds("infra/monitoring.yaml") {
        assert_eq!(offered.get(&name), Some(&default), "{name}");
    }
}

#[test]
fn the_readme_shows_every_threshold() {
    let template: serde_yaml_ng::Value = serde_yaml_ng::from_str(&read("infra/monitoring.yaml")).unwrap();
    let row = |(name, default): (String, serde_yaml_ng::Value)| {
        let meaning = template["Parameters"][&*name]["Description"].as_str().unwrap_or_else(|| panic!("{name}"));
        format!("| `{name}` | {} | {meaning} |", default.as_u64().unwrap())
    };
    let expected: BTreeSet<String> = thresholds("infra/monitoring.yaml").into_iter().map(row).collect();
    let readme = read("README.md");
    let (_, table) =
        readme.split_once("| parameter | default | an alarm goes off above it |\n|---|---|---|\n").unwrap();
    let rows: BTreeSet<String> = table.lines().take_while(|line| line.starts_with('|')).map(str::to_owned).collect();
    assert_eq!(rows, expected);
}

#[test]
fn the_time_outs_that_alarms_go_by_are_those_of_the_functions_and_lambda_writes_the_lines_that_are_read() {
    let template: serde_yaml_ng::Value = serde_yaml_ng::from_str(&read("template.yaml")).unwrap();
    let given = &template["Resources"]["Monitoring"]["Properties"]["Parameters"];
    let resources = template["Resources"].as_mapping().unwrap().iter();
    let mut count = 0;
    for (id, function) in resources.filter(|(_, resource)| resource["Type"] == "AWS::Serverless::Function") {
        let id = id.as_str().unwrap();
        assert_eq!(given[format!("{id}TimeoutSeconds")], function["Properties"]["Timeout"], "{id}");
        // In Lambda's other format, its last line is none that the filters know.
        assert!(function["Properties"]["LoggingConfig"]["LogFormat"].is_null(), "{id}");
        count += 1;
    }
    assert_eq!(count, layer("functions").len());
}

/// The titles under a heading of the runbook.
fn sections(heading: &str) -> BTreeSet<String> {
    let runbook = read("infra/RUNBOOK.md");
    let (_, part) = runbook.split_once(&format!("\n## {heading}\n")).unwrap();
    let part = part.split("\n## ").next().unwrap();
    part.lines().filter_map(|line| line.strip_prefix("### ")).map(str::to_owned).collect()
}

#[test]
fn every_alarm_has_its_section_of_the_runbook_and_back() {
    let section = |(name, alarm): (String, Json)| {
        let description = text(&alarm["AlarmDescription"]);
        let (_, section) = description.split_once(" infra/RUNBOOK.md: ").unwrap_or_else(|| panic!("{name}"));
        section.to_owned()
    };
    assert_eq!(alarms(&all()).into_iter().map(section).collect::<BTreeSet<_>>(), sections("Alarms"));
}

/// A field of a line that a filter takes apart at blanks, as CloudWatch Logs does: names, some with the only value that they may have.
fn read_field<'l>(pattern: &str, line: &'l str, name: &str) -> Option<&'l str> {
    let (fields, _) = pattern.strip_prefix('[').unwrap().split_once(", ...]").unwrap();
    let mut words = line.split_whitespace();
    let mut found = None;
    for field in fields.split(',').map(str::trim) {
        let (field, wanted) = field.split_once('=').map_or((field, None), |(field, value)| (field, Some(value)));
        let word = words.next()?;
        if wanted.is_some_and(|wanted| wanted.trim_matches('"') != word) {
            return None;
        }
        found = if field == name { Some(word) } else { found };
    }
    found
}

#[test]
fn the_filters_find_the_memory_in_lambdas_last_line_and_in_no_other() {
    let report = "REPORT RequestId: 8f507cfc-2697-4697-b07a-ac58fc914c95\tDuration: 24.74 ms\tBilled Duration: 25 ms\t\
                  Memory Size: 512 MB\tMax Memory Used: 38 MB\t";
    let trace = "XRAY TraceId: 1-5e34a614-10bd88f8f1fb44f07bc535a1\tSegmentId: 07f5e7d82d1f6f85\tSampled: true\t";
    let cold = format!("{report}Init Duration: 1.84 ms\t\n{trace}");
    let late = format!("{report}Status: timeout\t");
    let others = ["START RequestId: 8f507cfc-2697-4697-b07a-ac58fc914c95 Version: 3", "{\"message\": \"REPORT\"}", ""];
    let filters = all().resources("AWS::Logs::MetricFilter");
    let of_memory = filters.iter().filter(|filter| filter.id.starts_with("Memory"));
    assert_eq!(of_memory.clone().count(), 2 * layer("functions").len());
    for filter in of_memory {
        let (pattern, transformation) =
            (text(&filter.properties["FilterPattern"]), &filter.properties["MetricTransformations"][0]);
        let name = text(&transformation["MetricValue"]).strip_prefix('$').unwrap().to_owned();
        let is_used = text(&transformation["MetricName"]).ends_with("_used_mb");
        let expected = Some(if is_used { "38" } else { "512" });
        assert_eq!([report, &*cold, &*late].map(|line| read_field(&pattern, line, &name)), [expected; 3]);
        assert_eq!(others.map(|line| read_field(&pattern, line, &name)), [None; 3]);
    }
}

#[test]
fn what_is_read_of_slow_statements_is_what_the_database_writes() {
    let sources = shipped_sources(&["shared/db/src"]);
    let written = "tracing::warn!(statement, duration_ms, rows, \"slow statement\")";
    assert!(sources.iter().any(|source| source.shipped().contains(written)), "db says it in other words");
    let filters = all().resources("AWS::Logs::MetricFilter");
    let of_statements: Vec<_> = filters.iter().filter(|filter| filter.id == "SlowStatements").collect();
    let groups = of_statements.iter().map(|filter| text(&filter.properties["LogGroupName"]));
    let groups: BTreeSet<String> = groups.collect();
    assert_eq!(groups, layer("functions").iter().map(|name| format!("/sharaspot/production/{name}")).collect());
    for filter in of_statements {
        let pattern = text(&filter.properties["FilterPattern"]);
        assert_eq!(pattern, "{ $.message = \"slow statement\" && $.function != \"ops\" }");
        assert_eq!(text(&filter.properties["MetricTransformations"][0]["MetricValue"]), "$.duration_ms");
    }
}
