//! What was built: its place, and its size.

use crate::Trouble;
use crate::report::Report;
use crate::template::Function;
use bench::table::{Table, figures};
use std::path::{Path, PathBuf};

/// MB of the functions that read, whose cold starts people wait for.
const READS_MB: f64 = 6.5;
/// MB of the others.
const OTHERS_MB: f64 = 10.0;
/// MB that those have at most which hold codecs of pictures, and miss their budget: more would be something that should not be there.
const WITH_CODECS_MB: f64 = 15.0;

/// A folder with a program for each function: as `sam build` fills it (`Chargers/bootstrap`), or cargo (`chargers`).
#[derive(Clone, Debug)]
pub(crate) struct Binaries(PathBuf);

impl Binaries {
    pub(crate) fn in_folder(folder: &Path) -> Self {
        Self(folder.to_owned())
    }

    /// The program of a function.
    ///
    /// # Errors
    /// When it is not built.
    pub(crate) fn program(&self, function: &Function) -> Result<PathBuf, Trouble> {
        let places = [self.0.join(&function.id).join("bootstrap"), self.0.join(&function.binary)];
        let found = places.iter().find(|place| place.is_file());
        let found =
            found.ok_or_else(|| format!("{} is not in {}: make verify-build", function.binary, self.0.display()))?;
        Ok(std::path::absolute(found)?)
    }
}

/// What a program should have at most, in MB.
pub(crate) fn budget_mb(binary: &str) -> f64 {
    if ["chargers", "route-search"].contains(&binary) { READS_MB } else { OTHERS_MB }
}

fn most_mb(binary: &str) -> f64 {
    if ["optimize-photo", "ops"].contains(&binary) { WITH_CODECS_MB } else { budget_mb(binary) }
}

/// The size of a program in MB.
///
/// # Errors
/// When it is gone.
pub(crate) fn size_mb(program: &Path) -> Result<f64, Trouble> {
    Ok(std::fs::metadata(program)?.len() as f64 / 1e6)
}

/// Holds every program of both kinds against its budget; one with codecs may miss it, which the table shows.
///
/// # Errors
/// When one is not built.
pub(crate) fn check(functions: &[Function], kinds: &[(&str, &Binaries)], report: &mut Report) -> Result<(), Trouble> {
    let mut table =
        Table::new("programs as `sam build` makes them, MB", &["function", "arm64", "x86-64", "budget", ""]);
    for function in functions {
        let budget_mb = budget_mb(&function.binary);
        let mut cells = vec![function.binary.clone()];
        let mut largest_mb = 0.0_f64;
        for (kind, binaries) in kinds {
            let program = binaries.program(function)?;
            let size_mb = size_mb(&program)?;
            let machine = machine(&program)?;
            if machine != *kind {
                report.check(false, format!("{} is for {machine} and not for {kind}", program.display()));
            }
            largest_mb = largest_mb.max(size_mb);
            cells.push(figures(size_mb));
        }
        cells.push(figures(budget_mb));
        cells.push(if largest_mb <= budget_mb { "✓" } else { "✗ missed" }.to_owned());
        let (binary, most_mb) = (&function.binary, most_mb(&function.binary));
        report.check(largest_mb <= most_mb, format!("{binary} is no larger than {} MB", figures(most_mb)));
        table.row(cells);
    }
    report.say(format!("\n{table}"));
    Ok(())
}

/// Which machine a program is for, by its ELF header.
fn machine(program: &Path) -> Result<&'static str, Trouble> {
    let bytes = std::fs::read(program)?;
    match bytes.get(..20) {
        Some([0x7f, b'E', b'L', b'F', .., 0x3e, 0]) => Ok("x86-64"),
        Some([0x7f, b'E', b'L', b'F', .., 0xb7, 0]) => Ok("arm64"),
        _ => Err(format!("{} is no program", program.display()).into()),
    }
}
