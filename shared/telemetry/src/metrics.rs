//! The table of metrics: what the README shows and what is measured, held together by a test.

/// Something that is measured.
#[derive(Clone, Copy, Debug)]
pub struct Metric {
    /// Its name in the log and in CloudWatch; the end says the unit.
    pub name: &'static str,
    /// What it says of one request.
    pub meaning: &'static str,
}

impl Metric {
    /// CloudWatch's word for the unit.
    pub fn unit(self) -> &'static str {
        unit(self.name)
    }
}

/// CloudWatch's word for the unit of a name.
pub(crate) fn unit(name: &str) -> &'static str {
    match name.rsplit_once('_').map(|(_, suffix)| suffix) {
        Some("ms") => "Milliseconds",
        // Also `photo_bytes_in`: the unit stands before the direction.
        Some("bytes") => "Bytes",
        Some("in" | "out") if name.contains("_bytes_") => "Bytes",
        _ => "Count",
    }
}

const fn metric(name: &'static str, meaning: &'static str) -> Metric {
    Metric { name, meaning }
}

/// Everything that is measured. The first four are in every request's last line, the others where there was something to measure.
pub const METRICS: &[Metric] = &[
    metric(
        "duration_ms",
        "from the function's first line of code to its answer; its sample count is the number of requests",
    ),
    metric("cold_starts", "1 for the first request of a process, else 0"),
    metric("errors_4xx", "1 for a request that was refused, else 0"),
    metric("errors_5xx", "1 for a request that failed, else 0"),
    metric("auth_ms", "reading who calls"),
    metric("db_ms", "statements, each until its last row was read"),
    metric("db_statements", "statements"),
    metric("slow_queries", "statements that took longer than `DB_SLOW_QUERY_MS`"),
    metric("pool_wait_ms", "waiting for a connection, until there was one or none in time"),
    metric("pool_connections", "connections taken from the pool"),
    metric("pool_connects", "connections that had to be opened for that"),
    metric("pool_timeouts", "times that there was no connection in time"),
    metric("cache_hits", "answers that were kept, in memory or in the shared tier"),
    metric("cache_shared_hits", "those of the shared tier"),
    metric("cache_misses", "answers that were made and kept; the hit rate is cache_hits / (cache_hits + cache_misses)"),
    metric("cache_bypasses", "answers that were made and not kept"),
    metric("cache_errors", "times that the shared tier did not answer or refused"),
    metric("photo_bytes_in", "bytes of uploads that the optimizer read"),
    metric("photo_bytes_out", "bytes of renditions that it published"),
    metric("photos_ready", "uploads that were published"),
    metric("photos_skipped", "uploads that were done, gone or not ours"),
    metric("photos_failed", "uploads at which store or database failed; their event comes again"),
    metric("rejections", "uploads that were refused, as no photo or too large"),
    metric("cdn_invalidations", "invalidations that CloudFront took"),
    metric("cdn_paths", "paths in them, of which CloudFront counts 1,000 a month for nothing"),
    metric("backups", "backups that were completed"),
    metric("backup_rows", "rows in them"),
    metric("backup_bytes", "bytes of them, compressed"),
    metric("backup_ms", "how long they took"),
    metric("backup_failures", "backups that failed; 0 with one that was completed"),
    metric("restore_drills", "drills that restored a backup"),
    metric("restore_drill_ms", "how long they took"),
    metric("restore_drill_failures", "drills that failed"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_ends_in_its_unit() {
        let names = ["db_ms", "answer_bytes", "photo_bytes_in", "photo_bytes_out", "cold_starts", "items", "forms"];
        let units = ["Milliseconds", "Bytes", "Bytes", "Bytes", "Count", "Count", "Count"];
        assert_eq!(names.map(unit), units);
    }
}
