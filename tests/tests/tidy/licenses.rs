//! What may be linked: nothing that would bind ours to a copyleft licence.

use crate::workspace::packages;

/// Whether an SPDX expression leaves a choice that is free of copyleft. `A OR B` is a choice; with `AND` every part binds.
fn is_free(expression: &str) -> bool {
    let is_copyleft = |text: &str| ["GPL", "SSPL", "EUPL", "CC-BY-SA"].iter().any(|family| text.contains(family));
    let is_choice = !expression.contains(" AND ");
    !is_copyleft(expression) || (is_choice && expression.split(" OR ").any(|one| !is_copyleft(one)))
}

#[test]
fn an_expression_is_free_where_one_choice_is() {
    for (expression, free) in [
        ("MIT", true),
        ("Apache-2.0 AND ISC", true),
        ("MIT OR Apache-2.0 OR LGPL-2.1-or-later", true),
        ("GPL-3.0-only", false),
        ("MIT AND AGPL-3.0", false),
        ("LGPL-3.0 OR AGPL-3.0", false),
    ] {
        assert_eq!(is_free(expression), free, "{expression}");
    }
}

#[test]
fn no_dependency_is_under_a_copyleft_licence_or_under_none() {
    let license = |package: &serde_json::Value| package["license"].as_str().map(|text| text.replace('/', " OR "));
    let bad: Vec<_> = packages()
        .filter(|package| license(package).is_none_or(|license| !is_free(&license)))
        .map(|package| format!("{} {}: {}", package["name"], package["version"], package["license"]))
        .collect();
    assert_eq!(bad, [""; 0]);
}
