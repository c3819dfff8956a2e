use super::*;
use domain::geo::{BoundingBox, distance_m};
use domain::vocabulary::{Amenity, Port};
use std::collections::{HashMap, HashSet};

const GERMANY: &str = "5.9,47.3,15,55";
const EUROPE: &str = "-10,36,30,60";

fn world(bbox: &str) -> MadeUpWorld {
    MadeUpWorld::new(1, bbox.parse().unwrap())
}

fn stations(bbox: &str, count: u64) -> Vec<Station> {
    let world = world(bbox);
    (0..count).map(|number| world.station(number)).collect()
}

#[test]
fn towns_have_the_sizes_of_towns_and_are_dense_in_the_middle() {
    for bbox in [GERMANY, EUROPE] {
        let world = world(bbox);
        let towns: HashMap<String, &Town> =
            world.map.towns.iter().map(|town| (format!("{} {}", town.postcode, town.name), town)).collect();
        let mut crowds: HashMap<u32, Vec<f64>> = HashMap::new();
        for station in (0..10_000).map(|number| world.station(number)) {
            let Some(town) = station.address.split(" Street, ").nth(1).and_then(|town| towns.get(town)) else {
                continue;
            };
            let away_m = distance_m(station.point, world.area.point(town.place));
            crowds.entry(town.postcode).or_default().push(away_m / (town.radius_deg * 111_000.0));
        }
        let mut sizes: Vec<usize> = crowds.values().map(Vec::len).collect();
        sizes.sort_unstable_by(|a, b| b.cmp(a));
        let (all, tenth) = (sizes.iter().sum::<usize>(), world.map.towns.iter().count() / 10);
        let largest: usize = sizes.iter().take(tenth).sum();
        assert!((5_800..6_600).contains(&all), "{bbox}: {all} in towns");
        assert!(largest * 5 > all * 2 && sizes[0] > 5 * sizes[tenth], "{bbox}: {largest} of {all}, {sizes:?}");
        // The density falls to 1/e at the radius: a quarter within it, on a tenth of the land of the three quarters within three.
        let within = |radii: f64| crowds.values().flatten().filter(|away| **away <= radii).count();
        assert!(within(1.0) * 5 > all && within(3.0) * 10 > all * 7, "{bbox}: {} and {}", within(1.0), within(3.0));
    }
}

#[test]
fn strings_of_strong_chargers_lie_along_great_circles() {
    let world = world(EUROPE);
    let by_road = (0..20_000).map(|number| world.station(number)).filter(|station| station.address.starts_with('A'));
    let by_road: Vec<Station> = by_road.collect();
    assert!((4_000..6_500).contains(&by_road.len()), "{}", by_road.len());
    let on_motorway: HashSet<String> =
        by_road.iter().filter_map(|s| s.address.split(',').next().map(str::to_owned)).collect();
    assert!(on_motorway.len() > 100, "{} motorways", on_motorway.len());
    let strong = by_road.iter().filter(|s| domain::charger::max_power_kw(&s.connectors) >= Some(150.0)).count();
    assert!(strong * 10 > by_road.len() * 8, "{strong} of {}", by_road.len());
    // Each is near the great circle of its road: the plane through its ends and the middle of the globe.
    let roads: HashMap<String, &Road> =
        world.map.roads.iter().map(|road| (format!("A{}", road.number), road)).collect();
    for station in &by_road {
        let road = roads[station.address.split(',').next().unwrap()];
        let away_km = road.away_km(station.point);
        assert!(away_km < 9.0, "{away_km} km: {}", station.address);
    }
}

#[test]
fn every_charger_stands_within_the_area_wherever_that_is() {
    for bbox in
        [GERMANY, EUROPE, "170,-20,-170,-10", "-180,-90,180,90", "10,50,10.001,50.001", "7,8,7,8", "-180,80,180,90"]
    {
        let [west, south, east, north] =
            <[f64; 4]>::try_from(bbox.split(',').map(|n| n.parse().unwrap()).collect::<Vec<_>>()).unwrap();
        let area = BoundingBox::new(west, south, east, north).unwrap();
        for Station { point, .. } in stations(bbox, 2_000) {
            assert!(area.contains(point), "{bbox}: {point:?}");
        }
    }
    let lngs: Vec<f64> = stations("170,-20,-170,-10", 500).iter().map(|station| station.point.lng()).collect();
    assert!(lngs.iter().any(|lng| *lng > 0.0) && lngs.iter().any(|lng| *lng < 0.0));
}

#[test]
fn every_port_amenity_and_level_appears_the_common_ones_more_often() {
    let stations = stations(GERMANY, 10_000);
    let count = |of: &dyn Fn(&Station) -> bool| stations.iter().filter(|station| of(station)).count();
    for port in Port::ALL {
        assert!(count(&|s| s.connectors.iter().any(|connector| connector.port == *port)) > 10, "{port:?}");
    }
    for amenity in Amenity::ALL {
        assert!(count(&|s| s.amenities.as_ref().unwrap().contains(amenity)) > 10, "{amenity:?}");
    }
    let levels = [1, 2, 3, 4, 5].map(|level| count(&|s| s.standing.unwrap().verification_level == level));
    assert!(levels.is_sorted_by(|more, fewer| more > fewer) && levels[4] > 100, "{levels:?}");
    let kinds: HashSet<i32> = stations.iter().map(|s| Port::mask(s.connectors.iter().map(|k| &k.port))).collect();
    assert!((20..=60).contains(&kinds.len()), "{} kinds of sites", kinds.len());
    let ac = |s: &Station| s.connectors.iter().all(|k| k.port == Port::Type2) && s.address.contains(" Street, ");
    assert!(count(&ac) > 3_000);
    assert!(stations.iter().all(|s| !s.connectors.is_empty() && s.connectors.iter().all(|k| k.count > 0)));
}

#[test]
fn a_past_is_possible_and_follows_from_the_seed_alone() {
    let day = |text: &str| domain::Timestamp::parse(text).unwrap();
    let (first, last) = (day("2018-01-01T00:00:00Z"), day("2026-01-01T00:00:00Z"));
    let mut years: HashMap<String, usize> = HashMap::new();
    for station in stations(GERMANY, 5_000) {
        let standing = station.standing.unwrap();
        assert!((first..=last).contains(&standing.created_at), "{standing:?}");
        assert!(standing.last_verified.is_none_or(|at| at >= standing.created_at && at <= last), "{standing:?}");
        assert_eq!(standing.last_verified.is_some(), standing.verified_by_count > 0);
        assert_eq!(standing.uptime_percentage.is_some(), standing.verified_by_count > 0);
        assert!(standing.available_ports.is_none_or(|ports| ports <= station.total_ports));
        *years.entry(standing.created_at.day()[..4].to_owned()).or_default() += 1;
    }
    assert!(years.len() == 8 && years["2018"] < years["2025"], "{years:?}");
    assert_eq!(stations(GERMANY, 300), stations(GERMANY, 300));
    assert_eq!(stations(GERMANY, 300), stations(GERMANY, 500)[..300]);
}
