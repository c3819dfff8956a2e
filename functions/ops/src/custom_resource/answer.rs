//! Who asks, and what is answered.

use super::address::Address;
use super::summary::Summary;
use domain::{Error, Kind, Result};
use serde_json::{Value, json};

/// What this resource is called where it has no name yet: for ever, since CloudFormation deletes a resource whose name changes.
const NAME: &str = "sharaspot-schema";
/// CloudFormation takes 4096 bytes in all; the rest are ids.
const MAX_TEXT_CHARS: usize = 1_000;

/// Who asks: what an answer must repeat, as far as it is there.
#[derive(Clone, Debug)]
pub(crate) struct Sender {
    pub(super) address: Address,
    ids: Vec<(&'static str, String)>,
}

impl Sender {
    /// `None` for an event of somebody else.
    ///
    /// # Errors
    /// Bad input for one that cannot be answered: its address is missing, or none that CloudFormation would give.
    pub(crate) fn of(payload: &Value) -> Option<Result<Self>> {
        if !payload["ResponseURL"].is_string() && !payload["RequestType"].is_string() {
            return None;
        }
        let Some(address) = payload["ResponseURL"].as_str().and_then(Address::parse) else {
            let detail = "An event with RequestType needs ResponseURL, an https address.";
            return Some(Err(Error::new(Kind::BadInput, detail)));
        };
        let id = |name: &'static str| (name, payload[name].as_str().unwrap_or_default().to_owned());
        let mut ids = ["StackId", "RequestId", "LogicalResourceId", "PhysicalResourceId"].map(id).to_vec();
        if let Some((_, name)) = ids.last_mut().filter(|(_, name)| name.is_empty()) {
            *name = NAME.to_owned();
        }
        Some(Ok(Self { address, ids }))
    }

    /// The answer, as CloudFormation reads it.
    pub(super) fn answer(&self, summary: &Summary) -> String {
        let status = if summary.reason.is_some() { "FAILED" } else { "SUCCESS" };
        let mut answer = json!({"Status": status});
        for (name, id) in &self.ids {
            answer[*name] = json!(id);
        }
        match &summary.reason {
            Some(reason) => answer["Reason"] = json!(cut(reason)),
            None => answer["Data"] = json!({"Applied": cut(&summary.applied()), "Logins": cut(&summary.provided())}),
        }
        answer.to_string()
    }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(MAX_TEXT_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use db::migrations::Step;

    fn payload() -> Value {
        json!({"RequestType": "Create", "ResponseURL": "https://bucket.example/answer?Signature=x", "StackId": "stack",
               "RequestId": "request", "LogicalResourceId": "Migrations"})
    }

    fn answer(payload: &Value, summary: &Summary) -> Value {
        serde_json::from_str(&Sender::of(payload).unwrap().unwrap().answer(summary)).unwrap()
    }

    #[test]
    fn an_answer_repeats_who_asked_and_says_what_was_done() {
        let step = |version| Step { version, name: "photos".to_owned(), is_applied: true };
        let done = Summary { steps: vec![step(3), step(4)], ..Summary::default() };
        let expected = json!({"Status": "SUCCESS", "StackId": "stack", "RequestId": "request",
            "LogicalResourceId": "Migrations", "PhysicalResourceId": "sharaspot-schema",
            "Data": {"Applied": "0003 photos, 0004 photos", "Logins": "none"}});
        assert_eq!(answer(&payload(), &done), expected);
    }

    #[test]
    fn a_resource_keeps_its_name() {
        let mut payload = payload();
        payload["PhysicalResourceId"] = json!("of-another-time");
        assert_eq!(answer(&payload, &Summary::default())["PhysicalResourceId"], "of-another-time");
        assert_eq!(answer(&payload, &Summary::failed("no".to_owned()))["PhysicalResourceId"], "of-another-time");
    }

    #[test]
    fn an_answer_is_never_longer_than_cloudformation_reads() {
        let failed = Summary::failed("ä\"".repeat(5_000));
        let said = answer(&payload(), &failed);
        assert_eq!((said["Status"].as_str(), &said["Data"]), (Some("FAILED"), &Value::Null));
        assert!(said.to_string().len() < 4_096 && said["Reason"].as_str().unwrap().ends_with('…'));
        let step = |version| Step { version, name: "n".repeat(60), is_applied: true };
        let done = Summary { steps: (1..500).map(step).collect(), ..Summary::default() };
        assert!(answer(&payload(), &done).to_string().len() < 4_096);
    }

    #[test]
    fn who_can_be_answered_is_answered_whatever_else_is_missing() {
        assert!(Sender::of(&json!({"command": "migrate"})).is_none());
        assert!(Sender::of(&json!({"ResponseURL": "https://bucket.example/"})).unwrap().is_ok());
        for url in [json!(null), json!(5), json!("ftp://b/"), json!("http://bucket.example/")] {
            let sender = Sender::of(&json!({"RequestType": "Create", "ResponseURL": url}));
            assert!(sender.unwrap().unwrap_err().to_string().contains("ResponseURL"));
        }
    }
}
