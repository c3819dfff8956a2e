//! What cargo knows of the workspace.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use std::sync::LazyLock;
use tests::repository::root;

/// A crate of ours.
#[derive(Debug)]
pub(crate) struct Member {
    /// `functions`, `shared`, `infra` or `tests`.
    pub(crate) layer: String,
    /// What it depends on when it is built, by the names of packages; not what its tests need.
    pub(crate) dependencies: BTreeSet<String>,
}

static METADATA: LazyLock<Value> = LazyLock::new(|| {
    // Of this platform only: what others need may never have been downloaded.
    let platform = ["--filter-platform", "host-tuple", "--offline"];
    let output = cargo(&[&["metadata", "--format-version", "1", "--all-features"], &platform[..]].concat());
    serde_json::from_str(&output).unwrap()
});

/// Every crate of ours, by name.
pub(crate) static MEMBERS: LazyLock<BTreeMap<String, Member>> = LazyLock::new(|| {
    let ours = packages().filter(|package| package["source"].is_null());
    ours.map(|package| (text(&package["name"]), member(package))).collect()
});

/// Every package of the dependency graph, ours included.
pub(crate) fn packages() -> impl Iterator<Item = &'static Value> {
    METADATA["packages"].as_array().unwrap().iter()
}

/// The names of our crates in one layer.
pub(crate) fn layer(name: &str) -> BTreeSet<String> {
    MEMBERS.iter().filter(|(_, member)| member.layer == name).map(|(name, _)| name.clone()).collect()
}

/// The packages that a function links in production, built alone: no feature but the default ones that Lambda builds have.
pub(crate) fn linked_in_production(function: &str) -> BTreeSet<String> {
    let arguments = ["tree", "--package", function, "--edges", "normal", "--no-default-features", "--prefix", "none"];
    let output = cargo(&[&arguments[..], &["--format", "{p}", "--offline"]].concat());
    output.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

fn member(package: &Value) -> Member {
    let manifest = text(&package["manifest_path"]);
    let path = manifest.strip_prefix(root().to_str().unwrap()).unwrap().trim_start_matches('/');
    let needed = package["dependencies"].as_array().unwrap().iter().filter(|dependency| dependency["kind"].is_null());
    Member {
        layer: path.split('/').next().unwrap().to_owned(),
        dependencies: needed.map(|dependency| text(&dependency["name"])).collect(),
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn cargo(arguments: &[&str]) -> String {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo).args(arguments).current_dir(root()).output().unwrap();
    assert!(output.status.success(), "cargo {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
