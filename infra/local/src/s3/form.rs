//! The fields of a form that was refused, for the words of the refusal. Nothing is decided by them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::Value;

const SIZE: &str = "content-length-range";

/// Fields in front of the file. Names are compared without case, as S3 does.
pub(super) struct Fields(Vec<(String, String)>);

/// Reads the fields from the first bytes of a body; whatever is not a field is passed over.
pub(super) fn fields(head: &[u8], boundary: &str) -> Fields {
    let text = String::from_utf8_lossy(head);
    let delimiter = format!("--{boundary}\r\n");
    let parts = text.split(delimiter.as_str()).skip(1).filter_map(|part| {
        let (headers, value) = part.split_once("\r\n\r\n")?;
        let name = headers.split("name=\"").nth(1)?.split('"').next()?;
        Some((name.to_ascii_lowercase(), value.strip_suffix("\r\n").unwrap_or(value).to_owned()))
    });
    Fields(parts.take_while(|(name, _)| name != "file").collect())
}

impl Fields {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    /// A condition of the policy on this field, as S3 shows it: `["eq", "$key", "x"]`.
    pub(super) fn condition(&self, operator: &str, field: &str) -> Option<String> {
        self.conditions()?.iter().find_map(|condition| match condition {
            Value::Object(object) => {
                let (name, value) = object.iter().next()?;
                let is_it = operator == "eq" && name.eq_ignore_ascii_case(field);
                is_it.then(|| format!(r#"["eq", "${name}", {value}]"#))
            }
            Value::Array(array) => {
                let [Value::String(condition), Value::String(name), value] = array.as_slice() else {
                    return None;
                };
                let is_it = condition.eq_ignore_ascii_case(operator)
                    && name.trim_start_matches('$').eq_ignore_ascii_case(field);
                is_it.then(|| format!(r#"["{condition}", "{name}", {value}]"#))
            }
            _ => None,
        })
    }

    /// The fewest and the most bytes that the policy allows.
    pub(super) fn size_range(&self) -> Option<(u64, u64)> {
        self.conditions()?.iter().find_map(|condition| {
            let array = condition.as_array().filter(|array| array.first().is_some_and(|name| name == SIZE))?;
            Some((array.get(1)?.as_u64()?, array.get(2)?.as_u64()?))
        })
    }

    fn conditions(&self) -> Option<Vec<Value>> {
        let mut policy: Value = serde_json::from_slice(&BASE64.decode(self.get("policy")?).ok()?).ok()?;
        Some(policy["conditions"].take().as_array()?.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_end_at_the_file() {
        let body = "--b\r\nContent-Disposition: form-data; name=\"Key\"\r\n\r\na\r\nb\r\n--b\r\nContent-Disposition: \
                    form-data; name=\"file\"; filename=\"x\"\r\nContent-Type: x\r\n\r\n\0\r\n--b\r\nContent-Disposition: \
                    form-data; name=\"policy\"\r\n\r\nlate\r\n--b--\r\n";
        let fields = fields(body.as_bytes(), "b");
        assert_eq!(fields.get("key"), Some("a\r\nb"));
        assert_eq!(fields.get("policy"), None);
    }
}
