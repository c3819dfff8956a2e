use crate::place::Place;
use std::collections::HashSet;

#[tokio::test]
async fn a_seed_always_makes_the_same_chargers_and_a_larger_number_adds_to_them() {
    let place = Place::new();
    let generate = |number: &str, seed: &str| place.stdout(&["generate", "--chargers", number, "--seed", seed]);
    assert_eq!(generate("700", "7"), "generated 700 / imported 700 / updated 0 / unchanged 0\n");
    assert_eq!(generate("700", "7"), "generated 700 / imported 0 / updated 0 / unchanged 700\n");
    assert_eq!(generate("1000", "7"), "generated 1000 / imported 300 / updated 0 / unchanged 700\n");
    assert_eq!(generate("1000", "8"), "generated 1000 / imported 1000 / updated 0 / unchanged 0\n");
    let chargers = place.chargers().await;
    assert!(chargers.iter().all(|charger| charger.source.as_deref() == Some("generated")));
    assert!(chargers.iter().all(|c| (47.3..=55.0).contains(&c.latitude) && (5.9..=15.0).contains(&c.longitude)));
    let places: HashSet<_> = chargers.iter().map(|c| (c.latitude.to_bits(), c.longitude.to_bits())).collect();
    assert!(places.len() > 1_990);
    assert!(chargers.iter().flat_map(|charger| &charger.port_types).collect::<HashSet<_>>().len() >= 5);
}

#[tokio::test]
async fn an_area_may_cross_the_antimeridian() {
    let place = Place::new();
    place.stdout(&["generate", "--chargers", "300", "--seed", "1", "--bbox", "170,-20,-170,-10"]);
    let chargers = place.chargers().await;
    assert!(chargers.iter().all(|c| c.longitude.abs() >= 170.0 && (-20.0..=-10.0).contains(&c.latitude)));
    assert!(chargers.iter().any(|c| c.longitude < 0.0) && chargers.iter().any(|c| c.longitude > 0.0));
}
