//! What backups and their files are called. What is called otherwise is not ours, and never touched.

use db::dump::Table;
use domain::Timestamp;
use storage::{ObjectHeaders, UNFINISHED};
use uuid::Uuid;

/// The last file of a backup.
pub(crate) const MANIFEST: &str = "manifest.json";
/// What every folder begins with.
pub(crate) const FOLDER: &str = "sharaspot-backup-";
const PART: &str = ".ndjson.zst";

/// The folder of a backup that was begun then: `sharaspot-backup-20260301T120000Z`.
pub(crate) fn folder(begun_at: Timestamp) -> String {
    let seconds = Timestamp::from_micros(begun_at.as_seconds() * 1_000_000).to_string();
    format!("{FOLDER}{}", seconds.replace(['-', ':'], ""))
}

/// When the backup in a folder was begun; `None` for a folder that is none of ours.
pub(crate) fn begun_at(name: &str) -> Option<Timestamp> {
    let digits = name.strip_prefix(FOLDER).filter(|digits| digits.len() == 16 && digits.is_ascii())?;
    let (date, time) = (&digits[..8], &digits[9..15]);
    let text = format!("{}-{}-{}T{}:{}:{}Z", &date[..4], &date[4..6], &date[6..], &time[..2], &time[2..4], &time[4..]);
    Timestamp::parse(&text).filter(|time| folder(*time) == name)
}

/// What the doctor puts and takes away again where backups are kept: what may be done to backups may be done to it, and it is called
/// like none.
pub(crate) fn trial(id: Uuid) -> String {
    format!("{FOLDER}doctor/{id}")
}

/// A part: `chargers-0001-0123456789abcdef.ndjson.zst`, by its table, its number and the SHA-256 of its lines.
pub(crate) fn part(table: &str, number: usize, sha256: &str) -> String {
    format!("{table}-{number:04}-{}{PART}", short(sha256))
}

/// As much of a hash as a name shows.
pub(crate) fn short(sha256: &str) -> &str {
    sha256.get(..16).unwrap_or(sha256)
}

/// The table of a part and as much of its hash as its name shows; `None` for what is called otherwise.
pub(crate) fn part_of(file: &str) -> Option<(&'static str, &str)> {
    let mut words = file.strip_suffix(PART)?.split('-');
    let (table, number, hash) = (words.next()?, words.next()?, words.next()?);
    let is_number = number.len() >= 4 && number.bytes().all(|byte| byte.is_ascii_digit());
    let is_hash = hash.len() == 16 && hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let is_part = is_number && is_hash && words.next().is_none();
    is_part.then_some((Table::named(table)?.name, hash))
}

/// Whether a file in a folder of ours is ours, whole or not.
pub(crate) fn is_ours(file: &str) -> bool {
    let whole = match file.strip_suffix(UNFINISHED).and_then(|rest| rest.rsplit_once('.')) {
        Some((whole, process)) if process.bytes().all(|byte| byte.is_ascii_digit()) => whole,
        _ => file,
    };
    whole == MANIFEST || part_of(whole).is_some()
}

/// What a file is served with.
pub(crate) fn headers(file: &str) -> ObjectHeaders {
    let content_type = if file == MANIFEST { "application/json" } else { "application/zstd" };
    ObjectHeaders { content_type: content_type.to_owned(), cache_control: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_tells_when_it_was_begun_and_another_does_not() {
        let noon = Timestamp::from_micros(1_772_366_400_123_456);
        assert_eq!(folder(noon), "sharaspot-backup-20260301T120000Z");
        assert_eq!(begun_at(&folder(noon)), Some(Timestamp::from_micros(1_772_366_400_000_000)));
        for other in [
            "sharaspot-backup-",
            "sharaspot-backup-20260301T120000Z-mine",
            "sharaspot-backup-20260301T120000z",
            "sharaspot-backup-20261301T120000Z",
            "sharaspot-backup-2026-03-01T12:00",
            "my-sharaspot-backup-20260301T120000Z",
            "sharaspot-backup-2026030éT12000Z",
            trial(Uuid::nil()).split('/').next().unwrap(),
        ] {
            assert_eq!(begun_at(other), None, "{other}");
        }
    }

    #[test]
    fn only_what_is_called_exactly_like_ours_is_ours() {
        let name = part("charger_status", 12, &"0123456789abcdef".repeat(4));
        assert_eq!(name, "charger_status-0012-0123456789abcdef.ndjson.zst");
        assert_eq!(part_of(&name), Some(("charger_status", "0123456789abcdef")));
        for ours in [&name, MANIFEST, &format!("{name}.77{UNFINISHED}"), &format!("{MANIFEST}.1{UNFINISHED}")] {
            assert!(is_ours(ours), "{ours}");
        }
        for other in [
            "notes.txt",
            "manifest.json.bak",
            "users-0001-0123456789abcdef.ndjson.zst",
            "chargers-0001-0123456789ABCDEF.ndjson.zst",
            "chargers-1-0123456789abcdef.ndjson.zst",
            "chargers-0001-0123456789abcdef-2.ndjson.zst",
            "sub/chargers-0001-0123456789abcdef.ndjson.zst",
            "chargers-0001-0123456789abcdef.ndjson",
        ] {
            assert!(!is_ours(other), "{other}");
        }
    }
}
