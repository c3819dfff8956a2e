//! Topics, asked of every candidate that has an answer: in turn, so that nobody has a quieter machine than the others.

use super::candidate::{Candidate, Kind};
use super::examined::{APPLICATION, Counters};
use super::handlers::Handlers;
use super::log::Statements;
use super::question::Question;
use super::stage::Stage;
use super::topic::Topic;
use super::truth::{Score, Truth, edge_m};
use crate::Trouble;
use crate::samples::Samples;
use std::time::Duration;

/// Questions of a topic whose rows are counted.
const COUNTED: usize = 5;
/// Questions that are walked through to their last page.
const WALKED: usize = 2;
/// Runs before the first that is timed: from the sixth on PostgreSQL may keep a plan for all values.
const WARM_RUNS: usize = 8;
/// Runs of one candidate at most.
const MAX_RUNS: usize = 300;

/// What one candidate made of one topic.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) topic: String,
    pub(crate) kind: Kind,
    pub(crate) samples: Samples,
    pub(crate) score: Score,
    /// Rows that the server looked at, and those that were returned.
    pub(crate) examined: u64,
    pub(crate) returned: u64,
    pub(crate) queries: f64,
    /// Questions that were counted.
    pub(crate) counted: usize,
    /// How far from the edge of the area, in metres, the chargers lie that it has too many or too few.
    pub(crate) edge_m: Option<f64>,
}

/// A candidate, before its runs of one topic and after.
struct Runner<'a> {
    candidate: Candidate,
    questions: &'a [Question],
    row: Row,
}

/// Asks every candidate every question of some topics, whose times may then be compared. `budget` is what one candidate may take
/// for one topic, at least one run apart.
pub(crate) async fn measure(
    stage: &Stage,
    topics: &[Topic],
    log: &Statements,
    budget: Duration,
) -> Result<Vec<Row>, Trouble> {
    let mut questions = Vec::new();
    for topic in topics {
        questions.push(with_cursors(stage, topic).await?);
    }
    let mut runners = Vec::new();
    for (topic, questions) in topics.iter().zip(&questions) {
        runners.extend(prepare(stage, topic, questions, log, budget).await?);
    }
    let mut round = 0;
    while runners.iter().any(|runner| is_open(&runner.row, budget)) {
        for runner in runners.iter_mut().filter(|runner| is_open(&runner.row, budget)) {
            // One question after the other, not all of them of one candidate.
            let question = &runner.questions[round % runner.questions.len()];
            runner.row.samples.push(runner.candidate.answer(question).await?.took);
        }
        round += 1;
    }
    let mut rows = Vec::new();
    for runner in runners {
        runner.candidate.close().await?;
        rows.push(runner.row);
    }
    Ok(rows)
}

/// Checks and warms every candidate that has answers.
async fn prepare<'a>(
    stage: &Stage,
    topic: &Topic,
    questions: &'a [Question],
    log: &Statements,
    budget: Duration,
) -> Result<Vec<Runner<'a>>, Trouble> {
    let mut plain = Candidate::open(Kind::Plain, &stage.url, "bench", false).await?;
    let mut truths = Vec::new();
    for question in questions {
        truths.push(Truth::of(stage, &mut plain, question).await?);
    }
    plain.close().await?;
    let mut runners = Vec::new();
    for kind in Kind::ALL.into_iter().filter(|kind| questions.iter().all(|question| kind.answers(question))) {
        let row = check(stage, topic, questions, &truths, kind, log).await?;
        let mut candidate = Candidate::open(kind, &stage.url, "bench", false).await?;
        warm(&mut candidate, kind, questions, budget).await?;
        runners.push(Runner { candidate, questions, row });
    }
    Ok(runners)
}

fn is_open(row: &Row, budget: Duration) -> bool {
    row.samples.count() == 0 || (row.samples.count() < MAX_RUNS && row.samples.sum() < budget)
}

/// The topic's questions, with the cursors that lead to its pages.
async fn with_cursors(stage: &Stage, topic: &Topic) -> Result<Vec<Question>, Trouble> {
    let handlers = Handlers::open(&stage.url, "bench", false).await?;
    let mut questions = Vec::new();
    for question in &topic.questions {
        questions.push(match question {
            Question::Page { wish, number, size, cursor } => {
                let cursor = match cursor {
                    Some(_) => Some(handlers.cursor_to(*number, *size).await?),
                    None => None,
                };
                Question::Page { wish, number: *number, size: *size, cursor }
            }
            other => other.clone(),
        });
    }
    handlers.db.close().await;
    Ok(questions)
}

/// Whether it answers rightly, and how many rows and statements that takes.
async fn check(
    stage: &Stage,
    topic: &Topic,
    questions: &[Question],
    truths: &[Truth],
    kind: Kind,
    log: &Statements,
) -> Result<Row, Trouble> {
    let mut row = Row::new(topic, kind);
    let counters = Counters::start(&stage.url, kind.tables(&questions[0])).await?;
    let mut candidate = Candidate::open(kind, &stage.url, APPLICATION, true).await?;
    // It reads everything, whatever is asked.
    let counted = if kind == Kind::Replaced && is_area(&questions[0]) { 1 } else { COUNTED.min(questions.len()) };
    row.counted = counted;
    log.take();
    for (question, truth) in questions.iter().zip(truths).take(counted) {
        let answer = candidate.answer(question).await?;
        row.queries += answer.queries as f64 / counted as f64;
        row.score.add(truth.score(kind, &answer));
        row.returned += match question {
            Question::Total { .. } => 1,
            Question::Page { .. } | Question::Near { .. } => answer.ids.len() as u64,
            Question::Radius { .. } | Question::Route(_) => answer.total,
        };
        if matches!(kind, Kind::PostGis | Kind::PostGisOnce) {
            let edge_m = edge_m(stage, question, truth, &answer);
            row.edge_m = row.edge_m.into_iter().chain(edge_m).reduce(f64::max);
        }
    }
    candidate.close().await?;
    if kind.is_ours() {
        row.queries = log.take() as f64 / counted as f64;
    }
    row.examined = counters.finish().await?;
    if kind == Kind::Handlers {
        walk(stage, questions, truths, &mut row.score).await?;
    }
    Ok(row)
}

/// Through all pages of an area or a route.
async fn walk(stage: &Stage, questions: &[Question], truths: &[Truth], score: &mut Score) -> Result<(), Trouble> {
    let handlers = Handlers::open(&stage.url, "bench", false).await?;
    for (question, truth) in questions.iter().zip(truths).take(WALKED) {
        if matches!(question, Question::Radius { .. } | Question::Route(_)) {
            score.add(truth.score_all(&handlers.walk(question).await?));
        }
    }
    handlers.db.close().await;
    Ok(())
}

async fn warm(candidate: &mut Candidate, kind: Kind, questions: &[Question], budget: Duration) -> Result<(), Trouble> {
    let runs = if kind == Kind::Replaced && is_area(&questions[0]) { 0 } else { WARM_RUNS };
    let mut taken = Duration::ZERO;
    for run in 0..runs {
        if taken < budget / 2 {
            taken += candidate.answer(&questions[run % questions.len()]).await?.took;
        }
    }
    Ok(())
}

fn is_area(question: &Question) -> bool {
    matches!(question, Question::Near { .. } | Question::Radius { .. })
}

impl Row {
    fn new(topic: &Topic, kind: Kind) -> Self {
        Self {
            topic: topic.name.clone(),
            kind,
            samples: Samples::default(),
            score: Score::default(),
            examined: 0,
            returned: 0,
            queries: 0.0,
            counted: 0,
            edge_m: None,
        }
    }

    /// Rows examined for each row that was returned.
    pub(crate) fn examined_per_returned(&self) -> f64 {
        self.examined as f64 / self.returned as f64
    }
}
