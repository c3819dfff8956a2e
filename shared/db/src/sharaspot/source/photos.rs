//! The photos of the original: texts of up to half a megabyte in its rows. A page says of each what it takes to know it again; the
//! text itself is fetched one by one, where it is needed.

use super::Source;
use domain::Result;

/// What of a text comes with a page: the whole of any address.
macro_rules! head_chars {
    () => {
        "2000"
    };
}

/// Which rows have the photos.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhotosOf {
    /// `users.picture`
    Users,
    /// `chargers.photos`
    Chargers,
    /// `verification_actions.photo_url`
    Verifications,
}

/// What is known of a photo without its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhotoText {
    /// The id of its row.
    pub row: String,
    /// Its place in the row, from 0.
    pub position: i64,
    /// The text's length; 0 where there is none.
    pub bytes: u64,
    /// The MD5 of the text, as hex digits.
    pub md5: String,
    /// How the text begins: at most 2,000 characters.
    pub head: String,
}

/// The photos of some rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PhotoPage {
    /// In the order of their rows and places.
    pub photos: Vec<PhotoText>,
    /// The last row that was looked at; `None` where there are no more.
    pub last: Option<String>,
    /// How many rows were looked at.
    pub rows: u64,
}

/// The photos of a charger as a JSON array, whatever the column's type: an array, JSON, or text that holds JSON or one photo.
macro_rules! photos {
    () => {
        "CASE jsonb_typeof(to_jsonb(photos)) WHEN 'array' THEN to_jsonb(photos) WHEN 'string' THEN
             CASE WHEN photos::text LIKE '[%' THEN photos::text::jsonb WHEN photos::text = '' THEN '[]'::jsonb
                  ELSE jsonb_build_array(photos) END
         ELSE '[]'::jsonb END"
    };
}

macro_rules! page {
    ($name:literal, $table:literal, $column:literal, $after:literal, $texts:expr) => {
        concat!(
            "/* ",
            $name,
            " */ SELECT r.id::text, p.position - 1, octet_length(p.text)::bigint, md5(p.text), left(p.text, ",
            head_chars!(),
            ") FROM (SELECT id, ",
            $column,
            " FROM ",
            $table,
            " WHERE ($1::text IS NULL OR id > ",
            $after,
            ") ORDER BY id LIMIT $2) r LEFT JOIN LATERAL ",
            $texts,
            " ON true ORDER BY r.id, p.position"
        )
    };
}

type Row = (String, Option<i64>, Option<i64>, Option<String>, Option<String>);

impl PhotosOf {
    fn page(self) -> &'static str {
        match self {
            Self::Users => page!(
                "sharaspot.pictures",
                "users",
                "picture",
                "$1",
                "(SELECT 1::bigint AS position, r.picture::text AS text WHERE coalesce(r.picture::text, '') <> '') p"
            ),
            Self::Chargers => page!(
                "sharaspot.photos",
                "chargers",
                "photos",
                "$1",
                concat!("jsonb_array_elements_text(", photos!(), ") WITH ORDINALITY p(text, position)")
            ),
            Self::Verifications => page!(
                "sharaspot.proofs",
                "verification_actions",
                "photo_url",
                "$1::text::bigint",
                "(SELECT 1::bigint AS position, r.photo_url::text AS text WHERE coalesce(r.photo_url::text, '') <> '') p"
            ),
        }
    }

    fn text(self) -> &'static str {
        match self {
            Self::Users => "/* sharaspot.picture */ SELECT picture::text FROM users WHERE id = $1 AND $2::int = 0",
            Self::Chargers => concat!(
                "/* sharaspot.photo */ SELECT jsonb_array_element_text(",
                photos!(),
                ", $2::int) FROM chargers WHERE id = $1"
            ),
            Self::Verifications => {
                "/* sharaspot.proof */ SELECT photo_url::text FROM verification_actions WHERE id = $1::text::bigint AND $2::int = 0"
            }
        }
    }
}

impl Source {
    /// The photos of the next rows, `limit` at most.
    ///
    /// # Errors
    /// As [`Source::totals`].
    pub async fn photos(&self, of: PhotosOf, after: Option<&str>, limit: u32) -> Result<PhotoPage> {
        let rows: Vec<Row> =
            reading!(self, |tx| sqlx::query_as(of.page()).bind(after).bind(i64::from(limit)).fetch_all(tx).await?)?;
        let mut page = PhotoPage::default();
        for (row, position, bytes, md5, head) in rows {
            if page.last.as_ref() != Some(&row) {
                page.rows += 1;
                page.last = Some(row.clone());
            }
            if let Some(position) = position {
                let (md5, head) = (md5.unwrap_or_default(), head.unwrap_or_default());
                page.photos.push(PhotoText { row, position, bytes: bytes.unwrap_or(0).unsigned_abs(), md5, head });
            }
        }
        Ok(page)
    }

    /// The text of one photo; `None` where it is gone by now.
    ///
    /// # Errors
    /// As [`Source::totals`].
    pub async fn photo_text(&self, of: PhotosOf, row: &str, position: i64) -> Result<Option<String>> {
        let found: Option<Option<String>> = reading!(self, |tx| sqlx::query_scalar(of.text())
            .bind(row)
            .bind(position as i32)
            .fetch_optional(tx)
            .await?)?;
        Ok(found.flatten())
    }
}
