//! What a deployment goes through from its first hour on, told to the built programs.

mod deployment;
mod form;
mod people;
mod photos;
mod pictures;
mod reads;
mod rotation;
mod upkeep;
mod uploads;

use crate::Trouble;
use crate::report::Report;
use crate::stage::Stage;

/// The bucket of the photos, as the template names it.
const PHOTOS: &str = "sharaspot-dev-photos-123456789012-eu-central-1";
const BACKUPS: &str = "sharaspot-dev-backups-123456789012-eu-central-1";

/// What later chapters need of earlier ones.
#[derive(Debug, Default)]
struct Threads {
    charger_id: String,
    photo_id: String,
}

/// Tells it from the beginning to the end.
///
/// # Errors
/// When it cannot go on.
pub(crate) async fn tell(stage: &Stage, report: &mut Report) -> Result<(), Trouble> {
    let mut threads = Threads::default();
    report.say("**Deployment**: CloudFormation asks Ops for logins and schema\n");
    deployment::tell(stage, report).await?;
    report.say("\n**Reads**: what was added is found\n");
    reads::tell(stage, report, &mut threads).await?;
    report.say("\n**Uploads**: S3 takes what was promised and nothing else\n");
    uploads::tell(stage, report, &mut threads).await?;
    report.say("\n**Photos**: S3's events make renditions, and removals end them\n");
    photos::tell(stage, report, &threads).await?;
    report.say("\n**People**: they bring photos along, and go\n");
    people::tell(stage, report, &threads).await?;
    report.say("\n**Rotation**: passwords change under running requests\n");
    rotation::tell(stage, report).await?;
    report.say("\n**Upkeep**: what Ops does at night and by hand\n");
    upkeep::tell(stage, report, &threads).await?;
    let log = stage.logs();
    let passwords = stage.aws.passwords().await?;
    report.check(passwords.len() >= 4 && !passwords.iter().any(|word| log.contains(word)), "no log shows a password");
    report.check(!log.contains("panicked at"), "no function has panicked");
    Ok(())
}
