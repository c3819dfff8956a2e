//! Where chargers are made up, and places in it.

use domain::geo::{BoundingBox, Point};
use rand::RngExt;
use rand::rngs::ChaCha8Rng;
use serde::Deserialize;
use std::str::FromStr;

/// A rectangle that may cross ±180°.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Area {
    west: f64,
    south: f64,
    width_deg: f64,
    height_deg: f64,
}

pub(super) const GERMANY: Area = Area { west: 5.9, south: 47.3, width_deg: 9.1, height_deg: 7.7 };

/// A place of an area.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Place {
    /// Degrees east of the area's western edge.
    pub(super) x: f64,
    /// Degrees north of its southern edge.
    pub(super) y: f64,
}

impl TryFrom<String> for Area {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl FromStr for Area {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers: Option<Vec<f64>> = text.split(',').map(|part| part.trim().parse().ok()).collect();
        let area = numbers.and_then(|numbers| match numbers.as_slice() {
            [west, south, east, north] => BoundingBox::new(*west, *south, *east, *north),
            _ => None,
        });
        let area = area.ok_or("bbox must be west,south,east,north in degrees with south ≤ north")?;
        let width = area.east() - area.west();
        let width_deg = if width < 0.0 { width + 360.0 } else { width };
        Ok(Self { west: area.west(), south: area.south(), width_deg, height_deg: area.north() - area.south() })
    }
}

impl Area {
    pub(super) fn km2(&self, earth_radius_km: f64) -> f64 {
        let (south, north) = self.sines();
        earth_radius_km.powi(2) * self.width_deg.to_radians() * (north - south)
    }

    /// The shorter of its sides, in degrees.
    pub(super) fn breadth_deg(&self) -> f64 {
        self.width_deg.min(self.height_deg)
    }

    fn sines(&self) -> (f64, f64) {
        (self.south.to_radians().sin(), (self.south + self.height_deg).to_radians().sin())
    }

    /// A place, as many on each square kilometre.
    pub(super) fn anywhere(&self, random: &mut ChaCha8Rng) -> Place {
        let (south, north) = self.sines();
        let sine = south + random.random::<f64>() * (north - south);
        let y = sine.clamp(-1.0, 1.0).asin().to_degrees() - self.south;
        self.inside(Place { x: random.random::<f64>() * self.width_deg, y })
    }

    /// A place around a centre: the density falls exponentially, as it does in cities (C. Clark, "Urban Population Densities",
    /// 1951), to 1/e at the radius, which is in degrees of latitude.
    pub(super) fn scatter(&self, random: &mut ChaCha8Rng, center: Place, radius_deg: f64) -> Place {
        let uniform: f64 = (1.0 - random.random::<f64>()) * (1.0 - random.random::<f64>());
        let away_deg = radius_deg * (-uniform.ln()).min(8.0);
        let (sin, cos) = (random.random::<f64>() * std::f64::consts::TAU).sin_cos();
        // A degree of longitude is shorter than one of latitude.
        let stretch = 1.0 / (self.south + center.y).to_radians().cos().max(0.05);
        self.inside(Place { x: center.x + away_deg * cos * stretch, y: center.y + away_deg * sin })
    }

    /// What lies beyond an edge is mirrored at it.
    fn inside(&self, Place { x, y }: Place) -> Place {
        let mirror = |value: f64, size: f64| {
            let value = value.abs();
            if value > size { (2.0 * size - value).clamp(0.0, size) } else { value }
        };
        Place { x: mirror(x, self.width_deg), y: mirror(y, self.height_deg) }
    }

    /// To a tenth of a metre: finer digits may differ from machine to machine.
    pub(super) fn point(&self, Place { x, y }: Place) -> Point {
        let round = |degrees: f64| (degrees * 1e6).round() / 1e6;
        let lat = round(self.south + y).clamp(self.south, (self.south + self.height_deg).min(90.0));
        let lng = round(self.west + x).clamp(self.west, self.west + self.width_deg);
        let lng = if lng > 180.0 { lng - 360.0 } else { lng };
        Point::new(lat, lng).unwrap_or_else(|| unreachable!("{lat}, {lng} is within a valid box"))
    }

    /// The unit vector of a place.
    pub(super) fn unit(&self, Place { x, y }: Place) -> [f64; 3] {
        let (sin_lat, cos_lat) = (self.south + y).to_radians().sin_cos();
        let (sin_lng, cos_lng) = (self.west + x).to_radians().sin_cos();
        [cos_lat * cos_lng, cos_lat * sin_lng, sin_lat]
    }

    /// The place of a vector of any length.
    pub(super) fn place_of(&self, [a, b, c]: [f64; 3]) -> Place {
        let x = (b.atan2(a).to_degrees() - self.west).rem_euclid(360.0);
        // Just west of the western edge is not almost around the globe.
        let x = if x > 180.0 + self.width_deg / 2.0 { x - 360.0 } else { x };
        self.inside(Place { x, y: c.atan2(a.hypot(b)).to_degrees() - self.south })
    }
}
