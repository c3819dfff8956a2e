//! Certificates for a server with TLS: an authority of the test's own, and what it signed.

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;

/// A server's certificate, and the authority that signed it.
#[derive(Clone, Debug)]
pub struct Certificates {
    certificate: String,
    key: String,
    authority: PathBuf,
    _dir: Arc<TempDir>,
}

impl Certificates {
    /// For `localhost` and 127.0.0.1. Each call has an authority of its own: another's did not sign these.
    pub fn make() -> Self {
        Self::make_for(&["localhost", "127.0.0.1"])
    }

    /// For other names and addresses.
    pub fn make_for(hosts: &[&str]) -> Self {
        let authority_key = KeyPair::generate().unwrap();
        let authority = authority();
        let dir = TempDir::new().unwrap();
        let path = dir.path().join("authority.pem");
        std::fs::write(&path, authority.self_signed(&authority_key).unwrap().pem()).unwrap();
        let key = KeyPair::generate().unwrap();
        let certificate = leaf(hosts).signed_by(&key, &Issuer::new(authority, authority_key)).unwrap();
        Self { certificate: certificate.pem(), key: key.serialize_pem(), authority: path, _dir: Arc::new(dir) }
    }

    /// The server's certificate, PEM.
    pub fn certificate(&self) -> &str {
        &self.certificate
    }

    /// Its key, PEM.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The authority's own certificate, a PEM file for clients (`sslrootcert`). It is there as long as this value or a copy of it.
    pub fn authority(&self) -> &Path {
        &self.authority
    }
}

fn authority() -> CertificateParams {
    let mut authority = CertificateParams::default();
    authority.distinguished_name.push(DnType::CommonName, "The authority of a test");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
    authority
}

fn leaf(hosts: &[&str]) -> CertificateParams {
    let hosts: Vec<String> = hosts.iter().map(|host| (*host).to_owned()).collect();
    let mut leaf = CertificateParams::new(hosts).unwrap();
    leaf.distinguished_name.push(DnType::CommonName, "A server of a test");
    leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    leaf.use_authority_key_identifier_extension = true;
    leaf
}
