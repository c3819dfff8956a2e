//! The questions of a run, in groups that are measured together.

use super::question::{EVERYTHING, Question, WISHES};
use super::route::Route;
use super::stage::Stage;
use crate::Trouble;
use domain::geo::Point;
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

/// Questions of one kind.
#[derive(Debug)]
pub(crate) struct Topic {
    pub(crate) name: String,
    pub(crate) questions: Vec<Question>,
}

/// The same questions in every run over the same chargers.
const SEED: u64 = 7;
const POINTS: usize = 20;
const ROUTES: usize = 5;
/// Places of which routes are made.
const STOPS: usize = 4000;
const NEAR_KM: f64 = 25.0;
const NEAR_COUNT: u32 = 20;
const RADII_KM: [f64; 2] = [5.0, 50.0];
const LENGTHS_KM: [f64; 4] = [20.0, 200.0, 1000.0, 3000.0];
const PAGES: [u32; 3] = [1, 100, 10_000];

/// Every topic, in groups whose times are compared with each other; the cursors of pages are looked for later.
pub(crate) fn topics(stage: &Stage) -> Result<Vec<Vec<Topic>>, Trouble> {
    // So that there is a page 10,000, as far as page numbers reach.
    let size = (stage.scale.0 / u64::from(PAGES[2])).clamp(1, 100) as u32;
    let mut topics = vec![Topic { name: "page 1 of 500".to_owned(), questions: vec![page(1, 500, None)] }];
    for wish in &WISHES {
        let question = Question::Page { wish, number: 1, size: 100, cursor: None };
        topics.push(Topic { name: format!("page 1, {}", wish.name), questions: vec![question] });
    }
    for wish in std::iter::once(&EVERYTHING).chain(&WISHES) {
        topics.push(Topic { name: format!("total, {}", wish.name), questions: vec![Question::Total { wish }] });
    }
    let mut random = ChaCha8Rng::seed_from_u64(SEED);
    topics.extend(spatial(stage, &mut random));
    let stops: Vec<_> = (0..STOPS).map(|_| stage.places[random.random_range(0..stage.places.len())]).collect();
    for length_km in LENGTHS_KM {
        let draw = |_| Ok(Question::Route(Route::draw(&mut random, &stops, length_km)?));
        let questions = (0..ROUTES).map(draw).collect::<Result<Vec<_>, Trouble>>()?;
        topics.push(Topic { name: format!("route {length_km} km"), questions });
    }
    Ok(std::iter::once(pages(size)).chain(topics.into_iter().map(|topic| vec![topic])).collect())
}

fn page(number: u32, size: u32, cursor: Option<String>) -> Question {
    Question::Page { wish: &EVERYTHING, number, size, cursor }
}

fn pages(size: u32) -> Vec<Topic> {
    let by_number = PAGES.iter().map(|number| Topic {
        name: format!("page {number} of {size} by number"),
        questions: vec![page(*number, size, None)],
    });
    let by_cursor = PAGES[1..].iter().map(|number| Topic {
        name: format!("page {number} of {size} by cursor"),
        questions: vec![page(*number, size, Some(String::new()))],
    });
    by_number.chain(by_cursor).collect()
}

/// Around places with a charger: where people are.
fn spatial(stage: &Stage, random: &mut ChaCha8Rng) -> Vec<Topic> {
    let mut points = || -> Vec<Point> {
        (0..POINTS).map(|_| stage.places[random.random_range(0..stage.places.len())].point).collect()
    };
    let near =
        points().into_iter().map(|point| Question::Near { point, radius_m: NEAR_KM * 1000.0, count: NEAR_COUNT });
    let mut topics = vec![Topic {
        name: format!("near me: the nearest {NEAR_COUNT} within {NEAR_KM} km"),
        questions: near.collect(),
    }];
    for radius_km in RADII_KM {
        let within = points().into_iter().map(|point| Question::Radius { point, radius_m: radius_km * 1000.0 });
        topics.push(Topic { name: format!("radius {radius_km} km"), questions: within.collect() });
    }
    topics
}
