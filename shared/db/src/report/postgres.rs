//! The sections of PostgreSQL. All columns are there from version 13 to 18.

use super::Question;
use crate::Db;
use crate::engine::read;
use domain::Result;

const DATABASE: &str = "/* report.database */ SELECT 'PostgreSQL ' || current_setting('server_version') AS version,
     pg_database_size(d.oid) AS size_bytes,
     round(100.0 * s.blks_hit / nullif(s.blks_hit + s.blks_read, 0), 2)::float8 AS cache_hits_percent,
     (SELECT sum(numbackends) FROM pg_stat_database)::bigint AS connections,
     current_setting('max_connections')::bigint AS max_connections,
     s.xact_commit AS commits, s.xact_rollback AS rollbacks, s.deadlocks, s.temp_bytes AS spilled_bytes,
     (SELECT extract(epoch FROM max(clock_timestamp() - a.xact_start)) * 1000 FROM pg_stat_activity a
         WHERE a.datname = d.datname AND a.pid <> pg_backend_pid())::float8 AS oldest_transaction_ms,
     age(d.datfrozenxid)::bigint AS transaction_id_age,
     current_setting('autovacuum_freeze_max_age')::bigint AS transaction_id_age_limit,
     current_setting('autovacuum') AS autovacuum,
     CASE WHEN pg_is_in_recovery() THEN 'replica' ELSE 'primary' END AS role,
     to_char(s.stats_reset AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') AS counted_since
     FROM pg_stat_database s JOIN pg_database d ON d.oid = s.datid WHERE d.datname = current_database()";

const TABLES: &str =
    "/* report.tables */ SELECT s.relname::text AS table, greatest(c.reltuples, s.n_live_tup)::bigint AS rows,
     pg_table_size(s.relid) AS size_bytes, pg_indexes_size(s.relid) AS index_bytes, s.n_dead_tup AS dead_rows,
     round(100.0 * s.n_dead_tup / nullif(s.n_live_tup + s.n_dead_tup, 0), 1)::float8 AS dead_percent,
     s.seq_scan AS full_scans,
     to_char(greatest(s.last_autovacuum, s.last_vacuum) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') AS last_vacuum,
     to_char(greatest(s.last_autoanalyze, s.last_analyze) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') AS last_analyze
     FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = s.relid WHERE s.schemaname = current_schema()
     ORDER BY pg_total_relation_size(s.relid) DESC, 1";

/// Of each table what autovacuum goes by: its own setting, else the server's.
const VACUUM: &str = "/* report.vacuum */ SELECT c.relname::text AS table,
     coalesce(o.set ->> 'autovacuum_enabled', current_setting('autovacuum')) AS autovacuum,
     coalesce(o.set ->> 'autovacuum_vacuum_scale_factor', current_setting('autovacuum_vacuum_scale_factor'))::float8
         AS vacuum_at_share,
     coalesce(o.set ->> 'autovacuum_vacuum_insert_scale_factor',
         current_setting('autovacuum_vacuum_insert_scale_factor'))::float8 AS vacuum_at_inserted_share,
     coalesce(o.set ->> 'fillfactor', '100')::bigint AS fill_percent, age(c.relfrozenxid)::bigint AS transaction_id_age
     FROM pg_class c, LATERAL (SELECT coalesce(jsonb_object_agg(option_name, option_value), '{}') AS set
         FROM pg_options_to_table(c.reloptions)) o
     WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' ORDER BY 1";

const INDEXES: &str = "/* report.indexes */ SELECT s.relname::text AS table, s.indexrelname::text AS index,
     s.idx_scan AS scans, s.idx_tup_read AS entries_read, pg_relation_size(s.indexrelid) AS size_bytes,
     CASE WHEN i.indisprimary THEN 'primary' WHEN i.indisunique THEN 'unique' ELSE 'plain' END AS kind
     FROM pg_stat_user_indexes s JOIN pg_index i USING (indexrelid) WHERE s.schemaname = current_schema()
     ORDER BY s.idx_scan DESC, 1, 2";

const UNUSED: &str = "/* report.unused_indexes */ SELECT s.relname::text AS table, s.indexrelname::text AS index,
     pg_relation_size(s.indexrelid) AS size_bytes
     FROM pg_stat_user_indexes s JOIN pg_index i USING (indexrelid)
     WHERE s.schemaname = current_schema() AND s.idx_scan = 0 AND NOT i.indisunique ORDER BY 3 DESC, 1, 2";

const CONNECTIONS: &str =
    "/* report.connections */ SELECT coalesce(nullif(application_name, ''), backend_type, '-') AS application,
     coalesce(state, 'hidden') AS state, count(*) AS connections,
     (extract(epoch FROM max(clock_timestamp() - state_change)) * 1000)::float8 AS longest_ms
     FROM pg_stat_activity WHERE datname = current_database() GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2";

const RUNNING: &str = "/* report.running */ SELECT
     coalesce(substring(query FROM '^\\s*/\\* ([a-z_]+\\.[a-z_]+) \\*/'), 'other') AS statement,
     coalesce(nullif(application_name, ''), backend_type, '-') AS application, state,
     (extract(epoch FROM clock_timestamp() - coalesce(query_start, backend_start)) * 1000)::float8 AS took_ms,
     coalesce(wait_event_type || ' ' || wait_event, '-') AS waits_for, cardinality(pg_blocking_pids(pid))::bigint AS blocked_by
     FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'
     AND clock_timestamp() - query_start > interval '1 second' ORDER BY took_ms DESC LIMIT 20";

const REPLICATION: &str = "/* report.replication */ SELECT coalesce(nullif(application_name, ''), '-') AS replica,
     coalesce(state, 'hidden') AS state, coalesce(sync_state, 'hidden') AS mode,
     pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END,
         replay_lsn)::bigint AS behind_bytes,
     (extract(epoch FROM replay_lag) * 1000)::float8 AS lag_ms FROM pg_stat_replication ORDER BY 1";

/// By their names, since one statement may have been counted apart for each login and each length of a list.
const STATEMENTS: &str = "/* report.statements */ SELECT
     coalesce(substring(query FROM '^\\s*/\\* ([a-z_]+\\.[a-z_]+) \\*/'), 'other') AS statement, sum(calls)::bigint AS calls,
     sum(total_exec_time)::float8 AS total_ms, (sum(total_exec_time) / nullif(sum(calls), 0))::float8 AS mean_ms,
     max(max_exec_time)::float8 AS longest_ms, sum(rows)::bigint AS rows,
     round(100.0 * sum(shared_blks_hit) / nullif(sum(shared_blks_hit + shared_blks_read), 0), 1)::float8 AS cache_hits_percent
     FROM {schema}.pg_stat_statements WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
     GROUP BY 1 ORDER BY total_ms DESC LIMIT 20";

const NO_STATEMENTS: &str = "pg_stat_statements is not installed: put it into shared_preload_libraries (on RDS it is there), and \
    CREATE EXTENSION pg_stat_statements";

pub(super) async fn questions(db: &Db) -> Result<Vec<Question>> {
    // Quoted by the server.
    const SCHEMA: &str = "/* report.schema_of_statements */ SELECT quote_ident(n.nspname) FROM pg_extension e
         JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'pg_stat_statements'";
    let schema: Option<String> = read!(db, |session| sqlx::query_scalar(SCHEMA).fetch_optional(session).await?);
    let sql = schema.map(|schema| STATEMENTS.replace("{schema}", &schema)).ok_or(NO_STATEMENTS);
    let statements = Question { name: "statements", is_single: false, sql, nothing: Some("nothing is counted yet") };
    Ok(vec![
        Question::new("database", DATABASE).single(),
        Question::new("tables", TABLES).or_nothing("there are none: `ops migrate up` makes them"),
        Question::new("vacuum", VACUUM),
        Question::new("indexes", INDEXES),
        Question::new("unused_indexes", UNUSED).or_nothing("every index has been used since counting began"),
        Question::new("connections", CONNECTIONS),
        Question::new("running", RUNNING).or_nothing("nothing has run for more than a second"),
        statements,
        Question::new("replication", REPLICATION).or_nothing("no replica is connected"),
    ])
}
