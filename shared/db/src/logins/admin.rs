//! What an administrator does: a login that may make logins and owns the database, and need not be a superuser.

use super::{Prepared, Role, WantedLogin, execute, refused, statistics, take_over, verifier};
use crate::failure::failed;
use crate::postgres::Postgres;
use crate::quote::{identifier, literal};
use domain::{Error, Kind, Result};
use sqlx::{Connection, PgConnection};

/// An administrator's session.
pub(super) struct Admin<'a> {
    server: &'a Postgres,
    pub(super) connection: PgConnection,
    facts: Facts,
}

/// Who and where it is.
#[derive(sqlx::FromRow)]
struct Facts {
    name: String,
    database: String,
    schema: String,
    may_make_databases: bool,
    is_superuser: bool,
}

impl<'a> Admin<'a> {
    pub(super) async fn of(server: &'a Postgres) -> Result<Self> {
        const FACTS: &str =
            "/* logins.facts */ SELECT current_user::text AS name, current_database()::text AS database,
             current_schema()::text AS schema, rolcreatedb OR rolsuper AS may_make_databases, rolsuper AS is_superuser
             FROM pg_roles WHERE rolname = current_user";
        // Not those of a reader, where the login is one. Who waits for a lock makes all others wait.
        const LIMITS: &str = "/* logins.limits */ SET statement_timeout = 0; SET lock_timeout = 2000";
        server.require_session()?;
        let rejected = |error: Error| {
            Error::new(Kind::Unavailable, "The database does not accept the administrator's login.").because(error)
        };
        let mut connection = match server.log_in().await? {
            Some(connection) => connection,
            // A login that is kept may be an old one; this asks for it again.
            None => server.connection().await.map_err(rejected)?.detach(),
        };
        sqlx::raw_sql(LIMITS).execute(&mut connection).await.map_err(failed)?;
        let facts = sqlx::query_as(FACTS).fetch_one(&mut connection).await.map_err(failed)?;
        Ok(Self { server, connection, facts })
    }

    pub(super) async fn close(self) {
        self.connection.close().await.ok();
    }

    pub(super) async fn prepare(&mut self, migrator: &WantedLogin, others: &[String]) -> Result<Prepared> {
        let mut done = Prepared::default();
        let name = migrator.login.username.clone();
        if name == self.facts.name {
            return Ok(done);
        }
        // Trials of backups are made in databases of their own.
        let attributes = if self.facts.may_make_databases { "CREATEROLE CREATEDB" } else { "CREATEROLE" };
        self.make(migrator, attributes, &mut done).await?;
        self.let_build(&name).await?;
        self.join(&name).await?;
        self.hand_over(&name, others).await?;
        done.taken_over = take_over::take_over(&mut self.connection, &name).await?;
        statistics::keep(&mut self.connection, &name).await?;
        Ok(done)
    }

    pub(super) async fn provide(&mut self, wanted: &[WantedLogin]) -> Result<Prepared> {
        const LIMIT: &str = "/* logins.limit */ SELECT sharaspot_limit_login($1::name, $2::name)";
        if !self.has_roles().await? {
            let detail =
                "The schema is not there yet, and with it the roles: run `ops migrate up`, then `ops logins` again.";
            return Err(Error::new(Kind::Conflict, detail));
        }
        let mut done = Prepared::default();
        if let Some(migrator) = wanted.iter().find(|wanted| wanted.role == Role::Migrator) {
            self.become_login(&migrator.login.username).await?;
        }
        for wanted in wanted {
            if wanted.role != Role::Migrator {
                self.make(wanted, "", &mut done).await?;
            }
            let limit = sqlx::query(LIMIT).bind(&wanted.login.username).bind(wanted.role.as_str());
            limit.execute(&mut self.connection).await.map_err(refused)?;
            if wanted.role != Role::Migrator {
                self.take_other_roles(wanted).await?;
            }
        }
        Ok(done)
    }

    /// Makes a login, or makes it as it should be; a password that is accepted stays.
    async fn make(&mut self, wanted: &WantedLogin, attributes: &str, done: &mut Prepared) -> Result<()> {
        const FIND: &str = "/* logins.find */ SELECT rolsuper FROM pg_roles WHERE rolname = $1";
        let WantedLogin { login, is_accepted, .. } = wanted;
        let found = sqlx::query_scalar(FIND).bind(&login.username).fetch_optional(&mut self.connection);
        let found: Option<bool> = found.await.map_err(failed)?;
        if found == Some(true) {
            let detail = format!("The login {} is a superuser's: give the functions one of their own.", login.username);
            return Err(Error::new(Kind::Conflict, detail));
        }
        let verb = if found.is_some() { "ALTER" } else { "CREATE" };
        let password = match is_accepted {
            true => String::new(),
            false => format!("PASSWORD {}", literal(verifier(self.server, login).as_str())),
        };
        let name = identifier(&login.username);
        execute(&mut self.connection, format!("/* logins.make */ {verb} ROLE {name} LOGIN {attributes} {password}"))
            .await?;
        match (found, is_accepted) {
            (None, _) => done.made.push(login.username.clone()),
            (Some(_), false) => done.renewed.push(login.username.clone()),
            (Some(_), true) => {}
        }
        Ok(())
    }

    /// A login that had another role before, or by mistake, has it no more.
    async fn take_other_roles(&mut self, wanted: &WantedLogin) -> Result<()> {
        const OTHERS: &str = "/* logins.other_roles */ SELECT r.rolname::text FROM pg_auth_members m
             JOIN pg_roles r ON r.oid = m.roleid JOIN pg_roles l ON l.oid = m.member
             WHERE l.rolname = $1 AND r.rolname = ANY($2) AND r.rolname <> $3";
        let (login, ours) = (&wanted.login.username, Role::ALL.map(Role::as_str).to_vec());
        let others = sqlx::query_scalar(OTHERS).bind(login).bind(ours).bind(wanted.role.as_str());
        let others: Vec<String> = others.fetch_all(&mut self.connection).await.map_err(failed)?;
        for other in others {
            let [other, login] = [other.as_str(), login].map(identifier);
            execute(&mut self.connection, format!("/* logins.take_role */ REVOKE {other} FROM {login}")).await?;
        }
        Ok(())
    }

    /// Becomes a member of the migrator, to act in its place and to give it what is the administrator's own.
    async fn join(&mut self, migrator: &str) -> Result<()> {
        if self.facts.is_superuser {
            return Ok(());
        }
        let sql = format!("/* logins.join */ GRANT {} TO {}", identifier(migrator), identifier(&self.facts.name));
        execute(&mut self.connection, sql).await
    }

    async fn let_build(&mut self, migrator: &str) -> Result<()> {
        // Once it may, it is the one who grants, as the administrator is its member; and nobody grants to themselves.
        if self.may_build(migrator).await? {
            return Ok(());
        }
        let [name, database, schema] = [migrator, &self.facts.database, &self.facts.schema].map(identifier);
        let sql = format!(
            "/* logins.let_build */ GRANT CREATE, CONNECT, TEMPORARY ON DATABASE {database} TO {name};
             GRANT USAGE, CREATE ON SCHEMA {schema} TO {name} WITH GRANT OPTION"
        );
        execute(&mut self.connection, sql).await?;
        // Who has nothing to grant is only warned.
        if self.may_build(migrator).await? {
            return Ok(());
        }
        let detail =
            format!("The login {} may not give rights on the schema: it must own the database.", self.facts.name);
        Err(Error::new(Kind::Forbidden, detail))
    }

    async fn may_build(&mut self, migrator: &str) -> Result<bool> {
        const SQL: &str = "/* logins.may_build */ SELECT has_database_privilege($1::name, current_database(), 'CREATE')
             AND has_schema_privilege($1::name, $2, 'USAGE WITH GRANT OPTION')
             AND has_schema_privilege($1::name, $2, 'CREATE WITH GRANT OPTION')";
        let question = sqlx::query_scalar(SQL).bind(migrator).bind(&self.facts.schema);
        question.fetch_one(&mut self.connection).await.map_err(failed)
    }

    /// Puts the migrator in charge of roles and logins that somebody else has made: since PostgreSQL 16 it needs that to grant them,
    /// to limit them and to change their passwords.
    async fn hand_over(&mut self, migrator: &str, logins: &[String]) -> Result<()> {
        const OTHERS: &str = "/* logins.others */ SELECT r.rolname::text FROM pg_roles r
             WHERE r.rolname = ANY($1) AND r.rolname <> $2 AND NOT EXISTS (SELECT FROM pg_auth_members m
               JOIN pg_roles l ON l.oid = m.member WHERE m.roleid = r.oid AND l.rolname = $2 AND m.admin_option)";
        let names: Vec<&str> =
            Role::ALL.iter().map(|role| role.as_str()).chain(logins.iter().map(String::as_str)).collect();
        let others = sqlx::query_scalar(OTHERS).bind(names).bind(migrator);
        let others: Vec<String> = others.fetch_all(&mut self.connection).await.map_err(failed)?;
        for role in others {
            let [role, migrator] = [role.as_str(), migrator].map(identifier);
            let sql = format!("/* logins.hand_over */ GRANT {role} TO {migrator} WITH ADMIN OPTION");
            execute(&mut self.connection, sql).await?;
        }
        Ok(())
    }

    async fn has_roles(&mut self) -> Result<bool> {
        const SQL: &str = "/* logins.roles */ SELECT to_regprocedure('sharaspot_limit_login(name, name)') IS NOT NULL";
        sqlx::query_scalar(SQL).fetch_one(&mut self.connection).await.map_err(failed)
    }

    /// From here on this session acts as another login.
    async fn become_login(&mut self, name: &str) -> Result<()> {
        if name == self.facts.name {
            return Ok(());
        }
        execute(&mut self.connection, format!("/* logins.become */ SET ROLE {}", identifier(name))).await
    }
}
