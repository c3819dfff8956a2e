//! What the table must show, and whether it does.

use super::candidate::Kind::{self, Handlers, Plain, PostGis, PostGisOnce, Statements};
use super::report::Part;
use super::stage::Scale;

/// A target at one size.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) says: String,
    pub(crate) scale: Scale,
    pub(crate) measured: String,
    pub(crate) is_met: bool,
}

/// One time beside another.
struct Ratio<'a> {
    says: &'a str,
    topic: &'a str,
    kind: Kind,
    other_topic: &'a str,
    other_kind: Kind,
    most: f64,
}

const NEAR: &str = "near me: the nearest 20 within 25 km";
const ROUTE: &str = "route 3000 km";
/// Where nothing but the area decides.
const AREAS: [&str; 6] = ["radius 5 km", "radius 50 km", "route 20 km", "route 200 km", "route 1000 km", ROUTE];
const GENERATED_S: f64 = 60.0;

/// Every target that a size has.
pub(crate) fn targets(part: &Part) -> Vec<Target> {
    let mut targets: Vec<Target> = ratios(part);
    targets.extend(AREAS.iter().filter_map(|topic| {
        let ratio = part.row(topic, Handlers)?.examined_per_returned();
        let says = format!("{topic}: examined ≤ 1.4 for each returned");
        Some(Target { says, scale: part.scale, measured: format!("{ratio:.2}"), is_met: ratio <= 1.4 })
    }));
    let says = "every answer of ours is right: recall and precision 100 %, totals".to_owned();
    let measured = if part.is_right() { "all" } else { "not all" }.to_owned();
    targets.push(Target { says, scale: part.scale, measured, is_met: part.is_right() });
    if part.scale == Scale(1_000_000) {
        let seconds = part.generated.as_secs_f64();
        let to_copy = part.copied.map(|copied| format!(" ({:.2} × COPY)", seconds / copied.as_secs_f64()));
        let measured = format!("{seconds:.1} s{}", to_copy.unwrap_or_default());
        let says = format!("`ops generate` of 1 M in ≤ {GENERATED_S} s");
        targets.push(Target { says, scale: part.scale, measured, is_met: seconds <= GENERATED_S });
    }
    targets
}

fn ratios(part: &Part) -> Vec<Target> {
    let size = (part.scale.0 / 10_000).clamp(1, 100);
    let [first, deep, next] = ["page 1 of {} by number", "page 10000 of {} by number", "page 10000 of {} by cursor"]
        .map(|name| name.replace("{}", &size.to_string()));
    let mut ratios = vec![
        Ratio {
            says: "page 10,000 by cursor ≤ 1.2 × page 1",
            topic: &next,
            kind: Handlers,
            other_topic: &first,
            other_kind: Handlers,
            most: 1.2,
        },
        Ratio {
            says: "page=10000 ≤ 1/10 of a plain OFFSET",
            topic: &deep,
            kind: Handlers,
            other_topic: &deep,
            other_kind: Plain,
            most: 0.1,
        },
        Ratio {
            says: "near me ≤ 1/5 of PostGIS",
            topic: NEAR,
            kind: Handlers,
            other_topic: NEAR,
            other_kind: PostGis,
            most: 0.2,
        },
        Ratio {
            says: "500 items, event → answer ≤ 1.3 × its statements",
            topic: "page 1 of 500",
            kind: Handlers,
            other_topic: "page 1 of 500",
            other_kind: Statements,
            most: 1.3,
        },
    ];
    for topic in ["total, level ≥ 4", "total, port CCS", "total, amenity cafe"] {
        let says = "total ≤ 1/20 of an exact count";
        ratios.push(Ratio { says, topic, kind: Statements, other_topic: topic, other_kind: Plain, most: 0.05 });
    }
    let share = match part.scale.0 {
        10_000_000.. => Some(("route 3000 km ≤ 1/20 of PostGIS", 1.0 / 20.0)),
        1_000_000.. => Some(("route 3000 km ≤ 1/15 of PostGIS", 1.0 / 15.0)),
        _ => None,
    };
    if let Some((says, most)) = share {
        for (kind, other_kind) in [(Handlers, PostGis), (Handlers, PostGisOnce), (Statements, PostGis)] {
            ratios.push(Ratio { says, topic: ROUTE, kind, other_topic: ROUTE, other_kind, most });
        }
    }
    ratios.iter().filter_map(|ratio| ratio.target(part)).collect()
}

impl Ratio<'_> {
    fn target(&self, part: &Part) -> Option<Target> {
        let one = part.row(self.topic, self.kind)?.samples.p50_ms();
        let other = part.row(self.other_topic, self.other_kind)?.samples.p50_ms();
        let says = match (self.says, self.kind, self.other_kind) {
            (says, _, _) if says.starts_with("total") => format!("{}: {says}", self.topic),
            (says, _, PostGisOnce) => format!("{says} with chunks read once"),
            (says, Statements, PostGis) => format!("{says}, of ours the ids alone"),
            (says, _, _) => says.to_owned(),
        };
        let measured = if one < other {
            format!("{one:.2} ms : {other:.2} ms = 1/{:.1}", other / one)
        } else {
            format!("{one:.2} ms : {other:.2} ms = {:.2}", one / other)
        };
        Some(Target { says, scale: part.scale, measured, is_met: one <= self.most * other })
    }
}
