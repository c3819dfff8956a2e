//! (b) One bounding box on a B-tree of latitude and longitude; what lies in it is measured exactly afterwards, as we do.

use super::candidate::{Answer, no_way};
use super::places::Edges;
use super::question::Question;
use crate::Trouble;
use domain::geo::{Line, Point, distance_m};
use futures_util::TryStreamExt;
use sqlx::PgConnection;
use std::time::Instant;
use uuid::Uuid;

/// One bounding box.
#[derive(Debug)]
pub(crate) struct Boxed(pub(crate) PgConnection);

impl Boxed {
    pub(crate) async fn answer(&mut self, question: &Question) -> Result<Answer, Trouble> {
        let started = Instant::now();
        match question {
            Question::Radius { point, radius_m } => {
                let found = self.within(*point, *radius_m).await?;
                Ok(Answer::of_all(started.elapsed(), found.into_iter().map(|(_, id)| id).collect()))
            }
            Question::Near { point, radius_m, count } => {
                let mut found = self.within(*point, *radius_m).await?;
                found.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
                let total = found.len() as u64;
                let ids = found.into_iter().take(*count as usize).map(|(_, id)| id).collect();
                Ok(Answer { total, ..Answer::of_all(started.elapsed(), ids) })
            }
            Question::Route(route) => {
                let line = Line::new(route.vertices.clone())?;
                let edges = Edges::around(&route.vertices, route.radius_m);
                let on_route = |point| line.project_within(point, route.radius_m).map(|found| found.distance_m);
                let found = self.inside(edges, on_route).await?;
                Ok(Answer::of_all(started.elapsed(), found.into_iter().map(|(_, id)| id).collect()))
            }
            Question::Page { .. } | Question::Total { .. } => Err(no_way()),
        }
    }

    async fn within(&mut self, center: Point, radius_m: f64) -> Result<Vec<(f64, Uuid)>, Trouble> {
        let within = |point| Some(distance_m(center, point)).filter(|distance_m| *distance_m <= radius_m);
        self.inside(Edges::around(&[center], radius_m), within).await
    }

    /// What lies between the edges and is measured to be near enough, with its distance.
    async fn inside(
        &mut self,
        edges: Edges,
        measure: impl Fn(Point) -> Option<f64>,
    ) -> Result<Vec<(f64, Uuid)>, Trouble> {
        const SQL: &str =
            "SELECT id, lat, lng FROM boxed.chargers WHERE lat BETWEEN $1 AND $2 AND lng BETWEEN $3 AND $4";
        let query = sqlx::query_as(SQL).bind(edges.south).bind(edges.north).bind(edges.west).bind(edges.east);
        let mut rows = query.fetch(&mut self.0);
        let mut found = Vec::new();
        while let Some((id, lat, lng)) = rows.try_next().await? {
            let point = Point::new(lat, lng).ok_or("nowhere on Earth")?;
            found.extend(measure(point).map(|distance_m| (distance_m, id)));
        }
        Ok(found)
    }
}
