//! Times as numbers, where there are many of them.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::time::Timestamp;

pub(super) fn serialize<S: Serializer>(time: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    (time.as_second(), time.subsec_nanosecond()).serialize(serializer)
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
    let (second, nanosecond) = <(i64, i32)>::deserialize(deserializer)?;
    Timestamp::new(second, nanosecond).map_err(de::Error::custom)
}
