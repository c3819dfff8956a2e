//! The one error of the system: a kind, a sentence that is safe to show, and the cause that is only logged.

use std::error::Error as StdError;
use std::fmt;

/// What went wrong, as far as the caller is concerned. `api::respond` maps each kind to one HTTP status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The request breaks a rule; the field errors name every place.
    BadInput,
    /// No identity where one is needed.
    Unauthenticated,
    /// An identity that may not do this.
    Forbidden,
    /// There is no such thing.
    NotFound,
    /// The thing is there already, or has changed meanwhile.
    Conflict,
    /// More bytes than the limit.
    TooLarge,
    /// Well formed, and not what may be asked now.
    Unprocessable,
    /// More often than is allowed; [`Error::retry_after_s`] says when it is allowed again.
    TooMany,
    /// Somebody else (database, photo store) does not answer at the moment; trying again later is right.
    Unavailable,
    /// Our fault.
    Internal,
}

/// One field that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct FieldError {
    /// Where: a parameter's name, or a path in the body such as `connectors[1].type`.
    pub field: String,
    /// A word for programs: `required`, `out_of_range`, `unknown`, …
    pub code: &'static str,
    /// A sentence for people.
    pub detail: String,
}

/// An error with a text for the client and, apart from it, a cause for the log.
#[derive(Debug)]
pub struct Error {
    kind: Kind,
    detail: String,
    fields: Vec<FieldError>,
    member: Option<Box<(&'static str, serde_json::Value)>>,
    retry_after_s: Option<u32>,
    cause: Option<Box<dyn StdError + Send + Sync>>,
}

/// A result with the one error.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error of a kind; `detail` is shown to the client.
    pub fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), fields: Vec::new(), member: None, retry_after_s: None, cause: None }
    }

    /// Bad input with every bad field named.
    pub fn bad_input(fields: Vec<FieldError>) -> Self {
        let detail = match fields.as_slice() {
            [one] => format!("{}: {}", one.field, one.detail),
            many => format!("{} fields are not valid.", many.len()),
        };
        Self { fields, ..Self::new(Kind::BadInput, detail) }
    }

    /// Bad input in one field.
    pub fn bad_field(field: impl Into<String>, code: &'static str, detail: impl Into<String>) -> Self {
        Self::bad_input(vec![FieldError { field: field.into(), code, detail: detail.into() }])
    }

    /// Says something else to the client.
    #[must_use]
    pub fn saying(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }

    /// There is no such `thing` (a noun such as "charger").
    pub fn not_found(thing: &str) -> Self {
        Self::new(Kind::NotFound, format!("There is no such {thing}."))
    }

    /// Something outside does not answer; `part` (a noun such as "database") is shown, the cause is only logged.
    pub fn unavailable(part: &str, cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::new(Kind::Unavailable, format!("The {part} is not available at the moment. Please try again."))
            .retry_after(2)
            .because(cause)
    }

    /// A fault of ours; the cause is only logged.
    pub fn internal(cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::new(Kind::Internal, "Something went wrong on our side.").because(cause)
    }

    /// Says when to try again, in seconds from now.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }

    /// Attaches what caused it, for the log.
    #[must_use]
    pub fn because(mut self, cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// Adds a member that programs can use, such as what a conflict is with; shown to the client.
    #[must_use]
    pub fn with_member(mut self, name: &'static str, value: &impl serde::Serialize) -> Self {
        self.member = serde_json::to_value(value).ok().map(|value| Box::new((name, value)));
        self
    }

    /// The same error for somebody else who waited for it; of the cause it keeps the text.
    #[must_use]
    pub fn repeat(&self) -> Self {
        Self {
            kind: self.kind,
            detail: self.detail.clone(),
            fields: self.fields.clone(),
            member: self.member.clone(),
            retry_after_s: self.retry_after_s,
            cause: self.cause.as_ref().map(|cause| cause.to_string().into()),
        }
    }

    /// The additional member.
    pub fn member(&self) -> Option<&(&'static str, serde_json::Value)> {
        self.member.as_deref()
    }

    /// When to try again, in seconds from now.
    pub fn retry_after_s(&self) -> Option<u32> {
        self.retry_after_s
    }

    /// The kind.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The sentence that a client may see.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// Every bad field.
    pub fn fields(&self) -> &[FieldError] {
        &self.fields
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}
