//! The words of the original in the words of the vocabularies: it never checked what clients sent.

use domain::charger::SourceType;
use domain::verification::Action;
use domain::vocabulary::{Amenity, Port};

const PAYMENT_METHODS: [&str; 5] = ["App", "Card", "Cash", "Free", "Subscription"];
const STATION_LIGHTING: [&str; 3] = ["Well-lit", "Adequate", "Poor"];

/// Letters and digits in lower case: how a word is written does not matter.
fn plain(word: &str) -> String {
    let letters = word.chars().flat_map(char::to_lowercase).map(|c| if matches!(c, 'é' | 'è') { 'e' } else { c });
    letters.filter(|c| c.is_alphanumeric()).collect()
}

/// What a cable ends in; `None` for what is no plug that we know.
pub(super) fn port(word: &str) -> Option<Port> {
    Some(match plain(word).as_str() {
        "type1" | "t1" | "j1772" | "saej1772" | "type1j1772" | "j1772type1" | "iec621961type1" | "iec621962type1" => {
            Port::Type1
        }
        "type2" | "t2" | "mennekes" | "type2mennekes" | "mennekestype2" | "type2socket" | "type2cable"
        | "type2tethered" | "type2ac" | "iec62196" | "iec62196type2" | "iec621962type2" => Port::Type2,
        "ccs"
        | "ccs1"
        | "ccs2"
        | "ccstype1"
        | "ccstype2"
        | "ccscombo"
        | "ccscombo1"
        | "ccscombo2"
        | "combo"
        | "combo1"
        | "combo2"
        | "ccsdc"
        | "ccssae"
        | "saecombo"
        | "j1772combo"
        | "combinedchargingsystem" => Port::Ccs,
        "chademo" | "chademodc" => Port::Chademo,
        "tesla"
        | "teslasupercharger"
        | "supercharger"
        | "tesladestination"
        | "tesladestinationcharger"
        | "teslanacs"
        | "nacs"
        | "nacstesla"
        | "j3400"
        | "saej3400" => Port::Tesla,
        "gbt" | "gbtac" | "gbtdc" | "gbt20234" | "gb" | "bharatdc001" | "bharatdc" => Port::GbT,
        "type3" | "type3a" | "type3c" | "scame" | "type3scame" => Port::Type3,
        "household" | "domestic" | "schuko" | "wall" | "walloutlet" | "wallsocket" | "standardoutlet" | "3pin"
        | "threepin" | "bs1363" | "15ampsocket" | "15a" => Port::Household,
        nema if nema.starts_with("nema") => Port::Household,
        _ => return None,
    })
}

/// What is near; `None` for what is none that we know.
pub(super) fn amenity(word: &str) -> Option<Amenity> {
    Some(match plain(word).as_str() {
        "restroom" | "restrooms" | "toilet" | "toilets" | "wc" | "bathroom" | "bathrooms" | "washroom"
        | "washrooms" => Amenity::Restroom,
        "cafe" | "cafes" | "coffee" | "coffeeshop" | "coffeeshops" => Amenity::Cafe,
        "wifi" | "freewifi" | "wlan" | "internet" => Amenity::Wifi,
        "parking" | "freeparking" | "carpark" | "parkinglot" => Amenity::Parking,
        "shopping" | "shop" | "shops" | "store" | "stores" | "mall" | "shoppingmall" | "shoppingcenter"
        | "shoppingcentre" | "supermarket" | "grocery" => Amenity::Shopping,
        "restaurant" | "restaurants" | "food" | "dining" | "diner" | "fastfood" => Amenity::Restaurant,
        "atm" | "atms" | "cashmachine" => Amenity::Atm,
        "hotel" | "hotels" | "motel" | "lodging" => Amenity::Hotel,
        "restarea" | "restareas" | "reststop" | "servicearea" => Amenity::RestArea,
        _ => return None,
    })
}

/// What somebody found.
pub(super) fn action(word: &str) -> Option<Action> {
    Action::ALL.into_iter().find(|action| plain(action.as_str()) == plain(word))
}

/// Who entered a charger.
pub(super) fn source_type(word: &str) -> Option<SourceType> {
    match plain(word).as_str() {
        "communitymanual" | "community" | "manual" | "user" | "crowdsourced" => Some(SourceType::CommunityManual),
        "official" | "government" | "verified" | "operator" | "partner" | "imported" => Some(SourceType::Official),
        _ => None,
    }
}

/// How somebody paid.
pub(super) fn payment_method(word: &str) -> Option<&'static str> {
    PAYMENT_METHODS.into_iter().find(|method| plain(method) == plain(word))
}

/// How light it was.
pub(super) fn station_lighting(word: &str) -> Option<&'static str> {
    STATION_LIGHTING.into_iter().find(|lighting| plain(lighting) == plain(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_a_vocabulary_is_itself_in_any_spelling() {
        for value in Port::ALL {
            assert_eq!(port(value.as_str()), Some(*value));
            assert_eq!(port(&value.as_str().to_uppercase().replace(' ', "-")), Some(*value));
        }
        for value in Amenity::ALL {
            assert_eq!(amenity(value.as_str()), Some(*value));
            assert_eq!(amenity(&value.as_str().to_uppercase().replace('_', " ")), Some(*value));
        }
        for value in Action::ALL {
            assert_eq!(action(&value.as_str().replace('_', " ").to_uppercase()), Some(value));
        }
        for value in [SourceType::CommunityManual, SourceType::Official] {
            assert_eq!(source_type(value.as_str()), Some(value));
        }
    }

    #[test]
    fn common_other_names_are_known_and_unknown_ones_are_none() {
        for (word, expected) in [
            ("Type-2", Port::Type2),
            ("type2", Port::Type2),
            ("CCS2", Port::Ccs),
            ("CCS (Combo 2)", Port::Ccs),
            ("CHAdeMO", Port::Chademo),
            ("Tesla Supercharger", Port::Tesla),
            ("J-1772", Port::Type1),
            ("GB/T DC", Port::GbT),
            ("NEMA 14-50", Port::Household),
        ] {
            assert_eq!(port(word), Some(expected), "{word}");
        }
        assert_eq!(amenity("Café"), Some(Amenity::Cafe));
        assert_eq!(amenity("Wi-Fi"), Some(Amenity::Wifi));
        assert_eq!(payment_method("CARD"), Some("Card"));
        assert_eq!(station_lighting("well lit"), Some("Well-lit"));
        for word in ["", "Type 9", "plug", "&"] {
            assert_eq!((port(word), amenity(word), action(word), source_type(word)), (None, None, None, None));
        }
    }
}
