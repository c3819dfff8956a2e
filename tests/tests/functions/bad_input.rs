//! Bad parameters of every kind: a problem that names each of them.

use crate::stage::{PHOTOS, Reply, bad_fields, request, with_query};
use chargers::{App, handle};
use tests::{TestDb, on_both_engines};

on_both_engines!(every_bad_parameter_of_the_listing_is_named, the_detail_takes_no_parameters);

/// Query strings, and what is named.
const TABLE: &[(&str, &[&str])] = &[
    ("page=0", &["page out_of_range"]),
    ("page=-1", &["page out_of_range"]),
    ("page=1.5", &["page out_of_range"]),
    ("page=99999999999999999999", &["page out_of_range"]),
    ("page=", &["page out_of_range"]),
    ("page=1&page=2", &["page repeated"]),
    ("page_size=501", &["page_size out_of_range"]),
    ("page=3000&page_size=500", &["page out_of_range"]),
    ("cursor=%00", &["cursor not_a_cursor"]),
    ("cursor=AAAA&page=1", &["cursor not_a_cursor"]),
    ("verification_level=6", &["verification_level out_of_range"]),
    ("verification_level=high", &["verification_level out_of_range"]),
    ("port_type=ccs", &["port_type unknown_value"]),
    ("port_type=CCS,Tesla", &["port_type unknown_value"]),
    ("port_type=CCS&port_type=Plug&port_type=", &["port_type unknown_value", "port_type unknown_value"]),
    ("amenity=pool", &["amenity unknown_value"]),
    ("min_power_kw=0", &["min_power_kw out_of_range"]),
    ("min_power_kw=NaN", &["min_power_kw wrong_type"]),
    ("min_power_kw=1e400", &["min_power_kw wrong_type"]),
    ("user_lat=91&user_lng=181", &["user_lat out_of_range", "user_lng out_of_range"]),
    ("user_lat=NaN&user_lng=0", &["user_lat wrong_type"]),
    ("user_lat=1", &["user_lng required"]),
    ("max_distance=5", &["max_distance requires"]),
    ("user_lat=1&user_lng=1&max_distance=-5", &["max_distance out_of_range"]),
    ("sort=distance", &["sort requires"]),
    ("sort=name", &["sort unknown_value"]),
    ("bbox=1,2,3", &["bbox not_a_box"]),
    ("bbox=0,10,1,5", &["bbox not_a_box"]),
    ("bbox=0,0,1,inf", &["bbox not_a_box"]),
    ("bbox=0,0,1,1&bbox=0,0,1,1", &["bbox repeated"]),
    ("updated_since=yesterday", &["updated_since wrong_type"]),
    ("updated_since=2026-03-01T12:00:00+01:00", &["updated_since wrong_type"]),
    ("colour=blue&size=9", &["colour unknown", "size unknown"]),
    ("'%20OR%201=1--", &["' OR 1 unknown"]),
];

async fn get(test_db: &TestDb, case: &str, query: &str) -> Reply {
    let app = App::new(test_db.db.clone(), PHOTOS.to_owned());
    Reply::of(handle(&app, request(&with_query(case, query))).await.unwrap())
}

async fn every_bad_parameter_of_the_listing_is_named(test_db: &TestDb) {
    for (query, expected) in TABLE {
        assert_eq!(bad_fields(&get(test_db, "get-chargers.nearby", query).await), *expected, "{query}");
    }
    let all: Vec<&str> = ["page=0", "sort=up", "bbox=1", "amenity=pool", "zzz=1"].to_vec();
    let named = bad_fields(&get(test_db, "get-chargers.nearby", &all.join("&")).await);
    assert_eq!(named.len(), all.len(), "all at once: {named:?}");
}

async fn the_detail_takes_no_parameters(test_db: &TestDb) {
    assert_eq!(bad_fields(&get(test_db, "get-charger", "verbose=1").await), ["verbose unknown"]);
}
