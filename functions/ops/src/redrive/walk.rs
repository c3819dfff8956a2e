//! The walk: some letters into our hands, one after the other back to its function, and what stays out of our hands in the end.

use super::summary::{Found, Kept};
use super::{Request, Summary};
use crate::allowance::Allowance;
use crate::sentence;
use dead_letters::{DeadLetters, MAX_TAKEN, Taken};
use domain::{Error, Result};
use std::collections::HashSet;

/// So many that are not accepted in a row are no longer about single letters.
const MAX_FAILURES_IN_A_ROW: u32 = 10;

/// Why a letter stays.
enum Refusal {
    /// By itself: it would tomorrow.
    OfLetter(String),
    /// Because somebody did not answer, or does not let us.
    OfOthers(Error),
}

pub(super) struct Walk<'a> {
    letters: DeadLetters,
    request: &'a Request,
    /// What stays, in our hands until the end, so that it does not come again meanwhile.
    held: Vec<Taken>,
    failures_in_a_row: u32,
    summary: Summary,
}

impl<'a> Walk<'a> {
    pub(super) fn new(letters: DeadLetters, request: &'a Request) -> Self {
        let summary =
            Summary { is_dry_run: request.dry_run, of: letters.to_string(), max: request.max, ..Summary::default() };
        Self { letters, request, held: Vec::new(), failures_in_a_row: 0, summary }
    }

    /// Goes on until no letter is left, the maximum is reached or the allowance is over; lets go of what stays, however it ends.
    pub(super) async fn run(mut self, allowance: &Allowance) -> Result<Summary> {
        let walked = self.walk(allowance).await;
        for taken in &self.held {
            // It gets out of our hands by itself, a few minutes later.
            if let Err(error) = self.letters.let_go(taken).await {
                let reason = sentence(&error);
                tracing::warn!(letters = self.held.len(), reason, "letters are not to be had for some minutes");
                break;
            }
        }
        match walked {
            Ok(is_done) => {
                self.summary.is_interrupted = !is_done && allowance.is_interrupted();
                Ok(self.summary)
            }
            Err(error) => Err(self.stopped(error)),
        }
    }

    /// Whether it came to its end.
    async fn walk(&mut self, allowance: &Allowance) -> Result<bool> {
        let (mut seen, mut known_in_a_row) = (HashSet::new(), 0);
        while let Some(left) = self.left() {
            if allowance.is_over() {
                return Ok(false);
            }
            let taken = self.letters.take(MAX_TAKEN.min(left)).await?;
            // What we hold comes again where a run takes longer than the queue leaves it in our hands.
            let (new, known): (Vec<Taken>, Vec<Taken>) =
                taken.into_iter().partition(|taken| seen.insert(taken.id.clone()));
            known_in_a_row = if new.is_empty() { known_in_a_row + known.len() } else { 0 };
            let is_end = new.is_empty() && known.is_empty();
            self.held.extend(known);
            // An answer without new letters says nothing, until all that are known have come again.
            if is_end || known_in_a_row > seen.len() {
                return Ok(true);
            }
            let mut new = new.into_iter();
            while let Some(taken) = new.next() {
                if allowance.is_over() {
                    self.held.push(taken);
                    self.held.extend(new);
                    return Ok(false);
                }
                if let Err(error) = self.deal_with(taken).await {
                    self.held.extend(new);
                    return Err(error);
                }
            }
        }
        self.summary.has_reached_max = true;
        Ok(true)
    }

    /// How many may still be looked at.
    fn left(&self) -> Option<usize> {
        let left = u64::from(self.request.max).saturating_sub(self.summary.looked_at());
        usize::try_from(left).ok().filter(|left| *left > 0)
    }

    async fn deal_with(&mut self, taken: Taken) -> Result<()> {
        if self.request.dry_run {
            self.summary.letters.push(Found::of(&taken));
            self.held.push(taken);
            return Ok(());
        }
        match self.hand_over(&taken).await {
            Ok(taker) => {
                self.failures_in_a_row = 0;
                *self.summary.redriven.entry(taker).or_default() += 1;
            }
            Err(Refusal::OfLetter(reason)) => self.keep(taken, reason),
            Err(Refusal::OfOthers(error)) => {
                self.keep(taken, sentence(&error));
                self.failures_in_a_row += 1;
                if self.failures_in_a_row >= MAX_FAILURES_IN_A_ROW {
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    /// Who has the event now.
    async fn hand_over(&self, taken: &Taken) -> Result<String, Refusal> {
        let letter = taken.letter.as_ref().map_err(|mistake| Refusal::OfLetter(format!("no letter: {mistake}")))?;
        let taker = self.request.taker(&letter.function).map_err(Refusal::OfLetter)?;
        self.letters.hand_over(taken, letter, &taker).await.map_err(Refusal::OfOthers)?;
        Ok(taker.to_string())
    }

    fn keep(&mut self, taken: Taken, reason: String) {
        tracing::warn!(id = taken.id, reason, "a letter stays");
        self.summary.push_kept(Kept { id: taken.id.clone(), reason });
        self.held.push(taken);
    }

    fn stopped(&self, error: Error) -> Error {
        if self.summary.looked_at() == 0 {
            return error;
        }
        let (redriven, of) = (self.summary.redriven(), &self.summary.of);
        let detail = format!("It stopped: {redriven} redriven from {of}; the same command goes on.");
        Error::new(error.kind(), detail).because(error)
    }
}
