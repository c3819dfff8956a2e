//! A page as a GeoJSON FeatureCollection (RFC 7946); the envelope's other members stand beside `features`.

use domain::charger::ChargerView;
use domain::page::Page;
use domain::{Error, Result};
use serde_json::{Value, json};

/// Whether an `Accept` header names GeoJSON and does not rule it out (`q=0`); JSON is what everybody else gets.
pub(crate) fn is_accepted(accept: &str) -> bool {
    let accept = accept.to_ascii_lowercase();
    let mut ranges = accept.split(',').map(|range| range.split(';').map(str::trim));
    ranges.any(|mut range| range.next() == Some("application/geo+json") && range.all(|q| q != "q=0" && q != "q=0.0"))
}

/// Turns `items` into `features`; each feature's properties are the charger as the JSON listing shows it.
pub(crate) fn collection(page: &Page<ChargerView<'_>>) -> Result<Value> {
    let mut collection = serde_json::to_value(page).map_err(Error::internal)?;
    let items = collection["items"].take();
    let features: Vec<Value> = items.as_array().into_iter().flatten().map(feature).collect();
    if let Some(members) = collection.as_object_mut() {
        members.remove("items");
        members.insert("type".to_owned(), json!("FeatureCollection"));
        members.insert("features".to_owned(), Value::Array(features));
    }
    Ok(collection)
}

fn feature(charger: &Value) -> Value {
    let geometry = json!({"type": "Point", "coordinates": [charger["longitude"], charger["latitude"]]});
    json!({"type": "Feature", "id": charger["id"], "geometry": geometry, "properties": charger})
}

#[cfg(test)]
mod tests {
    use super::is_accepted;

    #[test]
    fn geojson_is_for_those_who_ask_for_it_and_do_not_rule_it_out() {
        for accept in ["application/geo+json", "text/html, Application/GEO+JSON;q=0.9"] {
            assert!(is_accepted(accept), "{accept}");
        }
        for accept in ["application/json", "application/geo+json;q=0", "application/geo+jsonx", "*/*", ""] {
            assert!(!is_accepted(accept), "{accept}");
        }
    }
}
