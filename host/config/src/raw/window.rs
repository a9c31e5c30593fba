//! Windows as written.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::role::Role;
use super::text::{GlobText, Name, OneOrMany, Text, WindowMoment};

/// Stop or go by calendar: one of `deny` and `allow`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Window {
    /// How answers call it. Unique among windows.
    #[schemars(extend("examples" = ["year-end"]))]
    pub(crate) name: Name,
    /// When promotions may not go, whatever allows them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = [{"from": "2026-12-20", "to": "2027-01-03", "timeZone": "Europe/Oslo"}]))]
    pub(crate) deny: Option<Span>,
    /// When promotions may go. Where one such window matches a target, they may not go outside of all of those.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = [{"rrule": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH", "from": "09:00", "to": "16:00", "timeZone": "Europe/Oslo"}]))]
    pub(crate) allow: Option<Span>,
    /// Which targets it is for. Without this key, for all.
    #[serde(default, rename = "match", skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = [{"environment": "prod"}]))]
    pub(crate) matches: Option<WindowMatch>,
}

/// When: once, or, with `rrule`, again and again. All times are local ones of the zone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "WindowTimes")]
pub(crate) struct Span {
    /// Its first instant: a day or a local time; with `rrule`, a time of day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = ["2026-12-20"]))]
    pub(crate) from: Option<WindowMoment>,
    /// Where it ends. A day is included; a local time or a time of day is not. With `rrule`, one that is not after `from` is on
    /// the next day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = ["2027-01-03"]))]
    pub(crate) to: Option<WindowMoment>,
    /// How long it is, in place of `to`. Days are of the calendar, hours pass really.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = ["6h"]))]
    pub(crate) duration: Option<Text>,
    /// The days on which it recurs, as a rule of RFC 5545 with FREQ, INTERVAL, COUNT, UNTIL, BYDAY, BYMONTHDAY, BYMONTH,
    /// BYSETPOS and WKST.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = ["FREQ=MONTHLY;BYDAY=2TU"]))]
    pub(crate) rrule: Option<Text>,
    /// The first day of the `rrule`, or its first local time. Needed where the rule counts, or leaves the day open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = ["2026-01-13T18:00"]))]
    pub(crate) start: Option<WindowMoment>,
    /// A zone of the tz database.
    #[schemars(extend("examples" = ["Europe/Oslo"]))]
    pub(crate) time_zone: Text,
}

/// Which targets. All that stands here must fit; of a list, one is enough.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("minProperties" = 1))]
pub(crate) struct WindowMatch {
    /// Patterns of environments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = ["prod"]))]
    pub(crate) environment: Option<OneOrMany<GlobText>>,
    /// Patterns of targets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = ["*-apps"]))]
    pub(crate) target: Option<OneOrMany<GlobText>>,
    /// Roles of targets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = ["apps"]))]
    pub(crate) role: Option<OneOrMany<Role>>,
}
