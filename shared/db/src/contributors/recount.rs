//! The counters of several contributors, counted anew.

/// The counters from what is there, each by an index. `$1` is a JSON list of subjects.
macro_rules! recount_sql {
    ($is_one_of:literal) => {
        concat!(
            "/* contributors.recount */ UPDATE contributors SET
             chargers_added = (SELECT count(*) FROM chargers c WHERE c.added_by = contributors.sub),
             verifications = (SELECT count(*) FROM verification_actions v WHERE v.user_id = contributors.sub),
             photos_uploaded = (SELECT count(*) FROM photos p
                 WHERE p.owner = contributors.sub AND p.state = 'ready' AND p.link IS NULL)
             WHERE sub IN ",
            $is_one_of,
            " RETURNING sub, chargers_added, verifications, photos_uploaded"
        )
    };
}

pub(crate) const RECOUNT: (&str, &str) =
    (recount_sql!("(SELECT jsonb_array_elements_text($1))"), recount_sql!("(SELECT value FROM json_each($1))"));
pub(crate) const SET_TRUSTS: (&str, &str) = (
    "/* contributors.set_trusts */ UPDATE contributors c SET trust_score = t.trust
     FROM jsonb_to_recordset($1) AS t(sub text, trust integer) WHERE c.sub = t.sub",
    "/* contributors.set_trusts */ UPDATE contributors SET trust_score = t.trust
     FROM (SELECT value ->> 'sub' AS sub, value ->> 'trust' AS trust FROM json_each($1)) t WHERE contributors.sub = t.sub",
);

/// Counts anew what these contributors have given, inside a transaction that holds their rows, and sets their trust: two statements,
/// however many they are.
macro_rules! recount {
    ($tx:expr, $engine:expr, $subs:expr) => {{
        let (postgres, sqlite) = $crate::contributors::RECOUNT;
        let counted = sqlx::query_as($engine.pick(postgres, sqlite)).bind(sqlx::types::Json($subs));
        let counted: Vec<(String, i32, i32, i32)> =
            counted.fetch_all(&mut *$tx).await.map_err($crate::failure::failed)?;
        let trust = |(sub, chargers, verifications, photos): (String, i32, i32, i32)| {
            let trust = domain::verification::trust_score(chargers as u32, verifications as u32, photos as u32);
            serde_json::json!({"sub": sub, "trust": trust})
        };
        let trusted: Vec<serde_json::Value> = counted.into_iter().map(trust).collect();
        let (postgres, sqlite) = $crate::contributors::SET_TRUSTS;
        let set = sqlx::query($engine.pick(postgres, sqlite)).bind(sqlx::types::Json(trusted));
        set.execute(&mut *$tx).await.map_err($crate::failure::failed)?;
    }};
}

pub(crate) use recount;
