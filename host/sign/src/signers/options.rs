//! The options of a line.

use crate::signers::line_error::LineError;
use crate::signers::patterns::PatternList;
use crate::signers::validity::{Validity, parse_time};

/// What a key may be used for, and when.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Options {
    /// All of them where there is no list.
    pub(crate) namespaces: Option<PatternList>,
    pub(crate) validity: Validity,
}

impl Options {
    /// Reads options up to the first space outside of quotes, and gives what follows it.
    pub(crate) fn read(text: &str) -> Result<(Self, &str), LineError> {
        let mut options = Self::default();
        let mut rest = text;
        loop {
            let end = rest.find([' ', '\t', ',', '=', '"']).unwrap_or(rest.len());
            let (name, behind) = rest.split_at(end);
            rest = options.take(name, behind)?;
            match rest.strip_prefix(',') {
                Some(next) => rest = next,
                None if rest.starts_with([' ', '\t']) => break,
                None if rest.is_empty() => return Err(LineError::NoKey),
                None => return Err(LineError::UnknownOption { option: rest.to_owned() }),
            }
        }
        if options.validity.is_empty() {
            return Err(LineError::NeverValid);
        }
        Ok((options, rest))
    }

    /// Takes one option, and gives what is behind it.
    fn take<'text>(&mut self, name: &str, behind: &'text str) -> Result<&'text str, LineError> {
        match name.to_ascii_lowercase().as_str() {
            "cert-authority" => Err(LineError::CertificateAuthority),
            "namespaces" => {
                let (value, rest) = quoted(name, behind)?;
                let list = PatternList::new(&value).ok_or(LineError::EmptyPattern { patterns: value })?;
                once(name, &mut self.namespaces, list)?;
                Ok(rest)
            }
            end @ ("valid-after" | "valid-before") => {
                let (value, rest) = quoted(name, behind)?;
                let time = parse_time(&value).ok_or_else(|| LineError::Time { option: name.to_owned(), text: value })?;
                let end = if end == "valid-after" { &mut self.validity.after } else { &mut self.validity.before };
                once(name, end, time)?;
                Ok(rest)
            }
            _ => Err(LineError::UnknownOption { option: name.to_owned() }),
        }
    }
}

fn once<T>(name: &str, place: &mut Option<T>, value: T) -> Result<(), LineError> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(LineError::Twice { option: name.to_owned() }),
    }
}

/// Reads `="…"`, in which `\"` is a quote, and gives what is behind it.
fn quoted<'text>(name: &str, text: &'text str) -> Result<(String, &'text str), LineError> {
    let unquoted = || LineError::Unquoted { option: name.to_owned() };
    let mut rest = text.strip_prefix("=\"").ok_or_else(unquoted)?;
    let mut value = String::new();
    loop {
        let quote = rest.find('"').ok_or_else(unquoted)?;
        let (before, behind) = (&rest[..quote], &rest[quote + 1..]);
        rest = behind;
        match before.strip_suffix('\\') {
            Some(escaped) => {
                value.push_str(escaped);
                value.push('"');
            }
            None => {
                value.push_str(before);
                return Ok((value, rest));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_end_at_the_first_space_outside_of_quotes() {
        let (options, rest) = Options::read(r#"Namespaces="a b,\"c\"",valid-after="20260101Z" key"#).unwrap();
        assert_eq!(options.namespaces.unwrap().to_string(), r#"a b,"c""#);
        assert_eq!(options.validity.to_string(), "from 2026-01-01T00:00:00Z");
        assert_eq!(rest, " key");
    }

    #[test]
    fn what_is_unknown_twice_unquoted_or_never_is_refused() {
        let option = |option: &str| option.to_owned();
        for (text, error) in [
            ("no-touch x", LineError::UnknownOption { option: option("no-touch") }),
            (" x", LineError::UnknownOption { option: option("") }),
            (r#"namespaces="git", x"#, LineError::UnknownOption { option: option("") }),
            (r#"namespaces="git"x y"#, LineError::UnknownOption { option: option("x y") }),
            ("namespaces=git x", LineError::Unquoted { option: option("namespaces") }),
            ("namespaces x", LineError::Unquoted { option: option("namespaces") }),
            (r#"namespaces="git x"#, LineError::Unquoted { option: option("namespaces") }),
            (r#"namespaces="git\" x"#, LineError::Unquoted { option: option("namespaces") }),
            (r#"namespaces="git","#, LineError::UnknownOption { option: option("") }),
            (r#"namespaces="git""#, LineError::NoKey),
            (r#"namespaces="" x"#, LineError::EmptyPattern { patterns: option("") }),
            (r#"namespaces="a",NAMESPACES="b" x"#, LineError::Twice { option: option("NAMESPACES") }),
            (r#"valid-after="20260101" x"#, LineError::Time { option: option("valid-after"), text: option("20260101") }),
            (r#"valid-after="20260101Z",valid-before="20260101Z" x"#, LineError::NeverValid),
            ("cert-authority x", LineError::CertificateAuthority),
        ] {
            assert_eq!(Options::read(text).unwrap_err(), error, "{text}");
        }
    }
}
