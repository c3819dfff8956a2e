//! The true answers: every charger measured, no index and no covering asked.

use super::candidate::{Answer, Candidate, Kind};
use super::places::{Edges, Place};
use super::question::Question;
use super::stage::Stage;
use crate::Trouble;
use domain::geo::{Point, distance_m};
use std::collections::HashSet;
use uuid::Uuid;

/// Where our counting stops when no counter knows the answer.
const COUNT_CAP: u64 = db::listing::COUNT_CAP;

/// What a question ought to find.
#[derive(Debug)]
pub(crate) struct Truth {
    pub(crate) ids: HashSet<Uuid>,
    pub(crate) total: u64,
}

/// How right answers were.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Score {
    right: u64,
    found: u64,
    wanted: u64,
    wrong_totals: u64,
}

impl Truth {
    /// The truth of a question.
    pub(crate) async fn of(stage: &Stage, plain: &mut Candidate, question: &Question) -> Result<Self, Trouble> {
        Ok(match question {
            Question::Page { wish, .. } => {
                let ids = plain.answer(question).await?.ids.into_iter().collect();
                let total = plain.answer(&Question::Total { wish }).await?.total;
                Self { ids, total: if wish.is_counted() { total } else { total.min(COUNT_CAP) } }
            }
            Question::Total { wish } => {
                let total = plain.answer(question).await?.total;
                let total = if wish.is_counted() { total } else { total.min(COUNT_CAP) };
                Self { ids: HashSet::new(), total }
            }
            Question::Radius { point, radius_m } => {
                Self::of_all(within(stage, *point, *radius_m).into_iter().map(|(_, id)| id))
            }
            Question::Near { point, radius_m, count } => {
                let mut all = within(stage, *point, *radius_m);
                all.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
                let total = all.len() as u64;
                Self { ids: all.into_iter().take(*count as usize).map(|(_, id)| id).collect(), total }
            }
            Question::Route(route) => {
                let is_near = |place: &Place| route.line.project_within(place.point, route.radius_m).is_some();
                let edges = Edges::around(&route.vertices, 1.05 * route.radius_m);
                Self::of_all(possible(stage, edges).filter(is_near).map(|place| place.id))
            }
        })
    }

    fn of_all(ids: impl Iterator<Item = Uuid>) -> Self {
        let ids: HashSet<Uuid> = ids.collect();
        Self { total: ids.len() as u64, ids }
    }

    /// How right an answer is. A page of ours has only to be the first part of what there is, with the right total: the rest of
    /// it is walked through elsewhere.
    pub(crate) fn score(&self, kind: Kind, answer: &Answer) -> Score {
        let found: HashSet<&Uuid> = answer.ids.iter().collect();
        let is_page = kind.is_ours() && answer.total > answer.ids.len() as u64;
        let wanted = if is_page { self.ids.len().min(answer.ids.len()) } else { self.ids.len() };
        Score {
            right: answer.ids.iter().filter(|id| self.ids.contains(id)).count() as u64,
            found: found.len() as u64,
            wanted: wanted as u64,
            wrong_totals: u64::from(kind.is_ours() && answer.total != self.total),
        }
    }

    /// How right everything is that was found page after page.
    pub(crate) fn score_all(&self, ids: &[Uuid]) -> Score {
        let right = ids.iter().filter(|id| self.ids.contains(id)).count() as u64;
        Score { right, found: ids.len() as u64, wanted: self.ids.len() as u64, wrong_totals: 0 }
    }
}

impl Score {
    pub(crate) fn add(&mut self, other: Self) {
        self.right += other.right;
        self.found += other.found;
        self.wanted += other.wanted;
        self.wrong_totals += other.wrong_totals;
    }

    /// Of what there is, so much of a hundred was found.
    pub(crate) fn recall(&self) -> f64 {
        if self.wanted == 0 { 100.0 } else { 100.0 * self.right as f64 / self.wanted as f64 }
    }

    /// Of what was found, so much of a hundred is right.
    pub(crate) fn precision(&self) -> f64 {
        if self.found == 0 { 100.0 } else { 100.0 * self.right as f64 / self.found as f64 }
    }

    pub(crate) fn is_perfect(&self) -> bool {
        self.right == self.wanted && self.right == self.found && self.wrong_totals == 0
    }
}

fn within(stage: &Stage, center: Point, radius_m: f64) -> Vec<(f64, Uuid)> {
    let measured = possible(stage, Edges::around(&[center], 1.05 * radius_m))
        .map(|place| (distance_m(center, place.point), place.id));
    measured.filter(|(distance_m, _)| *distance_m <= radius_m).collect()
}

/// Every charger that is not far outside for certain.
fn possible(stage: &Stage, edges: Edges) -> impl Iterator<Item = Place> {
    stage.places.iter().filter(move |place| edges.contain(place.point)).copied()
}

/// How far from the edge of the area the chargers lie at which an answer differs, in metres; the farthest of them.
pub(crate) fn edge_m(stage: &Stage, question: &Question, truth: &Truth, answer: &Answer) -> Option<f64> {
    let found: HashSet<Uuid> = answer.ids.iter().copied().collect();
    let differing: Vec<Uuid> = truth.ids.symmetric_difference(&found).copied().collect();
    let point_of = |id: &Uuid| {
        let index = stage.places.binary_search_by_key(id, |place| place.id).ok()?;
        stage.places.get(index).map(|place| place.point)
    };
    let off_m = |point| match question {
        Question::Route(route) => (route.line.project(point).distance_m - route.radius_m).abs(),
        Question::Radius { point: center, radius_m } => (distance_m(*center, point) - radius_m).abs(),
        _ => f64::NAN,
    };
    differing.iter().filter_map(point_of).map(off_m).reduce(f64::max)
}
