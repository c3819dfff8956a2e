//! What PostgreSQL keeps of a password (RFC 5802 and RFC 7677): it recognises the password and does not hold it.
//!
//! `ALTER ROLE … PASSWORD` takes no parameters, so whatever stands there is in the server's log and its statistics: this may be.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use std::borrow::Cow;

/// PostgreSQL's own `scram_iterations`.
const ITERATIONS: u32 = 4096;

/// A verifier of a password, as `ALTER ROLE … PASSWORD` takes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Verifier(String);

impl Verifier {
    /// Of this password; no other has the same salt, which is no secret.
    pub(super) fn new(password: &str, salt: &[u8; 16]) -> Self {
        let keys = Keys::of(password, salt, ITERATIONS);
        let [salt, stored, server] = [&salt[..], &keys.stored, &keys.server].map(|bytes| BASE64_STANDARD.encode(bytes));
        Self(format!("SCRAM-SHA-256${ITERATIONS}:{salt}${stored}:{server}"))
    }

    /// The text.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

struct Keys {
    stored: [u8; 32],
    server: [u8; 32],
}

impl Keys {
    fn of(password: &str, salt: &[u8], iterations: u32) -> Self {
        // As PostgreSQL: a password that cannot be normalised is taken as it is.
        let password = stringprep::saslprep(password).unwrap_or(Cow::Borrowed(password));
        let mut salted = [0; 32];
        pbkdf2::pbkdf2_hmac::<Sha256>(password.as_bytes(), salt, iterations, &mut salted);
        let stored = Sha256::digest(hmac(&salted, b"Client Key")).into();
        Self { stored, server: hmac(&salted, b"Server Key") }
    }
}

fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of every length");
    mac.update(message);
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SALT: &str = "W22ZaJ0SNY7soEsUEjb6gQ==";
    /// RFC 7677, section 3: what client and server say, the proofs left out.
    const EXCHANGE: &str = "n=user,r=rOprNGfwEbeRWgbNEkqO,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
                            s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";

    fn salt() -> [u8; 16] {
        BASE64_STANDARD.decode(SALT).unwrap().try_into().unwrap()
    }

    #[test]
    fn the_keys_prove_the_exchange_of_rfc_7677() {
        let keys = Keys::of("pencil", &salt(), ITERATIONS);
        let signature = hmac(&keys.server, EXCHANGE.as_bytes());
        assert_eq!(BASE64_STANDARD.encode(signature), "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
        // The client's proof is its key, veiled; what is stored recognises the key.
        let proof = BASE64_STANDARD.decode("dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=").unwrap();
        let veil = hmac(&keys.stored, EXCHANGE.as_bytes());
        let key: Vec<u8> = proof.iter().zip(veil).map(|(proof, veil)| proof ^ veil).collect();
        assert_eq!(<[u8; 32]>::from(Sha256::digest(key)), keys.stored);
    }

    #[test]
    fn a_verifier_has_the_form_of_postgresql_and_no_word_of_the_password() {
        let verifier = Verifier::new("pencil", &salt());
        let (head, keys) = verifier.as_str().split_once("==$").unwrap();
        assert_eq!(head, "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ");
        let lengths: Vec<usize> = keys.split(':').map(|key| BASE64_STANDARD.decode(key).unwrap().len()).collect();
        assert_eq!(lengths, [32, 32]);
        assert!(!verifier.as_str().contains("pencil"));
        assert_ne!(Verifier::new("pencils", &salt()), verifier);
    }

    #[test]
    fn passwords_that_are_the_same_to_a_reader_are_the_same() {
        // RFC 4013: a soft hyphen is nothing, a Roman numeral its letters.
        assert_eq!(Verifier::new("I\u{ad}X", &salt()), Verifier::new("IX", &salt()));
        assert_eq!(Verifier::new("\u{2168}", &salt()), Verifier::new("IX", &salt()));
        // What it forbids is taken as it is.
        assert_ne!(Verifier::new("\u{7}", &salt()), Verifier::new("", &salt()));
    }
}
