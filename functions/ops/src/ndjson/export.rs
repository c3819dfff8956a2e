//! The database into a text.

use super::{Footer, Header, Summary, Total};
use crate::migrate::require_schema;
use crate::{App, Report};
use db::dump::{Hasher, Shape, hash_of};
use domain::{Error, Kind, Result};
use std::fs::OpenOptions;
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Where a text goes.
#[derive(Clone, Debug)]
pub(crate) enum Target {
    /// Standard output.
    Out,
    /// A file, which is there when all of it is.
    File(PathBuf),
}

impl Target {
    pub(crate) fn of(path: &Path) -> Self {
        if path.as_os_str() == "-" { Self::Out } else { Self::File(path.to_owned()) }
    }
}

/// Writes everything as it is at one moment, to `out` or to a file.
///
/// # Errors
/// Conflict where the schema is not whole; bad input for a file that cannot be written; as every query.
pub(crate) async fn export(app: &App, target: &Target, out: &mut impl Write) -> Result<Report> {
    require_schema(&app.db).await?;
    let footer = match target {
        Target::Out => write(app, out).await?,
        Target::File(path) => {
            let unwritten = |error| unwritten(path, error);
            // Of a link, what it leads to; a file that is not there yet has no other name.
            let path = &path.canonicalize().unwrap_or_else(|_| path.clone());
            if app.connection.file().is_some_and(|database| database.canonicalize().is_ok_and(|file| file == *path)) {
                return Err(Error::new(Kind::BadInput, "That file is the database itself."));
            }
            match std::fs::metadata(path) {
                // A pipe or a device takes what comes.
                Ok(there) if !there.is_file() => {
                    let file = OpenOptions::new().write(true).open(path).map_err(unwritten)?;
                    write(app, &mut BufWriter::new(file)).await?
                }
                _ => write_whole(app, path).await?,
            }
        }
    };
    Ok(Report::Moved(Summary::of(&footer)))
}

/// A file that is there when all of it is, for its owner's eyes alone, as a backup is.
async fn write_whole(app: &App, path: &Path) -> Result<Footer> {
    let unwritten = |error| unwritten(path, error);
    // Another run to the same file has another one.
    let unfinished = path.with_added_extension(format!("{}.unfinished", std::process::id()));
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&unfinished).map_err(unwritten)?;
    let mut file = BufWriter::new(file);
    let written = write(app, &mut file).await;
    let written = written.and_then(|footer| {
        let file = file.into_inner().map_err(|error| unwritten(error.into_error()))?;
        file.sync_all().and_then(|()| std::fs::rename(&unfinished, path)).map_err(unwritten)?;
        Ok(footer)
    });
    if written.is_err() {
        // It is of no use; where it cannot go, it is named as what it is.
        let _ = std::fs::remove_file(&unfinished);
    }
    written
}

async fn write(app: &App, out: &mut impl Write) -> Result<Footer> {
    let mut snapshot = app.db.snapshot().await?;
    let shapes = Shape::all();
    write_line(out, &Header::of(snapshot.schema().await?, &shapes))?;
    let mut tables = Vec::new();
    for shape in &shapes {
        let mut hasher = Hasher::default();
        let mut rows = snapshot.rows(shape).await?;
        while let Some(part) = rows.part().await? {
            out.write_all(&part.lines).map_err(broken)?;
            hasher.add(&part.lines, part.rows);
        }
        tables.push(Total { name: shape.table().name.to_owned(), digest: hasher.digest() });
    }
    snapshot.finish().await?;
    let footer = Footer { sha256: hash_of(tables.iter().map(|total| (&*total.name, &total.digest))), tables };
    write_line(out, &footer)?;
    out.flush().map_err(broken)?;
    Ok(footer)
}

fn write_line(out: &mut impl Write, line: &impl serde::Serialize) -> Result<()> {
    let mut text = serde_json::to_vec(line).map_err(Error::internal)?;
    text.push(b'\n');
    out.write_all(&text).map_err(broken)
}

fn broken(error: io::Error) -> Error {
    Error::new(Kind::Unavailable, "What was exported could not be written.").because(error)
}

fn unwritten(path: &Path, error: io::Error) -> Error {
    Error::new(Kind::BadInput, format!("The file {} cannot be written", path.display())).because(error)
}
