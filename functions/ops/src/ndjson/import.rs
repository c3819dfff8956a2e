//! A text into the database, in one transaction: what is not as it was written brings nothing in.

use super::{Footer, Header, Summary, Total};
use crate::restore::Fill;
use crate::{App, Report};
use clap::Args;
use db::dump::{Digest, Hasher, Load, Shape, hash_of};
use domain::{Error, Kind, Result};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

/// Lines that go to the database at a time.
const CHUNK_BYTES: usize = 8 << 20;
/// No line is longer.
const MAX_LINE_BYTES: u64 = 64 << 20;

/// Which text, and over what.
#[derive(Clone, Debug, Args)]
pub struct Request {
    /// What `export ndjson` has written; - is standard input
    file: PathBuf,
    /// Replace what is in the database
    #[arg(long)]
    force: bool,
}

/// Loads everything.
///
/// # Errors
/// Bad input for what is cut off, changed, of a form that this program does not know, or no such text, by its line; conflict for a
/// database that is not empty and not to be replaced. The database is then as it was.
pub(crate) async fn import(app: &App, request: &Request) -> Result<Report> {
    let mut lines = Lines::open(&request.file)?;
    let header = lines.next()?.unwrap_or_default();
    let header: Header = serde_json::from_slice(header).map_err(|error| {
        bad("Line 1: this is nothing that `ops export ndjson` has written".to_owned()).because(error)
    })?;
    let shapes = header.shapes()?;
    let fill = Fill::plan(&app.db, header.schema).await?;
    let in_database: Vec<_> = app.db.count_rows().await?.into_iter().filter(|(_, rows)| *rows > 0).collect();
    fill.refuse_to_mix(&in_database, request.force)?;
    let footer = fill.around(&app.db, load(app, request.force, lines, shapes)).await?;
    Ok(Report::Moved(Summary::of(&footer)))
}

async fn load(app: &App, may_replace: bool, lines: Lines, shapes: Vec<Shape>) -> Result<Footer> {
    let mut reading = Reading { lines, load: app.db.load(may_replace).await?, read: Vec::new() };
    let footer = reading.run(&shapes).await?;
    let digests = footer.tables.iter().map(|total| total.digest.clone());
    let expected: Vec<(Shape, Digest)> = shapes.into_iter().zip(digests).collect();
    reading.load.commit(&expected).await?;
    Ok(footer)
}

struct Reading {
    lines: Lines,
    load: Load,
    /// What each table has come to, with its first line and the one after its last.
    read: Vec<(Total, u64, u64)>,
}

impl Reading {
    async fn run(&mut self, shapes: &[Shape]) -> Result<Footer> {
        let mut line = self.lines.next()?.map(<[u8]>::to_vec);
        for shape in shapes {
            line = self.table(shape, line).await?;
        }
        let number = self.lines.number;
        let cut_off = || bad(format!("Line {number}: the text ends here, and its last line is missing: it is cut off"));
        let last = line.ok_or_else(cut_off)?;
        let footer: Footer = serde_json::from_slice(&last)
            .map_err(|error| bad(format!("Line {number}: it is no row of a table that comes here")).because(error))?;
        self.compare(&footer)?;
        match self.lines.next()? {
            None => Ok(footer),
            Some(_) => Err(bad(format!("Line {}: something follows the last line", number + 1))),
        }
    }

    /// Takes the lines of a table; answers the first that is none.
    async fn table(&mut self, shape: &Shape, mut line: Option<Vec<u8>>) -> Result<Option<Vec<u8>>> {
        let (mut hasher, first) = (Hasher::default(), self.lines.number);
        let (mut chunk, mut rows) = (Vec::new(), 0);
        while let Some(row) = line.take_if(|line| shape.is_of(line)) {
            chunk.extend(row);
            rows += 1;
            // Before the next line is read: what is wrong with this one comes first.
            if chunk.len() >= CHUNK_BYTES {
                self.write(shape, &mut hasher, &mut chunk, &mut rows).await?;
            }
            line = self.lines.next()?.map(<[u8]>::to_vec);
        }
        let next = self.lines.number;
        let written = self.lines.number - rows;
        if rows > 0 {
            self.load.write(shape, &chunk, written).await?;
            hasher.add(&chunk, rows);
        }
        let total = Total { name: shape.table().name.to_owned(), digest: hasher.digest() };
        self.read.push((total, first, next));
        Ok(line)
    }

    async fn write(&mut self, shape: &Shape, hasher: &mut Hasher, chunk: &mut Vec<u8>, rows: &mut u64) -> Result<()> {
        self.load.write(shape, chunk, self.lines.number + 1 - *rows).await?;
        hasher.add(chunk, std::mem::take(rows));
        chunk.clear();
        Ok(())
    }

    /// # Errors
    /// Bad input that names the first table, with its lines, that is not what the last line says.
    fn compare(&self, footer: &Footer) -> Result<()> {
        let number = self.lines.number;
        let names = |totals: &[Total]| totals.iter().map(|total| total.name.clone()).collect::<Vec<_>>();
        let hash = hash_of(footer.tables.iter().map(|total| (&*total.name, &total.digest)));
        let read: Vec<String> = self.read.iter().map(|(total, ..)| total.name.clone()).collect();
        if names(&footer.tables) != read || hash != footer.sha256 {
            return Err(bad(format!("Line {number}: the last line is not as it was written")));
        }
        for ((total, first, next), expected) in self.read.iter().zip(&footer.tables) {
            if total != expected {
                let place = match next - first {
                    0 => format!("Line {first}: the rows of {} are missing", total.name),
                    _ => format!(
                        "Lines {first} to {}: the rows of {} are not as they were written",
                        next - 1,
                        total.name
                    ),
                };
                return Err(bad(place));
            }
        }
        Ok(())
    }
}

/// Lines with their numbers.
struct Lines {
    input: Box<dyn BufRead>,
    line: Vec<u8>,
    /// Of the line that was read last, or of the end.
    number: u64,
}

impl Lines {
    fn open(file: &Path) -> Result<Self> {
        let input: Box<dyn BufRead> = if file.as_os_str() == "-" {
            Box::new(io::stdin().lock())
        } else {
            let open = File::open(file).map_err(|error| {
                Error::new(Kind::BadInput, format!("The file {} cannot be read", file.display())).because(error)
            })?;
            Box::new(BufReader::with_capacity(1 << 20, open))
        };
        Ok(Self { input, line: Vec::new(), number: 0 })
    }

    /// The next line with its end; `None` where there is none.
    fn next(&mut self) -> Result<Option<&[u8]>> {
        self.line.clear();
        self.number += 1;
        let read = self.input.by_ref().take(MAX_LINE_BYTES).read_until(b'\n', &mut self.line);
        read.map_err(|error| bad(format!("Line {}: it cannot be read", self.number)).because(error))?;
        match self.line.last() {
            None => Ok(None),
            Some(b'\n') => Ok(Some(&self.line)),
            Some(_) => {
                Err(bad(format!("Line {}: it has no end: the text is cut off, or the line too long", self.number)))
            }
        }
    }
}

fn bad(detail: String) -> Error {
    Error::new(Kind::BadInput, format!("{detail}."))
}
