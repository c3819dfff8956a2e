use crate::place::{HEADER, Place, csv, new_york, station};
use domain::vocabulary::Port;
use std::time::Duration;

const ALL_NEW: &str = "read 4857 / imported 4736 / updated 0 / unchanged 0 / rejected 0 / skipped 121 (other fuels)\n";
const ALL_OLD: &str = "read 4857 / imported 0 / updated 0 / unchanged 4736 / rejected 0 / skipped 121 (other fuels)\n";

#[tokio::test]
async fn every_electric_station_of_new_york_arrives_and_a_second_run_changes_nothing() {
    let Some(file) = new_york() else { return };
    let place = Place::new();
    assert_eq!(place.stdout(&["import", "afdc", file]), ALL_NEW);
    let chargers = place.chargers().await;
    assert_eq!(chargers.len(), 4736);
    assert!(chargers.iter().all(|c| !c.connectors.is_empty() && c.connectors.iter().all(|k| k.count > 0)));
    let with = |port| chargers.iter().filter(|c| c.port_types.contains(&port)).count();
    assert_eq!(with(Port::Type1), 3729 + 303 + 56 + 12 + 8 + 1);
    assert_eq!(with(Port::Ccs), 175 + 152 + 56 + 26 + 12 + 12);
    assert_eq!(with(Port::Chademo), 175 + 12 + 12 + 8 + 1);
    assert_eq!(with(Port::Tesla), 303 + 261 + 26 + 12);
    assert_eq!(with(Port::Household), 1);
    assert_eq!(place.stdout(&["import", "afdc", file]), ALL_OLD);
    assert_eq!(place.chargers().await, chargers);
}

#[tokio::test]
async fn a_killed_import_leaves_whole_batches_and_the_next_run_completes_it() {
    let Some(file) = new_york() else { return };
    let place = Place::new();
    place.stdout(&["migrate", "up"]);
    let mut import = place.command(&["import", "afdc", file]).spawn().unwrap();
    // Killed as soon as something is there, in the middle of a later batch.
    let db = place.db().await;
    let count = async || db.count_chargers(&domain::filter::Filter::default()).await.unwrap().count;
    while count().await == 0 && import.try_wait().unwrap().is_none() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    import.kill().unwrap();
    import.wait().unwrap();
    let kept = count().await;
    assert!(kept == 4736 || (kept > 0 && kept % 500 == 0), "{kept}");
    db.close().await;
    let rest = 4736 - kept;
    let expected = format!("imported {rest} / updated 0 / unchanged {kept} / rejected 0");
    assert!(place.stdout(&["import", "afdc", file]).contains(&expected));
}

#[tokio::test]
async fn a_station_becomes_a_charger_with_everything_the_file_says() {
    let place = Place::new();
    let lines = [
        station(1, &[]),
        station(
            2,
            &[
                ("Station Name", " Joe's\n\"Fast\"  & Co "),
                ("EV Network", "Electrify America"),
                ("EV Connector Types", "CHADEMO J1772 J1772COMBO"),
                ("EV DC Fast Count", "4"),
                ("Groups With Access Code", "Public - Call ahead"),
                ("Access Days Time", "24 hours daily"),
                ("EV Pricing", "Free"),
                ("City", "Saint-Jérôme"),
            ],
        ),
    ];
    let file = place.write("stations.csv", csv(&lines));
    place.stdout(&["import", "afdc", file.to_str().unwrap()]);
    let [plain, rich] = place.chargers().await.try_into().unwrap();

    assert_eq!((plain.name.as_str(), plain.address.as_str()), ("Garage", "1 Main St, Albany, NY 12207"));
    assert_eq!((plain.latitude, plain.longitude), (42.65, -73.75));
    assert_eq!((plain.operator, plain.notes, plain.total_ports), (None, None, 2));
    assert_eq!((plain.source.as_deref(), plain.source_id.as_deref()), (Some("afdc"), Some("1")));
    assert_eq!((plain.verification_level, plain.max_power_kw), (1, None));

    assert_eq!(rich.name, "Joe's \"Fast\" & Co");
    assert_eq!(rich.address, "1 Main St, Saint-Jérôme, NY 12207");
    assert_eq!(rich.operator.as_deref(), Some("Electrify America"));
    assert_eq!(rich.total_ports, 6);
    let connectors: Vec<_> = rich.connectors.iter().map(|c| (c.port, c.power_kw, c.count)).collect();
    assert_eq!(connectors, [(Port::Type1, None, 2), (Port::Ccs, None, 4), (Port::Chademo, None, 4)]);
}

#[test]
fn every_row_that_is_not_taken_is_reported_with_its_line_and_the_reason() {
    let place = Place::new();
    let long = "x".repeat(201);
    let mut file = csv(&[
        station(1, &[("Station Name", "two\r\nlines")]),
        station(2, &[("Latitude", "91")]),
        station(3, &[("Longitude", "")]),
        station(4, &[("EV Connector Types", "J1772 PLUG")]),
        station(5, &[("EV Connector Types", "")]),
        station(6, &[("Station Name", "  ")]),
        station(7, &[("Station Name", &long)]),
        station(1, &[]),
        station(8, &[("Fuel Type Code", "LPG"), ("Latitude", "x")]),
        station(9, &[("Fuel Type Code", "GAS")]),
        station(10, &[("Status Code", "P")]),
        station(11, &[("EV Level2 EVSE Num", "-1")]),
        station(12, &[("EV Network", "a\u{0}b")]),
        "ELEC,too short".to_owned(),
        String::new(),
        station(13, &[("ID", "")]),
        station(14, &[("Latitude", "NaN")]),
    ])
    .into_bytes();
    file.extend(station(15, &[("City", "#")]).bytes().map(|byte| if byte == b'#' { 0xff } else { byte }));
    let file = place.write("odd.csv", file);
    let said = place.stdout(&["import", "afdc", file.to_str().unwrap(), "--rejects", "rejects.csv"]);
    let rejects = [
        (4, "2", "no place on Earth: Latitude \"91\", Longitude \"-73.75\""),
        (5, "3", "no place on Earth: Latitude \"42.65\", Longitude \"\""),
        (6, "4", "unknown connector code \"PLUG\""),
        (7, "5", "EV Connector Types is empty"),
        (8, "6", "Station Name is missing"),
        (9, "7", "Station Name has 201 characters, at most 200 are taken"),
        (10, "1", "the same ID stands on line 2"),
        (12, "9", "unknown Fuel Type Code \"GAS\""),
        (13, "10", "planned, not yet open"),
        (14, "11", "EV Level2 EVSE Num \"-1\" is no number from 0 to 1000"),
        (15, "12", "EV Network holds control characters"),
        (16, "", "2 fields instead of 19"),
        (18, "", "ID is missing"),
        (19, "14", "no place on Earth: Latitude \"NaN\", Longitude \"-73.75\""),
        (20, "15", "field 5 is not UTF-8 text"),
    ];
    let summary = "read 17 / imported 1 / updated 0 / unchanged 0 / rejected 15 / skipped 1 (other fuels)";
    let shown = rejects.map(|(line, id, reason)| match id {
        "" => format!("  line {line}: {reason}"),
        id => format!("  line {line}, id {id}: {reason}"),
    });
    assert_eq!(said.lines().collect::<Vec<_>>(), [&[summary.to_owned()][..], &shown].concat());

    let mut written = csv::Reader::from_path(place.path("rejects.csv")).unwrap();
    let written: Vec<(u64, String, String)> = written.deserialize().map(Result::unwrap).collect();
    assert!(written.iter().map(|(line, id, reason)| (*line, id.as_str(), reason.as_str())).eq(rejects));
}

#[tokio::test]
async fn what_the_file_says_anew_is_updated_and_nothing_else_is() {
    let place = Place::new();
    let mut lines: Vec<String> = (0..1_200).map(|id| station(id, &[])).collect();
    let file = place.write("stations.csv", csv(&lines));
    let import = || place.stdout(&["import", "afdc", file.to_str().unwrap()]);
    assert!(import().contains("imported 1200 / updated 0 / unchanged 0 / rejected 0"));
    lines[700] = station(700, &[("EV Connector Types", "J1772 TESLA"), ("Longitude", "-74.5")]);
    lines.push(station(5_000, &[("Intersection Directions", "not read")]));
    lines[3] = station(3, &[("Intersection Directions", "not read")]);
    place.write("stations.csv", csv(&lines));
    assert!(import().contains("imported 1 / updated 1 / unchanged 1199 / rejected 0"));
    let chargers = place.chargers().await;
    let changed = chargers.iter().find(|charger| charger.source_id.as_deref() == Some("700")).unwrap();
    assert_eq!((changed.longitude, changed.port_types.as_slice()), (-74.5, [Port::Type1, Port::Tesla].as_slice()));
    assert!(import().contains("imported 0 / updated 0 / unchanged 1201 / rejected 0"));
}

#[test]
fn more_than_twenty_rejects_are_counted_on_the_terminal_and_all_in_the_file() {
    let place = Place::new();
    let lines: Vec<String> = (0..25).map(|id| station(id, &[("Latitude", "")])).collect();
    let file = place.write("stations.csv", csv(&lines));
    let said = place.stdout(&["import", "afdc", file.to_str().unwrap(), "--rejects", "rejects.csv"]);
    assert_eq!(said.lines().count(), 22);
    assert!(said.ends_with("  and 5 more: --rejects FILE keeps them all\n"));
    assert_eq!(std::fs::read_to_string(place.path("rejects.csv")).unwrap().lines().count(), 26);
}

#[test]
fn a_quote_that_is_never_closed_is_named_and_not_lost() {
    let place = Place::new();
    let lines = [station(1, &[]), "ELEC,\"Garage,1 Main St".to_owned(), station(2, &[]).replace('"', "")];
    let file = place.write("stations.csv", csv(&lines));
    let said = place.stdout(&["import", "afdc", file.to_str().unwrap()]);
    assert!(said.contains("line 3: 2 fields instead of 19 over 3 lines (a quote that is not closed?)"), "{said}");
}

#[test]
fn a_file_that_is_none_ends_the_import_with_one_clear_sentence() {
    let place = Place::new();
    let header = HEADER.join(",").replace("EV Network", "Network");
    for (content, word) in [
        (header, "it has no column EV Network."),
        (String::new(), "it has no column Fuel Type Code, ID"),
        ("\u{0}\u{1}binary".to_owned(), "This is not an AFDC station file"),
    ] {
        let file = place.write("stations.csv", content);
        let said = place.failure(&["import", "afdc", file.to_str().unwrap()]);
        assert!(said.contains(word), "{said}");
    }
    let said = place.failure(&["import", "afdc", "missing.csv"]);
    assert!(said.contains("ops: The file missing.csv cannot be read ("), "{said}");
}
