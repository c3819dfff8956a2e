//! What is asked for, made of what is there: requests of every kind, for wrk to draw from.

use super::client::{Ask, Client};
use crate::Trouble;
use domain::geo::{Point, distance_m};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};

/// How much of a hundred requests are of each kind.
pub(crate) const MIX: [(&str, u32); 7] =
    [("list", 20), ("filter", 20), ("near me", 20), ("bbox", 8), ("cursor", 10), ("detail", 15), ("route", 7)];
/// Different requests of a kind, where as many can be made.
const VARIETY: usize = 300;
/// Pages that the cursors lead through.
const PAGES: usize = 30;
const FILTERS: [&str; 10] = [
    "port_type=CCS",
    "port_type=Type%202",
    "port_type=CHAdeMO",
    "verification_level=3",
    "verification_level=4",
    "amenity=cafe",
    "amenity=restroom&amenity=parking",
    "port_type=CCS&min_power_kw=150",
    "verification_level=2&port_type=CCS&port_type=Tesla",
    "port_type=CCS&amenity=restaurant",
];
/// A real way from New York to Buffalo.
const POLYLINE_EVENT: &str = include_str!("../../../../events/post-routing-calculate.polyline.json");

/// Requests, and chargers that somebody may verify.
#[derive(Debug)]
pub(crate) struct Questions {
    chargers: Vec<(String, Point)>,
    /// Kind, path and body of each.
    asked: Vec<(&'static str, String, String)>,
}

impl Questions {
    /// Looks at what the server has.
    ///
    /// # Errors
    /// When it does not answer, or has nothing.
    pub(crate) async fn about(client: &Client) -> Result<Self, Trouble> {
        let mut questions = Self { chargers: Vec::new(), asked: Vec::new() };
        questions.follow_cursors(client).await?;
        if questions.chargers.len() < 2 {
            return Err("there are no chargers to ask for".into());
        }
        let mut random = StdRng::seed_from_u64(1);
        questions.ask_for_lists();
        questions.ask_for_areas(&mut random);
        questions.ask_for_details(&mut random);
        questions.ask_for_routes(&mut random)?;
        Ok(questions)
    }

    /// The chargers that it has seen.
    pub(crate) fn ids(&self) -> Vec<String> {
        self.chargers.iter().map(|(id, _)| id.clone()).collect()
    }

    /// What wrk reads: a line for each request, its parts apart by tabs.
    pub(crate) fn lines(&self) -> String {
        self.asked.iter().map(|(kind, path, body)| format!("{kind}\t{path}\t{body}\n")).collect()
    }

    fn push(&mut self, kind: &'static str, path: String) {
        self.asked.push((kind, path, String::new()));
    }

    async fn follow_cursors(&mut self, client: &Client) -> Result<(), Trouble> {
        let mut path = "/api/chargers?page_size=100".to_owned();
        for _ in 0..PAGES {
            let (page, _) = client.get(&Ask::get(&path)).await?;
            for item in page["items"].as_array().into_iter().flatten() {
                let point = item["latitude"].as_f64().zip(item["longitude"].as_f64());
                let point = point.and_then(|(lat, lng)| Point::new(lat, lng)).ok_or("a charger without a place")?;
                self.chargers.push((item["id"].as_str().unwrap_or_default().to_owned(), point));
            }
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            path = format!("/api/chargers?page_size=100&cursor={cursor}");
            self.push("cursor", path.clone());
        }
        Ok(())
    }

    fn ask_for_lists(&mut self) {
        self.push("list", "/api/chargers".to_owned());
        (1..=20).for_each(|page| self.push("list", format!("/api/chargers?page_size=50&page={page}")));
        for filter in FILTERS {
            (1..=3).for_each(|page| self.push("filter", format!("/api/chargers?{filter}&page_size=50&page={page}")));
        }
    }

    fn ask_for_areas(&mut self, random: &mut StdRng) {
        for _ in 0..VARIETY {
            let point = self.any(random);
            let (lat, lng) = (point.lat() + random.random_range(-0.05..0.05), point.lng());
            let near = format!("user_lat={lat:.4}&user_lng={lng:.4}&max_distance=25&sort=distance&page_size=20");
            self.push("near me", format!("/api/chargers?{near}"));
            let (west, south, east, north) = (lng - 0.2, lat - 0.15, lng + 0.2, lat + 0.15);
            self.push("bbox", format!("/api/chargers?bbox={west:.4},{south:.4},{east:.4},{north:.4}"));
        }
    }

    fn ask_for_details(&mut self, random: &mut StdRng) {
        for _ in 0..VARIETY {
            let index = random.random_range(0..self.chargers.len());
            self.push("detail", format!("/api/chargers/{}", self.chargers[index].0));
        }
    }

    fn ask_for_routes(&mut self, random: &mut StdRng) -> Result<(), Trouble> {
        let event: Value = serde_json::from_str(POLYLINE_EVENT)?;
        let polyline = event["body"].as_str().ok_or("the event has no body")?;
        self.asked.push(("route", "/api/routing/calculate".to_owned(), polyline.to_owned()));
        for _ in 0..VARIETY / 3 {
            let (from, to) = (self.any(random), self.any(random));
            if distance_m(from, to) < 20_000.0 {
                continue;
            }
            let place = |point: Point| json!({"lat": point.lat(), "lng": point.lng()});
            let route = json!({"origin": place(from), "destination": place(to)});
            let body = json!({"route": route, "max_detour_km": 5, "limit": 50});
            self.asked.push(("route", "/api/routing/calculate".to_owned(), body.to_string()));
        }
        Ok(())
    }

    fn any(&self, random: &mut StdRng) -> Point {
        self.chargers[random.random_range(0..self.chargers.len())].1
    }
}
