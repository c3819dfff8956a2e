//! How a function is called in a letter.

use std::fmt;

/// What Lambda calls the newest code.
const LATEST: &str = "$LATEST";

/// `arn:aws:lambda:eu-central-1:123456789012:function:optimize-photo:live`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionArn {
    /// Everything before the name, with the colon behind it.
    home: String,
    name: String,
    qualifier: Option<String>,
}

impl FunctionArn {
    /// Reads one; `None` for what is none.
    pub fn parse(arn: &str) -> Option<Self> {
        let (home, rest) = arn.split_once(":function:")?;
        let mut parts = home.split(':');
        let is_lambda = parts.next()? == "arn" && parts.next()?.starts_with("aws") && parts.next()? == "lambda";
        let (region, account) = (parts.next()?, parts.next()?);
        let is_home = !region.is_empty() && is_account(account) && parts.next().is_none();
        let (name, qualifier) = match rest.split_once(':') {
            Some((name, qualifier)) => (name, Some(qualifier)),
            None => (rest, None),
        };
        let is_word =
            |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
        let is_named = is_word(name) && qualifier.is_none_or(|qualifier| qualifier == LATEST || is_word(qualifier));
        (is_lambda && is_home && is_named).then(|| Self {
            home: format!("{home}:function:"),
            name: name.to_owned(),
            qualifier: qualifier.map(str::to_owned),
        })
    }

    /// The account that it belongs to.
    pub fn account(&self) -> &str {
        self.home.split(':').nth(4).unwrap_or_default()
    }

    /// The one version that it is, where it is neither an alias nor the newest code.
    pub fn version(&self) -> Option<&str> {
        self.qualifier.as_deref().filter(|qualifier| qualifier.bytes().all(|byte| byte.is_ascii_digit()))
    }

    /// The same function by an alias.
    #[must_use]
    pub fn with_alias(&self, alias: &str) -> Self {
        Self { qualifier: Some(alias.to_owned()), ..self.clone() }
    }

    /// As AWS writes it.
    pub fn as_text(&self) -> String {
        let qualifier = self.qualifier.as_ref().map(|qualifier| format!(":{qualifier}")).unwrap_or_default();
        format!("{}{}{qualifier}", self.home, self.name)
    }
}

/// Whether this is the number of an account.
pub(crate) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

impl fmt::Display for FunctionArn {
    /// The name, as people call it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.qualifier.as_deref().filter(|qualifier| *qualifier != LATEST) {
            Some(qualifier) => write!(f, "{}:{qualifier}", self.name),
            None => f.write_str(&self.name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOME: &str = "arn:aws:lambda:eu-central-1:123456789012:function:";

    #[test]
    fn a_function_is_called_as_people_call_it_and_written_as_it_was_read() {
        for (rest, shown, version) in [
            ("optimize-photo", "optimize-photo", None),
            ("optimize-photo:$LATEST", "optimize-photo", None),
            ("stack-OptimizePhoto-aB_1:live", "stack-OptimizePhoto-aB_1:live", None),
            ("optimize-photo:42", "optimize-photo:42", Some("42")),
        ] {
            let text = format!("{HOME}{rest}");
            let arn = FunctionArn::parse(&text).unwrap();
            assert_eq!((arn.as_text(), arn.to_string(), arn.version()), (text, shown.to_owned(), version));
            assert_eq!(arn.account(), "123456789012");
        }
        let china = "arn:aws-cn:lambda:cn-north-1:123456789012:function:x:7";
        let alias = FunctionArn::parse(china).unwrap().with_alias("live");
        assert_eq!(alias.as_text(), "arn:aws-cn:lambda:cn-north-1:123456789012:function:x:live");
    }

    #[test]
    fn what_is_no_function_is_refused() {
        for other in [
            "",
            "optimize-photo",
            "arn:aws:sqs:eu-central-1:123456789012:queue",
            "arn:aws:sqs:eu-central-1:123456789012:function:x",
            "arn:aws:lambda::123456789012:function:x",
            "arn:aws:lambda:eu-central-1:12345678901:function:x",
            "arn:aws:lambda:eu-central-1:123456789012:more:function:x",
            HOME,
            &format!("{HOME}x:"),
            &format!("{HOME}x:1:2"),
            &format!("{HOME}x/../y"),
            &format!("{HOME}x:$OLDEST"),
        ] {
            assert_eq!(FunctionArn::parse(other), None, "{other}");
        }
    }
}
