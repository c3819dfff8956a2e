//! Rows as people, bugs and three years of deployments left them: each comes as it should, or is named.

use crate::scene::{Original, Target, to_both_engines};
use domain::charger::SourceType;
use domain::vocabulary::{Amenity, Port};
use uuid::Uuid;

to_both_engines!(
    an_ordinary_charger_comes_with_everything,
    every_oddity_of_a_charger_is_put_right_or_named,
    every_oddity_of_a_verification_is_put_right_or_named,
    users_come_as_contributors_without_what_is_not_carried,
    column_types_that_vary_from_place_to_place_are_read_all_the_same,
);

const ID: &str = "7d444840-9dc0-11d1-b245-5ffdce74fad2";

async fn an_ordinary_charger_comes_with_everything(mut original: Original, target: Target) {
    original.user("ann", &[]).await;
    original.user("bob", &[]).await;
    let own = [
        ("name", "'Joe&#x27;s &amp; Co &lt;1&gt; &amp;lt;'"),
        ("port_types", "'{CCS2,Type-2,\"Tesla Supercharger\"}'"),
        ("amenities", "'{WiFi,restroom}'"),
        ("nearby_amenities", "'{Coffee,wifi}'"),
        ("notes", "'Behind the &quot;blue&quot; gate'"),
        ("last_verified", "'2024-02-03 04:05:06'"),
        ("source_type", "'official'"),
    ];
    original.charger(ID, &own).await;
    original.verification(ID, &[("user_id", "'bob'"), ("timestamp", "'2024-03-01 00:00:00'")]).await;
    let before = original.fingerprint().await;
    let said = target.import(&[&original.url]);
    assert_eq!(
        said.lines().take(3).collect::<Vec<_>>(),
        [
            "users          read 2 / came 2 / unchanged 0 / repaired 0 / rejected 0",
            "chargers       read 1 / came 1 / unchanged 0 / repaired 0 / rejected 0",
            "verifications  read 1 / came 1 / unchanged 0 / repaired 0 / rejected 0",
        ]
    );
    assert_eq!(original.fingerprint().await, before);

    let charger = target.db.charger(Uuid::try_parse(ID).unwrap()).await.unwrap().unwrap();
    assert_eq!(charger.name, "Joe's & Co <1> &lt;");
    assert_eq!((charger.source, charger.source_id), (None, None));
    assert_eq!((charger.latitude, charger.longitude), (42.65, -73.75));
    assert_eq!(charger.port_types, [Port::Type2, Port::Ccs, Port::Tesla]);
    assert!(charger.connectors.iter().all(|connector| connector.count == 1 && connector.power_kw.is_none()));
    assert_eq!(charger.amenities, [Amenity::Restroom, Amenity::Cafe, Amenity::Wifi]);
    assert_eq!((charger.available_ports, charger.total_ports), (Some(1), 2));
    assert_eq!((charger.verification_level, charger.uptime_percentage), (3, Some(87.5)));
    assert_eq!((charger.added_by.as_deref(), charger.source_type), (Some("ann"), SourceType::Official));
    assert_eq!(charger.notes.as_deref(), Some("Behind the \"blue\" gate"));
    assert_eq!(charger.created_at.to_string(), "2023-05-06T07:08:09Z");
    assert_eq!(charger.verified_by_count, 1, "by those whose rows came, not by the figure");
    assert_eq!(charger.last_verified.unwrap().to_string(), "2024-03-01T00:00:00Z");
    assert_eq!(target.texts("SELECT CAST(count(*) AS text) FROM charger_status WHERE scored_at IS NULL").await, ["1"]);
}

/// Columns of its own, and what is said of it: field, outcome, reason.
type Case<'a> = (&'a [(&'a str, &'a str)], &'a [(&'a str, &'a str, &'a str)]);

const CHARGERS: [Case<'_>; 24] = [
    (&[("latitude", "NULL")], &[("latitude, longitude", "rejected", "no place on Earth")]),
    (&[("latitude", "'NaN'")], &[("latitude, longitude", "rejected", "no place on Earth")]),
    (&[("longitude", "180.5"), ("name", "''")], &[("latitude, longitude", "rejected", "no place on Earth")]),
    (&[("latitude", "'-Infinity'")], &[("latitude, longitude", "rejected", "no place on Earth")]),
    (&[("latitude", "90"), ("longitude", "-180")], &[]),
    (&[("name", "NULL")], &[("name", "repaired", "missing, \"Charger\" taken")]),
    (&[("name", "E' \\u200b '")], &[("name", "repaired", "missing, \"Charger\" taken")]),
    (&[("name", "repeat('ä', 201)")], &[("name", "repaired", "201 characters, cut after 200")]),
    (&[("name", "E'a\\u0007b&#0;c'")], &[("name", "repaired", "control characters are left out")]),
    (&[("address", "'  '")], &[("address", "repaired", "missing, the position taken")]),
    (&[("notes", "repeat('x', 2001)")], &[("notes", "repaired", "2001 characters, cut after 2000")]),
    (&[("port_types", "'{CCS,Warp}'")], &[("port_types", "repaired", "unknown word \"Warp\", left out")]),
    (&[("port_types", "NULL")], &[("port_types", "repaired", "no known plug, comes without connectors")]),
    (&[("port_types", "'{ccs,NULL,CCS2}'"), ("amenities", "NULL")], &[]),
    (&[("nearby_amenities", "'{Pool}'")], &[("nearby_amenities", "repaired", "unknown word \"Pool\", left out")]),
    (&[("available_ports", "5")], &[("available_ports", "repaired", "more than there are, 2 taken")]),
    (&[("available_ports", "-1")], &[("available_ports", "repaired", "no whole number from 0 to 100, left out")]),
    (&[("total_ports", "0")], &[("total_ports", "repaired", "no number from 1 to 100, 1 taken")]),
    (&[("total_ports", "1000")], &[("total_ports", "repaired", "no number from 1 to 100, 100 taken")]),
    (&[("verification_level", "9")], &[("verification_level", "repaired", "no level from 1 to 5, 5 taken")]),
    (&[("uptime_percentage", "'NaN'")], &[("uptime_percentage", "repaired", "no number from 0 to 100, left out")]),
    (&[("added_by", "'nobody'")], &[("added_by", "repaired", "there is no such user, comes without an author")]),
    (
        &[("created_at", "NULL"), ("last_verified", "'2024-02-03 04:05:06'")],
        &[("created_at", "repaired", "missing, last_verified taken")],
    ),
    (
        &[("source_type", "'carrier_pigeon'"), ("created_at", "'infinity'")],
        &[
            ("source_type", "repaired", "unknown word \"carrier_pigeon\", left out"),
            ("created_at", "repaired", "no time, left out"),
            ("created_at", "repaired", "missing, the time of the import taken"),
        ],
    ),
];

async fn every_oddity_of_a_charger_is_put_right_or_named(mut original: Original, target: Target) {
    original.user("ann", &[]).await;
    let mut expected = Vec::new();
    for (number, (own, findings)) in CHARGERS.iter().enumerate() {
        let id = format!("charger-{number:02}");
        original.charger(&id, own).await;
        expected.extend(
            findings
                .iter()
                .map(|(field, outcome, reason)| ["chargers", &id, field, outcome, reason].map(str::to_owned)),
        );
    }
    // One id in two spellings is one charger.
    original.charger(ID, &[]).await;
    original.charger(&ID.to_uppercase(), &[]).await;
    let said = target.import(&[&original.url, "--rejects", "rejects.csv"]);
    let mut found = target.rejects();
    let second = found.remove(found.iter().position(|finding| finding[2] == "id").unwrap());
    assert_eq!(second[2..], ["id", "rejected", "another charger has the same id, written differently"]);
    assert!(second[1].eq_ignore_ascii_case(ID));
    found.retain(|finding| finding[1] != second[1]);
    assert_eq!(found, expected);
    assert!(said.contains("chargers       read 26 / came 21 / unchanged 0 / repaired 18 / rejected 5\n"), "{said}");

    let chargers = target.texts("SELECT source_id FROM chargers WHERE source = 'sharaspot' ORDER BY source_id").await;
    assert_eq!(chargers.iter().filter(|id| id.starts_with("charger-")).count(), 20);
    assert!(chargers.contains(&"charger-04".to_owned()));
    // Whoever is not known added nothing; a recount is what the counter says.
    let counted = target.texts("SELECT CAST(chargers_added AS text) FROM contributors WHERE sub = 'ann'").await;
    assert_eq!(counted, ["20"]);
    assert_eq!(target.texts("SELECT CAST(sum(n) AS text) FROM charger_facets").await, ["21"]);
}

const VERIFICATIONS: [Case<'_>; 14] = [
    (&[("action", "'Not Working'"), ("notes", "'It&#39;s broken'")], &[]),
    (&[("action", "'exploded'")], &[("action", "rejected", "none of active, partial, not_working")]),
    (
        &[("action", "NULL"), ("timestamp", "NULL"), ("wait_time", "-1")],
        &[("action", "rejected", "none of active, partial, not_working"), ("timestamp", "rejected", "no time")],
    ),
    (&[("charger_id", "'gone'")], &[("charger_id", "rejected", "the charger is not here")]),
    (&[("charger_id", "NULL")], &[("charger_id", "rejected", "missing")]),
    (&[("user_id", "'nobody'")], &[("user_id", "rejected", "there is no such user")]),
    (&[("wait_time", "1441")], &[("wait_time", "repaired", "no whole number from 0 to 1440, left out")]),
    (&[("ports_available", "101")], &[("ports_available", "repaired", "no whole number from 0 to 100, left out")]),
    (
        &[("cleanliness_rating", "0"), ("charging_speed_rating", "6"), ("amenities_rating", "5")],
        &[
            ("cleanliness_rating", "repaired", "no whole number from 1 to 5, left out"),
            ("charging_speed_rating", "repaired", "no whole number from 1 to 5, left out"),
        ],
    ),
    (&[("payment_method", "'Barter'")], &[("payment_method", "repaired", "unknown word \"Barter\", left out")]),
    (&[("station_lighting", "'dark'")], &[("station_lighting", "repaired", "unknown word \"dark\", left out")]),
    (&[("port_type_used", "'Warp'")], &[("port_type_used", "repaired", "unknown word \"Warp\", left out")]),
    (
        &[("timestamp", "'2999-01-01'")],
        &[("timestamp", "repaired", "a time to come, the time of the import taken for it")],
    ),
    (&[("notes", "repeat('x', 2001)")], &[("notes", "repaired", "2001 characters, cut after 2000")]),
];

async fn every_oddity_of_a_verification_is_put_right_or_named(mut original: Original, target: Target) {
    original.user("ann", &[]).await;
    original.charger("c", &[]).await;
    let mut expected = Vec::new();
    for (number, (own, findings)) in VERIFICATIONS.iter().enumerate() {
        original.verification("c", own).await;
        let id = (number + 1).to_string();
        expected.extend(
            findings.iter().map(|(field, outcome, reason)| {
                ["verification_actions", &id, field, outcome, reason].map(str::to_owned)
            }),
        );
    }
    let full = [
        ("wait_time", "15"),
        ("port_type_used", "'type2'"),
        ("ports_available", "3"),
        ("charging_success", "false"),
        ("payment_method", "'card'"),
        ("station_lighting", "'well-lit'"),
        ("cleanliness_rating", "1"),
        ("charging_speed_rating", "5"),
        ("amenities_rating", "4"),
        ("would_recommend", "true"),
        ("timestamp", "'2022-01-01 00:00:00.000001'"),
    ];
    original.verification("c", &full).await;
    let said = target.import(&[&original.url, "--rejects", "rejects.csv"]);
    assert_eq!(target.rejects(), expected);
    assert!(said.contains("verifications  read 15 / came 10 / unchanged 0 / repaired 8 / rejected 5\n"), "{said}");
    let full = target.texts("SELECT wait_time || ' ' || port_type_used || ' ' || ports_available || ' ' ||
         CASE WHEN charging_success THEN 'yes' ELSE 'no' END || ' ' || payment_method || ' ' || station_lighting || ' ' ||
         cleanliness_rating || ' ' || charging_speed_rating || ' ' || amenities_rating || ' ' ||
         CASE WHEN would_recommend THEN 'yes' ELSE 'no' END FROM verification_actions WHERE wait_time = 15").await;
    assert_eq!(full, ["15 2 3 no Card Well-lit 1 5 4 yes"]);
    assert_eq!(
        target.texts("SELECT notes FROM verification_actions WHERE action = 'not_working'").await,
        ["It's broken"]
    );
    let counted = target.texts("SELECT verifications || ' ' || trust_score FROM contributors").await;
    assert_eq!(counted, ["10 30"]);
    assert_eq!(target.texts("SELECT CAST(verified_by_count AS text) FROM charger_status").await, ["1"]);
}

async fn users_come_as_contributors_without_what_is_not_carried(mut original: Original, target: Target) {
    original.user("ann", &[]).await;
    original
        .user("ben", &[("created_at", "NULL"), ("trust_score", "'NaN'"), ("email", "NULL"), ("name", "NULL")])
        .await;
    original.user("", &[]).await;
    for guest in ["guest-1", "guest-2", "guest-3"] {
        original.user(guest, &[("is_guest", "true"), ("email", "NULL")]).await;
    }
    original.charger("c", &[("added_by", "'guest-2'")]).await;
    original.verification("c", &[("user_id", "'guest-3'")]).await;
    std::fs::write(target.dir.path().join("who.csv"), "user_id,sub\nann,auth|17\nzed,auth|18\n").unwrap();
    let said = target.import(&[&original.url, "--identities", "who.csv", "--rejects", "rejects.csv"]);
    assert!(
        said.starts_with("users          read 6 / came 4 / unchanged 0 / repaired 0 / rejected 1 / skipped 1\n"),
        "{said}"
    );
    assert!(
        said.contains(
            "not carried    2 e-mail addresses, 5 names, 30 coins; the tables oauth_accounts, user_sessions\n"
        ),
        "{said}"
    );
    assert!(!said.contains("example.com") && !said.contains("Somebody"));
    assert_eq!(target.rejects(), [["users", "", "id", "rejected", "no id of 1 to 255 characters"]]);
    let subs = target.texts("SELECT sub FROM contributors ORDER BY sub").await;
    assert_eq!(subs, ["auth|17", "ben", "guest-2", "guest-3"]);
    let trust =
        target.texts("SELECT sub || ' ' || trust_score FROM contributors WHERE trust_score > 0 ORDER BY sub").await;
    assert_eq!(trust, ["guest-2 10", "guest-3 2"]);
}

async fn column_types_that_vary_from_place_to_place_are_read_all_the_same(mut original: Original, target: Target) {
    original.user("ann", &[]).await;
    original.charger("c", &[("photos", "'{https://old.example/a.jpg}'"), ("amenities", "'{wifi,cafe}'")]).await;
    original.verification("c", &[("charging_success", "true")]).await;
    original.run("ALTER TABLE chargers ALTER port_types TYPE text USING 'Type 2, CCS', ALTER amenities TYPE jsonb USING to_jsonb(amenities),
         ALTER photos TYPE json USING to_json(photos), ALTER created_at TYPE timestamptz USING created_at AT TIME ZONE 'UTC',
         ALTER latitude TYPE numeric, ALTER longitude TYPE text, ALTER total_ports TYPE text;
         ALTER TABLE verification_actions ALTER charging_success TYPE integer USING 1, ALTER id TYPE bigint").await;
    original
        .charger(
            "d",
            &[
                ("port_types", "'[\"CHAdeMO\"]'"),
                ("amenities", "'null'"),
                ("photos", "'null'"),
                ("longitude", "'east'"),
                ("total_ports", "'2'"),
            ],
        )
        .await;
    let said = target.import(&[&original.url, "--rejects", "rejects.csv"]);
    assert_eq!(target.rejects(), [["chargers", "d", "latitude, longitude", "rejected", "no place on Earth"]]);
    assert!(
        said.contains("photos         read 1 / came 1 / unchanged 0 / repaired 0 / rejected 0 / linked 1\n"),
        "{said}"
    );
    let charger =
        target.texts("SELECT port_mask || ' ' || amenity_mask || ' ' || total_ports || ' ' || lng FROM chargers").await;
    assert_eq!(charger, ["6 6 2 -73.75"]);
    assert_eq!(
        target.texts("SELECT CASE WHEN charging_success THEN 'yes' ELSE 'no' END FROM verification_actions").await,
        ["yes"]
    );
}
