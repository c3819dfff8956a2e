//! The filter of listing and route search as SQL, written once: parameters `$1` to `$5` of every statement that has it.

use crate::column::Time;
use domain::filter::Filter;

/// The condition on a charger `c`. `$1` level, `$2` ports, `$3` amenities; in full also `$4` power (of the same connector) and
/// `$5` changed since. Without those two the covering indexes answer alone, so a statement that has no need of them leaves them
/// out.
///
/// Whether it is the same connector is only looked up where the charger has ports that were not asked for, and in a way that
/// cannot be turned into a scan of all connectors.
macro_rules! filter_sql {
    (everything) => {
        "true"
    };
    (indexed) => {
        "c.verification_level >= $1
         AND ($2 = 0 OR (c.port_mask & $2) <> 0)
         AND (c.amenity_mask & $3) = $3"
    };
    (full) => {
        concat!(
            filter_sql!(indexed),
            " AND ($4 IS NULL OR (c.max_power_kw >= $4 AND ($2 = 0 OR (c.port_mask & ~$2) = 0 OR (
                 SELECT true FROM charger_connectors k
                 WHERE k.charger_id = c.id AND k.power_kw >= $4 AND (k.port & $2) <> 0 LIMIT 1))))
             AND ($5 IS NULL OR c.updated_at >= $5)"
        )
    };
}

/// A statement around the filter: the text with no condition, the covering one or the full one, whichever the filter needs.
macro_rules! filtered_sql {
    ($filter:expr, $before:literal, $after:literal) => {
        if $filter.is_everything() {
            concat!($before, filter_sql!(everything), $after)
        } else if $filter.is_indexed() {
            concat!($before, filter_sql!(indexed), $after)
        } else {
            concat!($before, filter_sql!(full), $after)
        }
    };
}

/// Binds `$1` to `$5`. A full filter is planned for its values each time: from the sixth time on a kept statement has one plan for all
/// filters, which turns a count from 350 kW on of 9 ms into one of 620 (300,000 chargers).
macro_rules! bind_filter {
    ($query:expr, $filter:expr) => {{
        let filter: &domain::filter::Filter = $filter;
        $query
            .persistent(filter.is_indexed())
            .bind(filter.min_level)
            .bind(filter.port_mask)
            .bind(filter.amenity_mask)
            .bind(filter.min_power_kw)
            .bind($crate::filter::updated_since(filter))
    }};
}

pub(crate) fn updated_since(filter: &Filter) -> Option<Time> {
    filter.updated_since.map(Time)
}

pub(crate) use {bind_filter, filter_sql, filtered_sql};
