//! The fields of a charger as contributors send them: one reader for each, with its limits. Whoever adds a charger, whoever changes
//! one and whoever sends a thousand are held to the same.

use crate::charger::Connector;
use crate::fields::Fields;
use crate::filter::POWER_KW;
use crate::new_charger::PORTS;
use crate::vocabulary::{Amenity, Port};

/// What a charger has to offer, in one of the two ways to say it.
#[derive(Clone, Debug, PartialEq)]
pub enum Equipment {
    /// Kinds of ports, each once, of which nothing else is said.
    Ports(Vec<Port>),
    /// Connectors with power and count.
    Connectors(Vec<Connector>),
}

impl Equipment {
    /// The connectors; of those that are only named by their kind, what is `known` of that kind, else one of unknown power.
    pub(crate) fn connectors(self, known: &[Connector]) -> Vec<Connector> {
        match self {
            Self::Connectors(connectors) => connectors,
            Self::Ports(ports) => ports.into_iter().flat_map(|port| known_of(port, known)).collect(),
        }
    }
}

fn known_of(port: Port, known: &[Connector]) -> Vec<Connector> {
    let of_port: Vec<Connector> = known.iter().filter(|connector| connector.port == port).cloned().collect();
    if of_port.is_empty() { vec![Connector { port, power_kw: None, count: 1 }] } else { of_port }
}

pub(crate) fn name(fields: &mut Fields<'_>, field: &'static str) -> Option<String> {
    fields.text(field, 1..=200)
}

pub(crate) fn address(fields: &mut Fields<'_>, field: &'static str) -> Option<String> {
    fields.text(field, 1..=500)
}

pub(crate) fn latitude(fields: &mut Fields<'_>, field: &'static str) -> Option<f64> {
    fields.number(field, -90.0..=90.0)
}

pub(crate) fn longitude(fields: &mut Fields<'_>, field: &'static str) -> Option<f64> {
    fields.number(field, -180.0..=180.0)
}

pub(crate) fn operator(fields: &mut Fields<'_>, field: &'static str) -> Option<String> {
    fields.text(field, 1..=200)
}

pub(crate) fn amenities(fields: &mut Fields<'_>, field: &'static str) -> Option<Vec<Amenity>> {
    fields.words(field, 0..=20, Amenity::parse, &Amenity::list())
}

pub(crate) fn notes(fields: &mut Fields<'_>, field: &'static str) -> Option<String> {
    fields.text(field, 0..=2000)
}

/// `port_types` or `connectors`; whether one of them must be there says the caller.
pub(crate) fn equipment(fields: &mut Fields<'_>) -> Option<Equipment> {
    let ports = fields.words("port_types", 1..=10, Port::parse, &Port::list());
    let connectors = fields.objects("connectors", 1..=10, |item| {
        let port = item.required("type", |f, name| f.word(name, Port::parse, &Port::list()));
        let power_kw = item.number("power_kw", POWER_KW);
        let count = item.integer("count", PORTS).unwrap_or(1) as u32;
        Some(Connector { port: port?, power_kw, count })
    });
    if connectors.is_some() {
        return connectors.map(Equipment::Connectors);
    }
    let mut ports = ports?;
    ports.sort_unstable();
    ports.dedup();
    Some(Equipment::Ports(ports))
}

/// `total_ports`; where it is left out, the sum of the connectors' counts.
pub(crate) fn total_ports(fields: &mut Fields<'_>, equipment: Option<&Equipment>) -> Option<u32> {
    let said = fields.integer("total_ports", PORTS).map(|count| count as u32);
    if fields.has("total_ports") {
        return said;
    }
    let Some(Equipment::Connectors(connectors)) = equipment else { return None };
    let sum: u32 = connectors.iter().map(|connector| connector.count).sum();
    if !PORTS.contains(&i64::from(sum)) {
        fields.refuse("connectors", "out_of_range", "The counts must add up to at most 100.");
    }
    Some(sum)
}
