//! What a run says, line by line, and whether all of it is as it should be.

use bench::table::mark;
use std::fmt::Display;

/// The lines so far.
#[derive(Debug, Default)]
pub(crate) struct Report {
    right: usize,
    wrong: usize,
}

impl Report {
    /// The title of what follows.
    pub(crate) fn title(&self, title: impl Display) {
        println!("\n## {title}\n");
    }

    /// A line of its own.
    pub(crate) fn say(&self, line: impl Display) {
        println!("{line}");
    }

    /// Whether something is as it should be.
    pub(crate) fn check(&mut self, is_right: bool, what: impl Display) {
        println!("- {} {what}", mark(is_right));
        if is_right { self.right += 1 } else { self.wrong += 1 }
    }

    /// Whether a value is what it should be; where not, what it is instead.
    pub(crate) fn equal<T: PartialEq + std::fmt::Debug>(&mut self, found: T, expected: T, what: impl Display) {
        let is_right = found == expected;
        if is_right {
            self.check(true, what)
        } else {
            self.check(false, format!("{what}: {found:?} and not {expected:?}"))
        }
    }

    /// How many checks there were, and how many of them failed.
    pub(crate) fn counts(&self) -> (usize, usize) {
        (self.right + self.wrong, self.wrong)
    }
}
