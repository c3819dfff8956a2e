//! The dashboard (`infra/monitoring-dashboard.yaml`): that it shows every alarm, and nothing that nobody measures.

use crate::cloudformation::Stack;
use crate::monitoring::{OF_EACH_FUNCTION, OF_THE_LOG, OURS, PREFIX, alarms, all, bare, of_release, text};
use serde_json::Value as Json;
use std::collections::BTreeSet;
use telemetry::METRICS;

/// The functions whose releases are shifted step by step.
const SERVING: [&str; 5] = ["chargers", "contribute", "optimize-photo", "route-search", "upload"];

/// Namespace and name of what a search or a query looks for; nothing of what only calculates.
fn metric_of(expression: &str) -> Option<(String, String)> {
    let between = |from: &str, to: &str| Some(expression.split_once(from)?.1.split_once(to)?.0.to_owned());
    if expression.starts_with("SEARCH") {
        Some((between("{", ",")?.trim_matches('"').to_owned(), between("MetricName=\"", "\"")?))
    } else {
        Some((between("SCHEMA(\"", "\"")?, between("(", ")")?))
    }
}

fn metrics_of_alarm(alarm: &Json) -> Vec<(String, String)> {
    let pair = |metric: &Json| (text(&metric["Namespace"]), text(&metric["MetricName"]));
    match alarm["Metrics"].as_array() {
        None => vec![pair(alarm)],
        Some(queries) => {
            let calculated = queries.iter().filter_map(|query| metric_of(query["Expression"].as_str()?));
            let read = queries.iter().filter(|query| query["MetricStat"].is_object());
            calculated.chain(read.map(|query| pair(&query["MetricStat"]["Metric"]))).collect()
        }
    }
}

fn dashboard(stack: &Stack) -> Json {
    let dashboards = stack.resources("AWS::CloudWatch::Dashboard");
    let [dashboard] = &*dashboards else { panic!("{dashboards:?}") };
    serde_json::from_str(&text(&dashboard.properties["DashboardBody"])).unwrap()
}

fn widgets(dashboard: &Json) -> impl Iterator<Item = &Json> {
    dashboard["widgets"].as_array().unwrap().iter().map(|widget| &widget["properties"])
}

fn metrics_of_dashboard(dashboard: &Json) -> Vec<(String, String)> {
    let lines = widgets(dashboard).flat_map(|widget| widget["metrics"].as_array().into_iter().flatten());
    let metric = |line: &Json| match &line[0] {
        Json::String(namespace) => Some((namespace.clone(), text(&line[1]))),
        calculated => metric_of(calculated["expression"].as_str().unwrap()),
    };
    lines.filter_map(metric).collect()
}

#[test]
fn whatever_alarms_and_dashboard_show_of_ours_is_measured() {
    let stack = all();
    let alarms = alarms(&stack);
    let mut seen: BTreeSet<_> = alarms.values().flat_map(metrics_of_alarm).collect();
    seen.extend(metrics_of_dashboard(&dashboard(&stack)));
    let of = |namespace: &str| -> BTreeSet<String> {
        seen.iter().filter(|(of, _)| of == namespace).map(|(_, name)| name.clone()).collect()
    };
    let known: BTreeSet<String> = METRICS.iter().map(|metric| metric.name.to_owned()).collect();
    assert!(of(OURS).is_subset(&known) && of(OURS).len() > 15, "{:?}", of(OURS));
    assert!(["photo_bytes_in", "photo_bytes_out"].iter().all(|name| of(OURS).contains(*name)));
    // Of the log, whatever is read there is looked at.
    let filters = stack.resources("AWS::Logs::MetricFilter");
    let made = filters.iter().map(|filter| text(&filter.properties["MetricTransformations"][0]["MetricName"]));
    assert_eq!(of(OF_THE_LOG), made.collect());
    let others = seen.iter().filter(|(namespace, _)| ![OURS, OF_THE_LOG].contains(&&**namespace));
    assert!(others.clone().all(|(namespace, _)| namespace.starts_with("AWS/")), "{:?}", others.collect::<Vec<_>>());
}

/// The alarms that a dashboard names.
fn alarms_on(dashboard: &Json) -> BTreeSet<String> {
    let listed = widgets(dashboard).flat_map(|widget| [&widget["alarms"], &widget["annotations"]["alarms"]]);
    let arns = listed.flat_map(|alarms| alarms.as_array().into_iter().flatten());
    let prefix = format!("arn:aws:cloudwatch:eu-central-1:123456789012:alarm:{PREFIX}");
    arns.map(|arn| text(arn).strip_prefix(&prefix).unwrap_or_else(|| panic!("{arn}")).to_owned()).collect()
}

#[test]
fn the_dashboard_shows_every_alarm_that_there_is_and_no_other() {
    for stack in [all(), bare()] {
        let mut names: BTreeSet<String> = alarms(&stack).into_keys().collect();
        names.extend(SERVING.iter().flat_map(|function| of_release(function).into_keys()));
        assert_eq!(alarms_on(&dashboard(&stack)), names);
    }
    let optional = alarms(&all()).len() - alarms(&bare()).len();
    assert_eq!(optional, OF_EACH_FUNCTION.len() + 7, "what is not there is not watched");
}
