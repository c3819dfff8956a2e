//! `GET /api/chargers` and `GET /api/chargers/{id}`.

use super::Case;
use crate::binaries::run_ops;
use crate::http::Request;
use crate::server::Server;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Query strings, and the parameters that each must be refused for.
const QUERIES: [(&str, &str); 41] = [
    ("page=0", "page"),
    ("page=-1", "page"),
    ("page=1.5", "page"),
    ("page=", "page"),
    ("page=99999999999999999999999", "page"),
    ("page=1&page=2", "page"),
    ("page=2000000&page_size=500", "page"),
    ("page_size=0", "page_size"),
    ("page_size=501", "page_size"),
    ("page_size=0x10", "page_size"),
    ("verification_level=6", "verification_level"),
    ("verification_level=high", "verification_level"),
    ("port_type=CCS,Tesla", "port_type"),
    ("port_type=ccs&port_type=CCS", "port_type"),
    ("port_type=", "port_type"),
    ("amenity=pool", "amenity"),
    ("min_power_kw=NaN", "min_power_kw"),
    ("min_power_kw=-5", "min_power_kw"),
    ("min_power_kw=1e308", "min_power_kw"),
    ("user_lat=NaN&user_lng=NaN", "user_lat,user_lng"),
    ("user_lat=inf&user_lng=-inf", "user_lat,user_lng"),
    ("user_lat=1e999&user_lng=0", "user_lat"),
    ("user_lat=90.0001&user_lng=180.0001", "user_lat,user_lng"),
    ("user_lat=42", "user_lng"),
    ("max_distance=10", "max_distance"),
    ("user_lat=1&user_lng=1&max_distance=0", "max_distance"),
    ("user_lat=1&user_lng=1&max_distance=20041", "max_distance"),
    ("sort=distance", "sort"),
    ("sort=name", "sort"),
    ("bbox=1,2,3", "bbox"),
    ("bbox=1,2,3,NaN", "bbox"),
    ("bbox=-200,0,1,1", "bbox"),
    ("bbox=0,50,1,40", "bbox"),
    ("updated_since=yesterday", "updated_since"),
    ("updated_since=2026-02-30T00:00:00Z", "updated_since"),
    ("port_type=%FF%FE", "port_type"),
    ("port_type=%zz", "port_type"),
    ("port_type=ü", "port_type"),
    ("port_type=CCS%00", "port_type"),
    ("lat=1&lng=2&'%20OR%201=1", "lat,lng,' OR 1"),
    ("page=0&page_size=x&sort=up&colour=red", "page,page_size,sort,colour"),
];

pub(super) fn cases(_: &Server) -> Vec<Case> {
    let get = |target: String| Request::new("GET", target);
    let list = |query: &str| get(format!("/api/chargers?{query}"));
    let mut cases: Vec<_> = QUERIES.iter().map(|(query, fields)| Case::bad(list(query), fields)).collect();
    let long = "x".repeat(5000);
    cases.extend([
        Case::bad(list(&format!("port_type={long}")), "port_type"),
        // Names of any length are named as far as they help.
        Case::bad(list(&format!("{long}=1")), &format!("{}…", &long[..100])),
        Case::bad(list(&format!("cursor={long}")), "cursor"),
        Case::bad(list("cursor=!!"), "cursor"),
        Case::bad(list(&format!("cursor={}", URL_SAFE_NO_PAD.encode([0xFF; 36]))), "cursor"),
        Case::bad(list(&format!("cursor={}&page=2", URL_SAFE_NO_PAD.encode([1; 36]))), "cursor"),
        Case::bad(get("/api/chargers/0195c7a4-0000-7000-8000-000000000000?verbose=1".into()), "verbose"),
        Case::problem(get("/api/chargers/0195c7a4-0000-7000-8000-000000000000".into()), 404),
        Case::problem(get("/api/chargers/7".into()), 404),
        Case::problem(get("/api/chargers/..%2F..%2Fetc%2Fpasswd".replace("%2F", "%5C")), 404),
        Case::problem(get("/api/chargers/%FF%FE".into()), 404),
        Case::problem(get(format!("/api/chargers/{long}")), 404),
    ]);
    cases
}

/// Cursors of a real search with every part of them bent: they may be refused or lead anywhere, but never harm.
#[test]
fn a_forged_cursor_does_no_harm() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path());
    run_ops(data.path(), &["generate", "--chargers", "50", "--seed", "1", "--bbox", "10,48,12,50"]);
    for query in ["page_size=5", "page_size=5&user_lat=49&user_lng=11&max_distance=200&sort=distance"] {
        let cursor = server.get(&format!("/api/chargers?{query}"))["next_cursor"].as_str().unwrap().to_owned();
        let bytes = URL_SAFE_NO_PAD.decode(cursor).unwrap();
        for (start, end) in [(0, 8), (8, 12), (12, 20), (20, 36)] {
            for value in [0x00, 0x7F, 0x80, 0xFF] {
                let mut forged = bytes.clone();
                forged[start..end].fill(value);
                let target = format!("/api/chargers?{query}&cursor={}", URL_SAFE_NO_PAD.encode(forged));
                let reply = server.send(&Request::new("GET", target));
                assert!([200, 400].contains(&reply.status), "{start}..{end} = {value}: {}", reply.text());
            }
        }
    }
}
