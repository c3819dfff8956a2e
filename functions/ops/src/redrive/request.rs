//! Which letters, and how many.

use clap::Args;
use dead_letters::FunctionArn;

/// Which letters, and how many.
#[derive(Clone, Debug, Args)]
pub struct Request {
    /// Address of the queue, instead of DEAD_LETTER_QUEUE_URL
    #[arg(long, value_name = "URL")]
    pub(super) queue: Option<String>,
    /// So many at most; the same command goes on with the rest
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) max: u32,
    /// The alias that takes the events that were for one version alone
    #[arg(long, value_name = "NAME", value_parser = alias)]
    alias: Option<String>,
    /// Only list them
    #[arg(long)]
    pub(super) dry_run: bool,
}

impl Request {
    /// Who takes an event.
    ///
    /// # Errors
    /// A sentence, where that is one version of the code for ever: the one that has given up, and where nobody would learn of it.
    pub(super) fn taker(&self, function: &FunctionArn) -> Result<FunctionArn, String> {
        match (&self.alias, function.version()) {
            (_, None) => Ok(function.clone()),
            (Some(alias), Some(_)) => Ok(function.with_alias(alias)),
            (None, Some(version)) => Err(format!("it was for version {version} alone: --alias says who takes it now")),
        }
    }
}

fn alias(text: &str) -> Result<String, &'static str> {
    let is_word = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    let is_alias = is_word && text.bytes().any(|byte| !byte.is_ascii_digit());
    is_alias.then(|| text.to_owned()).ok_or("it must be letters, digits, - and _, and no number")
}
