//! Import and listing: what is in the file is in the answer, and pages fit together.

use crate::binaries::run_ops;
use crate::data::real;
use crate::http::Request;
use crate::population::{all_chargers, id, ids, near_by_brute_force, pages_by_cursor, pages_by_number};
use crate::server::Server;
use domain::geo::Point;
use serde_json::Value;
use std::collections::HashSet;

const ALBANY: &str = "port_type=CCS&user_lat=42.6526&user_lng=-73.7562&max_distance=150&sort=distance";

/// Pages near Albany against all chargers, one by one.
fn check_pages_near_albany(server: &Server, all: &[Value]) {
    let near = near_by_brute_force(all, "CCS", Point::new(42.6526, -73.7562).unwrap(), 150_000.0);
    assert!(near.len() > 20, "the second page is a full one");
    let expected: Vec<_> = near.iter().map(|charger| id(charger)).collect();
    for (page, expected) in expected.chunks(10).enumerate().take(3) {
        let page = server.get(&format!("/api/chargers?{ALBANY}&page={}&page_size=10", page + 1));
        assert_eq!(ids(page["items"].as_array().unwrap()), expected);
        assert_eq!(page["total"].as_u64(), Some(near.len() as u64));
    }
    let paged = pages_by_cursor(server, &format!("{ALBANY}&page_size=10"));
    assert_eq!(ids(&paged), expected);
    let distances: Vec<_> = paged.iter().map(|charger| charger["distance"].as_f64().unwrap()).collect();
    assert!(distances.is_sorted() && distances.iter().all(|km| *km <= 150.0), "{distances:?}");
}

/// By cursor or by number, each charger once and in the same order.
fn check_pages_of(server: &Server, query: &str, count: usize) {
    let by_cursor = pages_by_cursor(server, query);
    assert_eq!(ids(&by_cursor), ids(&pages_by_number(server, query)), "{query}");
    assert_eq!(by_cursor.len(), count, "{query}");
    assert_eq!(ids(&by_cursor).into_iter().collect::<HashSet<_>>().len(), count, "{query}");
}

/// Whatever order they were listed in.
fn in_order_of_ids(chargers: &[Value]) -> Vec<Value> {
    let mut chargers = chargers.to_vec();
    chargers.sort_by(|a, b| id(a).cmp(id(b)));
    chargers
}

#[test]
fn the_real_file_is_listed_whole_in_pages_that_fit_together_and_a_second_import_changes_nothing() {
    let Some(file) = real("chargers/afdc-ny-2025-02.csv") else { return };
    let file = file.to_str().unwrap();
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path());
    let report = run_ops(data.path(), &["import", "afdc", file]);
    assert!(report.starts_with("read 4857 / imported 4736 / updated 0 / unchanged 0 / rejected 0"), "{report}");

    let all = all_chargers(&server);
    assert_eq!((all.len(), server.get("/api/chargers?page_size=1")["total"].as_u64()), (4736, Some(4736)));
    assert!(all.iter().all(|charger| !charger["connectors"].as_array().unwrap().is_empty()));
    check_pages_near_albany(&server, &all);
    check_pages_of(&server, "page_size=250", 4736);

    let report = run_ops(data.path(), &["import", "afdc", file]);
    assert!(report.starts_with("read 4857 / imported 0 / updated 0 / unchanged 4736 / rejected 0"), "{report}");
    assert_eq!(in_order_of_ids(&all_chargers(&server)), in_order_of_ids(&all), "not even a time has changed");
}

/// A file as the AFDC gives it: 30 stations for CCS, one for another fuel, one nowhere on Earth.
const AFDC_HEADER: &str = "Fuel Type Code,ID,Status Code,Station Name,Street Address,City,State,ZIP,Latitude,Longitude,\
    EV Connector Types,EV Level1 EVSE Num,EV Level2 EVSE Num,EV DC Fast Count,EV Network,Groups With Access Code,\
    Access Days Time,EV Pricing";

fn afdc_file() -> String {
    let row = |fuel: &str, id: usize, latitude: f64| {
        let place = format!("Station {id},{id} State St,Albany,NY,12207,{latitude:.4},-73.7562");
        format!("{fuel},{id},E,{place},J1772COMBO CHADEMO,,,2,Voltway,Public,24 hours daily,\n")
    };
    let stations = (1..=30).map(|id| row("ELEC", id, 42.65 + id as f64 / 100.0));
    let others = [row("CNG", 31, 42.6), row("ELEC", 32, 142.6)];
    stations.chain(others).fold(format!("{AFDC_HEADER}\n"), |file, row| file + &row)
}

#[test]
fn a_file_of_stations_is_listed_whole_and_a_second_import_changes_nothing() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path());
    let file = data.path().join("stations.csv");
    std::fs::write(&file, afdc_file()).unwrap();
    let import = ["import", "afdc", file.to_str().unwrap()];
    let report = run_ops(data.path(), &import);
    let expected =
        "read 32 / imported 30 / updated 0 / unchanged 0 / rejected 1 / skipped 1 (other fuels)\n  line 33, id 32:";
    assert!(report.starts_with(expected), "{report}");
    let all = all_chargers(&server);
    check_pages_near_albany(&server, &all);
    let report = run_ops(data.path(), &import);
    assert!(report.starts_with("read 32 / imported 0 / updated 0 / unchanged 30"), "{report}");
    assert_eq!(all_chargers(&server), all);
}

#[test]
fn generated_chargers_are_listed_whole_in_pages_that_fit_together_and_a_second_run_changes_nothing() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path());
    let plan = ["generate", "--chargers", "1200", "--seed", "7", "--bbox", "-76,41,-72,44"];
    run_ops(data.path(), &plan);
    let all = all_chargers(&server);
    check_pages_near_albany(&server, &all);
    check_pages_of(&server, "page_size=70", 1200);
    check_pages_of(&server, "bbox=-76,41,-72,44&page_size=110", 1200);
    run_ops(data.path(), &plan);
    assert_eq!(all_chargers(&server), all);
}

#[test]
fn a_page_leads_to_the_next_by_its_link_until_there_is_none() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path());
    run_ops(data.path(), &["generate", "--chargers", "60", "--seed", "3"]);
    let (mut seen, mut next) = (HashSet::new(), Some("/api/chargers?page_size=25&sort=created".to_owned()));
    while let Some(target) = next {
        let reply = server.send(&Request::new("GET", target));
        let page = reply.expect(200);
        assert_eq!(reply.header("x-total-count"), Some("60"));
        seen.extend(page["items"].as_array().unwrap().iter().map(|charger| id(charger).to_owned()));
        let links = reply.header("link").unwrap_or_default().split(", ").filter(|link| link.contains("rel=\"next\""));
        next = links.map(|link| link[1..link.find('>').unwrap()].to_owned()).next();
    }
    assert_eq!(seen.len(), 60);
}
