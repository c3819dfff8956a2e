//! Every operation, a file for each function.

mod chargers;
mod contribute;
mod route_search;
mod upload;

use crate::operation::Operation;
use crate::schemas::Schemas;

/// All operations.
pub(crate) fn all(schemas: &mut Schemas) -> Vec<Operation> {
    let mut all = chargers::operations(schemas);
    all.extend(contribute::operations(schemas));
    all.extend(route_search::operations(schemas));
    all.extend(upload::operations(schemas));
    all
}
