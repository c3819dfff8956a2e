//! A successful answer as bytes, for a cache: a line for each header, an empty one, the body.

use super::Answer;
use domain::{Error, Result};
use lambda_http::http::{HeaderMap, HeaderName, HeaderValue};

const END: &[u8] = b"\n\n";

impl Answer {
    /// As bytes.
    pub fn pack(&self) -> Vec<u8> {
        let lines =
            self.headers.iter().map(|(name, value)| [name.as_str().as_bytes(), b":", value.as_bytes()].concat());
        let head = lines.collect::<Vec<_>>().join(&b'\n');
        [&head, END, &self.body].concat()
    }

    /// The answer that was packed, to the byte.
    ///
    /// # Errors
    /// Internal for what [`Answer::pack`] has not made.
    pub fn unpack(packed: &[u8]) -> Result<Self> {
        let end = packed.windows(END.len()).position(|bytes| bytes == END);
        let (head, body) = end.map(|end| packed.split_at(end)).ok_or_else(not_packed)?;
        let lines = head.split(|byte| *byte == b'\n').map(|line| {
            let colon = line.iter().position(|byte| *byte == b':')?;
            let name = HeaderName::from_bytes(&line[..colon]).ok()?;
            Some((name, HeaderValue::from_bytes(&line[colon + 1..]).ok()?))
        });
        let headers: HeaderMap = lines.collect::<Option<_>>().ok_or_else(not_packed)?;
        Ok(Self::whole(headers, body[END.len()..].to_vec()))
    }
}

fn not_packed() -> Error {
    Error::internal("bytes that are no packed answer")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_comes_back_to_the_byte() {
        let answer = Answer::geojson(&"a\n\nb: ü").unwrap().cached("public, max-age=30").with_link("/a?b=1:2", "next");
        let again = Answer::unpack(&answer.pack()).unwrap();
        assert_eq!((again.status, &again.headers, &again.body), (answer.status, &answer.headers, &answer.body));
    }

    #[test]
    fn other_bytes_are_no_answer() {
        for bytes in [&b""[..], b"\n\n", b"no colon\n\n{}", b"etag:\"x\"", b"bad name:x\n\n{}"] {
            assert!(Answer::unpack(bytes).is_err(), "{bytes:?}");
        }
    }
}
