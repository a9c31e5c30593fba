//! Points in time. Core never reads a clock: every time comes from outside.

/// An instant, written as RFC 3339 in UTC.
pub type Timestamp = jiff::Timestamp;

/// A day of the calendar, written as `2026-12-31`.
pub type Date = jiff::civil::Date;
