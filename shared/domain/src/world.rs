//! What a handler may not take from the air: the time and new ids. Whoever boots it hands them in.

use crate::Timestamp;
use uuid::Uuid;

/// The clock and the source of ids.
#[derive(Clone, Copy, Debug)]
pub struct World {
    /// The time now.
    pub now: fn() -> Timestamp,
    /// An id that nobody else has.
    pub new_id: fn() -> Uuid,
}
