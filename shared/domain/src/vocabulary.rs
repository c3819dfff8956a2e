//! The closed vocabularies. A value is a word in the API and a bit in the row's mask; an unknown word is refused.

/// Declares a vocabulary: an enum whose n-th word is bit n of a mask. Append only: stored masks depend on the order.
macro_rules! vocabulary {
    ($(#[$doc:meta])* $name:ident { $($(#[$word_doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$word_doc])* $variant,)+ }

        impl $name {
            /// Every word, in the order of the bits.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The word of the API.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// The value of exactly that word.
            pub fn parse(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.as_str() == word)
            }

            /// The value's bit.
            pub const fn bit(self) -> i32 {
                1 << self as i32
            }

            /// The bits of several values.
            pub fn mask<'a>(values: impl IntoIterator<Item = &'a Self>) -> i32 {
                values.into_iter().fold(0, |mask, value| mask | value.bit())
            }

            /// The values of a mask, in the order of the bits; foreign bits are passed over.
            pub fn from_mask(mask: i32) -> Vec<Self> {
                Self::ALL.iter().copied().filter(|value| mask & value.bit() != 0).collect()
            }

            /// All words, as a message lists them.
            pub fn list() -> String {
                Self::ALL.iter().map(|value| value.as_str()).collect::<Vec<_>>().join(", ")
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        #[cfg(feature = "openapi")]
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                let words: Vec<_> = Self::ALL.iter().map(|value| value.as_str()).collect();
                schemars::json_schema!({"type": "string", "enum": words})
            }
        }
    };
}

vocabulary! {
    /// What a cable ends in.
    Port {
        /// SAE J1772.
        Type1 = "Type 1",
        /// IEC 62196-2 Mennekes.
        Type2 = "Type 2",
        /// Combined Charging System, combo 1 or 2.
        Ccs = "CCS",
        /// CHAdeMO.
        Chademo = "CHAdeMO",
        /// Tesla, SAE J3400 (NACS).
        Tesla = "Tesla",
        /// GB/T 20234.
        GbT = "GB/T",
        /// IEC 62196-2 Scame.
        Type3 = "Type 3",
        /// A household socket.
        Household = "Household",
    }
}

vocabulary! {
    /// What is near a charger.
    Amenity {
        /// A restroom.
        Restroom = "restroom",
        /// A café.
        Cafe = "cafe",
        /// Wireless internet.
        Wifi = "wifi",
        /// Parking.
        Parking = "parking",
        /// Shops.
        Shopping = "shopping",
        /// A restaurant.
        Restaurant = "restaurant",
        /// A cash machine.
        Atm = "atm",
        /// A hotel.
        Hotel = "hotel",
        /// A motorway rest area.
        RestArea = "rest_area",
    }
}

vocabulary! {
    /// How a charge was paid for.
    PaymentMethod {
        /// By an app.
        App = "App",
        /// By a card.
        Card = "Card",
        /// In cash.
        Cash = "Cash",
        /// Not at all.
        Free = "Free",
        /// By a subscription.
        Subscription = "Subscription",
    }
}

vocabulary! {
    /// How a charger is lit at night.
    StationLighting {
        /// As bright as day.
        WellLit = "Well-lit",
        /// Bright enough.
        Adequate = "Adequate",
        /// Too dark.
        Poor = "Poor",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_has_its_own_bit_and_comes_back_from_the_mask() {
        for (index, port) in Port::ALL.iter().enumerate() {
            assert_eq!(port.bit(), 1 << index);
            assert_eq!(Port::parse(port.as_str()), Some(*port));
        }
        assert_eq!(Port::from_mask(Port::mask(Port::ALL)), Port::ALL);
        assert_eq!(Amenity::from_mask(Amenity::mask(Amenity::ALL)), Amenity::ALL);
        assert_eq!(Port::parse("ccs"), None);
    }
}
