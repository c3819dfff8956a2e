//! A schema that another login has made becomes the migrator's: only the owner of a table can change it.

use super::{Role, execute, refused};
use crate::failure::failed;
use crate::migrations::made_objects;
use crate::quote::identifier;
use domain::Result;
use sqlx::{AssertSqlSafe, PgConnection};
use std::time::Duration;

/// A table changes its owner between two statements of others; some of those are long.
const TRIES: u32 = 60;
const PAUSE: Duration = Duration::from_secs(1);

/// Hands over what the migrations have made, and nothing else of the schema; how many things that were. Whoever waits for a lock on
/// them waits two seconds at most.
pub(super) async fn take_over(connection: &mut PgConnection, migrator: &str) -> Result<u64> {
    const STRAYS: &str = "/* logins.strays */ SELECT format('TABLE %s', c.oid::regclass)
         FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
           AND c.relname = ANY($1) AND pg_get_userbyid(c.relowner) <> $2
         UNION ALL SELECT format('FUNCTION %s', p.oid::regprocedure)
         FROM pg_proc p WHERE p.pronamespace = current_schema()::regnamespace
           AND p.proname = ANY($1) AND pg_get_userbyid(p.proowner) <> $2";
    let strays = sqlx::query_scalar(STRAYS).bind(made_objects()).bind(migrator);
    let strays: Vec<String> = strays.fetch_all(&mut *connection).await.map_err(failed)?;
    for stray in &strays {
        let sql = format!("/* logins.take_over */ ALTER {stray} OWNER TO {}", identifier(migrator));
        patiently(connection, sql).await?;
    }
    // Each time: a run that was ended before this finds no strays any more.
    share(connection, migrator).await?;
    Ok(strays.len() as u64)
}

async fn patiently(connection: &mut PgConnection, sql: String) -> Result<()> {
    for _ in 1..TRIES {
        match sqlx::raw_sql(AssertSqlSafe(sql.clone())).execute(&mut *connection).await {
            Ok(_) => return Ok(()),
            Err(error) if error.as_database_error().and_then(|error| error.code()).as_deref() == Some("55P03") => {}
            Err(error) => return Err(refused(error)),
        }
        tokio::time::sleep(PAUSE).await;
    }
    execute(connection, sql).await
}

/// What the roles may do with tables that are still to come was said by the owner before, of its own.
async fn share(connection: &mut PgConnection, migrator: &str) -> Result<()> {
    const SCHEMA: &str = "/* logins.schema */ SELECT current_schema()::text";
    const THERE: &str = "/* logins.there */ SELECT rolname::text FROM pg_roles WHERE rolname = ANY($1)";
    let schema: String = sqlx::query_scalar(SCHEMA).fetch_one(&mut *connection).await.map_err(failed)?;
    let there = sqlx::query_scalar(THERE).bind(Role::ALL.map(Role::as_str).to_vec());
    let there: Vec<String> = there.fetch_all(&mut *connection).await.map_err(failed)?;
    for role in Role::ALL.into_iter().filter(|role| there.iter().any(|name| name == role.as_str())) {
        let rights = if role == Role::Reader { "SELECT" } else { "SELECT, INSERT, UPDATE, DELETE" };
        let sql = format!(
            "/* logins.share */ ALTER DEFAULT PRIVILEGES FOR ROLE {} IN SCHEMA {} GRANT {rights} ON TABLES TO {}",
            identifier(migrator),
            identifier(&schema),
            role.as_str()
        );
        execute(connection, sql).await?;
    }
    Ok(())
}
