//! Column types that both engines keep in their own best way.
//!
//! | | PostgreSQL | SQLite |
//! |---|---|---|
//! | [`Id`] | `uuid` | hyphenated text |
//! | [`Ids`] | `uuid[]` | JSON text |
//! | [`Time`] | `timestamptz` | microseconds since 1970 |

use domain::Timestamp;
use sqlx::Type;
use sqlx::encode::{Encode, IsNull};
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArgumentBuffer, PgTypeInfo, PgValueRef, Postgres};
use time::OffsetDateTime;
use uuid::Uuid;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Id(pub(crate) Uuid);

#[derive(Clone, Copy, Debug)]
pub(crate) struct Time(pub(crate) Timestamp);

/// For `id = ANY($1)` and `id IN (SELECT value FROM json_each($1))`.
#[derive(Clone, Debug)]
pub(crate) struct Ids<'a>(pub(crate) &'a [Uuid]);

macro_rules! postgres_column {
    ($name:ty, $inner:ty, $to:expr, $from:expr) => {
        impl Type<Postgres> for $name {
            fn type_info() -> PgTypeInfo {
                <$inner as Type<Postgres>>::type_info()
            }
        }
        impl Encode<'_, Postgres> for $name {
            fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
                let to: fn(&Self) -> $inner = $to;
                Encode::<Postgres>::encode_by_ref(&to(self), buffer)
            }
        }
        impl sqlx::Decode<'_, Postgres> for $name {
            fn decode(value: PgValueRef<'_>) -> Result<Self, BoxDynError> {
                let from: fn($inner) -> Self = $from;
                Ok(from(<$inner as sqlx::Decode<Postgres>>::decode(value)?))
            }
        }
    };
}

postgres_column!(Id, Uuid, |id| id.0, Id);
postgres_column!(Time, OffsetDateTime, |time| time.0.into(), |time| Time(time.into()));

impl Type<Postgres> for Ids<'_> {
    fn type_info() -> PgTypeInfo {
        <Vec<Uuid> as Type<Postgres>>::type_info()
    }
}

impl Encode<'_, Postgres> for Ids<'_> {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        Encode::<Postgres>::encode_by_ref(&self.0, buffer)
    }
}

#[cfg(feature = "embedded")]
mod sqlite {
    use super::*;
    use sqlx::Decode;
    use sqlx::sqlite::{Sqlite, SqliteArgumentsBuffer, SqliteTypeInfo, SqliteValueRef};

    macro_rules! sqlite_column {
        ($name:ty, $inner:ty, $to:expr) => {
            impl Type<Sqlite> for $name {
                fn type_info() -> SqliteTypeInfo {
                    <$inner as Type<Sqlite>>::type_info()
                }
                fn compatible(ty: &SqliteTypeInfo) -> bool {
                    <$inner as Type<Sqlite>>::compatible(ty)
                }
            }
            impl Encode<'_, Sqlite> for $name {
                fn encode_by_ref(&self, buffer: &mut SqliteArgumentsBuffer) -> Result<IsNull, BoxDynError> {
                    let to: fn(&Self) -> $inner = $to;
                    Encode::<Sqlite>::encode(to(self), buffer)
                }
            }
        };
    }

    sqlite_column!(Id, String, |id| id.0.hyphenated().to_string());
    sqlite_column!(Time, i64, |time| time.0.as_micros());
    sqlite_column!(Ids<'_>, String, |ids| {
        let quoted: Vec<String> = ids.0.iter().map(|id| format!("\"{}\"", id.hyphenated())).collect();
        format!("[{}]", quoted.join(","))
    });

    impl<'r> Decode<'r, Sqlite> for Id {
        fn decode(value: SqliteValueRef<'r>) -> Result<Self, BoxDynError> {
            Ok(Self(Uuid::try_parse(<&str as Decode<Sqlite>>::decode(value)?)?))
        }
    }

    impl<'r> Decode<'r, Sqlite> for Time {
        fn decode(value: SqliteValueRef<'r>) -> Result<Self, BoxDynError> {
            Ok(Self(Timestamp::from_micros(<i64 as Decode<Sqlite>>::decode(value)?)))
        }
    }
}
