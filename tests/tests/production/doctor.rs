//! `ops doctor`: nothing to say where all is well; where something is not, that and no more, with what to do about it.

mod backups;
mod database;
mod embedded;
mod process;
mod replica;

use config::Config;
use domain::World;
use ops::doctor::{Examination, Patient, State, examine};

/// What the doctor says to an environment of these variables.
async fn visit(variables: &[(&str, &str)]) -> Visited {
    visit_with(variables, config::world()).await
}

async fn visit_with(variables: &[(&str, &str)], world: World) -> Visited {
    let lookup = |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
    let (config, mistakes) = (Config::read(&lookup).ok(), Config::mistakes_in(&lookup));
    Visited(examine(&Patient { config, mistakes, world }).await)
}

#[derive(Debug)]
struct Visited(Examination);

impl Visited {
    /// State, finding and remedy of a check.
    fn of(&self, check: &str) -> (State, &str, &str) {
        let finding = self.0.findings.iter().find(|finding| finding.check == check);
        let finding = finding.unwrap_or_else(|| panic!("no {check}: {self:?}"));
        (finding.state, &finding.found, finding.remedy.as_deref().unwrap_or_default())
    }

    /// Everything that is not well; how full the disk of the tests is, is none of theirs.
    fn complaints(&self) -> Vec<&str> {
        let findings = self.0.findings.iter().filter(|finding| finding.check != "disk");
        let bad = findings.filter(|finding| matches!(finding.state, State::Failed | State::Warning));
        bad.map(|finding| finding.check).collect()
    }

    /// One thing is wrong, and what is said of it holds these words.
    #[track_caller]
    fn assert_only(&self, check: &str, found: &str, remedy: &str) {
        assert_eq!(self.complaints(), [check], "{self:?}");
        let (state, said, advice) = self.of(check);
        assert!(state == State::Failed && said.contains(found) && advice.contains(remedy), "{self:?}");
    }

    #[track_caller]
    fn assert_well(&self, checks: &[&str]) {
        assert_eq!(self.complaints(), [""; 0], "{self:?}");
        for check in checks {
            assert_eq!(self.of(check).0, State::Fine, "{check}: {self:?}");
        }
    }
}
