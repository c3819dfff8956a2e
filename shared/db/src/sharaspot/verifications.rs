//! Verifications of the original.

use super::contributors::lock;
use super::known::arrive;
use super::{run, run_for_ids};
use crate::contributors::recount;
use crate::engine::in_transaction;
use crate::{Db, Engine};
use domain::verification::Action;
use domain::vocabulary::Port;
use domain::{Result, Timestamp};
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashSet};
use uuid::Uuid;

/// A verification of the original, within all limits.
#[derive(Clone, Debug, PartialEq)]
pub struct ArrivingVerification {
    /// Its id here.
    pub id: Uuid,
    /// The charger, which must be here.
    pub charger_id: Uuid,
    /// The contributor, who must be here.
    pub user_id: String,
    /// What they found.
    pub action: Action,
    /// When.
    pub timestamp: Timestamp,
    /// What they wrote.
    pub notes: Option<String>,
    /// Minutes, 0 to 1440.
    pub wait_time: Option<i64>,
    /// What they charged with.
    pub port_type_used: Option<Port>,
    /// 0 to 100.
    pub ports_available: Option<i64>,
    /// Whether the car was charged.
    pub charging_success: Option<bool>,
    /// A word of the API.
    pub payment_method: Option<&'static str>,
    /// A word of the API.
    pub station_lighting: Option<&'static str>,
    /// 1 to 5.
    pub cleanliness_rating: Option<i64>,
    /// 1 to 5.
    pub charging_speed_rating: Option<i64>,
    /// 1 to 5.
    pub amenities_rating: Option<i64>,
    /// Whether they would come again.
    pub would_recommend: Option<bool>,
}

impl ArrivingVerification {
    fn to_json(&self) -> Value {
        json!({
            "id": self.id, "charger_id": self.charger_id, "user_id": self.user_id, "action": self.action.as_str(),
            "timestamp": self.timestamp.as_micros(), "notes": self.notes, "wait_time": self.wait_time,
            "port_type_used": self.port_type_used.map(Port::bit), "ports_available": self.ports_available,
            "charging_success": self.charging_success, "payment_method": self.payment_method,
            "station_lighting": self.station_lighting, "cleanliness_rating": self.cleanliness_rating,
            "charging_speed_rating": self.charging_speed_rating, "amenities_rating": self.amenities_rating,
            "would_recommend": self.would_recommend,
        })
    }
}

/// Takes chargers' rows before everything else, in order, as whoever verifies one does.
fn lock_chargers(engine: Engine) -> &'static str {
    engine.pick(
        "/* sharaspot.lock_chargers */ SELECT id FROM chargers WHERE id IN (SELECT value::uuid FROM jsonb_array_elements_text($1))
         ORDER BY id FOR NO KEY UPDATE",
        "/* sharaspot.lock_chargers */ SELECT count(*) FROM json_each($1)",
    )
}

fn insert(engine: Engine) -> &'static str {
    engine.pick(
        "/* sharaspot.insert_verifications */ INSERT INTO verification_actions (id, charger_id, user_id, action, timestamp, notes, wait_time,
             port_type_used, ports_available, charging_success, payment_method, station_lighting, cleanliness_rating,
             charging_speed_rating, amenities_rating, would_recommend)
         SELECT id, charger_id, user_id, action, 'epoch'::timestamptz + timestamp * interval '1 microsecond', notes, wait_time,
             port_type_used, ports_available, charging_success, payment_method, station_lighting, cleanliness_rating,
             charging_speed_rating, amenities_rating, would_recommend
         FROM jsonb_to_recordset($1) AS r(id uuid, charger_id uuid, user_id text, action text, timestamp bigint, notes text,
             wait_time smallint, port_type_used integer, ports_available smallint, charging_success boolean,
             payment_method text, station_lighting text, cleanliness_rating smallint, charging_speed_rating smallint,
             amenities_rating smallint, would_recommend boolean) ON CONFLICT (id) DO NOTHING",
        "/* sharaspot.insert_verifications */ INSERT INTO verification_actions (id, charger_id, user_id, action, timestamp, notes, wait_time,
             port_type_used, ports_available, charging_success, payment_method, station_lighting, cleanliness_rating,
             charging_speed_rating, amenities_rating, would_recommend)
         SELECT value ->> 'id', value ->> 'charger_id', value ->> 'user_id', value ->> 'action', value ->> 'timestamp',
             value ->> 'notes', value ->> 'wait_time', value ->> 'port_type_used', value ->> 'ports_available',
             value ->> 'charging_success', value ->> 'payment_method', value ->> 'station_lighting',
             value ->> 'cleanliness_rating', value ->> 'charging_speed_rating', value ->> 'amenities_rating',
             value ->> 'would_recommend' FROM json_each($1) WHERE true ON CONFLICT (id) DO NOTHING",
    )
}

/// How many people verified a charger, and when one of them last did, by the rows that are here.
fn count_verifiers(engine: Engine) -> &'static str {
    macro_rules! count {
        ($later:literal, $list:literal) => {
            concat!(
                "/* sharaspot.count_verifiers */ UPDATE charger_status SET
                 verified_by_count = (SELECT count(DISTINCT v.user_id) FROM verification_actions v
                     WHERE v.charger_id = charger_status.charger_id),
                 last_verified = ",
                $later,
                " WHERE charger_id IN ",
                $list
            )
        };
    }
    engine.pick(
        count!(
            "greatest(last_verified, (SELECT max(v.timestamp) FROM verification_actions v
                 WHERE v.charger_id = charger_status.charger_id))",
            "(SELECT value::uuid FROM jsonb_array_elements_text($1))"
        ),
        count!(
            "(SELECT max(max(v.timestamp), coalesce(last_verified, max(v.timestamp))) FROM verification_actions v
                 WHERE v.charger_id = charger_status.charger_id)",
            "(SELECT value FROM json_each($1))"
        ),
    )
}

impl Db {
    /// Takes verifications in that have not come before, and counts them for their authors and for the chargers; answers the ids of
    /// those that came now. Levels stay as they are: the rule applies from the next verification on.
    ///
    /// # Errors
    /// As every query; nothing of the batch is kept then.
    pub async fn take_verifications(&self, batch: &[ArrivingVerification]) -> Result<HashSet<Uuid>> {
        let engine = self.engine();
        let ids: Vec<Uuid> = batch.iter().map(|verification| verification.id).collect();
        in_transaction!(self, |tx| {
            let arrived = run_for_ids!(tx, arrive(engine), &ids);
            let new: Vec<_> = batch.iter().filter(|verification| arrived.contains(&verification.id)).collect();
            let chargers: BTreeSet<Uuid> = new.iter().map(|verification| verification.charger_id).collect();
            let authors: BTreeSet<&str> = new.iter().map(|verification| verification.user_id.as_str()).collect();
            run!(tx, lock_chargers(engine), &chargers);
            run!(tx, lock(engine), &authors);
            let rows: Vec<Value> = new.iter().map(|verification| verification.to_json()).collect();
            run!(tx, insert(engine), &rows);
            run!(tx, count_verifiers(engine), &chargers);
            recount!(tx, engine, &authors);
            arrived
        })
    }
}
