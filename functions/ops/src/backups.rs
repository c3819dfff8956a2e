//! Where backups are kept, unless a command says otherwise.

use config::Config;
use domain::Result;
use storage::Place;

/// A place for backups, which is opened by each command that needs it.
#[derive(Clone, Debug)]
pub struct Backups(Kept);

#[derive(Clone, Debug)]
enum Kept {
    Named(String),
    Open(Place),
}

impl Backups {
    /// Where the environment says.
    pub fn of(config: &Config) -> Self {
        Self(Kept::Named(config.backup_to.clone()))
    }

    /// In a place that is open.
    pub fn in_place(place: Place) -> Self {
        Self(Kept::Open(place))
    }

    /// The place, or another one where a command names it. It holds what every contributor has written: nobody else reads that.
    ///
    /// # Errors
    /// As [`Place::open`].
    pub(crate) async fn place(&self, named: Option<&str>) -> Result<Place> {
        let place = match (named, &self.0) {
            (Some(address), _) => Place::open(address).await?,
            (None, Kept::Named(address)) => Place::open(address).await?,
            (None, Kept::Open(place)) => place.clone(),
        };
        Ok(place.for_owner_only())
    }
}
