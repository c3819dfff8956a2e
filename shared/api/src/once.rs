//! A write that may be sent twice and has one effect: what the header `Idempotency-Key` asks for.

use crate::{Answer, Call};
use domain::idempotency::{Asked, Claim, Effect, Outcome, Write};
use domain::{Result, World};
use std::error::Error as _;

/// Runs a handler that makes something under the id that it is handed. Where the request brings an `Idempotency-Key`, the key is
/// claimed first, and what the handler answers is kept; a request that comes again gets the same answer.
///
/// # Errors
/// Those of the handler, whose key is free again where nothing was changed; of a bad key, and of one that was used for another
/// request.
pub async fn once<C, S, H>(
    call: &Call<'_>,
    world: World,
    claim: impl FnOnce(Write) -> C,
    settle: impl FnOnce(Write, Effect, Outcome) -> S,
    handler: impl FnOnce(Effect) -> H,
) -> Result<Answer>
where
    C: Future<Output = Result<Claim>>,
    S: Future<Output = Result<()>>,
    H: Future<Output = Result<Answer>>,
{
    let Some(write) = write(call)? else { return handler(Effect::new((world.new_id)())).await };
    let effect = match claim(write.clone()).await? {
        Claim::Done(answer) => return Ok(Answer::again(answer)),
        Claim::Ours(effect) => effect,
    };
    let answer = handler(effect).await;
    let outcome = match &answer {
        Ok(answer) => Outcome::Done(answer.keep()),
        Err(error) => Outcome::of(error),
    };
    // What is done is done: where its answer cannot be kept, the same request finds the effect and answers it anew.
    if let Err(error) = settle(write, effect, outcome).await {
        let cause = error.source().map(ToString::to_string).unwrap_or_default();
        tracing::warn!(cause, "the answer of a write could not be kept");
    }
    answer
}

fn write(call: &Call<'_>) -> Result<Option<Write>> {
    let Some(key) = call.idempotency_key() else { return Ok(None) };
    let caller = call.caller()?.require_writer()?;
    let path = call.segments().join("/");
    let asked = Asked { method: call.method().as_str(), path: &path, query: call.raw_query(), body: call.body() };
    Write::new(&caller.sub, key, asked).map(Some)
}
