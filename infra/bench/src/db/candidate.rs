//! A way to answer, behind one door.

use super::boxed::Boxed;
use super::handlers::Handlers;
use super::plain::Plain;
use super::postgis::PostGis;
use super::question::Question;
use super::replaced::Replaced;
use super::statements::Statements;
use crate::Trouble;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, PgConnection};
use std::str::FromStr;
use std::time::Duration;
use uuid::Uuid;

/// An answer, and what it took.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) took: Duration,
    /// The chargers that were found: all of them or one page.
    pub(crate) ids: Vec<Uuid>,
    /// How many there are in all, where that was asked.
    pub(crate) total: u64,
    /// Statements that were sent, where nobody else counts them.
    pub(crate) queries: usize,
}

impl Answer {
    /// Of everything that there is.
    pub(crate) fn of_all(took: Duration, ids: Vec<Uuid>) -> Self {
        Self { took, total: ids.len() as u64, ids, queries: 1 }
    }
}

/// Which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Handlers,
    Statements,
    Replaced,
    Boxed,
    PostGis,
    PostGisOnce,
    Plain,
}

impl Kind {
    pub(crate) const ALL: [Self; 7] =
        [Self::Handlers, Self::Statements, Self::Replaced, Self::Boxed, Self::PostGis, Self::PostGisOnce, Self::Plain];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Handlers => "**ours**, event → answer",
            Self::Statements => "ours, statements with decoding",
            Self::Replaced => "(a) replaced system",
            Self::Boxed => "(b) bounding box",
            Self::PostGis => "(c) PostGIS geography",
            Self::PostGisOnce => "(c) with chunks read once",
            Self::Plain => "plain OFFSET, exact count",
        }
    }

    /// A wrong answer is a failure of this bench.
    pub(crate) fn is_ours(self) -> bool {
        matches!(self, Self::Handlers | Self::Statements)
    }

    /// Whether it has a way to answer that.
    pub(crate) fn answers(self, question: &Question) -> bool {
        match (self, question) {
            (Self::Handlers, question) => !matches!(question, Question::Total { .. }),
            (Self::Replaced, Question::Page { wish, .. } | Question::Total { wish }) => wish.replaced.is_some(),
            (Self::Statements | Self::Replaced, _) => true,
            (Self::Boxed | Self::PostGis, question) => {
                matches!(question, Question::Near { .. } | Question::Radius { .. } | Question::Route(_))
            }
            (Self::PostGisOnce, question) => matches!(question, Question::Route(_)),
            (Self::Plain, question) => matches!(question, Question::Page { .. } | Question::Total { .. }),
        }
    }

    /// The tables that it searches.
    pub(crate) fn tables(self, question: &Question) -> &'static [&'static str] {
        match self {
            Self::Handlers | Self::Statements if matches!(question, Question::Total { .. }) => {
                &["public.charger_facets", "public.chargers"]
            }
            Self::Handlers | Self::Statements => &["public.chargers"],
            Self::Plain => &["public.chargers", "public.charger_connectors"],
            Self::Replaced => &["replaced.chargers"],
            Self::Boxed => &["boxed.chargers"],
            Self::PostGis | Self::PostGisOnce => &["geographic.chargers"],
        }
    }
}

/// A way to answer, with a connection of its own.
#[derive(Debug)]
pub(crate) enum Candidate {
    Handlers(Handlers),
    Statements(Statements),
    Replaced(Replaced),
    Boxed(Boxed),
    PostGis(PostGis),
    Plain(Plain),
}

impl Candidate {
    /// Connects. With `is_told`, ours says every statement to the log.
    pub(crate) async fn open(kind: Kind, url: &str, application: &str, is_told: bool) -> Result<Self, Trouble> {
        Ok(match kind {
            Kind::Handlers => Self::Handlers(Handlers::open(url, application, is_told).await?),
            Kind::Statements => Self::Statements(Statements::open(url, application, is_told).await?),
            Kind::Replaced => Self::Replaced(Replaced(connect(url, application).await?)),
            Kind::Boxed => Self::Boxed(Boxed(connect(url, application).await?)),
            Kind::PostGis | Kind::PostGisOnce => {
                let reads_chunks_once = kind == Kind::PostGisOnce;
                Self::PostGis(PostGis { connection: connect(url, application).await?, reads_chunks_once })
            }
            Kind::Plain => Self::Plain(Plain(connect(url, application).await?)),
        })
    }

    /// Answers; only a question that it [answers](Kind::answers).
    pub(crate) async fn answer(&mut self, question: &Question) -> Result<Answer, Trouble> {
        match self {
            Self::Handlers(handlers) => handlers.answer(question).await,
            Self::Statements(statements) => statements.answer(question).await,
            Self::Replaced(replaced) => replaced.answer(question).await,
            Self::Boxed(boxed) => boxed.answer(question).await,
            Self::PostGis(postgis) => postgis.answer(question).await,
            Self::Plain(plain) => plain.answer(question).await,
        }
    }

    /// Ends the connection: the server then says what it has counted.
    pub(crate) async fn close(self) -> Result<(), Trouble> {
        match self {
            Self::Handlers(handlers) => handlers.db.close().await,
            Self::Statements(statements) => statements.db.close().await,
            Self::Replaced(Replaced(connection))
            | Self::Boxed(Boxed(connection))
            | Self::PostGis(PostGis { connection, .. })
            | Self::Plain(Plain(connection)) => sqlx::Connection::close(connection).await?,
        }
        Ok(())
    }
}

async fn connect(url: &str, application: &str) -> Result<PgConnection, Trouble> {
    Ok(PgConnectOptions::from_str(url)?.application_name(application).connect().await?)
}

/// What is no question for a candidate.
pub(crate) fn no_way() -> Trouble {
    "a question that this candidate does not answer".into()
}
