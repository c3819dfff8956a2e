//! Who may depend on whom.

use crate::workspace::{MEMBERS, layer, linked_in_production};
use std::collections::BTreeSet;

/// Crates of ours that ship; the tests may look behind every curtain, and the benches measure what is there.
fn users_of(package: &str) -> BTreeSet<String> {
    let ships = MEMBERS.iter().filter(|(name, member)| member.layer != "tests" && !name.starts_with("bench"));
    ships.filter(|(_, member)| member.dependencies.contains(package)).map(|(name, _)| name.clone()).collect()
}

fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn a_driver_or_client_is_named_by_the_one_crate_that_owns_it() {
    assert_eq!(users_of("sqlx"), names(&["db"]));
    assert_eq!(users_of("aws-sdk-s3"), names(&["storage"]));
    assert_eq!(users_of("aws-sdk-secretsmanager"), names(&["secrets"]));
    assert_eq!(users_of("aws-config"), names(&["aws"]));
    assert_eq!(users_of("aws-sdk-cloudfront"), names(&["invalidate-cdn"]));
    for client in ["aws-sdk-sqs", "aws-sdk-lambda"] {
        assert_eq!(users_of(client), names(&["dead-letters"]), "{client}");
    }
    assert_eq!((users_of("moka"), users_of("redis")), (names(&["cache"]), names(&["cache"])));
    // The embedded server plays API Gateway: it makes the requests that `api` reads.
    assert_eq!(users_of("lambda_http"), names(&["api", "local"]));
    for codec in ["mozjpeg", "webp", "png", "image-webp", "fast_image_resize", "moxcms", "ravif"] {
        assert_eq!(users_of(codec), names(&["photo"]), "{codec}");
    }
}

#[test]
fn dependencies_point_one_way_from_functions_to_shared_crates_to_the_domain() {
    let (functions, shared) = (layer("functions"), layer("shared"));
    for (name, member) in MEMBERS.iter() {
        let of = |layer: &BTreeSet<String>| member.dependencies.intersection(layer).cloned().collect::<BTreeSet<_>>();
        match member.layer.as_str() {
            // `ops reprocess` must be the very code that an upload goes through.
            "functions" if name == "ops" => assert_eq!(of(&functions), names(&["optimize-photo"])),
            "functions" => assert_eq!(of(&functions), names(&[]), "{name}: no function depends on another"),
            "shared" if name == "domain" || name == "photo" => {
                assert_eq!(of(&shared), names(&[]), "{name} stands alone")
            }
            "shared" => {
                assert_eq!(of(&functions), names(&[]), "{name}");
                let seen = match name.as_str() {
                    // What was measured within a request is part of its answer (`Server-Timing`).
                    "api" => names(&["domain", "telemetry"]),
                    // Services behind one way to AWS.
                    "dead-letters" | "secrets" | "storage" => names(&["aws", "domain"]),
                    _ => names(&["domain"]),
                };
                assert!(of(&shared).is_subset(&seen), "{name}: the shared crates never see each other");
            }
            _ => {}
        }
        // `make verify-aws` sets the same stage, for the programs as they are deployed.
        assert!(["tests", "verify-aws"].contains(&name.as_str()) || !member.dependencies.contains("tests"), "{name}");
        // `make load` runs the embedded server's S3 endpoint and delivery beside PostgreSQL: the protocol, not a second copy of it.
        assert!(["tests", "load"].contains(&name.as_str()) || !member.dependencies.contains("local"), "{name}");
    }
}

#[test]
fn every_layer_has_its_crates() {
    // An empty layer would make every rule above true.
    assert!(layer("functions").is_superset(&names(&["chargers", "contribute", "ops", "route-search", "upload"])));
    assert!(
        layer("shared").is_superset(&names(&["api", "cache", "config", "db", "domain", "photo", "secrets", "storage"]))
    );
}

#[test]
fn the_reads_link_neither_an_image_codec_nor_the_s3_client_nor_sqlite() {
    for function in ["chargers", "route-search"] {
        let linked = linked_in_production(function);
        assert!(linked.contains("sqlx-postgres"), "{function}: cargo tree shows what is linked");
        for heavy in ["photo", "mozjpeg-sys", "libwebp-sys", "image", "png", "storage", "aws-sdk-s3"] {
            assert!(!linked.contains(heavy), "{function} links {heavy}");
        }
    }
}

#[test]
fn invalidate_cdn_links_no_way_to_the_database_or_the_bucket() {
    let linked = linked_in_production("invalidate-cdn");
    assert!(linked.contains("aws-sdk-cloudfront"), "cargo tree shows what is linked");
    for other in ["db", "sqlx", "storage", "aws-sdk-s3", "secrets", "aws-sdk-secretsmanager", "photo", "lambda_http"] {
        assert!(!linked.contains(other), "invalidate-cdn links {other}");
    }
}

#[test]
fn only_the_functions_that_read_link_the_cache_and_ops_whose_doctor_asks_it() {
    // A write is seen without a word to any cache; the optimiser has nothing to keep.
    let links_cache = |function: &String| linked_in_production(function).contains("cache");
    let functions: BTreeSet<String> = layer("functions").into_iter().filter(links_cache).collect();
    assert_eq!(functions, names(&["chargers", "ops", "route-search"]));
    // A second library of cryptography would double what a cold start loads.
    assert!(functions.iter().all(|function| !linked_in_production(function).contains("aws-lc-rs")));
}

#[test]
fn no_function_links_sqlite_in_production() {
    for function in layer("functions") {
        assert!(!linked_in_production(&function).contains("libsqlite3-sys"), "{function}");
    }
}

#[test]
fn no_function_speaks_http_2_or_has_a_workstation_s_credentials() {
    for function in layer("functions") {
        let linked = linked_in_production(&function);
        assert!(linked.contains("hyper"), "{function}: cargo tree shows what is linked");
        for heavy in ["h2", "aws-sdk-sso", "aws-smithy-http-client"] {
            assert!(!linked.contains(heavy), "{function} links {heavy}");
        }
    }
}

#[test]
fn no_function_carries_the_tables_of_international_host_names() {
    // Ours are ASCII: `idna_adapter` 1.0 in Cargo.lock leaves the tables out, which a plain `cargo update` brings back.
    for function in layer("functions") {
        let linked = linked_in_production(&function);
        assert!(!linked.contains("icu_normalizer"), "{function}");
    }
}

#[test]
fn no_function_carries_the_description_of_the_api() {
    for function in layer("functions") {
        assert!(!linked_in_production(&function).contains("schemars"), "{function}");
    }
}

#[test]
fn only_the_optimizer_and_ops_link_image_codecs() {
    let links_photo = |function: &String| linked_in_production(function).contains("photo");
    let functions: BTreeSet<String> = layer("functions").into_iter().filter(links_photo).collect();
    assert_eq!(functions, names(&["ops", "optimize-photo"]));
}
