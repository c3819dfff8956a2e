//! What was chosen, or what is wrong with the environment.

use super::Finding;
use config::{Config, ConfigError};

pub(super) fn check(config: Option<&Config>, mistakes: &[ConfigError]) -> Finding {
    const NAME: &str = "configuration";
    match (config, mistakes) {
        (Some(config), []) => Finding::fine(NAME, config.summary()),
        (_, mistakes) => {
            let found: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
            let variables: Vec<&str> = mistakes.iter().map(|mistake| mistake.variable).collect();
            let remedy = format!("set {} as the table of variables in README.md says", variables.join(", "));
            Finding::failed(NAME, found.join("; "), remedy)
        }
    }
}
