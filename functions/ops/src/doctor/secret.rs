//! Whether the login can be read where it is kept.

use super::{Finding, LIMIT, cause, within};
use config::Config;
use domain::Kind;
use domain::connection::Server;

pub(super) const NAME: &str = "secret";

pub(super) async fn check(config: &Config) -> Finding {
    let Server::Secret { arn, .. } = &config.database.server else {
        return Finding::absent(NAME, "none configured: the login is in the environment, or there is none");
    };
    let logins = secrets::logins(config.secret_ttl);
    match within(LIMIT, logins(arn.clone(), None)).await {
        Ok(_) => Finding::fine(NAME, "holds a login"),
        Err(error) if error.kind() == Kind::Internal => {
            Finding::failed(NAME, cause(&error), "write username and password into the secret as JSON, as RDS does")
        }
        Err(error) => {
            let remedy = "correct DB_SECRET_ARN, let this role call secretsmanager:GetSecretValue on it, and give the network an \
                          endpoint of Secrets Manager";
            Finding::failed(NAME, cause(&error), remedy)
        }
    }
}
