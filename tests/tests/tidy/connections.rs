//! The database never runs out of connections: what each function may run at a time, for every class of instance that is offered,
//! against what that class allows.

use crate::stacks::{arguments, branches, functions, of_type, template, text};
use domain::connection::Pool;
use serde_yaml_ng::Value;
use std::collections::BTreeMap;

/// While a release takes over from another, instances of both are there, with their connections.
const RELEASES: u64 = 2;
/// What the functions may have of all connections; the rest is for people and for RDS.
const SHARE_PERCENT: u64 = 80;
/// Beside that of its database, Ops may have another open: of a drill's trial database, or the administrator's in a deployment.
const POOLS_OF_OPS: u64 = 2;
/// What RDS gives by itself: `LEAST(DBInstanceClassMemory / 9531392, 5000)`.
const BYTES_OF_A_CONNECTION: u64 = 9_531_392;
const MOST_CONNECTIONS: u64 = 5_000;
/// The quota of an account, without the hundred that Lambda keeps for functions that reserve nothing.
const CONCURRENCY_OF_AN_ACCOUNT: u64 = 1_000 - 100;

/// Memory of the classes in GiB, as AWS publishes it.
const MEMORY_GIB: [(&str, u64); 6] = [
    ("db.m7g.large", 8),
    ("db.m7g.xlarge", 16),
    ("db.r7g.xlarge", 32),
    ("db.t4g.medium", 4),
    ("db.t4g.micro", 1),
    ("db.t4g.small", 2),
];

/// A row of the template's table.
struct Class {
    name: String,
    max_connections: u64,
    /// Of each function, by the id of its resource.
    concurrency: BTreeMap<String, u64>,
}

fn classes(template: &Value) -> Vec<Class> {
    let class = |(name, row): (&Value, &Value)| {
        let numbers = row.as_mapping().unwrap().iter();
        let mut concurrency: BTreeMap<String, u64> =
            numbers.map(|(key, number)| (key.as_str().unwrap().to_owned(), number.as_u64().unwrap())).collect();
        let max_connections = concurrency.remove("MaxConnections").expect("MaxConnections");
        Class { name: name.as_str().unwrap().to_owned(), max_connections, concurrency }
    };
    template["Mappings"]["Connections"].as_mapping().unwrap().iter().map(class).collect()
}

/// The functions that log in to the database.
fn with_database(template: &Value) -> BTreeMap<String, &Value> {
    let logs_in = |function: &Value| !function["Properties"]["Environment"]["Variables"]["DB_SECRET_ARN"].is_null();
    functions(template).into_iter().filter(|(_, function)| logs_in(function)).collect()
}

/// Connections of one instance: what the template sets, else what a function takes by itself.
fn connections_of_an_instance(template: &Value, id: &str) -> u64 {
    let set = |name: &str| {
        let own = &template["Resources"][id]["Properties"]["Environment"]["Variables"][name];
        let of_all = &template["Globals"]["Function"]["Environment"]["Variables"][name];
        let value = if own.is_null() { of_all } else { own };
        (!value.is_null()).then(|| value.as_u64().unwrap_or_else(|| panic!("{id}: {name} is no number")))
    };
    let default = Pool::default();
    let pool = set("DB_POOL_SIZE").unwrap_or(default.size.into());
    let overflow = set("DB_MAX_OVERFLOW").unwrap_or(default.overflow.into());
    (pool + overflow) * if id == "Ops" { POOLS_OF_OPS } else { 1 }
}

/// What a function's instances have at most, while a release takes over.
fn demand(template: &Value, class: &Class, id: &str) -> u64 {
    RELEASES * class.concurrency[id] * connections_of_an_instance(template, id)
}

#[test]
fn every_class_that_is_offered_has_its_row_and_every_row_its_functions() {
    let template = template("template.yaml");
    let offered = template["Parameters"]["DatabaseInstanceClass"]["AllowedValues"].as_sequence().unwrap().iter();
    let classes = classes(&template);
    assert_eq!(
        offered.map(|name| name.as_str().unwrap()).collect::<Vec<_>>(),
        classes.iter().map(|class| &*class.name).collect::<Vec<_>>()
    );
    for class in classes {
        assert!(class.concurrency.keys().eq(with_database(&template).keys()), "{}", class.name);
    }
}

#[test]
fn every_function_runs_no_more_at_a_time_than_its_row_says() {
    let template = template("template.yaml");
    for (id, function) in with_database(&template) {
        let reserved = &function["Properties"]["ReservedConcurrentExecutions"];
        assert_eq!(arguments(reserved, "!If")[0], "ReservesConcurrency", "{id}");
        let [number] = *branches(reserved) else { panic!("{id}: {reserved:?}") };
        let path: Vec<String> = arguments(number, "!FindInMap").iter().map(text).collect();
        assert_eq!(path, ["Connections", "${DatabaseInstanceClass}", id.as_str()]);
    }
}

#[test]
fn a_release_leaves_a_fifth_of_the_primarys_connections_to_others() {
    let template = template("template.yaml");
    for class in classes(&template) {
        // Reads that a replica cannot answer come here, too: everybody counts.
        let demand: u64 = class.concurrency.keys().map(|id| demand(&template, &class, id)).sum();
        let limit = class.max_connections * SHARE_PERCENT / 100;
        assert!(demand <= limit, "{}: {demand} connections in a release, {limit} are {SHARE_PERCENT} %", class.name);
    }
}

#[test]
fn a_replica_allows_what_its_primary_allows() {
    // Each instance has as many connections to the one as to the other, so what is enough there is enough here.
    let database = template("infra/database.yaml");
    let [primary, replica] = ["Primary", "ReadReplica"]
        .map(|id| &database["Resources"][id]["Properties"])
        .map(|properties| ["DBInstanceClass", "DBParameterGroupName"].map(|name| text(&properties[name])));
    assert_eq!(primary, replica);
}

#[test]
fn a_proxy_leaves_ops_its_connections_and_others_a_fifth() {
    let (template, proxy) = (template("template.yaml"), template("infra/proxy.yaml"));
    let targets = of_type(&proxy, "AWS::RDS::DBProxyTargetGroup");
    let (_, targets) = targets.first_key_value().unwrap();
    let percent = targets["Properties"]["ConnectionPoolConfigurationInfo"]["MaxConnectionsPercent"].as_u64().unwrap();
    for class in classes(&template) {
        let of_proxy = (class.max_connections * percent).div_ceil(100);
        let demand = of_proxy + demand(&template, &class, "Ops");
        assert!(demand * 100 <= class.max_connections * SHARE_PERCENT, "{}: {demand} connections", class.name);
    }
}

#[test]
fn no_class_allows_more_connections_than_its_memory_is_for() {
    let memory_gib = BTreeMap::from(MEMORY_GIB);
    for class in classes(&template("template.yaml")) {
        let of_rds = ((memory_gib[&*class.name] << 30) / BYTES_OF_A_CONNECTION).min(MOST_CONNECTIONS);
        assert!(class.max_connections <= of_rds, "{}: RDS would allow {of_rds}", class.name);
    }
}

#[test]
fn the_server_is_told_what_the_functions_were_reckoned_by() {
    let (template, database) = (template("template.yaml"), template("infra/database.yaml"));
    for (stack, parameter) in [("Database", "MaxConnections"), ("Monitoring", "DatabaseMaxConnections")] {
        let told = &template["Resources"][stack]["Properties"]["Parameters"][parameter];
        let path: Vec<String> = arguments(told, "!FindInMap").iter().map(text).collect();
        assert_eq!(path, ["Connections", "${DatabaseInstanceClass}", "MaxConnections"], "{stack}");
    }
    let settings = of_type(&database, "AWS::RDS::DBParameterGroup");
    let (_, settings) = settings.first_key_value().unwrap();
    assert_eq!(text(&settings["Properties"]["Parameters"]["max_connections"]), "${MaxConnections}");
}

#[test]
fn an_ordinary_account_has_the_concurrency_of_every_class() {
    let template = template("template.yaml");
    let others: u64 = functions(&template)
        .values()
        .flat_map(|function| branches(&function["Properties"]["ReservedConcurrentExecutions"]))
        .filter_map(Value::as_u64)
        .sum();
    for class in classes(&template) {
        let all = class.concurrency.values().sum::<u64>() + others;
        assert!(all <= CONCURRENCY_OF_AN_ACCOUNT, "{}: {all}", class.name);
    }
}
