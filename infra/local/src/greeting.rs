//! What a person reads after the start: the address, what was chosen, and lines to paste.

use config::Config;

/// The text, with a token that is good for [`crate::dev_token::LIFETIME`].
pub fn text(config: &Config, url: &str, token: &str) -> String {
    let chosen = config.summary();
    let hours = crate::dev_token::LIFETIME.whole_hours();
    format!(
        r#"SharaSpot is at {url}
{chosen}

# five chargers near Albany, the nearest first
curl '{url}/api/chargers?user_lat=42.6526&user_lng=-73.7562&max_distance=50&sort=distance&page_size=5'

# chargers along the way from New York to Buffalo
curl '{url}/api/routing/calculate' -H 'content-type: application/json' \
  -d '{{"route": {{"origin": {{"lat": 40.7128, "lng": -74.006}}, "destination": {{"lat": 42.8864, "lng": -78.8784}}}}, "max_detour_km": 10}}'

# a place for a photo; whoever writes needs a token (this one is good for {hours} hours, POST /dev/token makes others)
TOKEN={token}
curl '{url}/api/uploads' -H "authorization: Bearer $TOKEN" -H 'content-type: application/json' \
  -d '{{"kind": "charger", "content_type": "image/jpeg", "size_bytes": 2913134}}'

Ctrl-C stops it."#
    )
}
