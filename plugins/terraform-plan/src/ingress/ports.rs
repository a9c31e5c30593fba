//! Ports, and ranges of them.

use std::fmt;

use crate::attribute::Attribute;

/// The ports that a rule opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ports {
    All,
    /// From one to another, both included.
    Range(u16, u16),
}

impl Ports {
    /// Reads `22`, `20-25` or `*`; nothing from anything else, or where it is not known.
    pub(super) fn read(attribute: &Attribute<'_>) -> Option<Self> {
        if let Some(port) = attribute.number() {
            return Self::between(port, port);
        }
        let text = attribute.text()?.trim();
        let (first, last) = match text {
            "*" => return Some(Self::All),
            text => text.split_once('-')?,
        };
        Self::between(first.trim().parse().ok()?, last.trim().parse().ok()?)
    }

    /// From one to another; nothing where these are no ports.
    pub(super) fn between(first: i64, last: i64) -> Option<Self> {
        let (first, last) = (u16::try_from(first).ok()?, u16::try_from(last).ok()?);
        match (first, last) {
            (0 | 1, u16::MAX) => Some(Self::All),
            (first, last) if first <= last => Some(Self::Range(first, last)),
            _ => None,
        }
    }

    /// Whether each of them is allowed.
    pub(super) fn are_among(&self, allowed: &[u16]) -> bool {
        match *self {
            Self::All => false,
            Self::Range(first, last) => (first..=last).all(|port| allowed.contains(&port)),
        }
    }
}

impl fmt::Display for Ports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all ports"),
            Self::Range(first, last) if first == last => write!(f, "port {first}"),
            Self::Range(first, last) => write!(f, "ports {first} to {last}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use tollgate_sdk::Document;

    use super::*;

    fn read(value: &str) -> Option<String> {
        let body = format!("{{\"a\": {value}}}");
        let document = Document::read(0, "", body.as_bytes()).unwrap();
        Ports::read(&Attribute::written(document.root()).get("a")).map(|ports| ports.to_string())
    }

    #[test]
    fn ports_are_read_as_each_cloud_writes_them() {
        for (value, expected) in [
            ("22", "port 22"),
            ("\"22\"", "port 22"),
            ("\"20-25\"", "ports 20 to 25"),
            ("\" 20 - 25 \"", "ports 20 to 25"),
            ("\"*\"", "all ports"),
            ("\"0-65535\"", "all ports"),
        ] {
            assert_eq!(read(value).as_deref(), Some(expected), "{value}");
        }
        for value in
            ["null", "\"\"", "\"http\"", "\"25-20\"", "70000", "-1", "\"1-2-3\"", "\"${var.port}\"", "[22]", "true", "22.5"]
        {
            assert_eq!(read(value), None, "{value}");
        }
    }

    #[test]
    fn a_range_is_allowed_when_each_port_is() {
        assert!(Ports::Range(80, 80).are_among(&[80, 443]));
        assert!(Ports::Range(80, 82).are_among(&[81, 80, 82]));
        assert!(!Ports::Range(80, 82).are_among(&[80, 82]));
        assert!(!Ports::All.are_among(&[80, 443]));
    }
}
