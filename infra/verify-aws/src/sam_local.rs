//! `sam local` on the built programs, where Docker runs.

use crate::Trouble;
use crate::report::Report;
use crate::template::Template;

pub(crate) async fn check(_template: &Template, report: &mut Report) -> Result<(), Trouble> {
    report.say("not yet");
    Ok(())
}
