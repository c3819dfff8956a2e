//! The database itself, its schema, and how many may talk to it.

use super::clock::Comparison;
use super::{Finding, LIMIT, cause, within};
use crate::migrate::{DAMAGED, bad_indexes};
use config::Config;
use db::Db;
use db::checkup::{ConnectionBudget, ServerFacts};
use db::migrations::{Applied, Indexes, Step, Wording};
use domain::{Error, Result, World};

pub(super) const NAMES: [&str; 5] = [SERVER, MIGRATIONS, INDEXES, CONNECTIONS, CLOCK];
const SERVER: &str = "database";
const MIGRATIONS: &str = "migrations";
const INDEXES: &str = "indexes";
const CONNECTIONS: &str = "connections";
const CLOCK: &str = "database clock";

const FROM_A_BACKUP: &str =
    "bring a backup back into another DATA_DIR: `ops restore --latest --from` and where the backups are";

/// What the functions may use of the server's connections, in percent; the rest is for releases, people and failovers.
const BUDGET_PERCENT: u32 = 80;

pub(super) async fn check(config: &Config, world: World, has_login: bool) -> Vec<Finding> {
    if !has_login {
        return unseen(Vec::new(), "there is no login");
    }
    let db = match open(config, world).await {
        Ok(Some(db)) => db,
        Ok(None) => return unseen(Vec::new(), "there is no file yet, the first start makes it"),
        Err(error) => return unseen(vec![unreachable(config, &error)], "the database cannot be opened"),
    };
    // Reads would go to the replica, which has a line of its own.
    let db = db.primary();
    let facts = within(LIMIT, async {
        db.knock().await?;
        db.server_facts().await
    });
    let findings = match facts.await {
        Err(error) => unseen(vec![unreachable(config, &error)], "the database does not answer"),
        Ok(facts) => vec![
            server(&facts),
            migrations(&db).await,
            indexes(&db, config.database.file().is_some()).await,
            connections(&db).await,
            clock(&db, world).await,
        ],
    };
    db.close().await;
    findings
}

/// The database as every function opens it, but for making or migrating it.
pub(super) async fn open(config: &Config, world: World) -> Result<Option<Db>> {
    let logins = secrets::logins(config.secret_ttl);
    within(LIMIT, Db::open_as_it_is(&config.database, "ops doctor", world, logins)).await
}

/// What is known already, and that the rest could not be looked at.
fn unseen(mut findings: Vec<Finding>, why: &str) -> Vec<Finding> {
    let rest = NAMES.iter().skip(findings.len());
    findings.extend(rest.map(|name| Finding::absent(name, format!("not looked at: {why}"))));
    findings
}

fn unreachable(config: &Config, error: &Error) -> Finding {
    let cause = cause(error);
    let remedies = [
        ("28P01", "correct the password, in the secret of DB_SECRET_ARN, in DATABASE_URL or in DB_PASSWORD"),
        ("28000", "correct the user, or let it log in from here (pg_hba.conf)"),
        ("3D000", "make the database, or correct its name in DATABASE_URL or DB_NAME"),
        ("53300", "end sessions (`ops db-report` shows whose they are) or raise max_connections"),
        ("TLS", "make DB_SSLMODE and DB_SSLROOTCERT fit the server's certificate"),
    ];
    let known = remedies.iter().find(|(sign, _)| cause.contains(sign)).map(|(_, remedy)| *remedy);
    let remedy = match config.database.file() {
        Some(_) => {
            "give this user the file (DATA_DIR or DATABASE_URL says where), or bring a backup back into another DATA_DIR: \
             `ops restore --latest --from` and where the backups are"
        }
        None => {
            known.unwrap_or("start the server, or correct DATABASE_URL, DB_HOST or DB_PORT, and let the network pass")
        }
    };
    Finding::failed(SERVER, cause, remedy)
}

fn server(facts: &ServerFacts) -> Finding {
    let way = match facts.is_encrypted {
        Some(true) => ", with TLS",
        Some(false) => ", without TLS",
        None => "",
    };
    let found = format!("{}{way}", facts.version);
    if facts.takes_writes {
        return Finding::fine(SERVER, found);
    }
    Finding::failed(SERVER, format!("{found}: it takes no writes"), "name the primary in DATABASE_URL or DB_HOST")
}

async fn migrations(db: &Db) -> Finding {
    let found = within(LIMIT, async { Ok((db.migration_steps().await?, db.migration_history().await?)) }).await;
    match found {
        Ok((steps, history)) => schema(&steps, &history),
        Err(error) => {
            Finding::failed(MIGRATIONS, cause(&error), "`ops migrate status` on a direct connection says more")
        }
    }
}

fn schema(steps: &[Step], history: &[Applied]) -> Finding {
    let name = |version: i64, name: &str| format!("{version:04} {name}");
    let of = |wording: Wording| -> Vec<String> {
        let those = history.iter().filter(|step| step.wording == wording);
        those.map(|step| name(step.version, &step.name)).collect()
    };
    let (changed, unknown) = (of(Wording::Changed), of(Wording::Unknown));
    let missing: Vec<String> =
        steps.iter().filter(|step| !step.is_applied).map(|step| name(step.version, &step.name)).collect();
    if !changed.is_empty() {
        let remedy =
            "bring the files back as they ran (`ops migrate history` shows when); a change is a step of its own";
        return Finding::failed(MIGRATIONS, format!("changed since they ran: {}", changed.join(", ")), remedy);
    }
    if !unknown.is_empty() {
        let remedy = "run the newer release that made them, or let it take them back: `ops migrate down`";
        return Finding::failed(MIGRATIONS, format!("not of this release: {}", unknown.join(", ")), remedy);
    }
    if !missing.is_empty() {
        return Finding::failed(MIGRATIONS, format!("missing: {}", missing.join(", ")), "`ops migrate up`");
    }
    Finding::fine(MIGRATIONS, format!("all {} are applied", steps.len()))
}

async fn indexes(db: &Db, is_file: bool) -> Finding {
    match within(LIMIT, db.verify_indexes()).await {
        Ok(Indexes { damage, .. }) if !damage.is_empty() => Finding::failed(INDEXES, DAMAGED, FROM_A_BACKUP),
        Ok(Indexes { indexes, .. }) => match bad_indexes(&indexes) {
            bad if bad.is_empty() => Finding::fine(INDEXES, format!("all {} are valid", indexes.len())),
            bad => {
                Finding::failed(INDEXES, bad.join(", "), "`ops migrate up` repairs that while reads and writes go on")
            }
        },
        Err(error) if is_file => Finding::failed(INDEXES, cause(&error), FROM_A_BACKUP),
        Err(error) => Finding::failed(INDEXES, cause(&error), "`ops migrate verify-indexes` says more"),
    }
}

async fn connections(db: &Db) -> Finding {
    match within(LIMIT, db.connection_budget()).await {
        Ok(None) => Finding::absent(CONNECTIONS, "a file has none"),
        Ok(Some(ConnectionBudget { used, limit })) => {
            let found = format!("{used} of {limit}");
            if used * 100 <= limit * BUDGET_PERCENT {
                return Finding::fine(CONNECTIONS, found);
            }
            let remedy = "`ops db-report` shows whose they are; lower DB_POOL_SIZE or the functions' concurrency, or raise \
                          max_connections";
            Finding::failed(CONNECTIONS, format!("{found}, more than {BUDGET_PERCENT} %"), remedy)
        }
        Err(error) => Finding::failed(CONNECTIONS, cause(&error), "`ops db-report` says more"),
    }
}

async fn clock(db: &Db, world: World) -> Finding {
    let asked = (world.now)();
    match within(LIMIT, db.server_time()).await {
        Ok(None) => Finding::absent(CLOCK, "a file has none"),
        Ok(Some(theirs)) => Comparison { asked, answered: (world.now)(), theirs, resolution_micros: 0 }.finding(CLOCK),
        Err(error) => Finding::failed(CLOCK, cause(&error), "run `ops doctor` again: the server went away meanwhile"),
    }
}
