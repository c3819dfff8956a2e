//! A folder of one test, and the files that an import reads.

use config::Config;
use db::Db;
use domain::charger::Charger;
use domain::connection::Database;
use domain::filter::Filter;
use ops::{App, Backups, Photos};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// A folder with its own database, gone with the test.
pub(crate) struct Place(TempDir);

impl Place {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        std::fs::write(self.path(name), content).unwrap();
        self.path(name)
    }

    /// `ops` with arguments on this folder's database, to be run.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ops"));
        // The folder of the data does not exist yet.
        command.args(arguments).env_clear().env("DATA_DIR", self.path("new/data")).current_dir(self.0.path());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// What a command that succeeds writes.
    pub(crate) fn stdout(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// What a command that fails says.
    pub(crate) fn failure(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(!output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        String::from_utf8(output.stderr).unwrap()
    }

    pub(crate) async fn db(&self) -> Db {
        let path = self.path("new/data/sharaspot.db");
        let database = Database::at(format!("sqlite:{}", path.display()), 1);
        let none = |_, _| -> secrets::PendingLogin { panic!("a file has no secret") };
        Db::open(&database, "test", config::world(), none).await.unwrap()
    }

    pub(crate) async fn app(&self) -> App {
        let dir = self.path("new/data").display().to_string();
        let config = Config::read(&|name| (name == "DATA_DIR").then(|| dir.clone())).unwrap();
        App::new(self.db().await, Photos::of(&config), Backups::of(&config), config::world())
    }

    /// Every charger, in the order of the ids in its data set.
    pub(crate) async fn chargers(&self) -> Vec<Charger> {
        let db = self.db().await;
        let ids = db.newest_chargers(&Filter::default(), None, 0, 100_000).await.unwrap();
        let ids: Vec<_> = ids.into_iter().map(|(_, id)| id).collect();
        let mut chargers = Vec::new();
        for some in ids.chunks(500) {
            chargers.extend(db.chargers(some).await.unwrap());
        }
        db.close().await;
        chargers.sort_by(|a, b| a.source_id.cmp(&b.source_id));
        chargers
    }
}

/// The New York file; `None`, and a line that says so, where it is not there.
pub(crate) fn new_york() -> Option<&'static str> {
    const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/chargers/afdc-ny-2025-02.csv");
    let is_there = Path::new(FILE).is_file();
    if !is_there {
        println!("skipped: afdc-ny-2025-02.csv is not there");
    }
    is_there.then_some(FILE)
}

/// The columns of a small AFDC file.
pub(crate) const HEADER: [&str; 19] = [
    "Fuel Type Code",
    "Station Name",
    "Street Address",
    "Intersection Directions",
    "City",
    "State",
    "ZIP",
    "Status Code",
    "Groups With Access Code",
    "Access Days Time",
    "EV Level1 EVSE Num",
    "EV Level2 EVSE Num",
    "EV DC Fast Count",
    "EV Network",
    "Latitude",
    "Longitude",
    "ID",
    "EV Connector Types",
    "EV Pricing",
];

/// An electric station with an id, the given columns changed; a line of a CSV file.
pub(crate) fn station(id: u64, changes: &[(&str, &str)]) -> String {
    let id = id.to_string();
    let usual = [
        "ELEC",
        "Garage",
        "1 Main St",
        "",
        "Albany",
        "NY",
        "12207",
        "E",
        "Public",
        "",
        "",
        "2",
        "",
        "Non-Networked",
        "42.65",
        "-73.75",
        &id,
        "J1772",
        "",
    ];
    let mut line = String::new();
    for (column, value) in HEADER.iter().zip(usual) {
        let value = changes.iter().find(|(name, _)| name == column).map_or(value, |(_, value)| *value);
        write!(line, "\"{}\",", value.replace('"', "\"\"")).unwrap();
    }
    line.pop();
    line
}

/// A file of the header and lines.
pub(crate) fn csv(lines: &[String]) -> String {
    format!("\u{feff}{}\r\n{}\r\n", HEADER.join(","), lines.join("\r\n"))
}
