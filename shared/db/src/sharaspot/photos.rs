//! Photos of the original: promised, as an upload is, or kept where they are.

use super::contributors::lock;
use super::known::arrive;
use super::{run, run_for_ids};
use crate::engine::in_transaction;
use crate::photos::NewPhoto;
use crate::{Db, Engine};
use domain::photo::{PhotoKind, PhotoState};
use domain::{Result, Timestamp};
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashSet};
use uuid::Uuid;

/// A photo of the original.
#[derive(Clone, Debug, PartialEq)]
pub struct ArrivingPhoto {
    /// The photo; its charger must be here.
    pub photo: NewPhoto,
    /// The verification that it belongs to, which must be here.
    pub verification_id: Option<Uuid>,
    /// Whose it is; must be here.
    pub owner: String,
    /// Its address, where it stays where it is: then no bytes are to come.
    pub link: Option<String>,
    /// When it was taken, as far as that is known.
    pub created_at: Timestamp,
}

impl ArrivingPhoto {
    fn to_json(&self) -> Value {
        let state = if self.link.is_some() { PhotoState::Ready } else { PhotoState::Pending };
        json!({
            "id": self.photo.id, "charger_id": self.photo.charger_id, "owner": self.owner,
            "kind": self.photo.kind.as_str(), "raw_key": self.photo.raw_key, "hash8": self.photo.hash8,
            "state": state.as_str(), "link": self.link, "created_at": self.created_at.as_micros(),
            "verification_id": self.verification_id,
        })
    }
}

fn insert(engine: Engine) -> &'static str {
    engine.pick(
        "/* sharaspot.insert_photos */ INSERT INTO photos (id, charger_id, owner, kind, raw_key, hash8, state, link, created_at)
         SELECT id, charger_id, owner, kind, raw_key, hash8, state, link,
             'epoch'::timestamptz + created_at * interval '1 microsecond'
         FROM jsonb_to_recordset($1) AS r(id uuid, charger_id uuid, owner text, kind text, raw_key text, hash8 text,
             state text, link text, created_at bigint) ON CONFLICT (id) DO NOTHING",
        "/* sharaspot.insert_photos */ INSERT INTO photos (id, charger_id, owner, kind, raw_key, hash8, state, link, created_at)
         SELECT value ->> 'id', value ->> 'charger_id', value ->> 'owner', value ->> 'kind', value ->> 'raw_key',
             value ->> 'hash8', value ->> 'state', value ->> 'link', value ->> 'created_at' FROM json_each($1)
         WHERE true ON CONFLICT (id) DO NOTHING",
    )
}

fn attach_to_contributors(engine: Engine) -> &'static str {
    engine.pick(
        "/* sharaspot.attach_pictures */ UPDATE contributors c SET photo_id = r.id
         FROM jsonb_to_recordset($1) AS r(id uuid, owner text) WHERE c.sub = r.owner AND c.photo_id IS NULL",
        "/* sharaspot.attach_pictures */ UPDATE contributors SET photo_id = r.value ->> 'id'
         FROM json_each($1) AS r WHERE contributors.sub = r.value ->> 'owner' AND photo_id IS NULL",
    )
}

fn attach_to_verifications(engine: Engine) -> &'static str {
    engine.pick(
        "/* sharaspot.attach_proofs */ UPDATE verification_actions v SET photo_id = r.id
         FROM jsonb_to_recordset($1) AS r(id uuid, verification_id uuid) WHERE v.id = r.verification_id AND v.photo_id IS NULL",
        "/* sharaspot.attach_proofs */ UPDATE verification_actions SET photo_id = r.value ->> 'id'
         FROM json_each($1) AS r WHERE verification_actions.id = r.value ->> 'verification_id' AND photo_id IS NULL",
    )
}

impl Db {
    /// Takes photos in that have not come before, attached to what they belong to; answers the ids of those. Where no address says
    /// where one is, its bytes are now expected under its raw key.
    ///
    /// # Errors
    /// As every query; nothing of the batch is kept then.
    pub async fn take_photos(&self, batch: &[ArrivingPhoto]) -> Result<HashSet<Uuid>> {
        let engine = self.engine();
        let ids: Vec<Uuid> = batch.iter().map(|photo| photo.photo.id).collect();
        in_transaction!(self, |tx| {
            let new = run_for_ids!(tx, arrive(engine), &ids);
            let rows = |kind: Option<PhotoKind>| {
                let rows = batch.iter().filter(|photo| new.contains(&photo.photo.id));
                let rows = rows.filter(|photo| kind.is_none_or(|kind| photo.photo.kind == kind));
                rows.map(ArrivingPhoto::to_json).collect::<Vec<Value>>()
            };
            let owners: BTreeSet<&str> = batch.iter().map(|photo| photo.owner.as_str()).collect();
            run!(tx, lock(engine), &owners);
            run!(tx, insert(engine), &rows(None));
            run!(tx, attach_to_contributors(engine), &rows(Some(PhotoKind::Profile)));
            run!(tx, attach_to_verifications(engine), &rows(Some(PhotoKind::Verification)));
            new
        })
    }
}
