//! What must be true of a database and its photo store at rest, whatever was asked of them: a recount of everything that is counted,
//! and no half of anything.

use crate::behind::{number, pairs};
use db::Db;
use domain::geo::{Point, cell_key};
use domain::photo::{PROCESSED_PREFIX, RAW_PREFIX, photo_id_of_object};
use storage::Storage;

/// What is wrong, and how many rows say so. Chargers of data sets may lack connectors; those of people never do.
const WRONG: &[(&str, &str)] = &[
    (
        "chargers that charger_facets does not count",
        "SELECT count(*) FROM (SELECT verification_level, port_mask, amenity_mask, count(*) AS n FROM chargers GROUP BY 1, 2, 3
         EXCEPT SELECT verification_level, port_mask, amenity_mask, n FROM charger_facets) x",
    ),
    (
        "charger_facets that count too much",
        "SELECT count(*) FROM (SELECT verification_level, port_mask, amenity_mask, n FROM charger_facets WHERE n <> 0
         EXCEPT SELECT verification_level, port_mask, amenity_mask, count(*) FROM chargers GROUP BY 1, 2, 3) x",
    ),
    (
        "contributors whose chargers_added is no recount",
        "SELECT count(*) FROM contributors p WHERE chargers_added <> (SELECT count(*) FROM chargers WHERE added_by = p.sub)",
    ),
    (
        "contributors whose verifications is no recount",
        "SELECT count(*) FROM contributors p
         WHERE verifications <> (SELECT count(*) FROM verification_actions WHERE user_id = p.sub)",
    ),
    (
        "contributors whose photos_uploaded is no recount",
        "SELECT count(*) FROM contributors p WHERE photos_uploaded
         <> (SELECT count(*) FROM photos WHERE owner = p.sub AND state = 'ready' AND link IS NULL)",
    ),
    (
        "contributors whose trust is not by the rule",
        "SELECT count(*) FROM contributors WHERE trust_score <> CASE
         WHEN 10 * chargers_added + 2 * verifications + 3 * photos_uploaded > 100 THEN 100
         ELSE 10 * chargers_added + 2 * verifications + 3 * photos_uploaded END",
    ),
    (
        "contributors whose picture is another's, or no picture of a person",
        "SELECT count(*) FROM contributors p JOIN photos f ON f.id = p.photo_id WHERE f.owner <> p.sub OR f.kind <> 'profile'",
    ),
    (
        "erased people who have photos",
        "SELECT count(*) FROM photos WHERE owner LIKE 'anonymous:%'",
    ),
    (
        "chargers without a status",
        "SELECT count(*) FROM chargers WHERE id NOT IN (SELECT charger_id FROM charger_status)",
    ),
    (
        "people's chargers without a connector",
        "SELECT count(*) FROM chargers WHERE source IS NULL AND id NOT IN (SELECT charger_id FROM charger_connectors)",
    ),
    (
        "people's chargers without a verification",
        "SELECT count(*) FROM chargers WHERE source IS NULL AND id NOT IN (SELECT charger_id FROM verification_actions)",
    ),
    (
        "rows that refer to no charger",
        "SELECT (SELECT count(*) FROM charger_status WHERE charger_id NOT IN (SELECT id FROM chargers))
         + (SELECT count(*) FROM charger_connectors WHERE charger_id NOT IN (SELECT id FROM chargers))
         + (SELECT count(*) FROM verification_actions WHERE charger_id NOT IN (SELECT id FROM chargers))
         + (SELECT count(*) FROM photos WHERE charger_id IS NOT NULL AND charger_id NOT IN (SELECT id FROM chargers))",
    ),
    (
        "rows that refer to nobody",
        "SELECT (SELECT count(*) FROM chargers WHERE added_by IS NOT NULL AND added_by NOT IN (SELECT sub FROM contributors))
         + (SELECT count(*) FROM verification_actions WHERE user_id NOT IN (SELECT sub FROM contributors))
         + (SELECT count(*) FROM photos WHERE owner NOT IN (SELECT sub FROM contributors))",
    ),
    (
        "chargers whose ports are not those of their connectors",
        "SELECT count(*) FROM chargers c WHERE EXISTS (SELECT 1 FROM charger_connectors k WHERE k.charger_id = c.id)
         AND port_mask <> (SELECT sum(DISTINCT port) FROM charger_connectors k WHERE k.charger_id = c.id)",
    ),
    (
        "chargers with more free ports than ports",
        "SELECT count(*) FROM chargers c JOIN charger_status s ON s.charger_id = c.id WHERE s.available_ports > c.total_ports",
    ),
    (
        "ready photos without a picture",
        "SELECT count(*) FROM photos WHERE state = 'ready' AND link IS NULL AND width IS NULL",
    ),
];

/// Fails with everything that is wrong in a database.
pub async fn check_database(db: &Db) {
    let mut wrong = Vec::new();
    for (what, sql) in WRONG {
        let count = number(db, sql).await;
        if count != 0 {
            wrong.push(format!("{count} {what}"));
        }
    }
    let places = "SELECT CAST(cell AS text), CAST(lat AS text) || ' ' || CAST(lng AS text) FROM chargers";
    for (cell, place) in pairs(db, places).await {
        let (lat, lng) = place.split_once(' ').unwrap();
        let (lat, lng): (f64, f64) = (lat.parse().unwrap(), lng.parse().unwrap());
        // The text of a number in SQLite has 15 digits: the cell of the same place to 1 cm.
        let off = Point::new(lat, lng).map(|point| cell_key(point).abs_diff(cell.parse().unwrap()));
        if off.is_none_or(|off| off > 1 << 12) {
            wrong.push(format!("the cell of {place} is {cell}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Fails with every object that no photo has, and every rendition that is named and not there.
pub async fn check_store(db: &Db, storage: &Storage) {
    let rows = pairs(db, "SELECT CAST(id AS text), state || ' ' || CAST(renditions AS text) FROM photos").await;
    let mut wrong = Vec::new();
    let keys: Vec<String> = storage.list("").await.unwrap().into_iter().map(|object| object.key).collect();
    for key in &keys {
        let id = photo_id_of_object(key).map(|id| id.to_string());
        let is_ours = key.starts_with(RAW_PREFIX) || key.starts_with(PROCESSED_PREFIX);
        if !is_ours || !rows.iter().any(|(row, _)| Some(row) == id.as_ref()) {
            wrong.push(format!("nobody's object {key}"));
        }
    }
    for (id, said) in &rows {
        let (state, renditions) = said.split_once(' ').unwrap();
        let named = renditions.split('"').filter(|text| text.starts_with(PROCESSED_PREFIX));
        let missing = named.filter(|key| state == "ready" && !keys.iter().any(|there| there == key));
        wrong.extend(missing.map(|key| format!("photo {id} has no {key}")));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
