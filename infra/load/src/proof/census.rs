//! All chargers, one by one, and what the listing says of them together.

use crate::Trouble;
use crate::traffic::client::{Ask, Client};
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// A shared cache may be told late, by as long as its entries live at most; a total that is still wrong then is wrong.
const PATIENCE: Duration = Duration::from_secs(20);
const LOOK_AGAIN: Duration = Duration::from_secs(1);
type IsCounted = fn(&Charger) -> bool;

/// Totals, and which chargers they are of.
const TOTALS: [(&str, IsCounted); 6] = [
    ("verification_level=1", |_| true),
    ("verification_level=2", |charger| charger.level >= 2),
    ("verification_level=4", |charger| charger.level >= 4),
    ("port_type=CCS", |charger| charger.ports.iter().any(|port| port == "CCS")),
    ("amenity=cafe", |charger| charger.amenities.iter().any(|amenity| amenity == "cafe")),
    ("verification_level=1&port_type=CCS&amenity=cafe", |charger| {
        charger.ports.iter().any(|port| port == "CCS") && charger.amenities.iter().any(|amenity| amenity == "cafe")
    }),
];

/// What counts of a charger.
#[derive(Debug)]
struct Charger {
    level: i64,
    ports: Vec<String>,
    amenities: Vec<String>,
}

/// All chargers by id.
#[derive(Debug)]
pub(crate) struct Census(BTreeMap<String, Charger>);

impl Census {
    /// Walks through the whole listing.
    ///
    /// # Errors
    /// When it is not answered, or shows a charger twice.
    pub(crate) async fn take(client: &Client) -> Result<Self, Trouble> {
        let mut chargers = BTreeMap::new();
        let mut path = "/api/chargers?page_size=500".to_owned();
        loop {
            let (page, _) = client.get(&Ask::get(&path)).await?;
            for item in page["items"].as_array().into_iter().flatten() {
                let id = item["id"].as_str().unwrap_or_default().to_owned();
                if let Some(twice) = chargers.insert(id, Charger::of(item)) {
                    return Err(format!("the listing has a charger twice: {twice:?}").into());
                }
            }
            let Some(cursor) = page["next_cursor"].as_str() else { return Ok(Self(chargers)) };
            path = format!("/api/chargers?page_size=500&cursor={cursor}");
        }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Totals of the listing that are no recount.
    ///
    /// # Errors
    /// When they are not answered.
    pub(crate) async fn compare(&self, client: &Client) -> Result<Vec<String>, Trouble> {
        let until = Instant::now() + PATIENCE;
        loop {
            let mut wrong = Vec::new();
            for (filter, is_counted) in TOTALS {
                let (_, reply) = client.get(&Ask::get(format!("/api/chargers?page_size=1&{filter}"))).await?;
                let said = reply.number("x-total-count").unwrap_or_default();
                let counted = self.0.values().filter(|charger| is_counted(charger)).count();
                if said != counted as u64 {
                    wrong.push(format!("{filter}: {said}, counted {counted}"));
                }
            }
            if wrong.is_empty() || Instant::now() > until {
                return Ok(wrong);
            }
            sleep(LOOK_AGAIN).await;
        }
    }
}

impl Charger {
    fn of(item: &Value) -> Self {
        let words = |name: &str| {
            let words = item[name].as_array().into_iter().flatten();
            words.filter_map(|word| word.as_str().map(str::to_owned)).collect()
        };
        let level = item["verification_level"].as_i64().unwrap_or_default();
        Self { level, ports: words("port_types"), amenities: words("amenities") }
    }
}
