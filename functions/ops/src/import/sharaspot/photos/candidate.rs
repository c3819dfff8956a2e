//! A photo of the original, and what it belongs to here.

use super::super::keys::{charger_id, photo_id, user_key, verification_id};
use super::super::{Run, chargers, users, verifications};
use db::sharaspot::{PhotoText, PhotosOf};
use domain::photo::PhotoKind;
use domain::{Result, Timestamp};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Who has the photos of chargers whose author is not known.
const NOBODY: &str = "sharaspot-import";

/// A photo that may come.
pub(super) struct Candidate {
    pub(super) of: PhotosOf,
    pub(super) text: PhotoText,
    /// Its id here.
    pub(super) id: Uuid,
    pub(super) home: Home,
}

/// What a photo belongs to.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Home {
    Here {
        owner: String,
        parent: Uuid,
        created_at: Timestamp,
    },
    /// It came, and was deleted here since.
    Gone,
    /// It did not come: for this reason, where that is worth a word.
    Missing(Option<&'static str>),
}

impl Candidate {
    pub(super) fn table(&self) -> &'static str {
        match self.of {
            PhotosOf::Users => users::TABLE,
            PhotosOf::Chargers => chargers::TABLE,
            PhotosOf::Verifications => verifications::TABLE,
        }
    }

    pub(super) fn field(&self) -> String {
        match self.of {
            PhotosOf::Users => "picture".to_owned(),
            PhotosOf::Chargers => format!("photos[{}]", self.text.position),
            PhotosOf::Verifications => "photo_url".to_owned(),
        }
    }

    pub(super) fn kind(&self) -> PhotoKind {
        match self.of {
            PhotosOf::Users => PhotoKind::Profile,
            PhotosOf::Chargers => PhotoKind::Charger,
            PhotosOf::Verifications => PhotoKind::Verification,
        }
    }
}

impl Run<'_> {
    /// The photos of a page with their homes.
    pub(super) async fn candidates(&self, of: PhotosOf, texts: Vec<PhotoText>) -> Result<Vec<Candidate>> {
        let mut homes = match of {
            PhotosOf::Users => self.homes_at_users(&texts).await?,
            PhotosOf::Chargers => self.homes_at_chargers(&texts).await?,
            PhotosOf::Verifications => self.homes_at_verifications(&texts).await?,
        };
        let candidate = |text: PhotoText| {
            let id = photo_id(of, &text.row, text.position, &text.md5);
            let home = homes.get_mut(&text.row).map_or(Home::Missing(None), |home| home.at(text.position));
            Candidate { of, text, id, home }
        };
        Ok(texts.into_iter().map(candidate).collect())
    }

    async fn homes_at_chargers(&self, texts: &[PhotoText]) -> Result<HashMap<String, Home>> {
        let ids: Vec<Uuid> = texts.iter().map(|text| charger_id(&text.row)).collect();
        let here = self.app.db.authors_of_chargers(&ids).await?;
        if here.values().any(|(author, _)| author.is_none()) {
            self.app.db.ensure_contributor(NOBODY, (self.app.world.now)()).await?;
        }
        let arrived = self.app.db.arrived(&ids).await?;
        let home = |parent: Uuid| match here.get(&parent) {
            Some((author, created_at)) => {
                let owner = author.clone().unwrap_or_else(|| NOBODY.to_owned());
                Home::Here { owner, parent, created_at: *created_at }
            }
            None if arrived.contains(&parent) => Home::Gone,
            None => Home::Missing(Some("the charger did not come")),
        };
        Ok(texts.iter().map(|text| (text.row.clone(), home(charger_id(&text.row)))).collect())
    }

    async fn homes_at_verifications(&self, texts: &[PhotoText]) -> Result<HashMap<String, Home>> {
        let ids: Vec<Uuid> = texts.iter().map(|text| verification_id(&text.row)).collect();
        let here = self.app.db.authors_of_verifications(&ids).await?;
        let arrived = self.app.db.arrived(&ids).await?;
        let home = |parent: Uuid| match here.get(&parent) {
            Some((author, time)) => Home::Here { owner: author.clone(), parent, created_at: *time },
            None if arrived.contains(&parent) => Home::Gone,
            None => Home::Missing(Some("the verification did not come")),
        };
        Ok(texts.iter().map(|text| (text.row.clone(), home(verification_id(&text.row)))).collect())
    }

    /// A contributor has one picture: who has another one keeps it.
    async fn homes_at_users(&self, texts: &[PhotoText]) -> Result<HashMap<String, Home>> {
        let sub = |text: &PhotoText| self.identities.sub_of(&text.row).to_owned();
        let subs: Vec<String> = texts.iter().map(sub).collect();
        let subs: Vec<&str> = subs.iter().map(String::as_str).collect();
        let here = self.app.db.contributors_of(&subs).await?;
        let keys: Vec<Uuid> = texts.iter().map(|text| user_key(&text.row)).collect();
        let arrived = self.app.db.arrived(&keys).await?;
        let (now, mut taken) = ((self.app.world.now)(), HashSet::new());
        let mut homes = HashMap::new();
        for text in texts {
            let (owner, parent) = (sub(text), user_key(&text.row));
            let id = photo_id(PhotosOf::Users, &text.row, text.position, &text.md5);
            let home = match here.get(&owner) {
                _ if !arrived.contains(&parent) => Home::Missing(None),
                None => Home::Gone,
                Some(Some(picture)) if *picture != id => Home::Missing(Some("the contributor has another picture")),
                Some(None) if !taken.insert(owner.clone()) => {
                    Home::Missing(Some("the contributor has another picture"))
                }
                Some(_) => Home::Here { owner, parent, created_at: now },
            };
            homes.insert(text.row.clone(), home);
        }
        Ok(homes)
    }
}

impl Home {
    /// The home of a row's photo at a place: photos are shown in the order of their times, so each gets one of its own.
    fn at(&self, position: i64) -> Self {
        match self.clone() {
            Self::Here { owner, parent, created_at } => {
                let created_at = Timestamp::from_micros(created_at.as_micros() + position);
                Self::Here { owner, parent, created_at }
            }
            other => other,
        }
    }
}
