//! Between a handler and the cache: an answer that is kept is the one that would be made, to the byte.

use crate::App;
use api::Answer;
use cache::Kind;
use domain::Result;
use domain::filter::Filter;
use domain::page::Total;
use uuid::Uuid;

/// Pages that are kept, from the first. Who walks on is a program, and nobody else asks for its pages while they are right.
const PAGES: u32 = 10;

impl App {
    /// What lists are made from; `None` where nothing is kept.
    pub(crate) async fn stamp(&self) -> Result<Option<String>> {
        if self.cache.is_off() { Ok(None) } else { self.db.stamp().await }
    }

    /// What is shown of a charger; `None` where nothing is kept.
    pub(crate) async fn charger_stamp(&self, id: Uuid) -> Result<Option<String>> {
        if self.cache.is_off() { Ok(None) } else { self.db.charger_stamp(id).await }
    }

    /// The answer to a question about what the stamp stands for, kept or made.
    pub(crate) async fn cached(
        &self,
        kind: Kind,
        stamp: Option<&str>,
        question: &str,
        answer: impl Future<Output = Result<Answer>>,
    ) -> Result<Answer> {
        if self.cache.is_off() {
            return answer.await;
        }
        let question = [self.photo_base_url.as_bytes(), question.as_bytes()];
        let packed = async { Ok(answer.await?.pack()) };
        let (packed, found) = self.cache.fetch(kind, stamp, &question, packed).await?;
        Ok(Answer::unpack(&packed)?.with_header("x-cache", found.as_str()))
    }

    /// The stamp for a page of that number.
    pub(crate) fn stamp_of_page<'s>(&self, stamp: Option<&'s str>, number: u32) -> Option<&'s str> {
        stamp.filter(|_| number <= PAGES)
    }

    /// How many chargers a filter finds: every page and form of a list shares that, and it costs more than a page.
    pub(crate) async fn total(&self, stamp: Option<&str>, filter: &Filter) -> Result<Total> {
        if stamp.is_none() {
            return self.db.count_chargers(filter).await;
        }
        let count = async {
            let total = self.db.count_chargers(filter).await?;
            serde_json::to_vec(&(total.count, total.is_capped)).map_err(domain::Error::internal)
        };
        let (kept, _) = self.cache.fetch(Kind::Totals, stamp, &[format!("{filter:?}").as_bytes()], count).await?;
        let (count, is_capped) = serde_json::from_slice(&kept).map_err(domain::Error::internal)?;
        Ok(Total { count, is_capped })
    }
}
