//! What was done.

use db::logins::Prepared;
use serde::Serialize;
use std::fmt;

/// What was done about logins.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Each login with its role.
    pub logins: Vec<(String, &'static str)>,
    /// Those that are new.
    pub made: Vec<String>,
    /// Those that have another password now.
    pub renewed: Vec<String>,
    /// Tables and functions that belong to the migrator from now on.
    pub taken_over: u64,
}

impl Summary {
    /// And then what came later.
    pub(crate) fn add(&mut self, later: Self) {
        self.logins = later.logins;
        self.made.extend(later.made);
        self.renewed.extend(later.renewed);
        self.taken_over += later.taken_over;
    }
}

impl From<Prepared> for Summary {
    fn from(Prepared { made, renewed, taken_over }: Prepared) -> Self {
        Self { logins: Vec::new(), made, renewed, taken_over }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (login, role) in &self.logins {
            let state = if self.made.contains(login) {
                "made"
            } else if self.renewed.contains(login) {
                "renewed"
            } else {
                "there"
            };
            writeln!(f, "{state:<7}  {login}, {role}")?;
        }
        if self.taken_over > 0 {
            writeln!(f, "taken over by the migrator: {} tables and functions", self.taken_over)?;
        }
        Ok(())
    }
}
