//! What a process holds, as the kernel says.

use crate::stack::Stack;
use crate::stack::process::children;
use std::fs;

/// What a process holds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Vitals {
    /// Memory that is its own: resident, and for PostgreSQL not shared between its processes.
    pub(super) memory_mb: f64,
    /// Open files, sockets among them; not of PostgreSQL, which keeps those open that it has used, up to a thousand a process.
    files: Option<f64>,
    threads: f64,
    /// Connections of clients, of a database.
    connections: Option<f64>,
}

/// A part of the vitals, where a process has it.
type Measure = fn(&Vitals) -> Option<f64>;

pub(super) const MEMORY: &str = "memory, MB";
/// What is judged.
pub(super) const MEASURES: [(&str, Measure); 4] = [
    (MEMORY, |vitals| Some(vitals.memory_mb)),
    ("open files", |vitals| vitals.files),
    ("threads", |vitals| Some(vitals.threads)),
    ("connections", |vitals| vitals.connections),
];

/// Every process of a stack by name.
pub(super) fn examine(stack: &Stack) -> Vec<(String, Vitals)> {
    let mut all = Vec::new();
    for process in stack.processes() {
        let name = format!("{} ({})", process.name, stack.name);
        let database = stack.postgres.as_ref().filter(|_| process.name == "PostgreSQL");
        all.push(match database {
            None => (name, of(process.id, "VmRSS:")),
            Some(database) => {
                let family = [vec![process.id], children(process.id)].concat();
                let mut sum = family.iter().map(|id| of(*id, "RssAnon:")).fold(Vitals::default(), Vitals::and);
                sum.connections = Some(database.connections() as f64);
                (process.name.to_owned(), sum)
            }
        });
    }
    all
}

impl Vitals {
    /// Whether this is the database.
    pub(super) fn is_database(&self) -> bool {
        self.connections.is_some()
    }

    fn and(self, other: Self) -> Self {
        Self {
            memory_mb: self.memory_mb + other.memory_mb,
            files: None,
            threads: self.threads + other.threads,
            connections: None,
        }
    }
}

/// One process; nothing of one that has just ended.
fn of(id: u32, memory: &str) -> Vitals {
    let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let files = fs::read_dir(format!("/proc/{id}/fd")).map_or(0, Iterator::count);
    Vitals {
        memory_mb: field(&status, memory) / 1024.0,
        files: Some(files as f64),
        threads: field(&status, "Threads:"),
        connections: None,
    }
}

fn field(status: &str, name: &str) -> f64 {
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_holds_something() {
        let own = of(std::process::id(), "VmRSS:");
        assert!(own.memory_mb > 0.5 && own.files >= Some(3.0) && own.threads >= 1.0, "{own:?}");
        assert_eq!(field("Threads:\t12\nVmRSS:\t   2048 kB\n", "VmRSS:"), 2048.0);
    }
}
