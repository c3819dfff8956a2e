//! The local key of development tokens: made once, kept in the data folder, readable by its owner only.

use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// 256 bits, as HS256 wants.
pub type SigningKey = [u8; 32];

const FILE: &str = "dev-token.key";

/// The key of a data folder; the first call makes it.
///
/// # Errors
/// When the folder cannot be read or written, or the file does not hold a key.
pub fn open(data_dir: &Path) -> io::Result<SigningKey> {
    let path = data_dir.join(FILE);
    if !path.exists() {
        create(data_dir, &path)?;
    }
    let text = std::fs::read_to_string(&path)?;
    let mut key = SigningKey::default();
    hex::decode_to_slice(text.trim(), &mut key).map_err(|_| {
        io::Error::new(io::ErrorKind::InvalidData, format!("{} holds no key; remove it", path.display()))
    })?;
    Ok(key)
}

fn create(data_dir: &Path, path: &Path) -> io::Result<()> {
    let mut key = SigningKey::default();
    getrandom::fill(&mut key).map_err(io::Error::other)?;
    std::fs::create_dir_all(data_dir)?;
    let unfinished = data_dir.join(format!("{FILE}.{}", std::process::id()));
    let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&unfinished)?;
    writeln!(file, "{}", hex::encode(key))?;
    file.sync_all()?;
    // A link, not a rename: it never replaces the key of a server that started at the same moment.
    let linked = match std::fs::hard_link(&unfinished, path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        result => result,
    };
    std::fs::remove_file(&unfinished)?;
    linked
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_second_start_finds_the_same_key() {
        let dir = tempfile::tempdir().unwrap();
        let data_dir = dir.path().join("not/yet/there");
        let key = open(&data_dir).unwrap();
        assert_ne!(key, SigningKey::default());
        assert_eq!(open(&data_dir).unwrap(), key);
        assert_eq!(std::fs::read_dir(&data_dir).unwrap().count(), 1, "nothing is left over");
    }

    #[test]
    fn only_the_owner_may_read_the_key() {
        let dir = tempfile::tempdir().unwrap();
        open(dir.path()).unwrap();
        let mode = std::fs::metadata(dir.path().join(FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_damaged_key_file_is_named() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(FILE), "nonsense").unwrap();
        let error = open(dir.path()).unwrap_err().to_string();
        assert!(error.contains("dev-token.key holds no key"), "{error}");
    }
}
