//! That nothing was lost: what was accepted is asked for afterwards, through the API, and what is counted is counted anew.

mod census;

use crate::Trouble;
use crate::stack::Stack;
use crate::table::mark;
use crate::traffic::Traffic;
use crate::traffic::client::{Ask, Client};
use crate::traffic::writes::{Deeds, People, Upload, Written};
pub(crate) use census::Census;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// How long the events of the last photos may take after the run; then `ops reprocess` is asked to help.
const PATIENCE: Duration = Duration::from_secs(30);
const LOOK_AGAIN: Duration = Duration::from_millis(500);
/// What is shown of a list of what is wrong.
const SHOWN: usize = 3;

/// What was looked at, and whether it is right.
#[derive(Debug, Default)]
pub(crate) struct Proof(Vec<(bool, String)>);

impl Proof {
    fn say(&mut self, wrong: &[String], what: String) {
        let shown = wrong.iter().take(SHOWN).map(|one| format!("\n    {one}")).collect::<String>();
        self.0.push((wrong.is_empty(), format!("{what}{shown}")));
    }

    /// Whether all is right.
    pub(crate) fn is_right(&self) -> bool {
        self.0.iter().all(|(is_right, _)| *is_right)
    }
}

impl std::fmt::Display for Proof {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|(is_right, what)| writeln!(f, "- {} {what}", mark(*is_right)))
    }
}

/// Asks for everything that was written; `before` is what there was.
///
/// # Errors
/// When the stack does not answer any more.
pub(crate) async fn prove(
    stack: &Stack,
    traffic: &Traffic,
    mut written: Written,
    everybody: &mut BTreeMap<u64, Deeds>,
    before: &Census,
) -> Result<Proof, Trouble> {
    let client = &traffic.client;
    let mut proof = Proof::default();
    prove_photos(&mut proof, stack, client, &mut written.uploads).await?;
    prove_chargers(&mut proof, client, &written, before).await?;
    add(everybody, &written);
    prove_deeds(&mut proof, client, &written, everybody).await?;
    let replays = written.replays;
    proof.say(&written.contradictions, format!("{replays} keys were sent again after their answer: one effect each"));
    proof.say(&stack.casualties(), "our programs run, and none has panicked".to_owned());
    Ok(proof)
}

async fn prove_photos(
    proof: &mut Proof,
    stack: &Stack,
    client: &Client,
    uploads: &mut [Upload],
) -> Result<(), Trouble> {
    let mut remedy = String::new();
    if look(client, uploads, PATIENCE).await? > 0 {
        let said = stack.ops(&["reprocess", "--state", "pending"]).await?;
        remedy = format!(" (of events that were given up, by `ops reprocess --state pending`: {said})");
        look(client, uploads, PATIENCE).await?;
    }
    let count = |state: &str| uploads.iter().filter(|upload| upload.state.as_deref() == Some(state)).count();
    let (ready, rejected) = (count("ready"), count("rejected"));
    let is_wrong =
        |upload: &&Upload| upload.state.as_deref() != Some(if upload.is_sound { "ready" } else { "rejected" });
    let wrong: Vec<String> = uploads.iter().filter(is_wrong).map(|upload| format!("{upload:?}")).collect();
    let all = uploads.len();
    proof.say(
        &wrong,
        format!("{all} photos were accepted: {ready} are ready, {rejected} (the broken ones) rejected{remedy}"),
    );
    Ok(())
}

/// Looks until no photo is pending any more, or for so long; answers how many are.
async fn look(client: &Client, uploads: &mut [Upload], patience: Duration) -> Result<usize, Trouble> {
    let until = Instant::now() + patience;
    loop {
        for upload in uploads.iter_mut().filter(|upload| upload.state.is_none()) {
            let (photo, _) = client.get(&Ask::get(format!("/api/photos/{}", upload.id))).await?;
            upload.state = photo["state"].as_str().filter(|state| *state != "pending").map(str::to_owned);
        }
        let pending = uploads.iter().filter(|upload| upload.state.is_none()).count();
        if pending == 0 || Instant::now() > until {
            return Ok(pending);
        }
        sleep(LOOK_AGAIN).await;
    }
}

async fn prove_chargers(proof: &mut Proof, client: &Client, written: &Written, before: &Census) -> Result<(), Trouble> {
    let mut missing = Vec::new();
    for id in &written.chargers {
        if let Err(trouble) = client.get(&Ask::get(format!("/api/chargers/{id}"))).await {
            missing.push(trouble.to_string());
        }
    }
    let count = written.chargers.len();
    proof.say(&missing, format!("{count} chargers were answered with 201: each is there under its id"));
    let after = Census::take(client).await?;
    let (is, expected) = (after.len(), before.len() + count);
    let wrong = if is == expected { vec![] } else { vec![format!("{is} in all, {expected} expected")] };
    proof.say(&wrong, format!("one charger for each Idempotency-Key: {} before, {is} now", before.len()));
    let wrong = after.compare(client).await?;
    proof.say(&wrong, "every total of the listing is a recount of all chargers".to_owned());
    Ok(())
}

/// What a run adds to what everybody has done.
fn add(everybody: &mut BTreeMap<u64, Deeds>, written: &Written) {
    for (person, deeds) in &written.deeds {
        let all = everybody.entry(*person).or_default();
        all.chargers += deeds.chargers;
        all.verifications += deeds.verifications;
    }
    for upload in written.uploads.iter().filter(|upload| upload.state.as_deref() == Some("ready")) {
        everybody.entry(upload.person).or_default().photos += 1;
    }
}

/// What each person finds under `GET /api/me`; the counters there are the database's own.
async fn prove_deeds(
    proof: &mut Proof,
    client: &Client,
    written: &Written,
    everybody: &BTreeMap<u64, Deeds>,
) -> Result<(), Trouble> {
    let mut wrong = Vec::new();
    let mut verifications = 0;
    for (person, deeds) in everybody {
        let token = People::token(client, *person).await?;
        let (me, _) = client.get(&Ask::get("/api/me").bearer(&token)).await?;
        let counters = ["chargers_added", "verifications", "photos_uploaded", "trust_score"];
        let found = counters.map(|counter| me[counter].as_u64().unwrap_or_default());
        if found != deeds.counters() {
            wrong.push(format!("load-{person} has {found:?}, accepted were {deeds:?}"));
        }
        verifications += written.deeds.get(person).map_or(0, |deeds| deeds.verifications);
    }
    let people = everybody.len();
    let what = format!(
        "{verifications} verifications were accepted: {people} people find theirs, their chargers and photos, and no more"
    );
    proof.say(&wrong, what);
    Ok(())
}
