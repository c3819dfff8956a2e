//! From AFDC's connector codes and EVSE counts to connectors.
//!
//! The file says which plugs a station has, and how many EVSEs (each charges one vehicle at a time) of Level 1, of Level 2 and of
//! DC fast charging; not which EVSE has which plug, and no power. So a plug gets the number of all EVSEs that can carry it:
//! - J1772: Level 2, and Level 1 where no household socket explains those
//! - J1772COMBO, CHADEMO: DC fast (one EVSE often has both cables, hence the counts may add up to more than there are ports)
//! - TESLA, which carries both: DC fast where there are any; Level 2 and 1 too, unless J1772 explains them beside DC fast
//! - NEMA: Level 1, and Level 2 where neither J1772 nor Tesla explains those
//!
//! A plug that is named is there: where no EVSE explains it, its count is 1.

use domain::charger::Connector;
use domain::vocabulary::Port;

/// How many EVSEs a station has.
#[derive(Clone, Copy, Debug)]
pub(super) struct Evses {
    pub(super) level1: u32,
    pub(super) level2: u32,
    pub(super) dc_fast: u32,
}

impl Evses {
    /// All of them: how many vehicles can charge at a time.
    pub(super) fn total(&self) -> u32 {
        self.level1 + self.level2 + self.dc_fast
    }
}

/// Reads codes between spaces; the connectors come in the order of the vocabulary, each port once.
///
/// # Errors
/// Why there are none, in words.
pub(super) fn read_connectors(codes: &str, evses: &Evses) -> Result<Vec<Connector>, String> {
    let ports = codes.split_whitespace().map(read_port).collect::<Result<Vec<Port>, String>>()?;
    let has = |port| ports.contains(&port);
    let count = |port| count(port, has, evses).max(1);
    let kinds = Port::ALL.iter().copied().filter(|port| has(*port));
    let connectors: Vec<_> = kinds.map(|port| Connector { port, power_kw: None, count: count(port) }).collect();
    if connectors.is_empty() { Err("EV Connector Types is empty".to_owned()) } else { Ok(connectors) }
}

fn read_port(code: &str) -> Result<Port, String> {
    match code {
        "J1772" => Ok(Port::Type1),
        "J1772COMBO" => Ok(Port::Ccs),
        "CHADEMO" => Ok(Port::Chademo),
        "TESLA" => Ok(Port::Tesla),
        // One code for each shape of household socket: 5-15, 5-20, 14-50.
        nema if nema.starts_with("NEMA") => Ok(Port::Household),
        unknown => Err(format!("unknown connector code \"{unknown}\"")),
    }
}

fn count(port: Port, has: impl Fn(Port) -> bool, evses: &Evses) -> u32 {
    let Evses { level1, level2, dc_fast } = *evses;
    let level1_by_cable = if has(Port::Household) { 0 } else { level1 };
    match port {
        Port::Type1 => level2 + level1_by_cable,
        Port::Tesla if dc_fast > 0 && has(Port::Type1) => dc_fast,
        Port::Tesla => dc_fast + level2 + level1_by_cable,
        Port::Household if has(Port::Type1) || has(Port::Tesla) => level1,
        Port::Household => level1 + level2,
        _ => dc_fast,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(codes: &str, [level1, level2, dc_fast]: [u32; 3]) -> Result<String, String> {
        let connectors = read_connectors(codes, &Evses { level1, level2, dc_fast })?;
        let words: Vec<_> = connectors.iter().map(|c| format!("{} {}", c.count, c.port.as_str())).collect();
        Ok(words.join(", "))
    }

    #[test]
    fn every_plug_gets_the_evses_that_can_carry_it() {
        let table = [
            ("J1772", [0, 4, 0], "4 Type 1"),
            ("J1772", [1, 2, 0], "3 Type 1"),
            ("J1772 TESLA", [0, 6, 0], "6 Type 1, 6 Tesla"),
            ("TESLA", [0, 3, 0], "3 Tesla"),
            ("TESLA", [0, 0, 8], "8 Tesla"),
            ("TESLA", [0, 2, 8], "10 Tesla"),
            ("J1772 TESLA", [0, 2, 8], "2 Type 1, 8 Tesla"),
            ("CHADEMO J1772COMBO", [0, 0, 2], "2 CCS, 2 CHAdeMO"),
            ("CHADEMO J1772COMBO TESLA", [0, 0, 5], "5 CCS, 5 CHAdeMO, 5 Tesla"),
            ("CHADEMO J1772 J1772COMBO", [0, 3, 2], "3 Type 1, 2 CCS, 2 CHAdeMO"),
            ("J1772 NEMA520", [1, 2, 0], "2 Type 1, 1 Household"),
            ("NEMA515 NEMA520 NEMA1450", [2, 1, 0], "3 Household"),
            ("J1772 J1772", [0, 0, 0], "1 Type 1"),
            ("J1772 CHADEMO", [0, 2, 0], "2 Type 1, 1 CHAdeMO"),
        ];
        for (codes, evses, expected) in table {
            assert_eq!(read(codes, evses).as_deref(), Ok(expected), "{codes} {evses:?}");
        }
    }

    #[test]
    fn codes_that_are_not_known_and_no_codes_are_refused() {
        assert_eq!(read("J1772 PLUG", [0, 1, 0]), Err("unknown connector code \"PLUG\"".to_owned()));
        assert_eq!(read(" ", [0, 1, 0]), Err("EV Connector Types is empty".to_owned()));
    }
}
